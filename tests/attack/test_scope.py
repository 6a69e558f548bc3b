"""Who may see chosen subsets alone learns nothing of the rest: every address of the description is asked, before and after the
rows out of scope were changed, and no answer differs; nor does any speak of what stands outside.

Addresses are found in the description: a new one is asked without being named here, and is either refused or held to the
same rule.
"""

import csv
import datetime
import gzip
import io
import json
import re
import time

import irregular
import pytest
from house import MONTH, Client, House, Tenant, classic_csv, settled
from mailbox import Mailbox, read

MINE, OTHER, LAST = "111111111111", "222222222222", "333333333333"
SPAN = {"from": "2026-10-01", "to": "2026-11-01"}
# What nobody who sees one subset may be told: each stands in rows, names or settings of the rest alone.
HIDDEN = ["222222222222", "333333333333", "Hidden", "hidden", "AmazonKendra", "Kendra", "sa-east-1", "Secret", "bills-secret"]
DIMENSIONS = [
    "account_id", "account", "service", "product_code", "region", "availability_zone", "lifecycle", "operating_system", "charge_type", "line_item_type",
    "usage_type", "usage_type_group", "operation", "instance_type", "instance_family", "resource_id", "purchase_option", "commitment_id", "seller",
    "connection", "currency", "billing_period", "payer_account_id", "provider", "subset", "subset_id", "organizational_unit", "tag:Team", "tag:Project", "tag:SecretKey", "virtual_tag:Owner", "merged_tag:Team",
]


def row(account: str, day: int, hour: int, cost: str, **more: str) -> dict:
    at = f"2026-10-{day:02}T{hour:02}:00:00Z"
    end = f"2026-10-{day:02}T{hour + 1:02}:00:00Z"
    return {
        "lineItem/UsageAccountId": account, "bill/PayerAccountId": MINE, "lineItem/UsageStartDate": at, "lineItem/UsageEndDate": end,
        "identity/LineItemId": f"{account}-{day}-{hour}-{cost}", "lineItem/UnblendedCost": cost, "pricing/publicOnDemandCost": cost,
        "lineItem/ResourceId": f"i-{account[:3]}-{day}", **{name.replace("__", "/"): value for name, value in more.items()},
    }


def bill(inside: list, outside: list) -> bytes:
    """Their rows stand among one another."""
    return gzip.compress(classic_csv([*outside[::2], *inside, *outside[1::2]]))


INSIDE = [
    row(MINE, 1 + n % 20, n % 23, f"{1 + n % 7}.{n:02}", **{"resourceTags__user:Team": f"shop-{n % 3}", "product__region": "us-east-1" if n % 2 else "eu-west-1"})
    for n in range(50)
]
# More, later and earlier than what is seen: other services, tags, regions, days.
OUTSIDE = [
    row(OTHER, 1 + n % 28, n % 23, f"{90 + n}.77", **{"resourceTags__user:SecretKey": "hidden-value", "resourceTags__user:Team": "hidden-team", "product__region": "sa-east-1",
                                                     "lineItem__ProductCode": "AmazonKendra", "product__ProductName": "Amazon Kendra", "lineItem__UsageType": "Hidden:dc2"})
    for n in range(40)
]
CHANGED = [
    row(LAST if n % 2 else OTHER, 2 + n % 30, n % 20, f"{7_000 + 13 * n}.5", **{"resourceTags__user:Project": "hidden-project", "product__region": "sa-east-1",
                                                                               "lineItem__ProductCode": "AmazonKendra", "product__ProductName": "Amazon Kendra"})
    for n in range(75)
] + [
    # A credit that makes the whole bill another one's size and sign, and a discount that nobody inside has.
    row(OTHER, 30, 5, "-999999.25", **{"lineItem__LineItemType": "Credit", "lineItem__LineItemDescription": "Hidden credit"}),
]


class Scoped:
    """An organization with a bill of three accounts, and somebody who may see one of them."""

    def __init__(self, folder):
        self.mails = Mailbox()
        self.reports = folder / "bills-secret"
        self.deliver(OUTSIDE)
        self.house = House(folder, *self.mails.options, "--public-url", "http://costs.example", tenants=False)
        self.house.a = Tenant(self.house, "Gamma", MINE, self.reports)
        self.admin = self.house.a.token("administrator")
        self.mine = self.subset("Retail", [MINE])
        self.other = self.subset("Hidden subset", [OTHER, LAST])
        assert self.admin.put("/account-names", json={"names": [{"account_id": OTHER, "name": "Hidden given name"}]}).status_code in (200, 204)
        rules = [{"value": "hidden-owner", "conditions": [{"dimension": "account_id", "operator": "is", "values": [OTHER]}]},
                 {"value": "shop", "conditions": [{"dimension": "account_id", "operator": "is", "values": [MINE]}]}]
        made = self.admin.post("/virtual-tags", json={"name": "Owner", "rules": rules})
        assert made.status_code in (200, 201), made.text
        assert self.admin.put("/tag-spellings", json={"key": "Team", "values": [{"value": "hidden-one", "spellings": ["hidden-team"]}]}).status_code in (200, 204)
        shared = [{"id": "", "name": "Hidden sharing", "source": [f"account_id={OTHER}"], "method": "even", "targets": [{"account_id": MINE}]}]
        put = self.admin.put("/shared-costs", json={"rules": shared})
        assert put.status_code in (200, 204), put.text
        shared_report = self.admin.post("/reports", json={"name": "Hidden report", "address": f"filter=account_id%3D{OTHER}", "shared": True})
        assert shared_report.status_code == 201, shared_report.text
        self.report = shared_report.json()["id"]
        self.budget = self.made_budget("Hidden budget", [f"account_id={MINE},{OTHER}"])
        self.made_budget("Hidden rest", [f"account_id!={MINE}"])
        self.made_budget("Hidden owner budget", [f"account_id={MINE}", "virtual_tag:Owner=shop"])
        self.made_budget("Hidden whole", [])
        self.own_budget = self.made_budget("Retail's", [f"subset_id={self.mine}", "service!=AmazonS3"])
        made = self.admin.post("/tokens", json={"name": "of Retail", "role": "subset-viewer", "subsets": [self.mine]})
        assert made.status_code == 201, made.text
        self.viewer = Client(self.house, made.json()["secret"])
        self.spec = json.loads(self.house.done("openapi"))
        self.look_for_irregular_spend()
        self.connection = self.admin.get("/connections").json()["connections"][0]

    def look_for_irregular_spend(self) -> None:
        """An event of each, what is said of it, and a definition that names what is hidden."""
        wish = {"name": "Hidden definition", "watches": ["account"], "only": OTHER, "method": "daily", "threshold_percent": 25, "minimum": "1"}
        made = self.admin.post("/trend-definitions", json=wish)
        assert made.status_code == 201, made.text
        organization = self.admin.get("/session").json()["organization"]["id"]
        self.event = irregular.insert(self.house.data, organization, "00000000000000aa", MINE, through=irregular.THROUGH)
        self.others_event = irregular.insert(self.house.data, organization, "00000000000000bb", OTHER, "Hidden", made.json()["id"])

    def subset(self, name: str, accounts: list) -> str:
        made = self.admin.post("/subsets", json={"name": name, "account_ids": accounts})
        assert made.status_code == 201, made.text
        return made.json()["id"]

    def made_budget(self, name: str, filters: list) -> str:
        budget = {"name": name, "filters": filters, "metric": "unblended", "period": "year", "amount": "1000", "currency": "USD", "thresholds": [{"basis": "actual", "percent": 1}]}
        made = self.admin.post("/budgets", json=budget)
        assert made.status_code == 201, made.text
        return made.json()["id"]

    def deliver(self, outside: list) -> None:
        period = self.reports / "cost" / "cur" / MONTH
        period.mkdir(parents=True, exist_ok=True)
        (period / "cur-1.csv.gz").write_bytes(bill(INSIDE, outside))

    def read(self) -> None:
        done = self.house.cli("--organization", "Gamma", "ingest", "--force", str(self.reports))
        assert done.returncode == 0, done.stderr

    def member(self, email: str, **standing) -> str:
        """Somebody with an account; gives the id."""
        names = [word for id in standing.get("subsets", []) for word in ("--subset", id)]
        self.house.done("--organization", "Gamma", "user", "add", email, "--role", standing["role"], *names, "--password-stdin", stdin="correct horse battery staple\n")
        found = self.admin.get("/members").json()["members"]
        return next(one["id"] for one in found if one["email"] == email)

    def questions(self):
        """Every address that can be asked, in many ways where much can be asked."""
        spans = [{}, SPAN, {"from": "2026-10-03", "to": "2026-10-12"}]
        for path, item in self.spec["paths"].items():
            if "get" not in item:
                continue
            path = path.removeprefix("/api/v1")
            if path == "/costs" or path.startswith("/costs."):
                for at, dimension in enumerate(DIMENSIONS):
                    for metric in ["unblended", "amortized"][at % 2:][:1]:
                        yield path, {"metric": metric, "group_by": dimension, "view": ["day", "total", "month", "hour"][at % 4], **(SPAN if at % 4 == 3 else spans[at % 3])}
                yield path, {"metric": "unblended", "group_by": "service,region", "view": "week", "compare": "previous", **SPAN}
                yield path, {"metric": "unblended", "group_by": "resource_id", "top": "3", "view": "day", **SPAN}
                yield path, {"metric": "unblended", "filter": f"account_id={OTHER}"}
                yield path, {"metric": "unblended", "filter": f"account_id!={MINE}"}
                yield path, {"metric": "unblended", "group_by": "account_id", "split": "true"}
                yield path, {"metric": "unblended", "group_by": "service", "filter": "tag:SecretKey=hidden-value"}
                yield path, {"metric": "list"}
            elif path == "/dimensions/{name}/values":
                for dimension in DIMENSIONS:
                    for search in ["", "hid", "Amazon"]:
                        yield f"/dimensions/{dimension}/values", {"search": search, "metric": "unblended", **spans[len(search) % 3]}
            elif path in ("/explain", "/explain.csv"):
                for dimension in ["account_id", "service", "tag:Team", "subset", "connection"]:
                    for key in [MINE, OTHER, "Amazon Kendra", "hidden-team", "Retail", "Hidden subset", ""]:
                        yield path, {"metric": "unblended", "group_by": dimension, "keys": key, **SPAN}
                yield path, {"metric": "unblended", "group_by": "account_id", "but": MINE, **SPAN}
                yield path, {"metric": "amortized", **SPAN}
            elif path.startswith("/optimization/buy"):
                for options in [{"look_back": "90"}, {"offer": "ec2", "by_account": "true"}, {"offer": "reserved", "look_back": "60"}, {"offer": "joint", "commitment": "0.1"}]:
                    yield path, options
            elif path.startswith("/trend"):
                for event in [self.event, self.others_event] if "{id}" in path else [""]:
                    full = path.replace("{id}", event)
                    for options in [{}, {"search": "hid"}, {"account": OTHER}, {"status": "all", "sort": "cost"}, {"day": "2026-10-03"},
                                    {"day": "2026-10-03", "object": f"account={OTHER}"}, {"day": "2026-10-03", "object": f"account={MINE}"}, {"by": "usage_type"}]:
                        yield full, options
            else:
                for subset, budget in [(self.mine, self.own_budget), (self.other, self.budget)]:
                    id = {"subsets": subset, "connections": self.connection["id"], "reports": self.report, "budgets": budget}.get(path.split("/")[1], "0123456789abcdef01234567")
                    full = re.sub(r"\{[^}]*\}", id, path)
                    for options in [{}, {"metric": "unblended"}, {"filter": "service=Amazon Kendra"}, {"filter": f"account_id={OTHER}"}]:
                        yield full, options
                    if "{" not in path:
                        break


def told(answer) -> str:
    """An answer as it can be compared: without the names of states, which tell that something was published."""
    kind = answer.headers.get("Content-Type", "")
    if "parquet" in kind or "spreadsheet" in kind or "zip" in kind:
        return f"{answer.status_code} {kind} {len(answer.content) if answer.status_code != 200 else 'a file'}"
    text = answer.text
    if "json" in kind and answer.content:
        body = answer.json()

        def plain(value):
            if isinstance(value, dict):
                return {name: plain(one) for name, one in value.items() if name not in ("published_at", "looked_at", "csrf_token", "request_id")
                        and not (name == "id" and set(value) == {"id", "publications"})}
            return [plain(one) for one in value] if isinstance(value, list) else value

        text = json.dumps(plain(body), sort_keys=True)
    return f"{answer.status_code} {text}"


@pytest.fixture(scope="module")
def scoped(tmp_path_factory):
    made = Scoped(tmp_path_factory.mktemp("scope"))
    yield made
    made.house.stop()


def ask(scoped, client) -> dict:
    answers = {}
    for path, options in scoped.questions():
        if path in ("/events",) or path.endswith("/events"):
            # Streams that never end: who may not hear them is told so at once.
            answer = client.get(path, stream=True, timeout=10)
            assert answer.status_code in (403, 404), path
            answer.close()
            continue
        answer = settled(client, path, options)
        assert answer.status_code < 500, f"{path} {options}: {answer.text[:300]}"
        answers[path, tuple(options.items())] = answer
    return answers


def test_no_answer_speaks_of_the_rest_nor_changes_with_it(scoped):
    before = ask(scoped, scoped.viewer)
    assert len(before) > 300, len(before)
    assert sum(answer.status_code == 200 for answer in before.values()) > 200
    leaks = []
    for (path, options), answer in before.items():
        asked = f"{path} {dict(options)}"
        own = answer.text
        # What was asked with comes back in messages and filters; the longest first.
        parts = {part for _, value in options for part in [value, *value.split(","), value.partition("=")[2], value.split(":")[-1]] if part}
        for part in sorted(parts, key=len, reverse=True):
            own = own.replace(part, "ASKED")
        own = own.replace("SecretKey", "ASKED") if "SecretKey" in asked else own
        own = own.replace(scoped.other, "ASKED")
        found = [word for word in HIDDEN if word in own and word not in path]
        if found:
            at = own.index(found[0])
            leaks.append(f"{asked} tells of {found}: {own[max(0, at - 150):at + 60]}")
    assert not leaks, "\n".join(leaks)
    # The figures are those of the own rows.
    total = sum(int(float(one["lineItem/UnblendedCost"]) * 100 + 0.5) for one in INSIDE) / 100
    answer = scoped.viewer.get("/costs", params={"metric": "unblended", **SPAN}).json()
    assert abs(float(answer["total"]) - total) < 1e-9
    assert answer["proof"]["copied"]["state"] == "part" and answer["proven"] is False

    time.sleep(1.1)
    then = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    time.sleep(1.1)
    try:
        scoped.deliver(CHANGED)
        scoped.read()
        whole = scoped.admin.get("/costs", params={"metric": "unblended", **SPAN}).json()
        assert abs(float(whole["total"]) - total) > 1_000
        after = ask(scoped, scoped.viewer)
        assert before.keys() == after.keys()
        for asked, answer in before.items():
            assert told(answer) == told(after[asked]), asked
        ask_of_the_past(scoped, then)
    finally:
        scoped.deliver(OUTSIDE)
        scoped.read()


def ask_of_the_past(scoped, then: str) -> None:
    """As the bill stood is another way to the same bills: whatever takes `as_of` by its description says as little, and the same before
    and after, for the own rows never changed."""
    takes = {path.removeprefix("/api/v1") for path, item in scoped.spec["paths"].items()
             if any(one["name"] == "as_of" for one in item.get("get", {}).get("parameters", []))}
    assert takes >= {"/optimization/owned", "/optimization/rates", "/optimization/replay", "/optimization/overview", "/costs", "/costs.csv", "/costs.xlsx", "/costs.parquet", "/explain", "/explain.csv", "/accounts", "/subsets", "/summary", "/overview",
                     "/savings", "/projection", "/dimensions", "/dimensions/{name}/values"}
    # What answers name that were not asked of the same bills.
    plain = lambda answer: re.sub(r'"as_of": \{[^}]*\}, |"(id|snapshot)": "[0-9a-f]{16}"', "", told(answer))  # noqa: E731
    for path in sorted(takes):
        full = path.replace("{id}", scoped.mine).replace("{name}", "service")
        options = {} if path in ("/overview", "/dimensions") or path.startswith("/optimization/") else {"metric": "unblended"} if path not in ("/accounts", "/subsets", "/savings") else {}
        if path.startswith("/costs") or path.startswith("/explain"):
            options |= {"group_by": "account_id", **SPAN} | ({"keys": MINE} if "explain" in path else {})
        if path == "/optimization/owned/hours":
            continue  # Of one commitment: what is said of it stands in the lists.
        now, past = settled(scoped.viewer, full, options), settled(scoped.viewer, full, {**options, "as_of": then})
        assert past.status_code == 200, f"{path}: {past.text[:300]}"
        if "json" in past.headers["Content-Type"]:
            assert past.json()["as_of"]["at"] == then and "as_of" not in now.json(), path
        assert not [word for word in HIDDEN if word in past.text], path
        assert plain(past) == plain(now), path
        if "explain" in path:
            others = scoped.viewer.get(full, params={**options, "keys": OTHER, "as_of": then})
            assert others.status_code == 200, others.text
            assert (others.json()["rows_total"] == 0) if path == "/explain" else (len(others.text.splitlines()) == 1), path
    # Somebody who may see everything is told another past.
    whole = [scoped.admin.get("/costs", params={"metric": "unblended", **SPAN, **more}).json()["total"] for more in [{}, {"as_of": then}]]
    assert whole[0] != whole[1]


def test_files_hold_the_own_rows_alone(scoped):
    answer = scoped.viewer.get("/costs.csv", params={"metric": "unblended", "group_by": "account_id,service,resource_id", **SPAN})
    assert {line["account_id"] for line in csv.DictReader(io.StringIO(answer.text))} == {MINE}
    rows = scoped.viewer.get("/explain.csv", params={"metric": "unblended", **SPAN})
    lines = list(csv.DictReader(io.StringIO(rows.text)))
    assert len(lines) == len(INSIDE) and {line["account_id"] for line in lines} == {MINE}
    assert not any(line["source_file"] for line in lines), "the file's name is the connection's"
    for kind in ["xlsx", "parquet"]:
        answer = scoped.viewer.get(f"/costs.{kind}", params={"metric": "unblended", "group_by": "account_id", **SPAN})
        assert answer.status_code == 200 and OTHER.encode() not in answer.content


def test_pages_of_the_organization_are_refused(scoped):
    for path in ["/connections", f"/connections/{scoped.connection['id']}", f"/connections/{scoped.connection['id']}/ingests", "/members", "/audit",
                 "/tokens", "/invitations", "/organization", "/virtual-tags", "/shared-costs", "/tag-spellings", "/reach", "/events", "/channels", "/notification-routes", "/trend-definitions"]:
        refused = scoped.viewer.get(path)
        assert refused.status_code == 403 and "subset-viewer" in refused.text, path
    assert scoped.viewer.get("/reports").json()["reports"] == []
    assert scoped.viewer.get(f"/subsets/{scoped.other}").status_code == 404
    budgets = scoped.viewer.get("/budgets").json()
    assert [one["id"] for one in budgets["budgets"]] == [scoped.own_budget] and budgets["part"] is True
    assert scoped.viewer.get(f"/budgets/{scoped.budget}").status_code == 404
    whole = {one["id"]: one["now"]["actual"] for one in scoped.admin.get("/budgets").json()["budgets"]}
    assert len(whole) == 5 and whole[scoped.own_budget] == budgets["budgets"][0]["now"]["actual"]
    assert scoped.viewer.post("/budgets/suggest", json={"period": "month"}).status_code == 403
    assert scoped.viewer.post("/subsets", json={"name": "Mine", "account_ids": [OTHER]}).status_code == 403
    overview = scoped.viewer.get("/overview").json()
    assert overview["connections"] == [] and overview["failures"] == []
    assert [one["name"] for one in overview["part"]["subsets"]] == ["Retail"]


def test_events_of_others_are_as_good_as_none(scoped):
    irregular.others_are_as_good_as_none(scoped, MINE)


def test_references_are_looked_up_among_what_is_seen(scoped):
    """What is out of scope is called nothing: its name and identifier are as good as those that nobody ever gave."""
    asked = lambda text: scoped.viewer.get("/costs", params={"metric": "unblended", "filter": text, **SPAN})  # noqa: E731
    never, whole = "0123456789abcdef01234567", scoped.viewer.get("/costs", params={"metric": "unblended", **SPAN}).json()["total"]

    def refused(kind: str, value: str) -> tuple:
        answer = asked(f"{kind}={value}")
        return answer.status_code, {name: str(text).replace(value, "ASKED") for name, text in answer.json().items() if name != "request_id"}

    assert refused("subset_id", scoped.other) == refused("subset_id", never) and refused("subset_id", never)[0] == 400
    assert refused("subset", "Hidden subset") == refused("subset", "Never") == refused("subset", scoped.other)
    for text in [f"subset_id={scoped.mine}", "subset=Retail"]:
        assert asked(text).json()["total"] == whole
    named = scoped.viewer.get("/dimensions").json()["named_subsets"]
    assert [one["id"] for one in named] == [scoped.mine]
    # A report that somebody saved as a viewer names what they are told nothing of as a subset viewer.
    user = scoped.member("saving@gamma.example", role="viewer")
    client = Client(scoped.house).sign_in("saving@gamma.example")
    saved = client.post("/reports", json={"name": "Theirs", "address": "filter=subset%3DHidden%20subset", "shared": False})
    assert saved.status_code == 201 and scoped.other in saved.json()["address"], saved.text
    assert scoped.admin.patch(f"/members/{user}", json={"role": "subset-viewer", "subsets": [scoped.mine]}).status_code == 200
    assert "Hidden" not in client.get("/reports").text
    # Saved now, such a name is refused like one that nobody bears: kept, it would mean whatever is called so one day.
    refusals = []
    for typed in ["Hidden subset", "Never"]:
        saved = client.post("/reports", json={"name": "Of nothing", "address": f"filter=subset%3D{typed.replace(' ', '%20')}", "shared": False})
        assert saved.status_code == 400, saved.text
        refusals.append(saved.json()["detail"].replace(typed, "ASKED"))
    assert refusals[0] == refusals[1] and "ASKED" in refusals[0]
    saved = client.post("/reports", json={"name": "Of Retail", "address": "filter=subset%3DRetail", "shared": False})
    assert saved.status_code == 201 and scoped.mine in saved.json()["address"] and scoped.other not in saved.json()["address"], saved.text
    sent = client.post(f"/reports/{saved.json()['id']}/send")
    assert sent.status_code in (200, 202, 204), sent.text


def test_a_role_needs_its_subsets(scoped):
    make = lambda **more: scoped.admin.post("/tokens", json={"name": "x", **more})  # noqa: E731
    assert make(role="subset-viewer").status_code == 400
    assert make(role="subset-viewer", subsets=["nothing"]).status_code == 400
    assert make(role="viewer", subsets=[scoped.mine]).status_code == 400
    invited = scoped.admin.post("/invitations", json={"email": "new@gamma.example", "role": "subset-viewer", "subsets": [scoped.mine]})
    assert invited.status_code == 201 and invited.json()["invitation"]["subsets"] == [scoped.mine]
    wrong = scoped.house.cli("--organization", "Gamma", "token", "create", "--name", "x", "--role", "subset-viewer")
    assert wrong.returncode != 0 and "subset" in wrong.stderr
    by_name = scoped.house.done("--organization", "Gamma", "token", "create", "--name", "by name", "--role", "subset-viewer", "--subset", "Retail")
    client = Client(scoped.house, by_name.split()[0])
    assert len(client.get("/accounts").json()["accounts"]) == 1


def test_the_scope_is_what_the_subsets_are_now(scoped):
    user = scoped.member("moving@gamma.example", role="viewer")
    client = Client(scoped.house).sign_in("moving@gamma.example")
    accounts = lambda: {one["account_id"] for one in client.get("/accounts").json()["accounts"]}  # noqa: E731
    assert accounts() == {MINE, OTHER, LAST} or accounts() == {MINE, OTHER}
    passing = scoped.subset("Passing", [])
    changed = scoped.admin.patch(f"/members/{user}", json={"role": "subset-viewer", "subsets": [passing]})
    assert changed.status_code == 200, changed.text
    # From the next request on, in the session that is open.
    assert accounts() == set() and client.get("/overview").json()["has_data"] is False
    kept = client.get("/costs", params={"metric": "unblended"})
    assert kept.json()["rows"] == [] or float(kept.json()["total"]) == 0
    moved = scoped.admin.patch(f"/subsets/{scoped.other}", json={"account_ids": []})
    assert moved.status_code == 200, moved.text
    assert scoped.admin.patch(f"/subsets/{passing}", json={"account_ids": [OTHER]}).status_code == 200
    assert accounts() == {OTHER}
    # As many accounts, but others: the page has to know that its figures are old ones.
    scope = client.get("/overview").json()["part"]
    assert scoped.admin.patch(f"/subsets/{passing}", json={"account_ids": [LAST]}).status_code == 200
    swapped = client.get("/overview").json()["part"]
    assert scope["scope"] != swapped["scope"] and scope | {"scope": ""} == swapped | {"scope": ""}
    assert scoped.admin.patch(f"/subsets/{passing}", json={"account_ids": [OTHER]}).status_code == 200
    assert client.get("/overview").json()["part"] == scope
    # Deleted: nothing, in words, and not everything.
    assert scoped.admin.delete("/subsets", params={"id": passing}).status_code == 204
    assert accounts() == set()
    part = client.get("/overview").json()["part"]
    assert {name: part[name] for name in ["subsets", "deleted", "accounts"]} == {"subsets": [], "deleted": 1, "accounts": 0}
    assert client.get("/costs", params={"metric": "unblended", "group_by": "account_id"}).json()["rows"] == []
    # As a viewer again, everything.
    assert scoped.admin.patch(f"/members/{user}", json={"role": "viewer"}).status_code == 200
    assert accounts() >= {MINE, OTHER}
    assert scoped.admin.patch(f"/subsets/{scoped.other}", json={"account_ids": [OTHER, LAST]}).status_code == 200


def mails_to(scoped, address: str) -> list:
    return [mail for to, mail in scoped.mails.mails if address in to]


def test_mails_hold_what_their_reader_may_see(scoped):
    scoped.member("part@gamma.example", role="subset-viewer", subsets=[scoped.mine])
    scoped.member("whole@gamma.example", role="viewer")
    made = scoped.admin.post("/reports", json={"name": "Costs by account", "address": "tab=account&range=2026-10-01..2026-11-01&metric=unblended", "shared": True})
    assert made.status_code == 201, made.text
    plan = {"frequency": "monthly", "recipients": ["part@gamma.example", "whole@gamma.example"]}
    report = made.json()
    assert scoped.admin.patch(f"/reports/{report['id']}", json={"schedule": plan}).status_code == 200
    sent = scoped.admin.post(f"/reports/{report['id']}/send")
    assert sent.status_code in (200, 202, 204), sent.text
    end = time.monotonic() + 20
    while not (mails_to(scoped, "part@gamma.example") and mails_to(scoped, "whole@gamma.example")):
        assert time.monotonic() < end
        time.sleep(0.1)
    texts = {to: read(mails_to(scoped, to)[-1]) for to in ["part@gamma.example", "whole@gamma.example"]}
    assert "Hidden" in texts["whole@gamma.example"] and OTHER in texts["whole@gamma.example"]
    for word in HIDDEN:
        assert word not in texts["part@gamma.example"], word
    assert "part of the bill" in texts["part@gamma.example"]
    # Taken out, they are no recipient any more: as a stranger they would get everything.
    members = scoped.admin.get("/members").json()["members"]
    gone = next(one["id"] for one in members if one["email"] == "part@gamma.example")
    assert scoped.admin.delete(f"/members/{gone}").status_code == 204
    kept = next(one for one in scoped.admin.get("/reports").json()["reports"] if one["id"] == report["id"])
    assert kept["schedule"]["recipients"] == ["whole@gamma.example"]
    scoped.member("part@gamma.example", role="subset-viewer", subsets=[scoped.mine])
    # Bill diffs are of a bill as a whole.
    refused = scoped.admin.patch(f"/connections/{scoped.connection['id']}", json={"bill_diff_mails": {"recipients": ["part@gamma.example"]}})
    assert refused.status_code == 400, refused.text


def test_strangers_of_an_allowed_domain_who_were_to_see_a_part_get_no_more(scoped):
    assert scoped.admin.put("/organization/mail-domains", json={"domains": ["gamma.example"]}).status_code == 200
    made = scoped.admin.post("/reports", json={"name": "Costs of all", "address": "tab=account&range=2026-10-01..2026-11-01&metric=unblended", "shared": True}).json()
    invited = scoped.admin.post("/invitations", json={"email": "soon@gamma.example", "role": "subset-viewer", "subsets": [scoped.mine]})
    assert invited.status_code == 201, invited.text
    plan = {"frequency": "monthly", "recipients": ["soon@gamma.example", "anybody@gamma.example"]}
    assert scoped.admin.patch(f"/reports/{made['id']}", json={"schedule": plan}).status_code == 200
    assert scoped.admin.post(f"/reports/{made['id']}/send").status_code in (200, 202, 204)
    end = time.monotonic() + 20
    of_report = lambda to: [text for text in map(read, mails_to(scoped, to)) if "Costs of all" in text]  # noqa: E731
    while not (of_report("soon@gamma.example") and of_report("anybody@gamma.example")):
        assert time.monotonic() < end
        time.sleep(0.1)
    assert OTHER in of_report("anybody@gamma.example")[-1]
    assert not [word for word in HIDDEN if word in of_report("soon@gamma.example")[-1]]
    # Before they joined the invitation is withdrawn: then they are named nowhere.
    assert scoped.admin.delete(f"/invitations/{invited.json()['invitation']['id']}").status_code == 204
    kept = next(one for one in scoped.admin.get("/reports").json()["reports"] if one["id"] == made["id"])
    assert kept["schedule"]["recipients"] == ["anybody@gamma.example"]
    # Named of bill diffs as a viewer, then made a subset viewer, then taken out.
    user = scoped.member("diff@gamma.example", role="viewer")
    address = f"/connections/{scoped.connection['id']}"
    assert scoped.admin.patch(address, json={"bill_diff_mails": {"recipients": ["diff@gamma.example", "anybody@gamma.example"]}}).status_code == 200
    assert scoped.admin.patch(f"/members/{user}", json={"role": "subset-viewer", "subsets": [scoped.mine]}).status_code == 200
    assert scoped.admin.delete(f"/members/{user}").status_code == 204
    assert scoped.admin.get(address).json()["bill_diff_mails"]["recipients"] == ["anybody@gamma.example"]
    assert scoped.admin.patch(address, json={"bill_diff_mails": {"recipients": []}}).status_code == 200
    assert scoped.admin.put("/organization/mail-domains", json={"domains": []}).status_code == 200


def test_what_others_publish_leaves_ones_own_answers(scoped):
    """An answer is still known, by its name, when another organization has published."""
    first = scoped.viewer.get("/costs", params={"metric": "unblended", **SPAN})
    whole = scoped.admin.get("/costs", params={"metric": "unblended", **SPAN})
    assert first.headers["ETag"] != whole.headers["ETag"]
    folder = scoped.house.folder / "bills-of-others"
    period = folder / "cost" / "cur" / MONTH
    period.mkdir(parents=True, exist_ok=True)
    (period / "cur-1.csv.gz").write_bytes(gzip.compress(classic_csv([row("444444444444", 3, 4, "5.00")])))
    scoped.house.done("--organization", "Delta", "ingest", str(folder))
    for client, known in [(scoped.viewer, first), (scoped.admin, whole)]:
        again = client.get("/costs", params={"metric": "unblended", **SPAN}, headers={"If-None-Match": known.headers["ETag"]})
        assert again.status_code == 304
    # The name of another part's answer is nothing to go by.
    other = scoped.viewer.get("/costs", params={"metric": "unblended", **SPAN}, headers={"If-None-Match": whole.headers["ETag"]})
    assert other.status_code == 200 and other.json()["total"] == first.json()["total"]
