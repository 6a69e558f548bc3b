"""The Cost Analysis page as browsers ask for it: all its requests over six connections a page, compressed answers, many
pages at once. One thread that only sends and reads, because it shares the cores with the server that it times."""

import asyncio
import re
import time
from urllib.parse import urlencode

import serving

# What the Cost Analysis page asks for when it is opened, as browser.mjs has seen it.
PAGE = [
    ("session", {}),
    ("overview", {}),
    ("dimensions", {}),
    ("summary", {"metric": "amortized"}),
    ("projection", {"metric": "amortized"}),
    ("savings", {}),
    ("costs", {"metric": "amortized", "group_by": "account_id", "view": "day", "top": 20, "compare": "previous"}),
    ("costs", {"metric": "amortized", "group_by": "account_id", "view": "total", "top": 10}),
    ("reports", {}),
]
FIGURES = ("summary", "projection", "savings", "costs")
CONNECTIONS = 6  # of a browser to one server


def requests(span: dict, filters: str | None) -> list:
    """The addresses. `filters` that nobody asked with before make every figure be computed."""
    asked = []
    for path, query in PAGE:
        times = {"from": span["from"], "to": span["to"]} if path == "costs" else {}
        more = {"filter": filters} if filters and path in FIGURES else {}
        asked.append(f"/api/v1/{path}?{urlencode({**query, **times, **more})}")
    return asked


async def one(server: serving.Server, addresses: list) -> tuple:
    """A page: (the slowest answer in the server's ms, the whole as the browser waits for it)."""
    waiting = list(reversed(addresses))
    slowest = 0.0
    headers = "".join(f"{name}: {value}\r\n" for name, value in server.headers.items())

    async def connection():
        nonlocal slowest
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        while waiting:
            address = waiting.pop()
            writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAccept-Encoding: gzip\r\n{headers}\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            await body(reader, head)
            if not head.startswith("http/1.1 200"):
                raise SystemExit(f"{address}: {head.splitlines()[0]}")
            slowest = max(slowest, float(re.search(r"dur=([\d.]+)", head).group(1)))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return slowest, (time.perf_counter() - started) * 1000


async def body(reader: asyncio.StreamReader, head: str) -> None:
    length = re.search(r"content-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length.group(1)))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


def page(server: serving.Server, span: dict, filters: str | None) -> tuple:
    """One page alone."""
    return asyncio.run(one(server, requests(span, filters)))


def crowd(server: serving.Server, span: dict, users: int, name: str, alike: bool) -> list:
    """So many pages at once: all alike and asked for the first time, or each with figures of its own. The time of each
    in ms, sorted."""
    filters = [f"region!={name}" + ("" if alike else f"-{i}") for i in range(users)]

    async def every():
        return await asyncio.gather(*(one(server, requests(span, own)) for own in filters))

    return sorted(waited for _, waited in asyncio.run(every()))


def p99(times: list) -> float:
    return sorted(times)[max(0, int(len(times) * 0.99) - 1)]
