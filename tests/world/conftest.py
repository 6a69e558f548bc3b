"""One fake AWS for all tests; a bucket, a stack and a data folder for each."""

import itertools
import json

import pytest
from world import BIN, Product, World

NUMBER = itertools.count(1)


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("world"))
    yield made
    made.stop()


@pytest.fixture
def product(tmp_path, world):
    yield Product(tmp_path / "data", world)
    world.rules()
    world.exports({})


def files(world, bucket: str, prefix: str = "cost") -> None:
    """A classic report's month: manifest and one file."""
    s3 = world.client("s3")
    folder = f"{prefix}/cur/20261001-20261101"
    key = f"{folder}/cur-1.csv.gz"
    manifest = {"assemblyId": "a1", "reportName": "cur", "reportKeys": [key], "columns": [], "billingPeriod": {"start": "20261001T000000.000Z", "end": "20261101T000000.000Z"}}
    s3.put_object(Bucket=bucket, Key=key, Body=b"x" * 1000)
    s3.put_object(Bucket=bucket, Key=f"{folder}/cur-Manifest.json", Body=json.dumps(manifest))


def definition(bucket: str, **changes) -> dict:
    return {
        "ReportName": "cur", "TimeUnit": "HOURLY", "Format": "textORcsv", "Compression": "GZIP",
        "AdditionalSchemaElements": ["RESOURCES"], "S3Bucket": bucket, "S3Prefix": "cost", "S3Region": "us-east-1",
        "AdditionalArtifacts": [], "RefreshClosedReports": True, "ReportVersioning": "OVERWRITE_REPORT", **changes,
    }


class Set:
    """A connection that is set up as the page says: the stack is made of the template that we rendered."""

    def __init__(self, world, product):
        self.world, self.product = world, product
        self.bucket = f"bills-{next(NUMBER)}"
        world.client("s3").create_bucket(Bucket=self.bucket)
        self.made = product.connect("acme", "--bucket", self.bucket, "--prefix", "cost")
        self.report = None

    def stack(self, change=lambda template: template) -> "Set":
        template = change(self.product.template("acme", "cloudformation"))
        cloud = self.world.client("cloudformation")
        name = f"stack-{self.bucket}"
        cloud.create_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
        cloud.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
        outputs = cloud.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
        self.arn = next(output["OutputValue"] for output in outputs if output["OutputKey"] == "RoleArn")
        self.product.connect("acme", "--role-arn", self.arn)
        return self

    def delivered(self) -> "Set":
        files(self.world, self.bucket)
        return self

    def defined(self, **changes) -> "Set":
        self.report = f"cur-{self.bucket}"
        report = definition(self.bucket, **{"ReportName": self.report, **changes})
        self.world.client("cur").put_report_definition(ReportDefinition=report)
        return self

    def verify(self):
        return self.product.verify("acme")


@pytest.fixture
def acme(world, product):
    made = Set(world, product)
    yield made
    if made.report:
        world.client("cur").delete_report_definition(ReportName=made.report)


def pytest_report_header(config):
    return [f"binary: {BIN}"]
