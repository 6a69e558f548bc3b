"""The fake AWS: ministack with enforced authorisation, a stub for Data Exports, and a proxy that breaks things.

Two accounts: the customer's, whose bill it is, and ours, in which the service runs. A 12-digit access key acts as
the root of that account.
"""

import email
import email.policy
import json
import os
import socket
import subprocess
import time
from pathlib import Path

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

CACHE = Path(os.environ.get("CLOUD_ANALYZER_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cloud-analyzer")
BIN = os.environ.get("CLOUD_ANALYZER_BIN") or str(CACHE / "target/release/cloud-analyzer")
CUSTOMER, OURS, MEMBER = "111111111111", "999999999999", "222222222222"
# Of the second S3 server.
KEYS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY")
CONFIG = Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})


def tool(venv: str, name: str) -> str:
    return str(CACHE / f"venv-{venv}" / "bin" / name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port: int, process: subprocess.Popen, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"{process.args} does not listen on {port}")


class World:
    """All servers, and what tests do to them."""

    def __init__(self, folder: Path):
        self.folder, self.processes, self.broken = folder, [], False
        self.fixtures = folder / "exports.json"
        self.exports({})
        self.aws_port, self.stub_port, self.proxy_port = free_port(), free_port(), free_port()
        self.start([tool("ministack", "ministack")], self.aws_port, AUTH="true", BIND_HOST="127.0.0.1", GATEWAY_PORT=str(self.aws_port))
        stub = Path(__file__).with_name("modelstub.py")
        self.start([tool("modelstub", "python"), str(stub), str(self.stub_port), str(self.fixtures)], self.stub_port)
        self.start([tool("microburst", "python"), str(Path(__file__).with_name("faults.py")), "--host", "127.0.0.1", "--port", str(self.proxy_port), "--upstream", f"http://127.0.0.1:{self.aws_port}"], self.proxy_port)
        self.key = self.service_user()

    def start(self, command: list, port: int, **env: str) -> None:
        log = (self.folder / f"{Path(command[0]).name}-{port}.log").open("wb")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, env={**os.environ, **env})
        self.processes.append(process)
        wait_for(port, process)

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)

    def client(self, service: str, account: str = CUSTOMER, region: str = "us-east-1"):
        return boto3.client(service, region_name=region, endpoint_url=f"http://127.0.0.1:{self.aws_port}", config=CONFIG, aws_access_key_id=account, aws_secret_access_key="test")

    def service_user(self) -> tuple:
        """The identity that the service runs as: it may assume roles and nothing else."""
        iam = self.client("iam", OURS)
        iam.create_user(UserName="service")
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}
        iam.put_user_policy(UserName="service", PolicyName="assume", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName="service")["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def rules(self, *rules: dict) -> None:
        """What the proxy breaks, until it is told otherwise."""
        self.broken = bool(rules)
        requests.post(f"http://127.0.0.1:{self.proxy_port}/_microburst/rules", json=list(rules), timeout=10).raise_for_status()

    def exports(self, fixtures: dict) -> None:
        """What Data Exports answers; by default there are none."""
        empty = {"bcm-data-exports.ListExports": {"Exports": []}}
        self.fixtures.write_text(json.dumps({**empty, **fixtures}))

    def environment(self, **changes: str) -> dict:
        """Of the service: its own keys, and the fake AWS, behind the proxy if that is to break something (it gives
        no lengths, which reading objects needs)."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **kept,
            "AWS_ACCESS_KEY_ID": self.key[0],
            "AWS_SECRET_ACCESS_KEY": self.key[1],
            "AWS_EC2_METADATA_DISABLED": "true",
            # The second S3 server is an endpoint that users name, and stands on this machine.
            "CLOUD_ANALYZER_ALLOW_PRIVATE_RANGE": "127.0.0.0/8",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.proxy_port if self.broken else self.aws_port}",
            "AWS_ENDPOINT_URL_BCM_DATA_EXPORTS": f"http://127.0.0.1:{self.stub_port}",
            **changes,
        }


class Part:
    """One server of its own."""

    def begin(self, command: list) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(self.port, self.process)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


class Mails(Part):
    """A real SMTP server that writes what it gets into a maildir."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.begin([tool("aiosmtpd", "python"), "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Mailbox", "-l", f"127.0.0.1:{self.port}", str(folder)])

    def all(self) -> list:
        files = sorted((self.folder / "new").glob("*"), key=lambda path: path.stat().st_mtime) if (self.folder / "new").exists() else []
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]

    def wait(self, count: int, seconds: float = 30) -> list:
        end = time.monotonic() + seconds
        while len(self.all()) < count and time.monotonic() < end:
            time.sleep(0.1)
        found = self.all()
        assert len(found) == count, [mail["subject"] for mail in found]
        return found


class SecondS3(Part):
    """An S3 server that has nothing to do with the fake AWS (SeaweedFS): it checks every signature."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        store = folder / "seaweedfs"
        store.mkdir()
        who = {"name": "reader", "credentials": [{"accessKey": KEYS[0], "secretKey": KEYS[1]}], "actions": ["Admin", "Read", "Write", "List"]}
        (store / "identities.json").write_text(json.dumps({"identities": [who]}))
        ports = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc", "s3.port.grpc")
        self.begin([
            tool("seaweedfs", "weed"), "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={store}", "-filer", "-s3",
            "-volume.max=400", "-master.telemetry=false", f"-s3.port={self.port}", "-s3.port.iceberg=0", "-s3.port.lance=0",
            f"-s3.config={store}/identities.json", *(f"-{name}={free_port()}" for name in ports),
        ])
        self.until_it_keeps()

    def stop(self) -> None:
        # Asked to end, it takes its time; there is nothing to keep.
        self.process.kill()
        self.process.wait(20)

    def until_it_keeps(self) -> None:
        """It listens before it can store."""
        end = time.monotonic() + 120
        while True:
            try:
                self.client().create_bucket(Bucket="is-it-ready")
                self.client().put_object(Bucket="is-it-ready", Key="probe", Body=b"x")
                return
            except ClientError:
                assert time.monotonic() < end, "SeaweedFS does not store"
                time.sleep(0.3)

    def client(self):
        return boto3.client("s3", region_name="us-east-1", endpoint_url=self.url, config=CONFIG, aws_access_key_id=KEYS[0], aws_secret_access_key=KEYS[1])


class Product:
    """A data folder and the command line on it."""

    def __init__(self, folder: Path, world: World):
        self.folder, self.world, self.env = folder, world, {}

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [BIN, "--data", str(self.folder), *arguments]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=self.world.environment(**self.env), check=False)

    def connect(self, *arguments: str) -> dict:
        done = self.run("connect", *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def template(self, name: str, *arguments: str) -> str:
        done = self.run("connect", name, "--template", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def verify(self, name: str) -> "Verified":
        done = self.run("verify", name, "--json")
        assert done.stdout, done.stderr
        answer = json.loads(done.stdout)
        assert done.returncode == (1 if answer["verdict"] == "failed" else 0)
        return Verified(answer)


class Verified:
    """A verification, by step."""

    def __init__(self, answer: dict):
        self.verdict = answer["verdict"]
        self.checks = {check["check"]: check for check in answer["checks"]}

    def state(self, name: str) -> str:
        return self.checks[name]["state"]

    def text(self, name: str) -> str:
        check = self.checks[name]
        return f"{check['answer']} | {check['fix']} | {check['fix_command']}"

    def states(self) -> dict:
        return {name: check["state"] for name, check in self.checks.items()}
