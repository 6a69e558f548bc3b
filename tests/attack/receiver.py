"""A receiver of notifications that does as it is told: takes, fails, redirects, hangs, drips, sends without end; and the
verification of what it got by the library that the project of Standard Webhooks itself publishes.
"""

import json
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from house import CACHE

VERIFY = """
import json, sys
from standardwebhooks.webhooks import Webhook
secret, headers, body = json.load(sys.stdin)
print(json.dumps(Webhook(secret).verify(body, headers)))
"""


def verified(secret: str, got: dict) -> dict | None:
    """What a receiver with this secret takes a message for; `None`: for none of ours."""
    python = str(CACHE / "venv-standardwebhooks/bin/python")
    told = json.dumps([secret, got["headers"], got["body"]])
    ended = subprocess.run([python, "-c", VERIFY], input=told, capture_output=True, text=True, timeout=60, check=False)
    if ended.returncode != 0:
        assert "WebhookVerificationError" in ended.stderr, ended.stderr
        return None
    return json.loads(ended.stdout)


class Session(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.others.append(self.path)
        self.answer(200)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append({"path": self.path, "headers": headers, "body": body, "at": time.monotonic()})
        say = self.server.says.pop(0) if self.server.says else 200
        if say == "hang":
            self.server.held.wait(60)
        elif say == "drip":
            self.send_response(200)
            self.end_headers()
            for _ in range(600):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        elif say == "huge":
            self.send_response(200)
            self.send_header("content-length", str(50 << 20))
            self.end_headers()
            for _ in range(50):
                self.wfile.write(b"x" * (1 << 20))
        elif callable(say):
            say()
            self.answer(200)
        elif isinstance(say, tuple):
            self.answer(*say)
        else:
            self.answer(say)

    def answer(self, status: int, headers: dict | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        text = b"said so\x1b[31m"
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        pass


class Receiver(ThreadingHTTPServer):
    daemon_threads, allow_reuse_address = True, True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        # What it says to the next ones, then 200.
        self.says, self.got, self.others, self.held = [], [], [], threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def handle_error(self, *_: object) -> None:
        pass

    def wait(self, number: int, seconds: float = 30) -> list:
        end = time.monotonic() + seconds
        while len(self.got) < number:
            assert time.monotonic() < end, f"{len(self.got)} of {number} messages came"
            time.sleep(0.02)
        return self.got

    def ids(self) -> set:
        return {got["headers"]["webhook-id"] for got in self.got}
