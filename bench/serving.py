"""The product's side of the queries: a running server, asked over one kept-alive connection. The time is
the server's own (`server-timing`). `top` changes with each repetition, so that no stored answer is served."""

import http.client
import json
import re
import socket
import statistics
import subprocess
import time
from pathlib import Path
from urllib.parse import urlencode


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(binary: str, data: str, *options: str) -> tuple:
    """`serve` on a free port: (process, port). It may not answer yet."""
    port = free_port()
    command = [binary, "--data", data, "serve", "--listen", f"127.0.0.1:{port}", *options]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), port


def peak_of(pid: int | str) -> float:
    """Greatest resident memory of a process, in GB; 0 when it has ended."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    except OSError:
        return 0.0
    return int(found.group(1)) / 1e6 if found else 0.0


class Server:
    readers_gb = 0.0

    def __init__(self, binary: str, data: str):
        made = subprocess.run([binary, "--data", data, "token", "create", "--name", "bench", "--role", "viewer"], capture_output=True, text=True, check=True)
        self.headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        self.process, self.port = started(binary, data)
        for _ in range(600):
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
                self.connection.connect()
                return
            except OSError:
                time.sleep(0.01)
        raise SystemExit("the server did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)

    def peak_gb(self) -> float:
        """Of the server, and of the largest of its readers that `look` saw."""
        return peak_of(self.process.pid) + self.readers_gb

    def look(self) -> None:
        """Notes the memory of the processes that read for the server; they end by themselves."""
        children = (task.read_text().split() for task in Path(f"/proc/{self.process.pid}/task").glob("*/children"))
        self.readers_gb = max(self.readers_gb, *(peak_of(pid) for pids in children for pid in pids), 0.0)

    def get(self, path: str, connection=None, **query) -> tuple:
        """(answer, server's milliseconds, client's milliseconds)."""
        connection = connection or self.connection
        started = time.perf_counter()
        connection.request("GET", f"/api/v1/{path}?{urlencode(query, doseq=True)}", headers=self.headers)
        answer = connection.getresponse()
        body = answer.read()
        waited = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise SystemExit(f"/api/v1/{path}?{query}: {answer.status} {body[:400]!r}")
        timing = re.search(r"dur=([\d.]+)", answer.getheader("server-timing") or "")
        return json.loads(body), float(timing.group(1)) if timing else waited, waited


class Asked(Server):
    """A server, asked as the page asks it."""

    def __init__(self, binary: str, data: str):
        made = subprocess.run([binary, "--data", data, "token", "create", "--name", "page", "--role", "administrator"], capture_output=True, text=True, check=True)
        super().__init__(binary, data)
        self.headers = {"Authorization": f"Bearer {made.stdout.strip()}"}

    def ask(self, method: str, path: str) -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, f"/api/v1{path}", headers=self.headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {body[:400]!r}")
        return json.loads(body)

    def verified(self, connection: str) -> str:
        self.ask("POST", f"/connections/{connection}/verification")
        while not (found := self.ask("GET", f"/connections/{connection}/verification"))["verdict"]:
            time.sleep(0.05)
        return found["verdict"]


def dashboard(previous: str, end: str, accounts: list, service: str) -> list:
    """The ten queries of jobs.py as the API is asked for them."""
    day = {"view": "day", "metric": "amortized"}
    return [
        ("cost by month", {"view": "month", "metric": "amortized", "group_by": "billing_period"}),
        ("by day and account, top 20", day | {"group_by": "account_id"}),
        ("by day and service, top 20", day | {"group_by": "product_code"}),
        ("by day and region, top 20", day | {"group_by": "region"}),
        ("by day and usage type, top 20", day | {"group_by": "usage_type"}),
        ("by month and tag", {"view": "month", "metric": "amortized", "group_by": "tag:TEAM"}),
        ("three accounts by day and instance type", day | {"group_by": "instance_type", "filter": "account_id=" + ",".join(accounts)}),
        ("amortized by lifecycle and day", day | {"group_by": "lifecycle"}),
        ("one service by day and operation", day | {"group_by": "operation", "filter": f"product_code={service}"}),
        ("totals of this and the last month", {"view": "month", "metric": "amortized", "group_by": "billing_period", "from": previous, "to": end}),
    ]


def queries(server: Server, span: dict, iterations: int) -> list:
    keys = server.get("dimensions")[0]["tag_keys"]
    team = next((k for k in keys if k.lower().replace("user_", "user:").endswith("user:team")), next((k for k in keys if "team" in k.lower()), keys[0]))
    results = []
    for name, query in dashboard(span["previous"], span["to"], span["accounts"], "AmazonEC2"):
        query = {"from": span["first"], "to": span["to"], **query}
        query["group_by"] = query["group_by"].replace("tag:TEAM", f"tag:{team}")
        times = [server.get("costs", top=20 + i, **query)[1] for i in range(iterations + 1)]
        results.append({"query": name, "ms": statistics.median(times[1:])})
    return results
