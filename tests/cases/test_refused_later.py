"""Deliveries that only the second reading refuses, which sees every cell: nothing that was published before changes, on no
day that one looks back to, and nothing of them is called proven."""

import json
import time
from datetime import datetime, timezone
from decimal import Decimal as D

import duckdb
import pytest
from test_cases import cli, figures, served
from test_copies import focus, total
from test_which_counts import Folder

MONTH = "2026-08"


def now():
    found = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    time.sleep(0.01)
    return found


def bill(scale=1, spoilt=False):
    rows = [dict(row) for row in focus(range(1, 11), change=lambda cost, _: cost * scale)]
    if spoilt:
        rows[-2]["ChargePeriodEnd"] = "2026-13-99T00:00:00Z"
    return {"bill.csv": rows}


def sums(files):
    return {MONTH: total(files["bill.csv"])}


def told(folder):
    """What reconcile, status and the files say."""
    _, out, _ = folder.run("reconcile", "--format", "json")
    _, status, _ = folder.run("status")
    return json.loads(out), status


def test_a_restatement_that_is_refused_changes_nothing():
    folder = Folder("refused-later")
    folder.ingest("one", bill())
    before, good = now(), sums(bill())
    for _ in range(2):
        code, found, err = folder.ingest("one", bill(2, spoilt=True))
        assert code == 1 and "row 59, column ChargePeriodEnd" in err, err
        assert (found["files"][0]["read"], found["files"][0]["refused"]) == (0, 1)
        assert folder.totals() == good
        proof, status = told(folder)
        assert not proof["proven"], "the bill that lies there is another one"
        assert "ChargePeriodEnd" in status
    between = now()
    # The same file again: it is looked through before anything of it is published.
    code, _, err = folder.ingest("one")
    assert code == 1 and "ChargePeriodEnd" in err
    assert folder.totals() == good
    code, _, err = folder.ingest("one", bill(3))
    assert code == 0, err
    assert folder.totals() == sums(bill(3))
    assert told(folder)[0]["proven"]
    for day, want in ((before, good), (between, good)):
        assert figures(folder.data, "--metric", "unblended", "--group-by", "billing_period", "--as-of", day)[0] == want
    with served(folder.data) as get:
        status, connections = get("connections", {})
        assert status == 200
        _, changes = get(f"connections/{connections['connections'][0]['id']}/changes", {})
    assert len(changes["changes"]) == 1, "one change, from the first bill to the third"


def test_of_a_first_delivery_that_is_refused_nothing_is_there():
    folder = Folder("refused-first")
    code, _, err = folder.ingest("one", bill(spoilt=True))
    assert code == 1 and "ChargePeriodEnd" in err, err
    assert not folder.totals()
    code, _, err = folder.ingest("one", bill())
    assert code == 0, err
    assert folder.totals() == sums(bill())


@pytest.mark.parametrize("spoilt", ["ResourceId"])
def test_a_page_that_only_line_items_read_may_be_broken(spoilt):
    folder = Folder("broken-page")
    root = folder.lay("one", bill())
    db = duckdb.connect()
    db.execute(f"CREATE TABLE bill AS SELECT * FROM read_csv('{root}/bill.csv', all_varchar = true)")
    columns = [name for (name,) in db.execute("SELECT column_name FROM (DESCRIBE bill)").fetchall()]
    casts = ", ".join(f'CAST("{name}" AS DECIMAL(38, 18)) AS "{name}"' if name.endswith("Cost") else f'"{name}"' for name in columns)
    (root / "bill.csv").unlink()

    def write(scale):
        scaled = casts.replace('AS DECIMAL(38, 18)) AS', f'AS DECIMAL(30, 18)) * {scale} AS')
        path = root / "bill.parquet"
        db.execute(f"COPY (SELECT {scaled} FROM bill) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
        return path

    write(1)
    code, _, err = folder.ingest("one")
    assert code == 0, err
    good = folder.totals()
    assert good == sums(bill())
    path = write(2)
    offset, size = db.execute(
        f"SELECT coalesce(dictionary_page_offset, data_page_offset), total_compressed_size FROM parquet_metadata('{path}') WHERE path_in_schema = '{spoilt}'"
    ).fetchone()
    raw = bytearray(path.read_bytes())
    raw[offset : offset + size] = bytes(255 for _ in range(size))
    path.write_bytes(raw)
    code, _, err = folder.ingest("one")
    assert code == 1 and "bill.parquet" in err, err
    assert folder.totals() == good
    assert not told(folder)[0]["proven"]


def test_a_file_that_cannot_be_read_beside_a_month_is_not_counted_as_read():
    folder = Folder("junk-beside")
    root = folder.lay("one", {"BILLING_PERIOD=2026-08/bill.csv": bill()["bill.csv"]})
    (root / "BILLING_PERIOD=2026-07").mkdir()
    (root / "BILLING_PERIOD=2026-07" / "junk.parquet").write_bytes(b"junk")
    code, found, err = folder.ingest("one")
    assert code == 1 and "junk.parquet" in err, err
    assert (found["files"][0]["read"], found["files"][0]["refused"]) == (1, 1)
    assert folder.totals() == sums(bill())
    # It stays so at the next look, at which the good month is not read again.
    code, found, _ = folder.ingest("one")
    assert code == 1
    assert (found["files"][0]["read"], found["files"][0]["refused"]) == (1, 1)
    with served(folder.data) as get:
        _, connections = get("connections", {})
        _, files = get(f"connections/{connections['connections'][0]['id']}/files", {})
    assert files["refused"] == 1 and "junk.parquet" in json.dumps(files["unread"])
