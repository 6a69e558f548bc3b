"""What subset viewers are told of their part, of what is outside, and of what goes wrong."""

import io
import re
import zipfile

from house import Client, House, Tenant, small_bill
from mailbox import Mailbox
from test_scope import MINE, OTHER, SPAN, read, scoped  # noqa: F401  (a fixture)


def about(workbook: bytes) -> str:
    """The sheet that says what a workbook is."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as file:
        return file.read("xl/worksheets/sheet2.xml").decode()


def test_a_part_is_called_so_and_subsets_by_name(scoped):  # noqa: F811
    asked = {"metric": "unblended", "group_by": "subset_id", "filter": f"subset_id={scoped.mine}", **SPAN}
    part, whole = (about(client.get("/costs.xlsx", params=asked).content) for client in [scoped.viewer, scoped.admin])
    assert "Part of the bill" in part and "Proven to the bill" not in part
    assert "Proven to the bill" in whole
    for text in [part, whole, *(client.get("/costs", params=asked).json()["sql"] for client in [scoped.viewer, scoped.admin])]:
        assert scoped.mine not in text
    assert "subset=Retail" in part and "subset=Retail" in whole


def test_refused_past_states_tell_no_instants(scoped):  # noqa: F811
    refused = [client.get("/costs", params={"metric": "unblended", "as_of": "2020-01-01"}) for client in [scoped.viewer, scoped.admin]]
    assert [answer.status_code for answer in refused] == [400, 400]
    told = [set(re.findall(r"\d{4}-\d\d-\d\d", f"{answer.json()['detail']} {answer.json()['advice']}")) for answer in refused]
    # Who may see everything is told from when on there is something.
    assert told[0] == {"2020-01-01"} and len(told[1]) == 2, told


def test_files_that_cannot_be_read_are_not_named(scoped):  # noqa: F811
    files = [path for path in scoped.house.data.rglob("*.parquet") if "line" in str(path)]
    assert files
    try:
        for path in files:
            path.rename(path.with_suffix(".gone"))
        asked = {"metric": "unblended", "group_by": "resource_id", "from": "2026-10-02", "to": "2026-10-03"}
        part, whole = (client.get("/costs", params=asked) for client in [scoped.viewer, scoped.admin])
        assert part.status_code == whole.status_code == 503, part.text
        assert ".parquet" in whole.text and ".parquet" not in part.text and str(scoped.house.folder) not in part.text
        assert part.json()["request_id"] in scoped.house.log()
    finally:
        for path in files:
            path.with_suffix(".gone").rename(path)


def test_a_bill_has_one_name_for_everybody_and_outside_is_told(tmp_path):
    mails = Mailbox()
    house = House(tmp_path, *mails.options, "--public-url", "http://costs.example", tenants=False)
    try:
        accounts = {"first": MINE, "second": OTHER}
        house.a = Tenant(house, "Eta", MINE, small_bill(tmp_path / "bills-first", MINE))
        house.done("--organization", "Eta", "ingest", str(small_bill(tmp_path / "bills-second", OTHER)))
        admin = house.a.token("administrator")
        viewers = {}
        for name, account in accounts.items():
            made = admin.post("/subsets", json={"name": name, "account_ids": [account]}).json()["id"]
            house.done("--organization", "Eta", "user", "add", f"{name}@eta.example", "--role", "subset-viewer", "--subset", made, "--password-stdin", stdin="correct horse battery staple\n")
            viewers[name] = made
        house.done("--organization", "Eta", "user", "add", "both@eta.example", "--role", "subset-viewer", *(word for id in viewers.values() for word in ("--subset", id)),
                   "--password-stdin", stdin="correct horse battery staple\n")
        clients = {name: Client(house).sign_in(f"{name}@eta.example") for name in ["first", "second", "both"]}
        ask = lambda client, **more: client.get("/costs", params={"metric": "unblended", **SPAN, **more})  # noqa: E731
        bills = {name: {row["keys"][0]: row["total"] for row in ask(client, group_by="connection").json()["rows"]} for name, client in clients.items()}
        assert len(bills["first"]) == len(bills["second"]) == 1 and bills["both"] == {**bills["first"], **bills["second"]} and len(bills["both"]) == 2
        first = next(iter(bills["first"]))
        assert ask(clients["both"], filter=f"connection={first}").json()["total"] == bills["first"][first]
        # Another's bill, a bill's true identifier, another's account: said to be outside, and not zero.
        true = {one["name"]: one["id"] for one in admin.get("/connections").json()["connections"]}
        for outside in [f"connection={first}", *(f"connection={id}" for id in true.values()), "connection=bill-1", f"account_id={MINE}"]:
            refused = ask(clients["second"], filter=outside)
            assert refused.status_code == 400 and refused.json()["advice"], f"{outside}: {refused.text[:200]}"
        assert ask(clients["second"], filter=f"account_id={MINE},{OTHER}").json()["total"] == next(iter(bills["second"].values()))
        assert ask(admin, filter="connection=nothing").status_code == 400 and ask(admin, filter="connection!=nothing").status_code == 200
        assert admin.post("/reports", json={"name": "x", "address": "filter=connection%21%3Dnothing", "shared": True}).status_code == 400
        # A shared report on one bill, and on one account: whoever sees nothing of it gets no zeros.
        of_first = next(row["keys"][0] for row in ask(admin, group_by="connection,account_id").json()["rows"] if row["keys"][1] == MINE)
        for name, kept in [("By bill", f"connection%3D{of_first}"), ("By account", f"account_id%3D{MINE}"), ("By both", f"account_id%3D{MINE},{OTHER}")]:
            made = admin.post("/reports", json={"name": name, "address": f"tab=service&time=last-13-months&metric=unblended&filter={kept}", "shared": True})
            assert made.status_code == 201, made.text
            plan = {"frequency": "monthly", "recipients": ["second@eta.example", "both@eta.example", "first@eta.example"]}
            assert admin.patch(f"/reports/{made.json()['id']}", json={"schedule": plan}).status_code == 200
            assert admin.post(f"/reports/{made.json()['id']}/send").status_code in (200, 202, 204)
        texts = {name: [read(mail) for to, mail in mails.mails if f"{name}@eta.example" in to] for name in clients}
        assert [len([text for text in texts[name] if "By both" in text or "By bill" in text or "By account" in text]) for name in ["first", "both", "second"]] == [3, 3, 1]
        assert not [text for texts in texts.values() for text in texts if "Total: 0.00" in text or " 0.00 USD" in text]
        assert "1 of the accounts" in next(text for text in texts["second"] if "By both" in text)
        assert not [text for text in texts["both"] if "of the accounts that it is filtered by" in text]
    finally:
        house.stop()
