"""Questions that would stop or starve the server: too many parts, too large answers, readers that never read, days at the
ends of time, and files that a spreadsheet would run.
"""

import contextlib
import csv
import gzip
import io
import socket
import threading
import time
import zipfile
from decimal import Decimal
from types import SimpleNamespace

import pytest
from house import MONTH, House, Tenant, classic_csv

RESOURCES = 12_000
ROWS = 60_000
FORMULAS = ["=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=2", " =3", "\u00a0=4", "\uff1d5+5", "a;=6", "-5"]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A house with a bill of many resources, whose tags are formulas, and a neighbour."""
    folder = tmp_path_factory.mktemp("large")
    house = House(folder, tenants=False)
    rows = [
        {
            "lineItem/ResourceId": f"i-{n % RESOURCES:05}", "lineItem/UsageStartDate": f"2026-10-{1 + n % 31:02}T{n // 31 % 24:02}:00:00Z",
            "lineItem/LineItemDescription": "words of the provider " * 10, "lineItem/UnblendedCost": "0.10" if n % 7 else "-0.05",
            "resourceTags/user:Team": FORMULAS[n % len(FORMULAS)], "lineItem/UsageAccountId": f"{n % 40:012}",
        }
        for n in range(ROWS)
    ]
    bills = SimpleNamespace(large=folder / "large", small=folder / "small")
    for place, some in ((bills.large, rows), (bills.small, rows[:100])):
        period = place / "cost" / "cur" / MONTH
        period.mkdir(parents=True)
        (period / "cur-1.csv.gz").write_bytes(gzip.compress(classic_csv(some), 1))
    house.a = Tenant(house, "Gamma", "111111111111", bills.large)
    house.b = Tenant(house, "Delta", "111111111111", bills.small)
    yield house
    house.stop()


def well(answer, status=200):
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:500]}"
    return answer


def refused(answer, word=""):
    """Refused with what to do about it."""
    problem = well(answer, 400).json()
    assert problem["advice"], problem
    assert word in problem["detail"] + problem["advice"], problem


def test_a_thousand_filters_neither_nest_nor_stop(house):
    viewer = house.a.token("viewer")
    same = [("filter", f"account_id!=x{n}") for n in range(1_000)]
    listed = [("filter", "resource_id=" + ",".join(["i-111111111111-5", *(f"r{n}" for n in range(4_000))]))]
    contradicting = [("filter", f"account_id=x{n}") for n in range(1_000)]
    different = [("filter", f"tag:k{n}!=x") for n in range(1_000)]
    with house.watched():
        for path, more in (("/explain", []), ("/explain.csv", []), ("/costs", [("view", "hour")]), ("/costs.csv", [("view", "hour"), ("group_by", "resource_id")])):
            well(viewer.get(path, params=same + more))
            well(viewer.get(path, params=listed + more))
            well(viewer.get(path, params=contradicting + more))
            refused(viewer.get(path, params=different + more), "are the most")
            refused(viewer.get(path, params=same + more + same[:1]), "filters")
        explained = well(viewer.get("/explain", params=same)).json()
        assert explained["rows_total"] == 60 and Decimal(explained["figure"]) == 75
        assert well(viewer.get("/explain", params=contradicting)).json()["rows_total"] == 0
        assert well(viewer.get("/explain", params=listed)).json()["rows_total"] == 1
        for path in ("/summary", "/projection", "/savings"):
            well(viewer.get(path, params=same))
            refused(viewer.get(path, params=different))


def test_the_rest_of_a_large_table_is_flat(house):
    viewer = house.a.token("viewer")
    one = [("group_by", "resource_id"), *(("but", f"i-111111111111-{n}") for n in range(2_000))]
    two = [("group_by", "resource_id,usage_type"), *(("but", key) for n in range(1_500) for key in (f"i-{n}", "x"))]
    with house.watched():
        assert well(viewer.get("/explain", params=one)).json()["rows_total"] == 0
        assert well(viewer.get("/explain", params=two)).json()["rows_total"] == 60
        refused(viewer.get("/explain", params=[("group_by", "service"), *(("but", "x") for _ in range(6_000))]), "parameters")


def rules(conditions: list) -> dict:
    return {"name": "Owner", "rules": [{"value": f"value {n}", "conditions": [condition]} for n, condition in enumerate(conditions)]}


def test_previews_of_endless_rules_are_refused_and_large_ones_answered(house):
    editor = house.a.editor
    for dimension in ("account_id", "resource_id", "tag:Team"):
        for operator in ("is", "is_not", "starts_with", "contains"):
            condition = {"dimension": dimension, "operator": operator}
            parts = operator in ("starts_with", "contains")
            many = [f"v{n}" for n in range(1_000 if parts else 20_000)]
            with house.watched():
                refused(editor.post("/virtual-tags/preview", json=rules([{**condition, "values": [f"v{n}" for n in range(40_000)]}])), "are the most")
                well(editor.post("/virtual-tags/preview", json=rules([{**condition, "values": many}])))
    each = [{"dimension": "resource_id", "operator": "is", "values": [f"i-{n}"]} for n in range(10_000)]
    with house.watched():
        refused(editor.post("/virtual-tags/preview", json=rules(each)), "rules")
        well(editor.post("/virtual-tags/preview", json=rules(each[:2_000])))
        keys = [{"dimension": f"tag:k{n}", "operator": "is", "values": ["x"]} for n in range(100)]
        refused(editor.post("/virtual-tags/preview", json=rules(keys)), "tags")


def test_answers_have_a_size(large):
    viewer = large.a.token("viewer")
    long = {"from": "2000-01-01", "to": "2200-01-01", "view": "day", "group_by": "account_id"}
    hours = {"view": "hour", "group_by": "resource_id"}
    with large.watched(mb=450, seconds=60):
        refused(viewer.get("/costs", params=long), "Narrow")
        refused(viewer.get("/costs.csv", params=long), "Narrow")
        refused(viewer.get("/costs", params={**long, "view": "hour"}), "Narrow")
        refused(viewer.get("/costs", params={**long, "from": "1756-01-01"}), "2000-01-01")
        refused(viewer.get("/costs", params=hours), "top")
        refused(viewer.get("/costs.parquet", params=hours), "top")
        refused(viewer.get("/costs", params={"group_by": ",".join(f"tag:{n}" for n in range(11))}), "group by")


def test_the_largest_of_too_many_groups_are_answered_exactly(large):
    viewer = large.a.token("viewer")
    question = {"view": "hour", "group_by": "resource_id", "metric": "unblended", "compare": "previous", "from": "2026-10-01", "to": "2026-11-01"}
    with large.watched(mb=450, seconds=60):
        found = well(viewer.get("/costs", params={**question, "top": 3})).json()
        several = well(viewer.get("/costs", params={**question, "group_by": "resource_id,usage_type", "top": 3})).json()
    assert [row["figures"] for row in several["rows"]] == [row["figures"] for row in found["rows"]]
    whole = well(viewer.get("/costs", params={**question, "group_by": ""})).json()
    totals = well(viewer.get("/costs", params={**question, "view": "total", "top": 3})).json()
    assert found["rows_total"] == RESOURCES and found["totals"] == whole["totals"] and found["total"] == whole["total"]
    assert [(row["keys"], row["total"], row["previous_total"]) for row in found["rows"]] == [(row["keys"], row["total"], row["previous_total"]) for row in totals["rows"]]
    for row in found["rows"][:3]:
        alone = well(viewer.get("/costs", params={**question, "group_by": "", "filter": f"resource_id={row['keys'][0]}"})).json()
        assert row["figures"] == alone["totals"], row["keys"]
    assert found["rows"][3]["other"]
    for at, total in enumerate(found["totals"]):
        assert sum(Decimal(row["figures"][at]) for row in found["rows"]) == Decimal(total)


def never_read(house: House, token: str, path: str) -> socket.socket:
    link = socket.socket()
    link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    link.connect(("127.0.0.1", house.port))
    link.sendall(f"GET /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    return link


def test_readers_that_never_read_hold_little(large):
    large.a.token("viewer"), large.b.token("viewer")
    token, links = large.a.tokens["viewer"], []
    paths = ["/explain.csv", "/costs.csv?group_by=resource_id&view=day", "/costs?group_by=resource_id&view=day", "/costs.parquet?group_by=resource_id,tag:Team&view=day"]
    try:
        with large.watched(mb=450, seconds=60):
            # Rows of several megabytes fill all places of the organization, and stay: nobody reads them.
            for n in range(12):
                links.append(never_read(large, token, f"/explain.csv?filter=operation!={n}"))
            time.sleep(2)
            for n in range(120):
                path = paths[n % 4]
                links.append(never_read(large, token, f"{path}{'&' if '?' in path else '?'}filter=operation!={n}"))
            time.sleep(3)
            # Beyond their number they are told to come again; others are not touched.
            last = large.a.token("viewer").get("/explain.csv")
            assert last.status_code == 429 and int(last.headers["Retry-After"]) > 0, last.text[:200]
            assert len(well(large.b.token("viewer").get("/explain.csv")).text.splitlines()) == 101
            well(large.a.token("viewer").get("/costs", params={"group_by": "service"}))
    finally:
        for link in links:
            link.close()
    # Places come back when readers leave.
    end = time.monotonic() + 20
    while large.a.token("viewer").get("/explain.csv", stream=True).status_code == 429:
        assert time.monotonic() < end
        time.sleep(0.5)


def test_a_file_is_whole_for_those_who_read(large):
    text = well(large.a.token("viewer").get("/explain.csv")).text
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == ROWS + 1


def test_one_organization_does_not_starve_another(large):
    stop, refusals = threading.Event(), []
    large.a.token("viewer"), large.b.token("viewer")

    def storm(number: int) -> None:
        client, n = large.a.token("viewer"), 0
        while not stop.is_set():
            n += 1
            answer = client.get("/costs", params={"view": "hour", "group_by": "resource_id", "top": 5, "filter": f"operation!={number}-{n}"})
            if answer.status_code != 200:
                refusals.append(answer.status_code)

    threads = [threading.Thread(target=storm, args=(number,), daemon=True) for number in range(12)]
    with large.watched(mb=700, seconds=60):
        for thread in threads:
            thread.start()
        time.sleep(1)
        slowest = 0.0
        for n in range(4):
            begun = time.monotonic()
            well(large.b.token("viewer").get("/costs", params={"view": "hour", "group_by": "resource_id", "filter": f"operation!={n}"}))
            well(large.b.token("viewer").get("/costs", params={"view": "day", "group_by": "service", "filter": f"operation!={n}"}))
            slowest = max(slowest, time.monotonic() - begun)
        stop.set()
        for thread in threads:
            thread.join(45)
    assert slowest < 12, slowest
    assert set(refusals) <= {429}, refusals


ENDS = [
    "/explain?from=0001-01-01", "/explain?page=18446744073709551615", "/explain?page=18446744073709551616", "/explain?page_size=99999999999999999999",
    "/explain?from=2026-10-02&to=2026-10-01", "/costs?from=%2B262142-12-30&to=%2B262142-12-31&shared=split", "/costs?to=%2B262142-12-31&shared=split&view=month",
    "/costs?from=-262143-01-01&view=day", "/costs?from=0000-00-00", "/costs?top=99999999999999999999", "/costs?from=2026-10-01&to=2026-10-01",
    "/costs?from=1999-12-31&compare=previous", "/costs.csv?from=9999-12-31", "/costs.xlsx?to=9999-12-31", "/dimensions/service/values?from=0001-01-01",
    "/dimensions/service/values?limit=99999999999999999999", "/explain.csv?to=2200-01-02",
]


def test_the_ends_of_time_are_no_place_to_fall_off(house):
    viewer, shared = house.a.token("viewer"), {"rules": [{"id": "", "name": "Support", "source": ["service=Amazon Elastic Compute Cloud"], "method": "even", "targets": []}]}
    well(house.a.editor.put("/shared-costs", json=shared))
    try:
        with house.watched():
            for address in ENDS:
                refused(viewer.get(address))
            for address in (
                "/costs?from=2000-01-01&to=2000-01-02&compare=previous", "/costs?from=2199-12-31&to=2200-01-01&shared=split&compare=previous",
                "/costs?from=2000-01-01&to=2200-01-01&shared=split&view=month", "/costs?top=18446744073709551615&group_by=service", "/explain?page=20000", "/explain?page=0",
            ):
                well(viewer.get(address))
            for address in ("from=0001-01-01&to=2026-01-01", "from=2026-01-01&to=%2B262142-12-31", "from=2026-01-02&to=2026-01-01"):
                refused(house.a.person("editor").post("/reports", json={"name": "x", "address": address}))
    finally:
        well(house.a.editor.put("/shared-costs", json={"rules": []}))
    for day in ("0001-01-01", "9999-12-31"):
        ended = house.cli("--organization", "Alpha", "query", "--from", day)
        assert ended.returncode == 2 and "2200-01-01" in ended.stderr, ended.stderr


def runs(cell: str) -> bool:
    """Whether a spreadsheet would run a cell."""
    with contextlib.suppress(ValueError):
        float(cell)
        return False
    begin = cell.lstrip(" \t\r\n\u00a0\u200b\ufeff")
    return begin[:1] in tuple("=+-@\uff1d\uff0b\uff0d\uff20") and begin != ""


def test_no_file_holds_a_formula(large):
    viewer = large.b.token("viewer")
    query = {"group_by": "tag:Team", "metric": "unblended", "view": "day"}
    text = well(viewer.get("/costs.csv", params=query)).text
    table = list(csv.reader(io.StringIO(text, newline="")))
    assert len(table) > len(FORMULAS)
    assert not any(runs(cell) for row in table for cell in row), table
    # Numbers are numbers, negative ones too.
    plain = well(viewer.get("/costs", params=query)).json()
    assert sum(Decimal(row[-1]) for row in table[1:]) == Decimal(plain["total"])
    assert any(Decimal(cell) < 0 for row in table[1:] for cell in row[1:])
    rows = list(csv.reader(io.StringIO(well(viewer.get("/explain.csv", params={"metric": "unblended"})).text, newline="")))
    assert not any(runs(cell) for row in rows for cell in row)
    assert sum(Decimal(row[11]) for row in rows[1:]) == Decimal(plain["total"])
    with zipfile.ZipFile(io.BytesIO(well(viewer.get("/costs.xlsx", params=query)).content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "=1+1" in sheet and "<f>" not in sheet and "<f " not in sheet
    # Scripts get what is stored.
    exact = large.done("--organization", "Delta", "query", "--group-by", "tag:Team", "--format", "csv")
    assert "\n=1+1," in exact.replace("\r", "")
