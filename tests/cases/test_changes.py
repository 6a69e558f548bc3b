"""What a restated month changed is the connection's own bill: by service and account, with the rows behind."""

import csv
import shutil
from pathlib import Path

from test_cases import WORK, cli, served

CASE = Path(__file__).resolve().parent / "focus" / "59-bills-and-copies"


def bill(name, **cells):
    """The case's one-row bill with other cells, one file for each."""
    folder = WORK / "changes" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with open(CASE / "b-same-id" / "az" / "f.csv", encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    rows = [row | dict(zip(cells, values)) for values in zip(*cells.values())]
    with open(folder / "f.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerows(rows)
    return str(folder)


def test_a_bill_diff_is_the_connections_own_and_names_rows():
    data = str(WORK / "changes-data")
    first = bill("one", BilledCost=["10", "1", "2"], ServiceName=["VM", "Disk", "Disk"], SubAccountId=["a", "a", "b"])
    other = bill("two", BilledCost=["7"], BillingCurrency=["EUR"], BillingAccountId=["8800"])
    for source, name in ((first, "one"), (other, "two")):
        code, _, err = cli("--data", data, "ingest", source, "--connection", name)
        assert code == 0, err
    bill("one", BilledCost=["10", "1", "0.5", "25"], ServiceName=["VM", "Disk", "Disk", "VM"], SubAccountId=["a", "a", "b", "a"])
    code, _, err = cli("--data", data, "ingest", first, "--connection", "one")
    assert code == 0, err
    with served(data) as get:
        _, connections = get("connections", {})
        ids = {one["name"]: one["id"] for one in connections["connections"]}
        [change] = get(f"connections/{ids['one']}/changes", {})[1]["changes"]
        assert get(f"connections/{ids['two']}/changes", {})[1]["changes"] == []
    assert [change[key] for key in ("period", "currency", "total_before", "total_after", "change")] == ["2026-08", "USD", "13", "36.5", "23.5"]
    assert (change["rows_before"], change["rows_after"], change["lines_total"]) == (3, 4, 2)
    keys = ("account_id", "service", "before", "after", "change", "rows_before", "rows_after")
    assert [tuple(line[key] for key in keys) for line in change["lines"]] == [
        ("a", "VM", "10", "35", "25", 1, 2),
        ("b", "Disk", "2", "0.5", "-1.5", 1, 1),
    ]
