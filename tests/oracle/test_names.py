"""Names that people give: to accounts, and rules by names, endings and expressions over them; and spellings of tags."""

import re
from decimal import Decimal

import compare
import product
import pytest
from raw import literal


@pytest.fixture(scope="module")
def bill(tmp_path_factory):
    """A classic report, which names no account, in a data folder of its own: definitions stay in it."""
    from conftest import Ingested

    folder = tmp_path_factory.mktemp("names")
    product.generate(folder / "csv", "csv", 8_000)
    return Ingested(folder / "csv", folder / "data")


def groups(answer: dict) -> dict:
    """Value (empty: none) -> exact figure; no value comes twice."""
    found = {(row["keys"][0] or "",): Decimal(row["total"]) for row in answer["rows"]}
    assert len(found) == len(answer["rows"])
    return found


def test_given_names_stand_everywhere_and_sum_as_the_raw_files(bill, tmp_path):
    account = compare.dimensions(bill.report)["account_id"]
    by_id = compare.expected(bill.report, "amortized", account)
    ids = sorted(key[0] for key in by_id if key[0])
    names = {number: f"team{at % 2}-{'prod' if at % 3 else 'test'}" for at, number in enumerate(ids)}
    listed = "\n".join(["account,name", *(f'{number},"{name}"' for number, name in list(names.items())[1:])])
    file = str(tmp_path / "names.csv")
    (tmp_path / "names.csv").write_text(listed)
    product.run("--data", str(bill.data), "accounts", "--names", file, "--name", f"{ids[0]}={names[ids[0]]}")
    cases = " ".join(f"WHEN {literal(number)} THEN {literal(name)}" for number, name in names.items())
    named = f"CASE {account} {cases} END"
    slack = compare.slack_per_row(bill.report, "amortized")
    # By name: several accounts may share one.
    theirs = compare.expected(bill.report, "amortized", named)
    ours = product.query(bill.data, "amortized", "account")
    assert not compare.differences(theirs, ours, slack)
    with product.served(bill.data, role="editor") as get:
        labels = {row["keys"][0]: row["labels"][0] for row in get("costs", group_by="account_id")["rows"]}
        assert all(labels[number] == name for number, name in names.items())
        # The statement that is shown knows the names too, and runs as it is.
        shown = get("costs", group_by="account")["sql"]
        assert all(literal(name) in shown for name in names.values())
        row = get("explain", group_by="account_id", keys=ids[0])["rows"][0]
        assert row["account"] == names[ids[0]]
        # Environment from names of accounts: an ending, an expression, a number.
        rules = [
            ("number", "account_id", "is", [ids[1]]),
            ("production", "account", "ends_with", ["-prod"]),
            ("team zero", "account", "matches", ["^team0-(test|live)$"]),
        ]
        condition = lambda dimension, operator, values: {"dimension": dimension, "operator": operator, "values": values}  # noqa: E731
        body = {"name": "Environment", "rules": [{"value": v, "conditions": [condition(*rest)]} for v, *rest in rules]}
        preview = get.send("POST", "virtual-tags/preview", body)
        get.send("POST", "virtual-tags", body)
        tag = (
            f"CASE WHEN {account} = {literal(ids[1])} THEN 'number' WHEN {named} LIKE '%-prod' THEN 'production' "
            f"WHEN regexp_matches({named}, '^team0-(test|live)$') THEN 'team zero' END"
        )
        theirs = compare.expected(bill.report, "amortized", tag)
        assert len(theirs) == 4 and not compare.differences(theirs, groups(get("costs", group_by="virtual_tag:Environment")), slack)
        assert {row["value"] for row in preview["rows"]} <= {"number", "production", "team zero", None}
        kept = get("costs", group_by="", view="total", filter="virtual_tag:Environment=production")
        assert abs(Decimal(kept["total"]) - theirs[("production",)][0]) <= slack * theirs[("production",)][1]
        # Another name, and the rules follow; what it was called is known.
        get.send("PUT", "account-names", {"names": [{"account_id": ids[2], "name": "elsewhere"}]})
        names[ids[2]] = "elsewhere"
        cases = " ".join(f"WHEN {literal(number)} THEN {literal(name)}" for number, name in names.items())
        theirs = compare.expected(bill.report, "amortized", tag.replace(named, f"CASE {account} {cases} END"))
        assert not compare.differences(theirs, groups(get("costs", group_by="virtual_tag:Environment")), slack)
        known = next(one for one in get("accounts")["accounts"] if one["account_id"] == ids[2])
        assert known["account"] == "elsewhere" and len(known["given"]) == 2
        # Taken away: the account is its number again.
        get.send("PUT", "account-names", {"names": [{"account_id": ids[2], "name": ""}]})
        assert next(one for one in get("accounts")["accounts"] if one["account_id"] == ids[2])["account"] == ids[2]
        for pattern in ["(", "(?=a)", "(a{99}){99}{99}", "x" * 501]:
            bad = {"name": "Bad", "rules": [{"value": "x", "conditions": [condition("account", "matches", [pattern])]}]}
            with pytest.raises(product.Refused, match="regular expression"):
                get.send("POST", "virtual-tags", bad)


def test_merged_values_sum_as_the_raw_files(bill):
    """Case, blanks around, and chosen spellings are one, in groups and in filters."""
    tags = [name for name in compare.dimensions(bill.report) if name.startswith("tag:") and not name.startswith("tag:aws")]
    key = max(tags, key=lambda name: len(compare.expected(bill.report, "unblended", compare.dimensions(bill.report)[name])))
    raw = compare.dimensions(bill.report)[key]
    values = sorted(value for (value,) in compare.expected(bill.report, "unblended", raw) if value not in ("", "Untagged"))
    plain = sorted({value.strip(" ").lower() for value in values})
    assert len(plain) > 2
    one, *others = plain[:3]
    merged = f"CASE WHEN lower(trim({raw})) IN ({', '.join(map(literal, others))}) THEN {literal(one)} WHEN {raw} <> 'Untagged' THEN lower(trim({raw})) END"
    theirs = compare.expected(bill.report, "unblended", merged)
    slack = compare.slack_per_row(bill.report, "unblended")
    name = re.sub("^tag:", "", key)
    with product.served(bill.data, role="editor") as get:
        get.send("PUT", "tag-spellings", {"key": name, "values": [{"value": f" {one.upper()} ", "spellings": others}]})
        assert get("tag-spellings")["tags"] == [{"key": name, "values": [{"value": one, "spellings": sorted(others)}]}]
        answer = get("costs", metric="unblended", group_by=f"merged_tag:{name}")
        assert not compare.differences(theirs, groups(answer), slack)
        for asked in (one, others[0].upper(), f" {others[1]} "):
            kept = get("costs", metric="unblended", group_by=f"merged_tag:{name}", filter=f"merged_tag:{name}={asked}")
            assert groups(kept) == {(one,): groups(answer)[(one,)]}
        # By the hour, line items answer: the same.
        hours = get("costs", metric="unblended", group_by=f"merged_tag:{name},provider")
        sums = {}
        for row in hours["rows"]:
            sums[(row["keys"][0] or "",)] = sums.get((row["keys"][0] or "",), Decimal(0)) + Decimal(row["total"])
        assert not compare.differences(theirs, sums, slack)
        get.send("PUT", "tag-spellings", {"key": name, "values": []})
        assert get("tag-spellings")["tags"] == []

