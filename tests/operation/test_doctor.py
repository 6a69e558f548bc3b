"""`doctor`: each check goes wrong on purpose, and says what to do; beside a running server."""

import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from house import House
from mailbox import Mailbox


class Provider(BaseHTTPRequestHandler):
    """Answers like S3 does to who does not sign: with a refusal, and its time."""

    date = None

    def do_GET(self) -> None:
        self.send_response_only(403)
        self.send_header("Date", self.date or self.date_time_string())
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def provider():
    Provider.date = None
    with HTTPServer(("127.0.0.1", 0), Provider) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def looked(house: House, *options: str, env: dict | None = None) -> tuple[int, dict]:
    before, house.env = house.env, house.env | (env or {})
    try:
        ended = house.cli("doctor", "--json", *options, timeout=100)
    finally:
        house.env = before
    assert ended.returncode in (0, 1), ended.stderr
    checks = {}
    for check in json.loads(ended.stdout)["checks"]:
        assert (check["health"] == "good") or check["fix"], f"no fix for {check}"
        checks.setdefault(check["check"], check)
    return ended.returncode, checks


def test_a_good_house_is_good_beside_its_server(house_with, provider):
    house = house_with(tenants=False)
    with Mailbox() as mailbox:
        code, checks = looked(house, *mailbox.options, env={"AWS_ENDPOINT_URL": provider})
        assert code == 0, checks
        for name in ["data_folder", "disk_space", "disk_speed", "clock", "clock_outside", "network", "configuration", "key", "provider", "mail"]:
            assert checks[name]["health"] in ("good", "warning"), checks[name]
        assert "0 s" in checks["clock_outside"]["found"] or "1 s" in checks["clock_outside"]["found"]
        assert mailbox.mails == [], "no mail is sent"
    assert house.process.poll() is None
    assert not [path for path in house.data.iterdir() if path.name.startswith(".disk")]
    text = house.cli("doctor", "--offline").stdout
    assert "disk_speed" in text and "provider" not in text


@pytest.mark.parametrize(("off", "health"), [(-100, "warning"), (-4_000, "wrong"), (4_000, "wrong")])
def test_a_clock_that_is_off_is_told(house_with, provider, off, health):
    import time
    from email.utils import formatdate

    house = house_with(tenants=False)
    Provider.date = formatdate(time.time() + off, usegmt=True)
    code, checks = looked(house, env={"AWS_ENDPOINT_URL": provider})
    assert (checks["clock_outside"]["health"], code) == (health, int(health == "wrong")), checks["clock_outside"]
    assert "NTP" in checks["clock_outside"]["fix"]


def test_who_is_not_there_is_named_with_what_to_do(house_with):
    house = house_with(tenants=False)
    nobody = "127.0.0.1:9"
    options = ["--smtp-url", f"smtp://user:hush-hush@{nobody}", "--oidc-issuer", f"http://{nobody}", "--oidc-client-id", "us"]
    code, checks = looked(house, *options, env={"AWS_ENDPOINT_URL": f"http://{nobody}"})
    assert code == 1
    assert checks["mail"]["health"] == "wrong" and nobody in checks["mail"]["found"] and "hush-hush" not in json.dumps(checks)
    assert checks["openid"]["health"] == "wrong" and "OIDC_ISSUER" in checks["openid"]["fix"]
    # No connection needs the provider yet.
    assert checks["provider"]["health"] == "warning"


def test_a_mail_server_that_hangs_is_not_waited_for(house_with, provider):
    house = house_with(tenants=False)
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as silent:
        code, checks = looked(house, "--smtp-url", f"smtp://127.0.0.1:{silent.server_address[1]}", env={"AWS_ENDPOINT_URL": provider})
    assert (code, checks["mail"]["health"]) == (1, "wrong")


def test_connections_need_their_provider(house_with):
    house = house_with(tenants=False)
    house.done("connect", "acme", "--bucket", "acme-billing-reports", "--prefix", "cost")
    code, checks = looked(house, env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "x"})
    assert (code, checks["provider"]["health"], checks["credentials"]["health"]) == (1, "wrong", "wrong"), checks
