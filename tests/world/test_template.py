"""Every variant of the template, through linters that know AWS."""

import json
import os
import subprocess

import pytest
from world import CACHE, CUSTOMER, tool

KEY = "arn:aws:kms:us-east-1:111111111111:key/0b4a0d2c-1111-2222-3333-444455556666"
VARIANTS = [(report, key) for report in ["none", "legacy", "cur2", "focus"] for key in [None, KEY]]


@pytest.fixture(scope="module")
def lint_product(tmp_path_factory, world):
    from world import Product

    product = Product(tmp_path_factory.mktemp("lint"), world)
    product.connect("whole", "--bucket", "bills-lint")
    product.connect("part", "--bucket", "bills-lint-part", "--prefix", "cost/cur")
    return product


@pytest.mark.parametrize("name", ["whole", "part"])
@pytest.mark.parametrize(("report", "key"), VARIANTS)
def test_cloudformation(lint_product, tmp_path, name, report, key):
    options = ["--report", report, *(["--kms-key-arn", key] if key else [])]
    text = lint_product.template(name, "cloudformation", *options)
    file = tmp_path / "template.yaml"
    file.write_text(text)
    done = subprocess.run([tool("cfn-lint", "cfn-lint"), "--regions", "us-east-1", "--non-zero-exit-code", "informational", "--", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + text
    assert ("kms:Decrypt" in text) == bool(key)
    assert ("AWS::CUR::ReportDefinition" in text, "AWS::BCMDataExports::Export" in text) == (report == "legacy", report in ("cur2", "focus"))


def findings(policy: str) -> list:
    done = subprocess.run([tool("parliament", "parliament"), "--json"], input=policy, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line)["issue"] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", ["whole", "part"])
@pytest.mark.parametrize("key", [None, KEY])
def test_policy(lint_product, name, key):
    text = lint_product.template(name, "policy", *(["--kms-key-arn", key] if key else []))
    assert findings(text) == []
    actions = [action for statement in json.loads(text)["Statement"] for action in statement["Action"]]
    assert "s3:GetObject" in actions and not [action for action in actions if "*" in action]


def test_the_policy_linter_finds_something():
    statement = {"Effect": "Allow", "Action": ["s3:ReadEverything", "s3:GetObject"], "Resource": ["*"]}
    assert set(findings(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))) >= {"UNKNOWN_ACTION"}


@pytest.mark.parametrize("report", ["none", "legacy", "cur2", "focus"])
def test_script(lint_product, tmp_path, report):
    """The script is one that a shell can read."""
    file = tmp_path / "script.sh"
    file.write_text(lint_product.template("part", "cli", "--report", report))
    subprocess.run(["bash", "-n", str(file)], check=True)


@pytest.mark.parametrize("report", ["none", "legacy"])
def test_the_script_makes_a_role_that_works_and_may_be_run_again(world, product, acme, tmp_path, report):
    """By the AWS CLI, against the fake AWS. (No emulator has Data Exports: those variants are read only.)"""
    acme.delivered()
    script = tmp_path / "script.sh"
    script.write_text(product.template("acme", "cli", "--report", report))
    environment = {
        **os.environ,
        "PATH": f"{CACHE / 'venv-awscli/bin'}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{world.aws_port}",
        "AWS_ACCESS_KEY_ID": CUSTOMER,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for _ in range(2):
        done = subprocess.run(["bash", str(script)], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    product.connect("acme", "--role-arn", done.stdout.split()[-1])
    verified = acme.verify()
    assert verified.verdict in ("passed", "warning"), verified.states()
    if report == "legacy":
        names = [found["ReportName"] for found in world.client("cur").describe_report_definitions()["ReportDefinitions"]]
        assert names.count("cloud-analyzer-legacy") == 1
        world.client("cur").delete_report_definition(ReportName="cloud-analyzer-legacy")


def test_external_ids_are_never_the_same(lint_product):
    ids = {lint_product.connect(f"more-{number}")["external_id"] for number in range(5)}
    assert len(ids) == 5 and all(len(external_id) == 64 for external_id in ids)


def test_nobody_chooses_an_external_id(lint_product):
    done = lint_product.run("connect", "whole", "--external-id", "0" * 64)
    assert done.returncode == 2 and "unexpected argument" in done.stderr
