"""An S3 endpoint that means ill: each bucket is another attack. Sockets are written by hand, for what is sent is what no
honest library would.
"""

import contextlib
import itertools
import json
import socket
import socketserver
import threading
import time
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

MONTH = "cost/cur/20261001-20261101"
PAGE = 1000
# What no answer may bring onto a page, a terminal or a log.
SECRET = "the-word-of-the-inner-service"


def head(status: str = "200 OK", length: int | None = None, *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", *more, *([f"Content-Length: {length}"] if length is not None else []), "Connection: close", "", ""]
    return "\r\n".join(lines).encode()


def entity(text: str) -> str:
    text = escape(text)
    return text if text.isprintable() else "".join(f"&#x{ord(other):x};" if ord(other) < 32 else other for other in text)


def contents(key: str, size: int = 10, etag: str = "e") -> str:
    return f"<Contents><Key>{entity(key)}</Key><LastModified>2026-10-05T10:00:00.000Z</LastModified><ETag>&quot;{etag}&quot;</ETag><Size>{size}</Size></Contents>"


def listing(objects: str, token: str = "") -> bytes:
    more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>" if token else "<IsTruncated>false</IsTruncated>"
    return f'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{more}{objects}</ListBucketResult>'.encode()


def manifest(keys: list) -> bytes:
    return json.dumps({"assemblyId": "a", "reportName": "cur", "reportKeys": keys, "columns": [], "billingPeriod": {"start": "20261001T000000.000Z", "end": "20261101T000000.000Z"}}).encode()


class Hostile:
    """The server; `honest` holds buckets that are served as they should be, odd keys and all."""

    def __init__(self):
        self.honest: dict[str, dict[str, bytes]] = {}
        self.requests: list = []
        self.canary = 0
        self.number = itertools.count(1)
        self.stopped = threading.Event()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    outer.answer(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads, allow_reuse_address, request_queue_size = True, True, 64

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()

    def asked(self, bucket: str) -> int:
        return sum(1 for seen in self.requests if seen[1] == bucket)

    def answer(self, handler) -> None:
        line = handler.rfile.readline(65536).decode("latin-1").split(" ")
        if len(line) != 3:
            return
        headers = {}
        while (header := handler.rfile.readline(65536).decode("latin-1").strip()):
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        url = urlsplit(line[1])
        bucket, _, key = url.path.lstrip("/").partition("/")
        self.requests.append((line[0], bucket, key))
        query = parse_qs(url.query)
        send = handler.wfile.write
        if bucket == "canary":
            self.canary += 1
            send(head(length=len(SECRET)) + SECRET.encode())
        elif bucket in self.honest:
            self.serve(send, line[0], self.honest[bucket], unquote(key), query, headers)
        else:
            attack = getattr(self, bucket.replace("-", "_"), None)
            if attack:
                attack(send, key, query)
            else:
                self.whole(send, self.one_report() if not key else manifest([f"{MONTH}/cur-1.csv.gz"]))

    def whole(self, send, body: bytes, status: str = "200 OK", *more: str) -> None:
        send(head(status, len(body), *more) + body)

    def serve(self, send, method: str, objects: dict, key: str, query: dict, headers: dict) -> None:
        if not key:
            prefix = query.get("prefix", [""])[0]
            found = [contents(name, len(body)) for name, body in objects.items() if name.startswith(prefix)]
            return self.whole(send, listing("".join(found)))
        if key not in objects:
            return self.whole(send, b"" if method == "HEAD" else b"<Error><Code>NoSuchKey</Code></Error>", "404 Not Found")
        body, tag = objects[key], 'ETag: "e"'
        if "range" in headers:
            first, last = (int(part) for part in headers["range"].removeprefix("bytes=").split("-"))
            part = body[first:last + 1]
            return self.whole(send, part, "206 Partial Content", tag, f"Content-Range: bytes {first}-{first + len(part) - 1}/{len(body)}")
        send(head("200 OK", len(body), tag, "Last-Modified: Mon, 05 Oct 2026 10:00:00 GMT") + (b"" if method == "HEAD" else body))

    def one_report(self, size: int = 200) -> bytes:
        return listing(contents(f"{MONTH}/cur-Manifest.json", size) + contents(f"{MONTH}/cur-1.csv.gz", 1000))

    def endless(self, send, piece: bytes, pause: float = 0) -> None:
        while not self.stopped.wait(pause) if pause else not self.stopped.is_set():
            send(piece)

    # Leading elsewhere.

    def redirect(self, send, key, query) -> None:
        self.whole(send, b"", "302 Found", f"Location: {self.url}/canary/x")

    def redirect_object(self, send, key, query) -> None:
        if key:
            self.whole(send, b"", "307 Temporary Redirect", f"Location: {self.url}/canary/x")
        else:
            self.whole(send, self.one_report())

    def other_region(self, send, key, query) -> None:
        body = f"<Error><Code>PermanentRedirect</Code><Message>use the endpoint</Message><Endpoint>{self.url}/canary</Endpoint></Error>".encode()
        self.whole(send, body, "301 Moved Permanently", f"Location: {self.url}/canary/x", "x-amz-bucket-region: eu-west-3")

    # Without an end.

    def endless_listing(self, send, key, query) -> None:
        number = next(self.number)
        if key:
            return self.whole(send, b"x", "206 Partial Content")
        keys = "".join(contents(f"cost/cur/20261001-20261101/a{number}/cur-{at:04}.csv.gz") for at in range(PAGE))
        self.whole(send, listing(keys, f"t{number}"))

    def long_keys(self, send, key, query) -> None:
        number = next(self.number)
        keys = "".join(contents(f"{'k' * 980}/{number}-{at:04}.csv.gz") for at in range(PAGE))
        self.whole(send, listing(keys, f"t{number}"))

    def empty_pages(self, send, key, query) -> None:
        if key:
            return self.whole(send, b"x", "206 Partial Content")
        first = contents(f"{MONTH}/cur-1.csv.gz") if "continuation-token" not in query else ""
        self.whole(send, listing(first, f"t{next(self.number)}"))

    def same_page(self, send, key, query) -> None:
        self.whole(send, listing(contents(f"{MONTH}/cur-1.csv.gz"), "again"))

    def endless_page(self, send, key, query) -> None:
        send(head() + b'<?xml version="1.0"?><ListBucketResult>')
        self.endless(send, contents(f"{MONTH}/cur-1.csv.gz").encode() * 500)

    def endless_object(self, send, key, query) -> None:
        if key:
            send(head("206 Partial Content"))
            self.endless(send, b"x" * 65536)
        else:
            self.whole(send, self.one_report())

    def drip(self, send, key, query) -> None:
        send(head())
        self.endless(send, b"<", 0.5)

    def silent(self, send, key, query) -> None:
        self.stopped.wait(600)

    # Wrong.

    def giant_tag(self, send, key, query) -> None:
        self.whole(send, b"<ListBucketResult " + b'a="b" ' * 300_000 + b"></ListBucketResult>")

    def deep(self, send, key, query) -> None:
        self.whole(send, b"<ListBucketResult>" + b"<a>" * 1_000_000)

    def entities(self, send, key, query) -> None:
        self.whole(send, b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 1000 + b'"><!ENTITY d "' + b"&b;" * 1000 + b'">]><ListBucketResult><Name>&d;</Name></ListBucketResult>')

    def huge_header(self, send, key, query) -> None:
        send(b"HTTP/1.1 200 OK\r\nX-Long: ")
        self.endless(send, b"x" * 65536)

    def many_headers(self, send, key, query) -> None:
        send(b"HTTP/1.1 200 OK\r\n")
        self.endless(send, b"X-One: y\r\n" * 1000)

    def longer(self, send, key, query) -> None:
        """An object longer than its listing says."""
        self.whole(send, b"x" * 100_000, "206 Partial Content") if key else self.whole(send, self.one_report())

    def page_of_an_inner_service(self, send, key, query) -> None:
        self.whole(send, f"<html><body>\x1b[2J{SECRET}</body></html>".encode(), "403 Forbidden", "Content-Type: text/html")

    def words(self, send, key, query) -> None:
        self.whole(send, f"<Error><Code>a b\x1b[31m</Code><Message>\x1b[2J\x07one\r\ntwo \u202e{'x' * 20000}</Message></Error>".encode(), "403 Forbidden")

    def many_named(self, send, key, query) -> None:
        """A manifest of 280,000 keys."""
        body = manifest([f"{at}" for at in range(280_000)])
        if not key:
            self.whole(send, self.one_report(len(body)))
        elif key.endswith("csv.gz"):
            self.whole(send, b"x", "206 Partial Content")
        else:
            self.whole(send, body, "206 Partial Content")


def not_http() -> socket.socket:
    """A port that is open, and speaks something else."""
    listener = socket.create_server(("127.0.0.1", 0))

    def greet() -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = listener.accept()
                link.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")
                time.sleep(0.05)
                link.close()

    threading.Thread(target=greet, daemon=True).start()
    return listener
