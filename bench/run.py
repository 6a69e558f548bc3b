#!/usr/bin/env python3
"""`make bench`: DuckDB and the product on the same generated files, in turn, medians; writes results.md.

BENCH_SCALE scales the rows (default 1: a month of 20 M rows; 5 M for line items; 2 M of CSV), BENCH_RUNS the
repetitions (3). BENCH_ONLY=parquet,lines,csv,queries picks parts. Nothing is asserted: times are reported.
"""

import glob
import json
import os
import platform
import shutil
import statistics
import sys
import time
from pathlib import Path

import measure
import serving

HERE = Path(__file__).resolve().parent
BIN = os.environ["CLOUD_ANALYZER_BIN"]
SCALE = float(os.environ.get("BENCH_SCALE") or 1)
RUNS = int(os.environ.get("BENCH_RUNS") or 3)
ONLY = set((os.environ.get("BENCH_ONLY") or "parquet,lines,csv,queries").split(","))
WORK = Path(os.environ.get("BENCH_DATA") or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cloud-analyzer/bench")
END = "2026-11-01T00:00:00Z"  # fixed, so that data made once stays valid


def note(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def generated(form: str, rows: float, months: int, end: str = END) -> Path:
    rows = int(rows * SCALE)
    out = WORK / (f"{form}-{rows}-{months}" + ("" if end == END else f"-{end[:10]}"))
    if not (out / ".complete").exists():
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        note(f"generating {rows:,} rows of {form}, {months} month(s)")
        done = measure.run([BIN, "demo", "generate", "--rows", str(rows), "--months", str(months), "--end", end, "--format", form, "--out", str(out), "--seed", "7"])
        (out / ".complete").write_text(f"{done.seconds:.1f}")
        note(f"  {done.seconds:.0f} s, {size_gb(out):.2f} GB, peak {done.peak_gb:.2f} GB")
    return out


def size_gb(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e9


def files(folder: Path, ending: str) -> str:
    """Glob of the data files; the status folder is not data."""
    folders = sorted({str(Path(p).parent) for p in glob.glob(f"{folder}/**/*{ending}", recursive=True) if "status" not in p})
    return f"{folders[0]}/*{ending}" if len(folders) == 1 else f"{os.path.commonpath(folders)}/**/*-0*{ending}"


def peer(job: str, *arguments: str) -> measure.Measured:
    return measure.run([sys.executable, str(HERE / "jobs.py"), job, *arguments])


def ours(source: Path) -> tuple:
    data = WORK / "data"
    shutil.rmtree(data, ignore_errors=True)
    done = measure.run([BIN, "--data", str(data), "ingest", str(source), "--json"])
    summary = json.loads(done.output)
    assert all(period["proven"] for period in summary["periods"]), "not proven"
    return done, summary


def in_turn(peer_job, our_job) -> tuple:
    """RUNS times one after the other, so that both see the same machine."""
    theirs, mine = [], []
    for i in range(RUNS):
        theirs.append(peer_job())
        mine.append(our_job())
        note(f"  run {i + 1}: DuckDB {theirs[-1]['seconds']:.2f} s {theirs[-1]['peak_gb']:.2f} GB; ours {mine[-1]['seconds']:.2f} s {mine[-1]['peak_gb']:.2f} GB")
    middle = lambda found, key: statistics.median(run[key] for run in found)
    return ({k: middle(theirs, k) for k in ("seconds", "peak_gb")}, {k: middle(mine, k) for k in mine[0]})


def peer_run(job: str, source: str) -> dict:
    out = WORK / "peer.parquet"
    done = peer(job, source, str(out))
    out.unlink(missing_ok=True)
    answer = json.loads(done.output)
    if answer["missing"]:
        note(f"  columns that the report lacks (NULL for DuckDB): {', '.join(answer['missing'])}")
    return {"seconds": answer["seconds"], "peak_gb": done.peak_gb}


def dashboards(source: Path) -> dict:
    done, summary = ours(source)
    ready = summary["dashboards_ready_s"]
    return {"seconds": ready, "peak_gb": done.peak_until(ready), "all_gb": done.peak_gb, "lines_s": summary["line_items_ready_s"]}


def line_items(source: Path) -> dict:
    found = dashboards(source)
    return {**found, "seconds": found["lines_s"] - found["seconds"], "peak_gb": found["all_gb"], "whole_s": found["lines_s"]}


def row(what: str, theirs: str, mine: str, ratio, must, aim) -> dict:
    met = "–" if ratio is None or must is None else "aim" if ratio <= aim else "must" if ratio <= must else "**no**"
    shown = "–" if ratio is None else f"{ratio:.2f}"
    return {"what": what, "duckdb": theirs, "ours": mine, "measure": shown, "must": "–" if must is None else f"≤ {must}", "aim": "–" if aim is None else f"≤ {aim}", "met": met}


def main() -> None:
    WORK.mkdir(parents=True, exist_ok=True)
    rows, detail = [], {}
    million = 1_000_000
    if "parquet" in ONLY:
        source = generated("parquet", 20 * million, 1)
        note("roll-up of a Parquet month")
        d, o = in_turn(lambda: peer_run("rollup", files(source, ".parquet")), lambda: dashboards(source))
        detail["parquet"] = {"duckdb": d, "ours": o}
        label = f"Parquet month of {20 * SCALE:g} M rows ({size_gb(source):.1f} GB): dashboards ready, with proof ÷ DuckDB's roll-up alone"
        rows.append(row(label, f"{d['seconds']:.2f} s", f"{o['seconds']:.2f} s", o["seconds"] / d["seconds"], 1.2, 0.7))
        rows.append(row("same, peak memory until then, GB", f"{d['peak_gb']:.2f} GB", f"{o['peak_gb']:.2f} GB", o["peak_gb"], 0.7, 0.4))
        rows.append(row("same, peak memory with the line items that follow, GB", "–", f"{o['all_gb']:.2f} GB", o["all_gb"], 1.0, 1.0))
    if "lines" in ONLY:
        source = generated("parquet", 5 * million, 1)
        note("line items")
        d, o = in_turn(lambda: peer_run("copy", files(source, ".parquet")), lambda: line_items(source))
        detail["lines"] = {"duckdb": d, "ours": o}
        rows.append(row(f"line items of {5 * SCALE:g} M rows, canonical, clustered ÷ DuckDB's sorted copy", f"{d['seconds']:.2f} s", f"{o['seconds']:.2f} s", o["seconds"] / d["seconds"], 0.8, 0.4))
        rows.append(row("same, peak memory, GB", f"{d['peak_gb']:.2f} GB", f"{o['peak_gb']:.2f} GB", o["peak_gb"], 1.0, 1.0))
    if "csv" in ONLY:
        source = generated("csv", 2 * million, 1)
        note("roll-up of CSV.gz")
        d, o = in_turn(lambda: peer_run("csv-rollup", files(source, ".csv.gz")), lambda: dashboards(source))
        text = statistics.median(peer_run("csv-rollup-text", files(source, ".csv.gz"))["seconds"] for _ in range(RUNS))
        detail["csv"] = {"duckdb": d, "duckdb_all_text_s": text, "ours": o}
        rows.append(row(f"CSV.gz of {2 * SCALE:g} M rows ({size_gb(source):.2f} GB): dashboards ready ÷ DuckDB's roll-up (types found; all as text: {text:.2f} s)", f"{d['seconds']:.2f} s", f"{o['seconds']:.2f} s", o["seconds"] / d["seconds"], 0.6, 0.35))
    if "queries" in ONLY:
        rows += query_rows(generated("parquet", 24 * million, 12), detail)
    write(rows, detail)


def query_rows(source: Path, detail: dict) -> list:
    note("ten dashboard queries on twelve months")
    database = WORK / "rollup.duckdb"
    database.unlink(missing_ok=True)
    peer("load", files(source, ".parquet"), str(database))
    ours(source)
    found = [json.loads(peer("queries", str(database), "5").output) for _ in range(RUNS)]
    d = found[0]
    span = {"first": d["first"], "to": END[:10], "previous": d["previous"], "accounts": d["accounts"]}
    duck = statistics.median(sum(q["ms"] for q in run["queries"]) for run in found)
    runs, cold, peak = [], [], 0.0
    for _ in range(RUNS):
        with serving.Server(BIN, str(WORK / "data")) as server:
            cold.append(server.get("costs", metric="amortized", group_by="service", view="day", **{"from": span["first"], "to": span["to"]})[2])
            runs.append(serving.queries(server, span, 5))
            peak = max(peak, server.peak_gb())
    mine = statistics.median(sum(q["ms"] for q in run) for run in runs)
    detail["queries"] = {"rollup_rows_duckdb": d["rows"], "duckdb": d["queries"], "ours": runs[0]}
    lines = [row(f"ten dashboard queries, 12 months ({d['rows'] / 1e6:.1f} M roll-up rows in DuckDB), warm, sum ÷ DuckDB native", f"{duck:.0f} ms", f"{mine:.0f} ms", mine / duck, 0.5, 0.1)]
    lines.append(row("same, peak memory of the server, GB", "–", f"{peak:.2f} GB", peak, 1.0, 1.0))
    value = statistics.median(cold)
    lines.append(row("first query after start (cold), 12 months, ms", "–", f"{value:.0f} ms", value, 1500, 500))
    return lines


def machine() -> str:
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB of memory"


def write(rows: list, detail: dict) -> None:
    import duckdb

    heads = ["what", "duckdb", "ours", "measure", "must", "aim", "met"]
    table = ["| what | DuckDB | ours | ratio or value | must | aim | met |", "| --- | --- | --- | --- | --- | --- | --- |"]
    table += ["| " + " | ".join(r[h] for h in heads) + " |" for r in rows]
    text = "\n".join([
        "# Side by side with DuckDB", "",
        f"Written by `make bench` on {time.strftime('%Y-%m-%d')}; {machine()}; DuckDB {duckdb.__version__}, two threads; medians of {RUNS} runs in turn;",
        f"scale {SCALE:g}. DuckDB's jobs are in `jobs.py`: its roll-up has eleven columns and sums doubles; ours has all {23} dimensions with",
        "tag sets, sums exact decimals, proves them against the raw file and publishes a Delta table.", "", *table, "",
    ])
    print("\n" + text)
    if SCALE == 1 and ONLY >= {"parquet", "lines", "csv", "queries"}:
        (HERE / "results.md").write_text(text, encoding="utf-8")
    (WORK / "results.json").write_text(json.dumps({"machine": machine(), "scale": SCALE, "rows": rows, "detail": detail}, indent=1), encoding="utf-8")
    (WORK / "results.md").write_text(text, encoding="utf-8")
    note(f"written: {WORK}/results.json")


if __name__ == "__main__":
    main()
