"""A running server with two tenants, and what an attacker needs around it: clients in every role, and a watch on the
process from outside (memory, life, answers to others meanwhile).
"""

import contextlib
import csv
import gzip
import io
import itertools
import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
import requests

CACHE = Path(os.environ.get("CLOUD_ANALYZER_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cloud-analyzer")
BIN = os.environ.get("CLOUD_ANALYZER_BIN") or str(CACHE / "target/release/cloud-analyzer")
PASSWORD = "correct horse battery staple"
ROLES = ("administrator", "editor", "viewer")
MONTH = "20261001-20261101"


def classic_csv(rows: list) -> bytes:
    """A classic report's file: each row is a dict of columns that are not the usual ones."""
    usual = {
        "identity/LineItemId": "l", "bill/BillingPeriodStartDate": "2026-10-01T00:00:00Z", "bill/BillingPeriodEndDate": "2026-11-01T00:00:00Z",
        "bill/PayerAccountId": "111111111111", "bill/BillType": "Anniversary", "bill/InvoiceId": "", "lineItem/UsageAccountId": "111111111111",
        "lineItem/LineItemType": "Usage", "lineItem/UsageStartDate": "2026-10-05T01:00:00Z", "lineItem/UsageEndDate": "2026-10-05T02:00:00Z",
        "lineItem/ProductCode": "AmazonEC2", "lineItem/UsageType": "BoxUsage:m5.large", "lineItem/Operation": "RunInstances",
        "lineItem/ResourceId": "i-1", "lineItem/UsageAmount": "1", "lineItem/CurrencyCode": "USD", "lineItem/UnblendedCost": "1.25",
        "pricing/publicOnDemandCost": "1.25", "product/ProductName": "Amazon Elastic Compute Cloud", "product/region": "us-east-1",
    }
    names = list(dict.fromkeys([*usual, *(name for row in rows for name in row)]))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**usual, **row} for row in rows)
    return text.getvalue().encode()


def small_bill(folder: Path, account: str, rows: int = 60) -> Path:
    """One month of one account."""
    days = [{"lineItem/UsageAccountId": account, "bill/PayerAccountId": account, "lineItem/ResourceId": f"i-{account}-{n}",
             "lineItem/UsageStartDate": f"2026-10-{1 + n % 28:02}T{n % 24:02}:00:00Z", "resourceTags/user:Team": f"team-{account[:3]}-{n % 3}"} for n in range(rows)]
    period = folder / "cost" / "cur" / MONTH
    period.mkdir(parents=True)
    (period / "cur-1.csv.gz").write_bytes(gzip.compress(classic_csv(days)))
    return folder


class Client:
    """Somebody who asks the HTTP interface."""

    def __init__(self, house: "House", token: str | None = None):
        self.house, self.link = house, requests.Session()
        self.link.trust_env = False
        if token:
            self.link.headers["Authorization"] = f"Bearer {token}"

    def sign_in(self, email: str, password: str = PASSWORD) -> "Client":
        answer = self.post("/session", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        self.link.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return self

    def call(self, method: str, path: str, **options) -> requests.Response:
        options.setdefault("timeout", 60)
        options.setdefault("allow_redirects", False)
        return self.link.request(method, f"{self.house.url}/api/v1{path}", **options)

    def get(self, path: str, **options) -> requests.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, **options) -> requests.Response:
        return self.call("POST", path, **options)

    def put(self, path: str, **options) -> requests.Response:
        return self.call("PUT", path, **options)

    def patch(self, path: str, **options) -> requests.Response:
        return self.call("PATCH", path, **options)

    def delete(self, path: str, **options) -> requests.Response:
        return self.call("DELETE", path, **options)


class Tenant:
    """An organization with its bill, its people and its tokens."""

    def __init__(self, house: "House", name: str, account: str, reports: Path):
        self.house, self.name, self.account, self.reports = house, name, account, reports
        self.tokens = {}
        house.done("--organization", name, "ingest", str(reports))
        for role in ROLES:
            house.done("--organization", name, "user", "add", self.email(role), "--name", role, "--role", role, "--password-stdin", stdin=PASSWORD + "\n")

    def email(self, role: str) -> str:
        return f"{role}@{self.name.lower().replace(' ', '-')}.example"

    def token(self, role: str) -> Client:
        if role not in self.tokens:
            made = self.house.done("--organization", self.name, "token", "create", "--name", f"of {role}", "--role", role)
            self.tokens[role] = next(word for word in made.split() if len(word) > 30)
        return Client(self.house, self.tokens[role])

    def person(self, role: str) -> Client:
        return Client(self.house).sign_in(self.email(role))

    @property
    def admin(self) -> Client:
        return self.person("administrator")

    @property
    def editor(self) -> Client:
        return self.person("editor")

    @property
    def viewer(self) -> Client:
        return self.person("viewer")

    @property
    def id(self) -> str:
        return self.token("viewer").get("/session").json()["organization"]["id"]


class Machine:
    """What of this machine others took since it was made: limits of time are meant for a machine that has nothing else to do."""

    def __init__(self, *pids: int):
        self.pids, self.begun = (os.getpid(), *pids), time.monotonic()
        self.busy, self.own = self.all_busy(), self.ours()

    @staticmethod
    def all_busy() -> float:
        """Seconds of all processors that were not idle."""
        _, user, nice, system, _, _, irq, softirq, steal, *_ = Path("/proc/stat").read_text().split("\n")[0].split()
        return sum(map(int, (user, nice, system, irq, softirq, steal))) / os.sysconf("SC_CLK_TCK")

    def ours(self) -> float:
        """Those of the tests and of the server, with what they started and that has ended."""
        ticks = 0
        for pid in self.pids:
            with contextlib.suppress(OSError):
                ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def slowed(self) -> float:
        """How many times as long as on an idle machine everything may take; 1 where others took nothing."""
        whole = max(time.monotonic() - self.begun, 0.01) * (os.cpu_count() or 1)
        others = self.all_busy() - self.busy - max(self.ours() - self.own, 0)
        return whole / max(whole - max(others, 0), whole / 10)


class House:
    """A data folder, a server on it, and two tenants."""

    def __init__(self, folder: Path, *options: str, env: dict | None = None, tenants: bool = True):
        self.folder, self.data, self.options = folder, folder / "data", options
        # Keys of this machine are nobody's business here.
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | {"AWS_EC2_METADATA_DISABLED": "true", **(env or {})}
        self.process = None
        if tenants:
            self.a = Tenant(self, "Alpha", "111111111111", small_bill(folder / "bills-alpha", "111111111111"))
            self.b = Tenant(self, "Beta", "222222222222", small_bill(folder / "bills-beta", "222222222222"))
        self.start()

    def cli(self, *arguments: str, stdin: str = "", timeout: float = 120) -> subprocess.CompletedProcess:
        return subprocess.run([BIN, "--data", str(self.data), *arguments], input=stdin, capture_output=True, text=True, env=self.env, timeout=timeout, check=False)

    def done(self, *arguments: str, stdin: str = "") -> str:
        """What a command prints that must go well."""
        ended = self.cli(*arguments, stdin=stdin)
        assert ended.returncode == 0, f"{arguments}: {ended.stderr}"
        return ended.stdout

    def start(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = self.folder / "serve.log"
        with self.log_path.open("ab") as log:
            command = [BIN, "--data", str(self.data), "serve", "--listen", f"127.0.0.1:{self.port}", *self.options]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            assert self.process.poll() is None, self.log()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise AssertionError(f"does not listen: {self.log()}")

    @property
    def pid(self) -> int:
        return self.process.pid

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def memory_mb(self) -> float:
        """Of the server and its child processes, their own: a reader that starts maps the pages of the same program once more."""
        total = 0
        for status in [Path(f"/proc/{self.pid}/status"), *(Path(f"/proc/{child}/status") for child in self.children())]:
            with contextlib.suppress(OSError):
                found = re.search(r"RssAnon:\s+(\d+) kB", status.read_text())
                total += int(found.group(1)) if found else 0
        return total / 1024

    def children(self) -> list:
        found = []
        with contextlib.suppress(OSError):
            for tasks in Path(f"/proc/{self.pid}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found += tasks.read_text().split()
        return found

    @contextlib.contextmanager
    def watched(self, mb: float = 300, seconds: float = 30, answers_within: float = 3):
        """Others are served meanwhile, memory grows by `mb` at most, it is over in time, and the server lives."""
        before, peak, slowest, stop = self.memory_mb(), [0.0], [0.0], threading.Event()

        def memory() -> None:
            while not stop.wait(0.02):
                peak[0] = max(peak[0], self.memory_mb())

        def life() -> None:
            while not stop.wait(0.1):
                begun = time.monotonic()
                with contextlib.suppress(requests.RequestException):
                    requests.get(f"{self.url}/api/v1/session", timeout=answers_within * 10)
                slowest[0] = max(slowest[0], time.monotonic() - begun)

        threads = [threading.Thread(target=memory, daemon=True), threading.Thread(target=life, daemon=True)]
        machine, begun = Machine(self.pid), time.monotonic()
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            took, slowed = time.monotonic() - begun, machine.slowed()
            stop.set()
            for thread in threads:
                thread.join()
        assert self.process.poll() is None, f"the server ended with {self.process.returncode}: {self.log()[-2000:]}"
        assert peak[0] - before < mb, f"memory grew from {before:.0f} to {peak[0]:.0f} MB, more than {mb} MB"
        assert slowest[0] < answers_within * slowed, f"others waited for {slowest[0]:.1f} s on a machine that was slowed {slowed:.1f} times"
        assert took < seconds * slowed, f"it took {took:.1f} s on a machine that was slowed {slowed:.1f} times"
        assert requests.get(f"{self.url}/api/v1/session", timeout=10).status_code == 200

    def stop(self, seconds: float = 15) -> float:
        """Asks the server to end; how long that took."""
        begun = time.monotonic()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        return time.monotonic() - begun


def settled(client, path: str, options: dict):
    """The answer once all of it is reckoned: some figures are on their way after a publication, and say so."""
    for _ in range(300):
        answer = client.get(path, params=options)
        if answer.status_code != 200 or '"reckoning":true' not in answer.text:
            break
        time.sleep(0.2)
    return answer


@pytest.fixture
def house_with(tmp_path):
    """Makes a house with other options: `house_with("--allow-folder", path)`; it is stopped at the end."""
    houses, number = [], itertools.count(1)

    def make(*options: str, env: dict | None = None, tenants: bool = True) -> House:
        folder = tmp_path / f"house-{next(number)}"
        folder.mkdir()
        houses.append(House(folder, *options, env=env, tenants=tenants))
        return houses[-1]

    yield make
    for house in houses:
        house.stop()


def pytest_report_header(config):
    return [f"binary: {BIN}"]
