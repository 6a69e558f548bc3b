#!/usr/bin/env python3
"""The Cost Analysis page of the demo company: the server's time for all its requests, one user and fifty at once, idle
and while a month is being ingested; and the page itself in Chromium. Writes page.md. BENCH_RUNS: repetitions (3); BENCH_SCALE
scales the month (10 M rows). Nothing is asserted: times are reported."""

import json
import shutil
import statistics
import time
import urllib.request

import crowd
import measure
import run as side_by_side
import serving

BIN, WORK, RUNS, HERE = side_by_side.BIN, side_by_side.WORK, side_by_side.RUNS, side_by_side.HERE
ROWS, USERS = 250_000, 50
CROWDS = 5  # pages of fifty users that a p99 is taken of


def served() -> list:
    """The server's part: rows of the table."""
    demo = side_by_side.generated("parquet", ROWS / side_by_side.SCALE, 13)
    # Before the demo company's months, so that both can be there.
    month = side_by_side.generated("parquet", 10_000_000, 1, end="2025-09-01T00:00:00Z")
    data = str(WORK / "page")
    shutil.rmtree(data, ignore_errors=True)
    measure.run([BIN, "--data", data, "ingest", str(demo)])
    made = measure.run([BIN, "--data", data, "connect", "month", "--kind", "local", "--folder", str(month), "--json"])
    connection = json.loads(made.output)["id"]
    with serving.Asked(BIN, data) as server:
        overview = server.get("overview")[0]
        span = {"from": "2026-10-02", "to": overview["data_to"]}
        crowd.page(server, span, None)
        computed = [crowd.page(server, span, f"region!=alone-{i}") for i in range(5 * RUNS)]
        warm = [crowd.page(server, span, None) for _ in range(5 * RUNS)]
        crowd.crowd(server, span, USERS, "first", alike=True)
        alike = [one for i in range(CROWDS) for one in crowd.crowd(server, span, USERS, f"alike-{i}", alike=True)]
        own = [one for i in range(CROWDS) for one in crowd.crowd(server, span, USERS, f"own-{i}", alike=False)]
        side_by_side.note("the same while a month is being ingested")
        assert server.verified(connection) == "passed"
        server.ask("POST", f"/connections/{connection}/processing")
        busy, i = [], 0
        while (state := server.ask("GET", f"/connections/{connection}/processing"))["state"] != "done":
            assert state["state"] != "failed", state
            busy.append(crowd.crowd(server, span, USERS, f"busy-{i}", alike=True))
            i += 1
        peak = server.peak_gb()
    middle = lambda pages, at: statistics.median(page[at] for page in pages)
    worst = max(busy, key=max)
    every = [one for pages in busy if pages is not worst for one in pages]
    return [
        ("all requests of the page at once, each computed, slowest answer, server time", middle(computed, 0), 50, 15),
        ("same, as a browser waits for all of them (six connections)", middle(computed, 1), None, None),
        ("same again, answers remembered: slowest answer", middle(warm, 0), None, None),
        (f"{USERS} pages at once, nothing remembered, p99 of {len(alike)}", crowd.p99(alike), 500, 200),
        (f"same, each with a filter of its own, so that none shares an answer, p99 of {len(own)}", crowd.p99(own), None, None),
        (f"{USERS} pages at once while a month of {10 * side_by_side.SCALE:g} M rows is being ingested, p99 of {len(every)}", crowd.p99(every), None, None),
        ("same, the fifty that asked when that month was published", max(worst), None, None),
        ("peak memory of the server with that ingest, MB", peak * 1000, None, None),
    ]


def in_chromium() -> list:
    """The browser's part."""
    data = WORK / "page-demo"
    shutil.rmtree(data, ignore_errors=True)
    server, port = serving.started(BIN, str(data), "--demo", "--demo-rows", str(ROWS))
    url = f"http://127.0.0.1:{port}"
    try:
        while not complete(url):
            time.sleep(0.5)
        done = measure.run(["node", str(HERE / "browser.mjs"), url, str(2 * RUNS + 1)])
    finally:
        server.terminate()
        server.wait(20)
    found = json.loads(done.output)
    side_by_side.note(f"  {found['all']}")
    # What tells the page of news stays open: it is no answer that anybody waits for.
    asked = sorted({request.split("?")[0].removeprefix("/api/v1/") for request in found["requests"]} - {"events"})
    assert asked == sorted({path for path, _ in crowd.PAGE}), f"the page asks {asked}: bring crowd.PAGE up to date"
    ms = found["ms"]
    return [
        ("Chromium, empty cache: first useful paint (the figures of all cards)", ms["figures"], 1000, 500),
        ("Chromium, empty cache: chart and table too", ms["ready"], None, None),
        ("Chromium, second visit: first useful paint", ms["again"], 1000, 500),
        ("Chromium: click on a tab → new chart", ms["tab"], 200, 100),
        ("Chromium: apply a filter → new chart", ms["filter"], 200, 100),
    ]


def complete(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/v1/overview", timeout=10) as answer:
            overview = json.load(answer)
    except OSError:
        return False
    return overview["ingest"] is None and len(overview["periods"]) == 13 and all(period["stage"] == "complete" for period in overview["periods"])


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    rows = served() + in_chromium()
    table = ["| what | value, ms | must | aim |", "| --- | --- | --- | --- |"]
    limit = lambda value: "–" if value is None else f"≤ {value}"
    table += [f"| {what} | {value:.0f} | {limit(must)} | {limit(aim)} |" for what, value, must, aim in rows]
    text = "\n".join([
        "# The Cost Analysis page", "",
        f"Written by `make bench` on {time.strftime('%Y-%m-%d')}; {side_by_side.machine()}; the demo company, 13 months of {ROWS:,} rows.",
        "The server, whoever asks it and Chromium share the cores.", "", *table, "",
    ])
    print("\n" + text)
    (WORK / "page.md").write_text(text, encoding="utf-8")
    if side_by_side.SCALE == 1:
        (HERE / "page.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
