"""However a bill is split into files, folders, shards, runs and formats, its figures are the same; foreign files beside it
change nothing and are named; swapping the times of files changes nothing. Random, from fixed seeds."""

import csv
import gzip
import io
import json
import os
import random
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_cases import WORK, cli, figures

CASE = Path(__file__).resolve().parent / "focus" / "59-bills-and-copies" / "b-same-id" / "az" / "f.csv"
FOREIGN = {
    "README.md": b"notes", "notes.csv": b"a,b\n1,2\n", "picture.png": b"\x89PNG", ".DS_Store": b"x", "data.json": b"{}",
    "_SUCCESS": b"", "query.sql": b"select 1", "prices/sheet.csv": b"meterId,meterName,unitPrice,currencyCode,unitOfMeasure,priceType\nm,n,1,USD,1 Hour,Consumption\n",
    "backup/old.tar.gz": b"x", "other/manifest.json": b'{"name": "not a bill"}',
}  # fmt: skip
LAYOUTS = ["flat", "folders", "shards", "months", "days", "runs"]


def rows(chance):
    """A bill of two months: some days, accounts, services and charges."""
    with open(CASE, encoding="utf-8", newline="") as file:
        [base] = csv.DictReader(file)
    found = []
    for number in range(chance.randint(6, 14)):
        month, day = chance.choice(["07", "08"]), chance.randint(1, 28)
        cost = f"{chance.randint(-200, 3000) / 64}"
        found.append(base | {
            "BilledCost": cost, "EffectiveCost": f"{chance.randint(0, 999) / 32}", "ListCost": cost, "ResourceId": f"r{number}",
            "BillingPeriodStart": f"2026-{month}-01T00:00:00Z", "BillingPeriodEnd": f"2026-{int(month) + 1:02d}-01T00:00:00Z",
            "ChargePeriodStart": f"2026-{month}-{day:02d}T00:00:00Z", "ChargePeriodEnd": f"2026-{month}-{day + 1:02d}T00:00:00Z",
            "ServiceName": chance.choice(["VM", "Disk", "DNS"]), "SubAccountId": chance.choice(["a", "b"]),
        })  # fmt: skip
    return found


def table(lines, chance):
    """The lines as engines write them: amounts as doubles, decimals or text, times as times or text."""
    amounts = chance.choice([(float, pa.float64()), (Decimal, pa.decimal128(38, 18)), (str, pa.string())])
    times = chance.choice([(datetime.fromisoformat, pa.timestamp("us", "UTC")), (datetime.fromisoformat, pa.timestamp("ns")), (str, pa.string())])
    columns = {}
    for name in lines[0]:
        into, kind = amounts if name.endswith("Cost") else times if name.endswith(("PeriodStart", "PeriodEnd")) else (str, pa.string())
        values = [line[name].replace("Z", "+00:00") if into is datetime.fromisoformat else line[name] for line in lines]
        values = [into(value) if value else None for value in values]
        if kind == pa.timestamp("ns"):
            values = [value and value.replace(tzinfo=None) for value in values]
        columns[name] = pa.array(values, kind)
    names = list(columns)
    chance.shuffle(names)
    return pa.table({name: columns[name] for name in names})


def write(path, lines, form, chance):
    if form == "parquet":
        path = path.with_name(path.name + chance.choice([".parquet", ".snappy.parquet"]))
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table(lines, chance), path, row_group_size=chance.randint(1, 8), compression=chance.choice(["snappy", "zstd", "gzip", "none"]))
        return path
    text = io.StringIO()
    columns = list(lines[0])
    chance.shuffle(columns)
    writer = csv.DictWriter(text, columns, lineterminator=chance.choice(["\n", "\r\n"]))
    writer.writeheader()
    writer.writerows(lines)
    data, path = text.getvalue().encode(), path.with_name(path.name + {"csv": ".csv", "gz": ".csv.gz", "zip": ".zip"}[form])
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("part.csv", data)
    else:
        path.write_bytes(gzip.compress(data) if form == "gz" else data)
    return path


def deliver(root, lines, layout, chance):
    """Writes the bill in one of the layouts, split at random."""
    form = lambda: chance.choice(["csv", "gz", "zip", "parquet"])  # noqa: E731
    parts = {}
    for line in lines:
        month, day = line["BillingPeriodStart"][5:7], line["ChargePeriodStart"][8:10]
        part = chance.randint(0, 3)
        where = {
            "flat": f"part-{part}", "folders": f"f{part % 2}/part-{part}", "shards": f"focus_{part:012d}",
            "months": f"year=2026/month={int(month)}/part-{part}", "days": f"year=2026/month={int(month)}/day={int(day)}/part",
            "runs": f"costs/export/2026{month}01-2026{month}31/{month}000000-0000-4000-8000-000000000001/part_{part}_0001",
        }[layout]  # fmt: skip
        parts.setdefault(where, []).append(line)
    runs = {}
    for where, some in parts.items():
        path = write(root / where, some, chance.choice(["gz", "parquet"]) if layout == "runs" else form(), chance)
        if layout == "runs":
            runs.setdefault(path.parent, []).append((path, len(some)))
    for folder, files in runs.items():
        days = folder.parent.name.split("-")
        day = [f"{text[:4]}-{text[4:6]}-{text[6:]}T00:00:00Z" for text in days]
        (folder / "manifest.json").write_text(json.dumps({
            "exportConfig": {"exportName": "export", "type": "FocusCost"}, "blobCount": len(files), "dataRowCount": sum(count for _, count in files),
            "runInfo": {"submittedTime": "2026-09-02T00:00:00Z", "runId": folder.name, "startDate": day[0], "endDate": day[1]},
            "blobs": [{"blobName": str(path.relative_to(root)), "dataRowCount": count} for path, count in files],
        }))  # fmt: skip


def answers(root, name):
    data = str(WORK / "splits" / f"{name}-data")
    code, out, err = cli("--data", data, "ingest", str(root), "--json")
    assert code == 0, err
    by = "billing_period,service,account_id"
    return [figures(data, "--metric", metric, "--group-by", by)[0] for metric in ("unblended", "amortized", "list", "usage_amount")], out


@pytest.mark.parametrize("seed", range(4))
def test_a_bill_is_the_same_however_it_is_delivered(seed):
    chance = random.Random(seed)
    lines = rows(chance)
    whole = WORK / "splits" / f"{seed}-whole"
    write(whole / "focus", lines, "csv", chance)
    right, _ = answers(whole, f"{seed}-whole")
    assert all(right)
    for layout in LAYOUTS:
        name = f"{seed}-{layout}"
        root = WORK / "splits" / name
        deliver(root, lines, layout, chance)
        foreign = chance.sample(sorted(FOREIGN), chance.randint(1, len(FOREIGN)))
        for path in foreign:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(FOREIGN[path])
        files = sorted(path for path in root.rglob("*") if path.is_file())
        moments = [chance.randint(1_700_000_000, 1_790_000_000) for _ in files]
        seen = []
        for times in (moments, moments[::-1]):
            for path, moment in zip(files, times):
                os.utime(path, (moment, moment))
            found, out = answers(root, f"{name}-{len(seen)}")
            assert found == right, layout
            seen.append(json.loads(out)["files"])
        assert seen[0] == seen[1], f"{layout}: the times of files decide what becomes of them"
        missing = [path for path in foreign if path not in out]
        assert not missing, f"{layout}: not named: {missing}"
