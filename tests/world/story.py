"""The fake AWS, an SMTP server and a second S3 server for the browser tests: prints what the product's environment
must be, then does what each line of its input asks, a JSON object, and answers with a line. It ends with its input."""

import json
import sys
import tempfile
from pathlib import Path

from world import KEYS, Mails, SecondS3, World


def deliver(s3, bucket: str, prefix: str, folder: str) -> int:
    root = Path(folder)
    found = sorted(path for path in root.rglob("*") if path.is_file())
    assert found, f"{folder} holds no files"
    for file in found:
        s3.upload_file(str(file), bucket, f"{prefix}/{file.relative_to(root)}")
    return len(found)


def stack(world: World, name: str, template: str) -> dict:
    """Makes a stack as its console page would; gives its outputs."""
    cloud = world.client("cloudformation")
    cloud.create_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
    cloud.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
    return {output["OutputKey"]: output["OutputValue"] for output in cloud.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]}


def mail(message) -> dict:
    kinds = {kind: message.get_body((kind,)).get_content() for kind in ("plain", "html")}
    return {"to": message["to"], "subject": message["subject"], **kinds}


def main(folder: Path) -> None:
    world, mails, second = World(folder), Mails(folder / "mails"), SecondS3(folder)
    print(json.dumps({
        "environment": {name: value for name, value in world.environment().items() if name.startswith("AWS_")},
        "smtp": f"smtp://127.0.0.1:{mails.port}",
        "s3": {"endpoint": second.url, "access_key_id": KEYS[0], "secret_access_key": KEYS[1]},
    }), flush=True)
    aws = world.client("s3")
    does = {
        "bucket": lambda ask: (second.client() if ask["second"] else aws).create_bucket(Bucket=ask["bucket"]) and {},
        "deliver": lambda ask: {"files": deliver(second.client() if ask["second"] else aws, ask["bucket"], ask["prefix"], ask["folder"])},
        "stack": lambda ask: stack(world, ask["name"], ask["template"]),
        "mails": lambda _: {"mails": [mail(message) for message in mails.all()]},
    }
    try:
        for line in sys.stdin:
            ask = json.loads(line)
            try:
                answer = does[ask["do"]](ask)
            except Exception as error:  # the browser test says it, with what it was doing
                answer = {"error": str(error)}
            print(json.dumps(answer), flush=True)
    finally:
        mails.stop()
        second.stop()
        world.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(Path(made))
