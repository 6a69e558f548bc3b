"""The product as a script sees it: the command line and the files that it leaves."""

import contextlib
import csv
import http.client
import io
import json
import os
import socket
import subprocess
import time
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

BIN = os.environ.get("CLOUD_ANALYZER_BIN") or str(
    Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cloud-analyzer/target/release/cloud-analyzer"
)


class Refused(Exception):
    """The product said no; the message is what it said."""


def run(*arguments: str) -> str:
    done = subprocess.run([BIN, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Refused(f"{' '.join(arguments)}: exit code {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def ingest(data: Path, source: Path, *options: str) -> dict:
    return json.loads(run("--data", str(data), "ingest", str(source), "--json", *options))


def query(data: Path, metric: str, group_by: str, *options: str) -> dict:
    """Group (a tuple of dimension values, then the period if a view is given) -> exact figure."""
    text = run("--data", str(data), "query", "--metric", metric, "--group-by", group_by, "--format", "csv", *options)
    rows = list(csv.reader(io.StringIO(text)))
    groups = {}
    for row in rows[1:]:
        assert tuple(row[:-1]) not in groups, f"group {row[:-1]} comes twice"
        groups[tuple(row[:-1])] = Decimal(row[-1])
    return groups


def reconcile(data: Path) -> dict:
    return json.loads(run("--data", str(data), "reconcile", "--format", "json"))


def generate(out: Path, form: str, rows: int, seed: int = 7) -> Path:
    run("demo", "generate", "--rows", str(rows), "--format", form, "--out", str(out), "--seed", str(seed))
    return out


@contextlib.contextmanager
def served(data: Path, *options: str, role: str = "viewer"):
    """`get(path, **query)` of the HTTP interface, as a script asks it; `get.send(method, path, body)` changes something.
    `options` choose the organization."""
    token = run("--data", str(data), "token", "create", "--name", "oracle", "--role", role, *options).split()
    headers = {"Authorization": f"Bearer {next(word for word in token if word.startswith('ca_'))}"}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [BIN, "--data", str(data), "serve", "--listen", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def body_of(path: str, **query) -> bytes:
        connection.request("GET", f"/api/v1/{path}?{urlencode(query, doseq=True)}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise Refused(f"{path} {query}: {answer.status} {body[:2000]!r}")
        return body

    def get(path: str, **query) -> dict:
        return json.loads(body_of(path, **query))

    get.text = lambda path, **query: body_of(path, **query).decode()

    def send(method: str, path: str, body: dict) -> dict | None:
        connection.request(method, f"/api/v1/{path}", json.dumps(body), headers | {"Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise Refused(f"{method} {path}: {answer.status} {text[:2000]!r}")
        return json.loads(text) if text else None

    get.send = send
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                connection.connect()
                break
            time.sleep(0.05)
        yield get
    finally:
        process.terminate()
        process.wait(20)
