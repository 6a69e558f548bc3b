#!/usr/bin/env python3
"""From "Verify" to "dashboards ready": thirteen months over a local S3 server (SeaweedFS), beside the plain ingest of
the same files on disk, in turn; writes connection.md. BENCH_SCALE scales the rows (default 1: 26 M), BENCH_RUNS the
repetitions (3). The S3 server runs on the same cores. Nothing is asserted: times are reported."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "tests/world"))

import measure  # noqa: E402
import run as side_by_side  # noqa: E402
import serving  # noqa: E402
from world import KEYS, SecondS3  # noqa: E402

BIN, WORK, RUNS, SCALE = side_by_side.BIN, side_by_side.WORK, side_by_side.RUNS, side_by_side.SCALE
BUCKET, MONTHS = "bills", 13


def upload(s3: SecondS3, source: Path) -> None:
    client = s3.client()
    client.create_bucket(Bucket=BUCKET)
    files = [path for path in source.rglob("*") if path.is_file() and path.name not in (".complete", "truth.json")]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda path: client.upload_file(str(path), BUCKET, f"cost/{path.relative_to(source)}"), files))


def connected(s3: SecondS3, to_the_end: bool) -> dict:
    """One run: verify, read, until every month's dashboards are ready."""
    data = str(WORK / "connected")
    shutil.rmtree(data, ignore_errors=True)
    environment = {**os.environ, "CLOUD_ANALYZER_SECRET_ACCESS_KEY": KEYS[1]}
    made = subprocess.run(
        [BIN, "--data", data, "connect", "s3", "--kind", "s3-compatible", "--endpoint", s3.url, "--bucket", BUCKET, "--prefix", "cost", "--access-key-id", KEYS[0], "--json"],
        env=environment, capture_output=True, text=True, check=True,
    )
    made_id = json.loads(made.stdout)["id"]
    path = f"/connections/{made_id}"
    with serving.Asked(BIN, data) as server:
        started = time.perf_counter()
        verdict = server.verified(made_id)
        assert verdict in ("passed", "warning"), verdict
        found = {"verified_s": time.perf_counter() - started, "seconds": 0.0}
        server.ask("POST", f"{path}/processing")
        while True:
            server.look()
            now = server.ask("GET", f"{path}/processing")
            assert now["state"] != "failed", now
            states = [month["state"] for month in now["months"]]
            if not found["seconds"] and len(states) == MONTHS and all(state in ("dashboards", "complete") for state in states):
                found["seconds"] = time.perf_counter() - started
                found["peak_gb"] = server.peak_gb()
                found["rows"] = sum(month["rows"] for month in now["months"])
                if not to_the_end:
                    return found
            if now["state"] == "done":
                return {**found, "all_s": time.perf_counter() - started, "all_gb": server.peak_gb()}
            time.sleep(0.1)


def plain(source: Path) -> dict:
    done, summary = side_by_side.ours(source)
    return {"seconds": summary["dashboards_ready_s"], "all_s": summary["line_items_ready_s"], "peak_gb": done.peak_gb}


def main() -> None:
    source = side_by_side.generated("parquet", 26_000_000, MONTHS)
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        s3 = SecondS3(Path(folder))
        try:
            side_by_side.note(f"uploading {side_by_side.size_gb(source):.2f} GB")
            upload(s3, source)
            disk, through = [], []
            for number in range(RUNS):
                disk.append(plain(source))
                through.append(connected(s3, to_the_end=number == RUNS - 1))
                side_by_side.note(f"  run {number + 1}: disk {disk[-1]['seconds']:.1f} s; S3 {through[-1]}")
        finally:
            s3.stop()
    middle = lambda runs: statistics.median(run["seconds"] - run.get("verified_s", 0) for run in runs)
    verify = statistics.median(run["verified_s"] for run in through)
    last, rows = through[-1], through[-1]["rows"]
    text = "\n".join([
        "# From Verify to dashboards", "",
        f"Written by `make bench` on {time.strftime('%Y-%m-%d')}; {side_by_side.machine()}; medians of {RUNS} runs in turn. {MONTHS} months of {rows:,} rows,",
        f"{side_by_side.size_gb(source):.1f} GB of Parquet, through a local S3 server (SeaweedFS) that runs on the same cores.", "",
        "| what | value | goal |", "| --- | --- | --- |",
        f"| from Verify to dashboards ready, over S3 | {verify + middle(through):.1f} s, of which the checks {verify:.1f} s | |",
        f"| plain ingest of the same files on disk: dashboards ready | {middle(disk):.1f} s | |",
        f"| rows per second of the reading, over S3 ÷ on disk | {middle(disk) / middle(through):.2f} ({rows / middle(through) / 1e6:.2f} M/s ÷ {rows / middle(disk) / 1e6:.2f} M/s) | ≥ 0.8 |",
        f"| line items of all months, too (one run) | {last['all_s']:.0f} s over S3, {disk[-1]['all_s']:.0f} s on disk | |",
        f"| peak memory of the server, dashboards; with line items | {last['peak_gb']:.2f} GB; {last['all_gb']:.2f} GB | < 1.5 GiB |", "",
    ])
    print("\n" + text)
    (WORK / "connection.md").write_text(text, encoding="utf-8")
    if SCALE == 1:
        (HERE / "connection.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
