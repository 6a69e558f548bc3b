"""A bill is restated, and asked for as it stood: every figure is that of the files that lay there then, to the digit."""

import contextlib
import json
import shutil
import sqlite3
import subprocess
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace

import compare
import product
import pytest
import raw

SPAN = ["--months", "2", "--end", "2026-10-20T00:00:00Z", "--format", "csv"]
METRICS = ["amortized", "unblended", "net_amortized", "usage_amount"]


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture(scope="module")
def restated(tmp_path_factory):
    """The bill is read, restated by another and read again; `first` and `second` are the raw files of both."""
    folder = tmp_path_factory.mktemp("restated")
    bills = []
    for seed in ("1", "2"):
        out = folder / f"seed-{seed}"
        product.run("demo", "generate", "--rows", "12000", "--seed", seed, "--out", str(out), *SPAN)
        bills.append(out)
    source, data = folder / "bill", folder / "data"
    instants = []
    for bill in bills:
        shutil.copytree(bill, source, dirs_exist_ok=True)
        product.ingest(data, source)
        instants.append(now())
    first, second = (raw.load(bill) for bill in bills)
    return SimpleNamespace(data=data, source=source, first=first, second=second, instants=instants)


@pytest.mark.parametrize("metric", METRICS)
def test_figures_are_those_of_the_files_of_that_time(restated, metric):
    for report, as_of in [(restated.first, restated.instants[0]), (restated.second, restated.instants[1])]:
        compared, wrong = compare.check_all(report, metric, lambda name: product.query(restated.data, metric, name, "--as-of", as_of))
        assert compared > 100 and not wrong, wrong[:20]
    total = [sum(product.query(restated.data, metric, "billing_period", "--as-of", as_of).values()) for as_of in restated.instants]
    assert total[0] != total[1] == sum(product.query(restated.data, metric, "billing_period").values())


def test_hours_and_rows_are_too(restated):
    """They come out of the line items."""
    as_of = ["--as-of", restated.instants[0]]
    hours = product.query(restated.data, "unblended", "account_id", "--view", "hour", *as_of)
    sums = {}
    for (account, _), figure in hours.items():
        sums[(account,)] = sums.get((account,), 0) + figure
    theirs = compare.expected(restated.first, "unblended", restated.first.text("line_item_usage_account_id"))
    assert not compare.differences(theirs, sums, compare.slack_per_row(restated.first, "unblended"))
    rows = restated.first.connection.execute("SELECT count(*) FROM raw").fetchone()[0]
    explained = json.loads(product.run("--data", str(restated.data), "explain", "--metric", "unblended", "--format", "json", *as_of))
    assert explained["rows_total"] <= rows and Decimal(explained["figure"]) == sum(figure for figure, _ in theirs.values())
    assert explained["as_of"]["words"].startswith("as the bill stood on ")


def test_a_server_tells_times_apart(restated):
    """What is remembered of one state is never shown of another, and every address takes the same parameter."""
    now_total = sum(product.query(restated.data, "unblended", "billing_period").values())
    then = sum(product.query(restated.data, "unblended", "billing_period", "--as-of", restated.instants[0]).values())
    question = {"metric": "unblended", "group_by": "service"}
    files = {}
    with product.served(restated.data) as get:
        for _ in range(2):
            for as_of, wanted in [(None, now_total), (restated.instants[0], then), (restated.instants[1], now_total)]:
                more = {"as_of": as_of} if as_of else {}
                costs = get("costs", **question, **more)
                assert Decimal(costs["total"]) == wanted
                assert ("as_of" in costs) == bool(as_of)
                files.setdefault(as_of, get.text("costs.csv", **question, **more))
                values = get("dimensions/service/values", metric="unblended", limit=1000, **more)["values"]
                assert sum(Decimal(value["figure"]) for value in values) == wanted
                row = costs["rows"][0]
                rows = get("explain", keys=row["keys"][0], **question, **more)
                assert Decimal(rows["figure"]) == Decimal(row["total"])
        assert files[None] == files[restated.instants[1]] != files[restated.instants[0]]
        for path in ("overview", "summary", "projection", "savings", "accounts", "subsets", "dimensions"):
            assert get(path, as_of=restated.instants[0]), path
        found = get("overview", as_of=restated.instants[0])
        assert found["as_of"]["at"][:19] == restated.instants[0][:19] and found["as_of"]["words"].startswith("as the bill stood on")
        assert sum(Decimal(month["raw_total"]) for month in found["periods"]) == then
        today = datetime.now(timezone.utc).date()
        assert Decimal(get("costs", **question, as_of=str(today))["total"]) == now_total
        for as_of, said in [(str(today + timedelta(days=1)), "nobody knows yet"), ("2020-01-01", "nothing was published yet"), ("soon", "YYYY-MM-DD")]:
            with pytest.raises(product.Refused, match=said):
                get("costs", **question, as_of=as_of)


def test_a_question_in_one_text_tells_the_time_too(restated):
    def total(*options):
        return Decimal(json.loads(product.run("--data", str(restated.data), "query", "--format", "json", *options))["total"])

    now_total = total("--metric", "unblended")
    then = total("--metric", "unblended", "--as-of", restated.instants[0])
    assert now_total != then
    day = datetime.now(timezone.utc).date().isoformat()
    for as_of, wanted in [(restated.instants[0], then), (restated.instants[1], now_total), (day, now_total)]:
        assert total("--question", f"metric=unblended&as_of={as_of}") == wanted
        assert total("--question", json.dumps({"metric": "unblended", "as_of": as_of})) == wanted
    with product.served(restated.data) as get:
        # A span that moves with the data moves with those of that time.
        named = {"metric": "unblended", "time": "last-month", "view": "month"}
        found = [get("costs", **named, **more) for more in ({}, {"as_of": restated.instants[0]})]
        assert found[0]["from"] == found[1]["from"] and found[0]["total"] != found[1]["total"]


def test_what_is_kept_no_longer_is_refused_and_nothing_else_changes(restated, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(restated.data, data)
    current = product.query(data, "unblended", "service")
    with contextlib.closing(sqlite3.connect(data / "meta.sqlite")) as store:
        states = "SELECT state, count(*), count(byte_count), sum(byte_count) FROM publication_files GROUP BY state ORDER BY state"
        found = {state: (count, sized, size) for state, count, sized, size in store.execute(states)}
    assert set(found) == {"published", "superseded"} and all(count == sized for count, sized, _ in found.values())
    on_disk = sum(file.stat().st_size for file in data.joinpath("lake").rglob("*=*/*.parquet"))
    assert on_disk == sum(size for *_, size in found.values()), "every file has its row, with its size"
    assert product.run("--data", str(data), "vacuum").startswith("removed 0 files")
    assert product.query(data, "unblended", "service", "--as-of", restated.instants[0]) != current
    product.run("--data", str(data), "vacuum", "--all")
    with pytest.raises(product.Refused, match="is not kept any more"):
        product.query(data, "unblended", "service", "--as-of", restated.instants[0])
    assert product.query(data, "unblended", "service", "--as-of", restated.instants[1]) == current
    assert product.query(data, "unblended", "service") == current


def rows_and_files(data) -> tuple:
    """State -> paths, as rows tell it, and the paths that are there."""
    with contextlib.closing(sqlite3.connect(data / "meta.sqlite")) as store:
        rows = {}
        for state, table, path in store.execute("SELECT state, table_name, path FROM publication_files"):
            rows.setdefault(state, set()).add(f"{table}/{path}")
    return rows, {str(file.relative_to(data / "lake")) for file in data.joinpath("lake").rglob("*=*/*.parquet")}


def test_a_vacuum_that_is_killed_loses_nothing(restated, tmp_path):
    current = product.query(restated.data, "unblended", "service")
    before = product.query(restated.data, "unblended", "service", "--as-of", restated.instants[0])
    for delay in (0.01, 0.03, 0.05, 0.07, 0.1, 0.15):
        data = tmp_path / f"after-{delay}"
        shutil.copytree(restated.data, data)
        process = subprocess.Popen([product.BIN, "--data", str(data), "vacuum", "--all"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.kill()
        process.wait()
        assert product.query(data, "unblended", "service") == current, delay
        hours = product.query(data, "unblended", "service", "--view", "hour")
        assert sum(hours.values()) == sum(current.values()), delay
        try:
            assert product.query(data, "unblended", "service", "--as-of", restated.instants[0]) == before, delay
        except product.Refused as refused:
            assert "is not kept any more" in str(refused), delay
        product.run("--data", str(data), "vacuum", "--all")
        rows, files = rows_and_files(data)
        assert set(rows) == {"published"} and rows["published"] == files, delay
        assert product.query(data, "unblended", "service") == current, delay
