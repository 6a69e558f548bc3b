"""Signing in with OpenID Connect: the real binary against a real provider (oidc-provider, in node), by a client that
does what a browser does: follows redirects, keeps cookies per site, fills in the provider's forms."""

import html
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cloud-analyzer"
BIN = os.environ.get("CLOUD_ANALYZER_BIN") or str(CACHE / "target/release/cloud-analyzer")
PASSWORD = "correct horse battery"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Browser:
    """Keeps cookies by port (both sites are 127.0.0.1) and path, as far as these tests need it."""

    def __init__(self):
        self.cookies = {}

    def ask(self, url: str, method="GET", form=None, body=None, headers=None):
        at = urlsplit(url)
        sent = dict(headers or {})
        known = [f"{name}={value}" for (port, name), (value, path) in self.cookies.items() if port == at.port and at.path.startswith(path)]
        if known:
            sent["Cookie"] = "; ".join(known)
        data = None
        if form is not None:
            data, sent["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body), "application/json"
        if at.scheme == "https":
            # The browser's trust is not what is tested.
            connection = http.client.HTTPSConnection(at.hostname, at.port, timeout=20, context=ssl._create_unverified_context())
        else:
            connection = http.client.HTTPConnection(at.hostname, at.port, timeout=20)
        connection.request(method, at.path + (f"?{at.query}" if at.query else ""), data, sent)
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            value = rest.split(";")[0]
            path = (re.search(r"path=([^;]+)", cookie, re.I) or [None, "/"])[1]
            gone = "max-age=0" in cookie.lower() or "1970" in cookie
            self.cookies.pop((at.port, name), None) if gone else self.cookies.update({(at.port, name): (value, path)})
        connection.close()
        return answer.status, answer.headers, text

    def follow(self, url: str, until: str, login: str, cancel=False):
        """Follows redirects and fills in forms until the address begins with `until`; returns that address."""
        for _ in range(20):
            if url.startswith(until):
                return url
            status, headers, text = self.ask(url)
            for _ in range(4):
                if status in (302, 303):
                    break
                action = re.search(r'<form[^>]+action="([^"]+)"', text)
                assert action, f"{url}: {status} {text[:400]}"
                if cancel:
                    link = re.search(r'href="([^"]+/abort)"', text)
                    status, headers, text = self.ask(urljoin(url, html.unescape(link[1])))
                    continue
                hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)"', text))
                typed = {"login": login, "password": "any"} if 'name="login"' in text else {}
                status, headers, text = self.ask(urljoin(url, html.unescape(action[1])), "POST", form={**hidden, **typed})
            url = urljoin(url, headers["Location"])
        raise AssertionError(f"never came to {until}")


def certificates(folder: Path) -> dict:
    """A CA of one's own, and a certificate of 127.0.0.1 that it signed."""
    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, stdin=subprocess.DEVNULL)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=CA of the tests")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "own.key", "-out", "own.csr", "-subj", "/CN=127.0.0.1")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", "own.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "own.pem")
    return {name: str(folder / name) for name in ("ca.pem", "own.key", "own.pem")}


class World:
    def __init__(self, folder: Path, tls: dict | None = None, trusted: bool = True):
        port, provider = free_port(), free_port()
        self.url, self.issuer, self.data = f"http://127.0.0.1:{port}", f"http{'s' if tls else ''}://127.0.0.1:{provider}", str(folder / "data")
        files = [tls["own.key"], tls["own.pem"]] if tls else []
        self.folder = folder
        self.processes = [
            subprocess.Popen(["node", str(HERE / "openid/provider.mjs"), str(provider), f"{self.url}/api/v1/oidc/callback", *files], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ]
        assert self.processes[0].stdout.readline().strip() == "ready", "the provider did not start: run scripts/setup.sh test"
        for address in ["ada@example.com", "bob@example.com"]:
            role = "administrator" if address.startswith("ada") else "viewer"
            self.run("user", "add", address, "--role", role, "--password-stdin", given=PASSWORD)
        environment = {**os.environ, "CLOUD_ANALYZER_OIDC_CLIENT_SECRET": "of-the-tests", "CLOUD_ANALYZER_OIDC_NAME": "Test identities"}
        if tls and trusted:
            environment["SSL_CERT_FILE"] = tls["ca.pem"]
        options = ["--listen", f"127.0.0.1:{port}", "--oidc-issuer", self.issuer, "--oidc-client-id", "cloud-analyzer"]
        self.log = open(folder / "log", "w+", encoding="utf-8")
        self.processes.append(subprocess.Popen([BIN, "--data", self.data, "serve", *options], env=environment, stdout=subprocess.DEVNULL, stderr=self.log))
        for _ in range(600):
            try:
                Browser().ask(f"{self.url}/api/v1/session")
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def run(self, *arguments: str, given: str = "") -> str:
        done = subprocess.run([BIN, "--data", self.data, *arguments], input=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)
        self.log.close()

    def start(self, browser: Browser, to: str = "/analysis?view=day") -> str:
        status, headers, text = browser.ask(f"{self.url}/api/v1/oidc/start?{urlencode({'to': to})}")
        assert status == 303, text
        return headers["Location"]

    def sign_in(self, login: str, browser=None, to: str = "/analysis?view=day", cancel=False) -> tuple:
        """(browser, where it was sent in the end)"""
        browser = browser or Browser()
        back = browser.follow(self.start(browser, to), self.url, login, cancel)
        status, headers, text = browser.ask(back)
        assert status == 303, text
        return browser, headers["Location"]

    def session(self, browser: Browser) -> dict:
        return json.loads(browser.ask(f"{self.url}/api/v1/session")[2])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("openid"))
    yield made
    made.stop()


@pytest.mark.parametrize("trusted", [True, False])
def test_over_https_with_a_ca_of_ones_own(tmp_path, trusted):
    made = World(tmp_path, certificates(tmp_path), trusted)
    try:
        if trusted:
            browser, to = made.sign_in("bob@example.com")
            assert to == "/analysis?view=day" and made.session(browser)["user"]["email"] == "bob@example.com"
        else:
            status, headers, _ = Browser().ask(f"{made.url}/api/v1/oidc/start")
            assert (status, headers["Location"]) == (303, "/sign-in?problem=failed")
            assert "certificate" in (tmp_path / "log").read_text().lower()
    finally:
        made.stop()


def test_the_way_is_offered_and_asks_with_pkce_state_and_nonce(world):
    assert world.session(Browser())["sign_in_with"] == [{"name": "Test identities"}]
    first, second = (parse_qs(urlsplit(world.start(Browser())).query) for _ in range(2))
    assert first["code_challenge_method"] == ["S256"] and first["response_type"] == ["code"]
    assert "openid" in first["scope"][0].split() and "email" in first["scope"][0].split()
    for name in ["state", "nonce", "code_challenge"]:
        assert len(first[name][0]) >= 16 and first[name] != second[name]


def test_a_member_signs_in_and_goes_on_to_where_they_were(world):
    browser, to = world.sign_in("bob@example.com")
    assert to == "/analysis?view=day"
    session = world.session(browser)
    assert session["user"]["email"] == "bob@example.com" and session["role"] == "viewer"
    again, _ = world.sign_in("bob@example.com")
    assert world.session(again)["user"]["id"] == session["user"]["id"]
    assert again.cookies != browser.cookies
    for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example"]:
        assert world.sign_in("bob@example.com", to=elsewhere)[1] == "/"


def test_strangers_and_unchecked_addresses_get_no_account(world):
    before = world.run("user", "list")
    for login in ["eve@example.com", "unchecked-bob@example.com"]:
        browser, to = world.sign_in(login)
        assert to == "/sign-in?problem=no_account"
        assert world.session(browser)["user"] is None
    assert world.run("user", "list") == before


def token_of(world, organization: str = "My organization") -> dict:
    token = world.run("--organization", organization, "token", "create", "--name", "tests", "--role", "administrator").strip()
    return {"Authorization": f"Bearer {token}"}


def invite(world, by: dict, email: str) -> str:
    """The token of the link."""
    status, _, text = Browser().ask(f"{world.url}/api/v1/invitations", "POST", body={"email": email, "role": "editor"}, headers=by)
    assert status == 201, text
    return json.loads(text)["link"].split("token=")[1]


def answer(world, browser: Browser, organization: str, how: str = "accept") -> tuple:
    session = world.session(browser)
    [one] = [found for found in session["invitations"] if found["organization"] == organization]
    path = f"{world.url}/api/v1/session/invitations/{one['id']}"
    method, path = ("POST", f"{path}/accept") if how == "accept" else ("DELETE", path)
    return browser.ask(path, method, headers={"X-CSRF-Token": session["csrf_token"]})


def log_of(world, by: dict) -> list:
    return json.loads(Browser().ask(f"{world.url}/api/v1/audit", headers=by)[2])["entries"]


def test_an_invited_person_gets_an_account_without_a_password_and_joins_by_accepting(world):
    by = token_of(world)
    invite(world, by, "Dan@example.com")
    browser, to = world.sign_in("dan@example.com")
    session = world.session(browser)
    assert to == "/analysis?view=day" and session["user"]["name"] == "Person dan@example.com"
    assert session["role"] is None and session["organization"] is None and session["organizations"] == []
    assert [(one["organization"], one["role"]) for one in session["invitations"]] == [("My organization", "editor")]
    assert browser.ask(f"{world.url}/api/v1/overview")[0] == 403, "signing in joins nothing"
    status, _, text = answer(world, browser, "My organization")
    assert status == 200, text
    session = json.loads(text)
    assert session["role"] == "editor" and session["invitations"] == []
    assert browser.ask(f"{world.url}/api/v1/overview")[0] == 200
    status, _, _ = Browser().ask(f"{world.url}/api/v1/session", "POST", body={"email": "dan@example.com", "password": ""})
    assert status == 401
    assert [entry["action"] for entry in log_of(world, by)[:3]] == ["session.refused", "session.moved", "invitation.accepted"]
    again, _ = world.sign_in("dan@example.com")
    assert world.session(again)["role"] == "editor"
    assert log_of(world, by)[0]["detail"] == {"with": "Test identities"}


def test_who_declines_stays_out(world):
    by = token_of(world)
    invite(world, by, "ivy@example.com")
    browser, _ = world.sign_in("ivy@example.com")
    assert answer(world, browser, "My organization", "decline")[0] == 204
    session = world.session(browser)
    assert session["invitations"] == [] and session["organization"] is None
    assert log_of(world, by)[0]["action"] == "invitation.declined"
    again, _ = world.sign_in("ivy@example.com")
    assert world.session(again)["organization"] is None


def test_the_first_proof_of_an_address_ends_what_a_stranger_set_before(world):
    """Mallory administrates B, invites Carol's address, and sets a password by the link. Carol comes by her provider."""
    world.run("--organization", "B", "connect", "bill")
    of_a, of_b = token_of(world), token_of(world, "B")
    link = invite(world, of_b, "carol@example.com")
    mallory = Browser()
    status, _, text = mallory.ask(f"{world.url}/api/v1/invitations/by-token/{link}/accept", "POST", body={"name": "Mallory", "password": PASSWORD})
    assert status == 200, text
    invite(world, of_a, "carol@example.com")
    assert world.session(mallory)["invitations"] == [], "what A offers Carol is not Mallory's to accept"

    carol, _ = world.sign_in("carol@example.com")
    assert world.session(mallory)["user"] is None, "the stranger's session has ended"
    status, _, _ = Browser().ask(f"{world.url}/api/v1/session", "POST", body={"email": "carol@example.com", "password": PASSWORD})
    assert status == 401, "and the stranger's password"
    session = world.session(carol)
    assert session["organization"] is None, "Carol has joined nothing, B neither"
    assert {one["organization"] for one in session["invitations"]} == {"My organization", "B"}
    assert answer(world, carol, "My organization")[0] == 200
    assert answer(world, carol, "B", "decline")[0] == 204
    again, _ = world.sign_in("carol@example.com")
    assert [one["name"] for one in world.session(again)["organizations"]] == ["My organization"]
    assert "address.proven" in [entry["action"] for entry in log_of(world, of_b)]


def test_an_account_stays_with_its_identity_when_the_address_moves_to_somebody_else(world):
    world.sign_in("bob@example.com")
    browser, to = world.sign_in("new-bob@example.com")
    assert to == "/sign-in?problem=other_identity" and world.session(browser)["user"] is None
    # The provider names its people anew: the operator says so.
    world.run("user", "forget-identity", "bob@example.com")
    browser, _ = world.sign_in("new-bob@example.com")
    assert world.session(browser)["user"]["email"] == "bob@example.com"
    world.run("user", "forget-identity", "bob@example.com")


def test_saying_no_at_the_provider_is_said(world):
    assert world.sign_in("bob@example.com", cancel=True)[1] == "/sign-in?problem=denied"


def test_an_answer_counts_once_in_the_browser_that_asked(world):
    browser = Browser()
    back = browser.follow(world.start(browser), world.url, "bob@example.com")
    stranger = Browser()
    assert stranger.ask(back)[1]["Location"] == "/sign-in?problem=expired", "another browser"
    assert world.session(stranger)["user"] is None
    wrong = re.sub(r"state=[^&]+", "state=made-up", back)
    assert browser.ask(wrong)[1]["Location"] == "/sign-in?problem=expired", "a state that was not sent"
    assert browser.ask(back)[1]["Location"] == "/sign-in?problem=expired", "the flow is used up"

    browser = Browser()
    back = browser.follow(world.start(browser), world.url, "bob@example.com")
    kept = dict(browser.cookies)
    assert browser.ask(back)[1]["Location"] == "/analysis?view=day"
    browser.cookies = kept
    assert browser.ask(back)[1]["Location"] == "/sign-in?problem=expired", "replayed"


def test_a_code_of_another_sign_in_is_refused(world):
    """The code is bound to the PKCE verifier, the ID token to the nonce, of the sign-in that asked for it."""
    attacker, victim = Browser(), Browser()
    stolen = parse_qs(urlsplit(attacker.follow(world.start(attacker), world.url, "ada@example.com")).query)["code"][0]
    back = victim.follow(world.start(victim), world.url, "bob@example.com")
    swapped = re.sub(r"code=[^&]+", f"code={stolen}", back)
    assert victim.ask(swapped)[1]["Location"] == "/sign-in?problem=failed"
    assert world.session(victim)["user"] is None


def test_a_provider_that_is_gone_is_said_and_secrets_are_not_logged(world):
    world.processes[0].terminate()
    world.processes[0].wait(20)
    status, headers, _ = Browser().ask(f"{world.url}/api/v1/oidc/start")
    assert (status, headers["Location"]) == (303, "/sign-in?problem=failed")
    status, _, _ = Browser().ask(f"{world.url}/api/v1/session", "POST", body={"email": "bob@example.com", "password": PASSWORD})
    assert status == 200, "passwords still work"
    log = (world.folder / "log").read_text()
    assert "OpenID Connect" in log
    for secret in ["of-the-tests", PASSWORD, "ca_"]:
        assert secret not in log
