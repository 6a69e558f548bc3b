"""The statement beside a figure gives that figure, digit by digit, in an engine that is not ours, wherever its clock stands."""

from decimal import Decimal

import duckdb
import product
import pytest
from deltalake import DeltaTable

RULES = [
    ("core", "service", "contains", ["EC2", "Compute"]),
    ("tagged", "tag:team", "starts_with", ["a", "p"]),
    ("ends", "region", "ends_with", ["-1"]),
    ("matched", "usage_type", "matches", ["^[A-Z0-9]*-?DataTransfer"]),
]
QUESTIONS = [
    {"group_by": "service"},
    {"group_by": "account", "view": "month"},
    {"group_by": "account_id,region", "view": "day"},
    {"group_by": "charge_type", "view": "week", "metric": "unblended"},
    {"group_by": "billing_period,connection"},
    {"group_by": "billed_by,currency", "metric": "list"},
    {"group_by": "can_carry_tags,lifecycle"},
    {"group_by": "TAG,operating_system"},
    {"group_by": "carried_TAG"},
    {"group_by": "virtual_tag:Shown", "view": "month", "metric": "net_amortized"},
    {"group_by": "subset"},
    {"group_by": "service", "filter": ["region!=us-east-1,", "TAG!=", "service!=x"]},
    {"group_by": "resource_id", "filter": ["virtual_tag:Shown=core"], "top": "5"},
]
# Days of usage end in the middle of days elsewhere.
ZONES = ["UTC", "America/Los_Angeles", "Pacific/Kiritimati"]


def engine(data, zone: str) -> duckdb.DuckDBPyConnection:
    files = DeltaTable(data / "lake" / "line_items").file_uris()
    made = duckdb.connect()
    made.execute(f"SET TimeZone = '{zone}'")
    made.execute(f"CREATE VIEW line_items AS SELECT * FROM read_parquet({files!r}, hive_partitioning = true)")
    return made


@pytest.fixture(scope="module")
def asked(demo):
    source = demo("parquet")
    with product.served(source.data, role="editor") as get:
        key = next(key for key in get("dimensions")["tag_keys"] if key)
        condition = lambda dimension, operator, values: {"dimension": dimension.replace("tag:team", f"tag:{key}"), "operator": operator, "values": values}  # noqa: E731
        get.send("POST", "virtual-tags", {"name": "Shown", "rules": [{"value": value, "conditions": [condition(*rest)]} for value, *rest in RULES]})
        accounts = [row["keys"][0] for row in get("costs", group_by="account_id")["rows"]]
        get.send("POST", "subsets", {"name": "It's one", "account_ids": accounts[:2]})
        spelt = lambda value: [one.replace("TAG", f"tag:{key}") for one in value] if isinstance(value, list) else value.replace("TAG", f"tag:{key}")  # noqa: E731
        questions = [{name: spelt(value) for name, value in question.items()} for question in QUESTIONS]
        first = questions[0] | {"from": "2026-10-03", "to": "2026-10-20"}
        yield source, get, [*questions, first]


@pytest.mark.parametrize("at", range(len(QUESTIONS) + 1))
def test_the_statement_of_an_answer(at, asked):
    source, get, questions = asked
    question = questions[at]
    found = get("costs", **question)
    ours, kinds = {}, len(found["group_by"])
    for row in found["rows"]:
        for period, figure in zip(found["periods"] or [""], row["figures"], strict=True):
            if not row["other"] and Decimal(figure):
                ours[(*(key or None for key in row["keys"]), period)] = Decimal(figure)
    assert ours
    for zone in ZONES:
        theirs = {}
        for row in engine(source.data, zone).sql(found["sql"]).fetchall():
            period = str(row[kinds]) if len(row) > kinds + 1 else ""
            if row[-1]:
                theirs[(*row[:kinds], period)] = row[-1]
        if "top" in question:
            theirs = {group: figure for group, figure in theirs.items() if group in ours}
        assert theirs == ours, f"{zone}: {found['sql']}"


def test_the_statement_of_an_explanation(asked):
    source, get, _ = asked
    row = get("costs", group_by="service,region", view="total")["rows"][1]
    found = get("explain", group_by="service,region", keys=row["keys"], page_size="20")
    # Instants would need a calendar of Python's.
    rows = engine(source.data, ZONES[1]).sql(f'SELECT "figure", "x_SourceFile", "x_SourceRow" FROM ({found["sql"]})').fetchall()
    assert [(Decimal(one["figure"]), one["source_file"], one["source_row"]) for one in found["rows"]] == rows
