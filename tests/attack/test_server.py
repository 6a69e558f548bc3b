"""The server itself: slow and silent clients, too many of them, an end that comes, methods, hosts, the demo, logs."""

import contextlib
import json
import os
import re
import resource
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest
import requests
from house import BIN, House, classic_csv


def link(house: House, source: str | None = None, timeout: float = 10) -> socket.socket:
    """A connection; from another address of this machine if asked."""
    return socket.create_connection(("127.0.0.1", house.port), timeout, (source, 0) if source else None)


def say(house: House, text: str, timeout: float = 10) -> tuple[int, dict, str]:
    """One request as it is written, and the whole answer."""
    with link(house, timeout=timeout) as stream:
        stream.sendall(text.encode())
        data = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := stream.recv(65536):
                data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    if not lines[0]:
        return 0, {}, ""
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    return int(lines[0].split()[1]), headers, body.decode(errors="replace")


def ask(house: House, method: str, path: str, *lines: str, host: str | None = None) -> tuple[int, dict, str]:
    host = f"127.0.0.1:{house.port}" if host is None else host
    head = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *lines]
    return say(house, "\r\n".join([*head, "", ""]))


def is_closed(stream: socket.socket, within: float) -> bool:
    """Whether the other side closes within so many seconds, whatever it says before."""
    stream.settimeout(within)
    try:
        while stream.recv(65536):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


def quick(house: House, within: float = 3) -> None:
    begun = time.monotonic()
    answer = requests.get(f"{house.url}/api/v1/session", timeout=10)
    assert answer.status_code == 200, answer.text
    assert time.monotonic() - begun < within


# Clients that send slowly, or read nothing.


def test_slow_and_silent_clients_are_cut_off_while_others_are_served(house_with):
    house = house_with()
    own = f"Host: 127.0.0.1:{house.port}\r\n"
    page = requests.get(house.url, timeout=10).text
    # The largest of the page's files: answers that the kernel takes whole would leave nothing to wait for.
    size = lambda path: len(requests.get(f"{house.url}{path}", timeout=10).content)
    script = max(re.findall(r'(?:src|href)="(/assets/[^"]+\.js)"', page), key=size, default="/api/v1/openapi.json")
    heads, bodies, readers, idle = [], [], [], link(house)
    with house.watched(mb=300, seconds=60):
        begun = time.monotonic()
        for _ in range(50):
            heads.append(link(house))
            heads[-1].sendall(f"GET /api/v1/session HTTP/1.1\r\n{own}".encode())
            bodies.append(link(house))
            bodies[-1].sendall(f"POST /api/v1/session HTTP/1.1\r\n{own}Content-Type: application/json\r\nContent-Length: 9000\r\n\r\n{{".encode())
            # A small window, so that the answers do not fit into the kernel.
            stream = socket.socket()
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stream.connect(("127.0.0.1", house.port))
            stream.sendall(f"GET {script} HTTP/1.1\r\n{own}\r\n".encode() * 40)
            readers.append(stream)
        # One byte now and then does not help them.
        while time.monotonic() - begun < 13:
            for stream in [*heads[:10], *bodies[:10]]:
                with contextlib.suppress(OSError):
                    stream.sendall(b"X")
            time.sleep(1)
        for stream in heads:
            assert is_closed(stream, max(0.1, begun + 22 - time.monotonic())), "a slow head is waited for for ever"
        for stream in bodies:
            stream.settimeout(max(0.1, begun + 24 - time.monotonic()))
            answer = stream.recv(65536).decode()
            assert answer.startswith("HTTP/1.1 408 ") and "application/problem+json" in answer, answer
        # Waiting without a request is legitimate, for a while.
        assert not is_closed(idle, 0.1)
        for stream in [*heads, *bodies, idle]:
            stream.close()
        while (left := connections(house)) > 8 and time.monotonic() - begun < 35:
            time.sleep(0.5)
    assert left <= 8, f"{left} connections of clients that read nothing are still there"
    for stream in readers:
        stream.close()


def test_large_heads_and_bodies_are_refused(house):
    status, _, _ = ask(house, "GET", "/api/v1/session", f"X-Large: {'x' * 200_000}")
    assert status in (0, 431)
    status, _, _ = ask(house, "GET", "/api/v1/session", *(f"X-{n}: x" for n in range(500)))
    assert status in (0, 431)
    status, _, _ = ask(house, "GET", f"/api/v1/session?{'x' * 70_000}")
    assert status in (0, 414, 431)
    # Strangers send an address and a password; those who are signed in may send lists.
    nobody = requests.post(f"{house.url}/api/v1/session", json={"email": "a@example.com", "password": "x" * 50_000}, timeout=10)
    assert nobody.status_code == 413 and nobody.headers["Content-Type"] == "application/problem+json"
    chunked = requests.post(f"{house.url}/api/v1/session", data=iter([b"x" * 9_000] * 4), headers={"Content-Type": "application/json"}, timeout=10)
    assert chunked.status_code == 413, chunked.text
    admin = house.a.token("administrator")
    large = admin.post("/subsets", data=b'{"name": "' + b"x" * (3 << 20) + b'"}', headers={"Content-Type": "application/json"})
    assert large.status_code == 413, large.text
    deep = admin.post("/subsets", data=b"[" * 100_000, headers={"Content-Type": "application/json"})
    assert deep.status_code == 400, deep.text
    quick(house)


def connections(house: House) -> int:
    """Sockets that the server holds."""
    found = 0
    for descriptor in Path(f"/proc/{house.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            found += str(descriptor.readlink()).startswith("socket:")
    return found


# Too many of them.


def test_fifteen_hundred_connections_do_not_make_it_deaf(house_with):
    house = house_with()
    streams, refused = [], 0
    with house.watched(mb=200, seconds=60):
        for number in range(1_500):
            # From one address and from several.
            stream = link(house, f"127.0.0.{2 + number % 3 * (number % 2)}")
            if number % 3 == 0:
                stream.sendall(b"GET / HTTP/1.1\r\n")
            streams.append(stream)
        quick(house)
        limit = Path(f"/proc/{house.pid}/limits").read_text()
        soft, hard = re.search(r"Max open files\s+(\d+)\s+(\d+)", limit).groups()
        assert soft == hard, "the soft limit of descriptors is raised to the hard one"
        # Whoever waits makes room: a newcomer from the crowded address is served, too.
        with link(house, "127.0.0.2") as stream:
            stream.sendall(f"GET /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nConnection: close\r\n\r\n".encode())
            assert b" 200 " in stream.recv(100)
        for stream in streams:
            stream.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                with contextlib.suppress(OSError):
                    refused += stream.recv(1) == b""
    assert refused > 0, "one address holds more connections than it may"
    for stream in streams:
        stream.close()


def test_few_descriptors_are_shared_between_connections_and_files(tmp_path, monkeypatch):
    """With 256 descriptors, of which none can be had in addition."""
    house = House.__new__(House)
    house.folder, house.data, house.options, house.env, house.process = tmp_path, tmp_path / "data", (), {}, None
    house.env = dict(os.environ)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    launcher = tmp_path / "launch.sh"
    launcher.write_text(f'#!/bin/sh\nulimit -n 256\nexec "{BIN}" "$@"\n')
    launcher.chmod(0o755)
    monkeypatch.setattr("house.BIN", str(launcher))
    house.start()
    try:
        streams = [link(house) for _ in range(400)]
        for _ in range(5):
            quick(house)
        assert connections(house) < 200
        for stream in streams:
            stream.close()
        quick(house)
        begun = cpu(house)
        time.sleep(1)
        assert cpu(house) - begun < 50, "it spins"
    finally:
        house.stop()
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


def cpu(house: House) -> int:
    """Hundredths of a second that it has computed."""
    fields = Path(f"/proc/{house.pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


# The end.


def stops(house: House, within: float) -> None:
    took = house.stop(seconds=15)
    assert took < within, f"it took {took:.1f} s to stop"
    assert house.process.returncode == 0, f"ended with {house.process.returncode}: {house.log()[-1000:]}"


def test_it_stops_at_once_when_nobody_is_served(house_with):
    house = house_with(tenants=False)
    idle = [link(house) for _ in range(20)]
    with requests.Session() as session:
        session.get(f"{house.url}/api/v1/session", timeout=10)
        stops(house, 3)
    for stream in idle:
        stream.close()


def test_it_stops_whatever_clients_do(house_with):
    house = house_with()
    token = house.a.token("administrator").link.headers["Authorization"]
    held = []
    head = f"Host: 127.0.0.1:{house.port}\r\nAuthorization: {token}\r\n"
    # A verification at an endpoint that never answers, watched by event streams.
    with silent() as port:
        admin = house.a.token("administrator")
        made = admin.post("/connections", json={"kind": "s3_compatible", "name": "Slow"})
        if made.status_code == 201:
            identity = made.json()["id"]
            change = {"endpoint": f"http://127.0.0.1:{port}", "bucket": "bucket", "region": "us-east-1", "access_key_id": "a", "secret_access_key": "b"}
            admin.patch(f"/connections/{identity}", json=change)
            admin.post(f"/connections/{identity}/verification")
            for _ in range(10):
                held.append(link(house))
                held[-1].sendall(f"GET /api/v1/connections/{identity}/verification/events HTTP/1.1\r\n{head}\r\n".encode())
        for number in range(60):
            stream = socket.socket()
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stream.connect(("127.0.0.1", house.port))
            held.append(stream)
            match number % 3:
                case 0:  # never reads
                    for _ in range(30):
                        stream.sendall(f"GET /api/v1/openapi.json HTTP/1.1\r\n{head}\r\n".encode())
                case 1:  # sends slowly
                    stream.sendall(f"POST /api/v1/subsets HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode())
                case _:
                    stream.sendall(b"GET / HTTP/1.1\r\nHost: ")
        time.sleep(0.5)
        stops(house, 10)
    for stream in held:
        stream.close()


def test_it_stops_while_a_bill_is_read(house_with):
    house = house_with("--demo", tenants=False)
    time.sleep(1)
    stops(house, 10)


@contextlib.contextmanager
def silent():
    """An endpoint that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept = []

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    kept.append(server.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield server.getsockname()[1]
        for stream in kept:
            stream.close()


# Methods and addresses.


@pytest.mark.parametrize("method", ["FOO", "PUT", "DELETE", "TRACE", "PATCH", "CONNECT", "get"])
def test_unknown_methods_are_405_and_no_error_of_ours(house, method):
    before = house.log()
    for path in ["/api/v1/costs", "/api/v1/openapi.json", "/", "/analysis"]:
        status, headers, body = ask(house, method, path)
        # CONNECT has no path in HTTP: it is no request at all.
        assert status == 405 or (method == "CONNECT" and status in (0, 400, 403, 404)), f"{method} {path}: {status} {body}"
        if status == 405:
            assert "GET" in headers["allow"], headers
            assert json.loads(body)["status"] == 405 and headers["content-type"] == "application/problem+json"
    assert "ERROR" not in house.log()[len(before):]


def test_what_is_allowed_can_be_asked(house):
    status, headers, _ = ask(house, "OPTIONS", "/api/v1/subsets")
    assert status == 204 and set(headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "DELETE", "OPTIONS"}
    assert "access-control-allow-origin" not in headers
    status, headers, _ = ask(house, "OPTIONS", "/")
    assert status == 204 and headers["allow"] == "GET, HEAD, OPTIONS"
    viewer = house.a.token("viewer")
    for path in ["/session", "/overview", "/costs?group_by=service", "/costs.csv?group_by=service"]:
        get, head = viewer.get(path), viewer.call("HEAD", path)
        assert get.status_code == head.status_code == 200 and head.content == b"", path
        assert get.headers["Content-Type"] == head.headers["Content-Type"]


def test_addresses_that_are_none_are_404(house):
    for method in ["GET", "POST", "PUT", "FOO"]:
        for path in ["/api/v1/nothing", "/api/v1/costs/", "/api", "/api/", "/api/v2/costs", "//api/v1/costs"]:
            status, headers, body = ask(house, method, path)
            assert status == 404 and headers["content-type"] == "application/problem+json", f"{method} {path}: {status} {body}"


# Names.


@pytest.mark.parametrize("host", [
    "evil.example", "[::1].evil.example", "[::1]evil.example", "[::1", "localhost.evil.example", "localhost:80.evil.example", "localhost:", "localhost:99999",
    "127.0.0.1@evil.example", "evil.example:80", "", "[]", "::1", "127.0.0.1 ", "localhost,evil.example",
])
def test_foreign_hosts_are_refused(house, host):
    status, _, body = ask(house, "GET", "/api/v1/session", host=host)
    # A blank at the end is no part of a header's value.
    assert status == (200 if host == "127.0.0.1 " else 403), f"{host}: {status} {body}"


def test_a_request_names_one_host(house):
    own = f"127.0.0.1:{house.port}"
    for lines in [
        ["GET /api/v1/session HTTP/1.1"],
        ["GET /api/v1/session HTTP/1.1", f"Host: {own}", "Host: evil.example"],
        ["GET /api/v1/session HTTP/1.1", f"Host: {own}", f"Host: {own}"],
        ["GET http://evil.example/api/v1/session HTTP/1.1", f"Host: {own}"],
        ["GET http://evil.example/api/v1/session HTTP/1.1", "Host: evil.example"],
        [f"GET http://{own}/api/v1/session HTTP/1.1", "Host: evil.example"],
        ["GET /api/v1/session HTTP/1.0"],
    ]:
        status, _, body = say(house, "\r\n".join([*lines, "Connection: close", "", ""]))
        assert status in (400, 403), f"{lines}: {status} {body}"
    status, _, body = say(house, f"GET http://{own}/api/v1/session HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n")
    assert status == 200, body


def test_requests_within_requests_are_not_believed(house):
    """What one proxy takes for a body and another for a request."""
    own = f"127.0.0.1:{house.port}"
    both = f"POST /api/v1/session HTTP/1.1\r\nHost: {own}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/v1/session HTTP/1.1\r\nHost: {own}\r\n\r\n"
    twice = f"POST /api/v1/session HTTP/1.1\r\nHost: {own}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"
    for text in [both, twice]:
        with link(house, timeout=5) as stream:
            stream.sendall(text.encode())
            stream.shutdown(socket.SHUT_WR)
            data = b""
            with contextlib.suppress(OSError):
                while piece := stream.recv(65536):
                    data += piece
        assert data.count(b"HTTP/1.1 ") <= 1 or b"HTTP/1.1 400" in data, data
        assert not data.startswith(b"HTTP/1.1 200"), data


# The demo, and HTTPS.


@pytest.mark.parametrize(("options", "env"), [
    (["--public-url", "https://costs.example.com"], {}),
    (["--behind-proxy"], {}),
    (["--listen", "0.0.0.0:0"], {}),
    (["--listen", "[::]:0"], {}),
    ([], {"CLOUD_ANALYZER_PUBLIC_URL": "https://costs.example.com"}),
    ([], {"CLOUD_ANALYZER_BEHIND_PROXY": "true"}),
])
def test_the_demo_is_for_this_machine_alone(tmp_path, options, env):
    options = options if "--listen" in options else ["--listen", "127.0.0.1:0", *options]
    command = [BIN, "--data", str(tmp_path / "data"), "serve", "--demo", *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, env=os.environ | env)
    assert ended.returncode == 1 and "only this machine" in ended.stderr, ended.stderr
    assert not (tmp_path / "data").exists(), "nothing is opened before"


def test_behind_https_browsers_stay_there(house_with):
    house = house_with("--public-url", "https://costs.example.com")
    for path in ["/", "/api/v1/session", "/api/v1/nothing"]:
        _, headers, _ = ask(house, "GET", path, host="costs.example.com")
        assert headers["strict-transport-security"] == "max-age=31536000", path
    body = json.dumps({"email": house.a.email("viewer"), "password": "correct horse battery staple"})
    status, headers, answer = say(
        house,
        f"POST /api/v1/session HTTP/1.1\r\nHost: costs.example.com\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}",
    )
    assert status == 200, answer
    cookie = headers["set-cookie"]
    assert cookie.startswith("__Host-") and all(part in cookie for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"]), cookie


def test_without_https_nothing_is_promised(house):
    assert "strict-transport-security" not in ask(house, "GET", "/")[1]


# Logs and terminals.


EVIL = "EC2\n2026-11-01T00:00:00.000000Z ERROR everything is lost\x1b[2J\x1b]0;owned\x07\u202egnp"


def test_names_from_bills_do_nothing_to_terminals_and_logs(house_with, tmp_path):
    house = house_with(tenants=False)
    period = tmp_path / "evil\x1b[31mfolder" / "cost" / "cur" / "20261001-20261101"
    period.mkdir(parents=True)
    (period / "cur-1.csv").write_bytes(classic_csv([{"product/ProductName": EVIL, "lineItem/ResourceId": EVIL, "lineItem/Operation": EVIL}]))
    (tmp_path / "bad\x1b[2Jname.csv").write_bytes(b"identity/LineItemId,\x1b[2Jx\nforged\n")
    house.stop()
    ended = [
        house.cli("ingest", str(tmp_path / "evil\x1b[31mfolder")),
        house.cli("ingest", str(tmp_path / "bad\x1b[2Jname.csv")),
        house.cli("query", "--group-by", "service,operation", "--format", "table"),
        house.cli("explain", "--group-by", "operation", "--key", EVIL),
        house.cli("reconcile"),
        house.cli("query", "--group-by", "operation", "--format", "json"),
        house.cli("ingest", "/nothing/\x1b[2J\nERROR forged"),
    ]
    assert ended[0].returncode == 0, ended[0].stderr
    for command in ended:
        for text in (command.stdout, command.stderr):
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), repr(text)
            assert not any(line.startswith(("2026-11-01T", "ERROR")) for line in text.splitlines()), text
    names = [key for row in json.loads(ended[5].stdout)["rows"] for key in row["keys"]]
    assert EVIL in names, "JSON says what the bill says"
    exact = house.cli("query", "--group-by", "operation", "--format", "csv").stdout
    assert "\x1b[2J" in exact, "a file gets every byte"


def test_requests_forge_no_log_lines(house_with):
    house = house_with(env={"CLOUD_ANALYZER_LOG": "debug"})
    viewer = house.a.token("viewer")
    before = len(house.log())
    viewer.get("/dimensions/x%0a2026-11-01T00:00:00Z%20ERROR%20forged%1b[2J/values")
    requests.post(f"{house.url}/api/v1/session", json={"email": "x\n2026-11-01T00:00:00Z ERROR forged\x1b[2J", "password": "y"}, timeout=10)
    log = house.log()[before:]
    assert log, "nothing is logged"
    assert "\x1b" not in log and not any(line.startswith("2026-11-01T00:00:00Z ERROR forged") for line in log.splitlines()), log
