"""Verification against a fake AWS that enforces policies: the good case, and each bad one with its own message."""

import json

import boto3
import pytest

S3, STS = {"service": "s3"}, {"service": "sts"}


def problems(done) -> dict:
    return {name: done.text(name) for name, state in done.states().items() if state != "passed"}


def test_everything_in_order(acme):
    done = acme.stack().delivered().defined().verify()
    assert done.verdict in ("passed", "warning"), done.checks
    assert set(done.states().values()) == {"passed"}, problems(done)
    assert "Denied both times" in done.text("confused_deputy")
    assert "2026-10" in done.text("months")


def test_a_trust_policy_without_external_id_is_reported(acme):
    def open_door(template: str) -> str:
        start = template.index("            Condition:\n              StringEquals:")
        end = template.index("      Policies:")
        return template[:start] + template[end:]

    done = acme.stack(open_door).delivered().defined().verify()
    assert done.state("confused_deputy") == "failed" and done.verdict == "failed"
    assert "was assumed without an external ID" in done.text("confused_deputy")
    assert "update-assume-role-policy" in done.text("confused_deputy")


def test_another_external_id(acme):
    done = acme.stack(lambda template: template.replace(acme.made["external_id"], "0" * 64)).verify()
    assert done.state("assume_role") == "failed"
    assert "AccessDenied" in done.text("assume_role") and "external ID" in done.text("assume_role")
    assert done.state("list") == "not_yet" and "waits for" in done.text("list")


def test_bad_arn_and_wrong_partition_are_refused_when_saved(acme, product):
    for arn, words in [
        ("Reader", "not the form"),
        ("arn:aws:sts::111111111111:assumed-role/x/y", "session of a role"),
        ("arn:aws-cn:iam::111111111111:role/x", "partition aws-cn"),
    ]:
        done = product.run("connect", "acme", "--role-arn", arn)
        assert done.returncode == 1 and words in done.stderr, done.stderr


def test_identity_of_another_partition(product):
    product.connect("china", "--partition", "aws-cn", "--bucket", "bills-cn", "--role-arn", "arn:aws-cn:iam::111111111111:role/x")
    done = product.verify("china")
    assert done.state("own_identity") == "failed"
    assert "one partition cannot enter another" in done.text("own_identity")


def test_missing_bucket(acme, product):
    acme.stack(lambda template: template.replace(acme.bucket, "bills-nowhere"))
    product.connect("acme", "--bucket", "bills-nowhere", "--role-arn", acme.arn)
    done = product.verify("acme")
    assert done.state("bucket") == "failed" and "NoSuchBucket" in done.text("bucket"), done.text("bucket")


def test_opt_in_region(acme, world, product):
    bucket = f"{acme.bucket}-za"
    world.client("s3", region="af-south-1").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "af-south-1"})
    acme.stack(lambda template: template.replace(acme.bucket, bucket))
    product.connect("acme", "--bucket", bucket)
    done = product.verify("acme")
    assert done.state("region") == "failed", problems(done)
    assert "Cape Town" in done.text("region") and "us-east-1" in done.text("region")


@pytest.mark.parametrize(
    ("change", "check", "words"),
    [
        ({"TimeUnit": "DAILY"}, "report_hourly", "hourly report"),
        ({"AdditionalSchemaElements": []}, "report_resource_ids", "resource IDs"),
        ({"RefreshClosedReports": False}, "report_refresh", "modify-report-definition"),
        ({"S3Region": "eu-west-1"}, "report", "S3 region"),
    ],
)
def test_a_report_that_costs_features(acme, change, check, words):
    done = acme.stack().delivered().defined(**change).verify()
    assert (done.state(check), done.verdict) == ("warning", "warning"), problems(done)
    assert words in done.text(check)


def test_double_slash(acme):
    done = acme.stack().delivered().defined(S3Prefix="cost/").verify()
    assert done.state("report_prefix") == "failed" and "double slash" in done.text("report_prefix")


def test_double_slash_in_keys(acme, world):
    acme.stack().delivered().defined()
    world.client("s3").put_object(Bucket=acme.bucket, Key="cost//cur/x.csv", Body=b"x")
    done = acme.verify()
    assert done.state("report_prefix") == "failed" and "cost//cur" in done.text("report_prefix")


def test_no_report(acme):
    done = acme.stack().verify()
    assert done.state("report") == "failed" and "Create the report" in done.text("report")


def test_empty_bucket_is_not_yet(acme):
    done = acme.stack().defined().verify()
    assert (done.state("months"), done.verdict) == ("not_yet", "not_yet"), problems(done)
    assert "24 hours" in done.text("months")


def test_report_too_new(acme, world):
    acme.stack().defined()
    world.client("s3").put_object(Bucket=acme.bucket, Key="cost/aws-programmatic-access-test-object", Body=b"x")
    done = acme.verify()
    assert (done.state("read"), done.state("months"), done.verdict) == ("passed", "not_yet", "not_yet")
    assert "test object" in done.text("months")


def test_member_account_is_allowed_and_said(acme, world, product):
    organization = {"Id": "o-exampleorgid", "MasterAccountId": "222222222222"}
    world.exports({"organizations.DescribeOrganization": {"Organization": organization}})
    product.env = {"AWS_ENDPOINT_URL_ORGANIZATIONS": f"http://127.0.0.1:{world.stub_port}"}
    done = acme.stack().delivered().defined().verify()
    assert (done.state("account"), done.verdict) == ("warning", "warning"), problems(done)
    assert "member account; the management account is 222222222222" in done.text("account")


def test_missing_optional_permission_names_what_it_costs(acme, world):
    world.rules({"service": "organizations", "operation": "DescribeOrganization", "error": {"code": "AccessDeniedException", "message": "not authorized", "status": 400}})
    done = acme.stack().delivered().defined().verify()
    assert done.state("account") == "warning" and "DescribeOrganization" in done.text("account")
    assert "organizations:DescribeOrganization" in done.text("optional")


@pytest.mark.parametrize(
    ("rule", "check", "words"),
    [
        ({**S3, "operation": "ListObjectsV2", "error": {"code": "AccessDenied", "status": 403}}, "list", "s3:ListBucket"),
        ({**S3, "operation": "GetObject", "error": {"code": "AccessDenied", "status": 403}}, "read", "s3:GetObject"),
        ({**S3, "operation": "GetObject", "error": {"code": "AccessDenied", "status": 403, "message": "User is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:1:key/2"}}, "read", "KMS key"),
        ({**S3, "operation": "GetObject", "error": {"code": "ExpiredToken", "status": 400}}, "read", "have ended"),
        ({**S3, "operation": "ListObjectsV2", "error": {"code": "SlowDown", "status": 503}}, "list", "less often"),
        ({**STS, "operation": "AssumeRole", "error": {"code": "Throttling", "status": 400}}, "assume_role", "less often"),
        ({**STS, "operation": "GetCallerIdentity", "error": {"code": "ExpiredToken", "status": 403}}, "own_identity", "have ended"),
        ({**STS, "operation": "GetCallerIdentity", "error": {"code": "InvalidClientTokenId", "status": 403}}, "own_identity", "access key"),
    ],
)
def test_what_aws_refuses_has_its_own_advice(acme, world, rule, check, words):
    acme.stack().delivered().defined()
    world.rules(rule)
    done = acme.verify()
    assert done.state(check) == "failed" and done.verdict == "failed", problems(done)
    assert words in done.text(check) and rule["error"]["code"] in done.text(check), done.text(check)


def test_throttled_twice_is_tried_again(acme, world):
    acme.stack().delivered().defined()
    world.rules({**S3, "operation": "ListObjectsV2", "error": {"code": "SlowDown", "status": 503}, "times": 2})
    assert acme.verify().state("list") == "passed"


def test_no_network(acme, product):
    acme.stack()
    product.env = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    done = acme.verify()
    assert done.state("own_identity") == "failed" and "not reached" in done.text("own_identity"), done.text("own_identity")


def test_no_identity(acme, product):
    acme.stack()
    product.env = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    done = acme.verify()
    assert done.state("own_identity") == "failed" and "AWS identity" in done.text("own_identity"), done.text("own_identity")


def test_data_exports_are_found(acme, world):
    arn = "arn:aws:bcm-data-exports:us-east-1:111111111111:export/e1"
    target = {"S3Bucket": acme.bucket, "S3Prefix": "cost", "S3Region": "us-east-1", "S3OutputConfigurations": {"OutputType": "CUSTOM", "Format": "PARQUET", "Compression": "PARQUET", "Overwrite": "OVERWRITE_REPORT"}}
    export = {
        "ExportArn": arn, "Name": "e1", "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
        "DataQuery": {"QueryStatement": "SELECT line_item_unblended_cost FROM COST_AND_USAGE_REPORT", "TableConfigurations": {"COST_AND_USAGE_REPORT": {"TIME_GRANULARITY": "DAILY"}}},
        "DestinationConfigurations": {"S3Destination": target},
    }
    world.exports({
        "bcm-data-exports.ListExports": {"Exports": [{"ExportArn": arn, "ExportName": "e1", "ExportStatus": {"StatusCode": "HEALTHY"}}]},
        "bcm-data-exports.GetExport": {"Export": export, "ExportStatus": {"StatusCode": "HEALTHY"}},
    })
    done = acme.stack().delivered().verify()
    assert done.state("report") == "passed" and "CUR 2.0 export 'e1'" in done.text("report"), done.text("report")
    assert (done.state("report_hourly"), done.state("report_resource_ids"), done.state("report_refresh")) == ("warning", "warning", "passed")


def test_the_role_reads_nothing_else(acme, world):
    """What the template allows, tried with the role itself."""
    acme.stack().delivered()
    other = f"{acme.bucket}-other"
    world.client("s3").create_bucket(Bucket=other)
    world.client("s3").put_object(Bucket=other, Key="cost/x", Body=b"x")
    world.client("s3").put_object(Bucket=acme.bucket, Key="private/x", Body=b"x")
    sts = boto3.client("sts", region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{world.aws_port}", aws_access_key_id=world.key[0], aws_secret_access_key=world.key[1])
    keys = sts.assume_role(RoleArn=acme.arn, RoleSessionName="test", ExternalId=acme.made["external_id"])["Credentials"]
    s3 = boto3.client("s3", region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{world.aws_port}", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"])
    assert s3.list_objects_v2(Bucket=acme.bucket, Prefix="cost/")["KeyCount"] == 2
    for attempt in [
        lambda: s3.get_object(Bucket=other, Key="cost/x"),
        lambda: s3.get_object(Bucket=acme.bucket, Key="private/x"),
        lambda: s3.put_object(Bucket=acme.bucket, Key="cost/y", Body=b"y"),
        lambda: s3.delete_object(Bucket=acme.bucket, Key="cost/cur/20261001-20261101/cur-1.csv.gz"),
    ]:
        with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
            attempt()


def test_local_folder(product, tmp_path):
    folder = tmp_path / "bills"
    month = folder / "cur" / "20261001-20261101"
    month.mkdir(parents=True)
    product.connect("files", "--kind", "local", "--folder", str(folder))
    assert product.verify("files").verdict == "not_yet"
    (month / "cur-1.csv.gz").write_bytes(b"x")
    manifest = {"reportKeys": ["cur/20261001-20261101/cur-1.csv.gz"], "billingPeriod": {"start": "20261001T000000.000Z"}}
    (month / "cur-Manifest.json").write_text(json.dumps(manifest))
    assert product.verify("files").verdict == "passed"
