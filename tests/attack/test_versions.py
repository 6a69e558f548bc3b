"""Two people who change one thing: the second is told who was faster and when, and nothing is overwritten unseen."""

import threading

import pytest

ADDRESS = "tab=service&time=custom&from=2026-10-01&to=2026-11-01"
RULE = {"conditions": [{"dimension": "service", "operator": "is", "values": ["Amazon Elastic Compute Cloud"]}]}


def shared(name: str) -> dict:
    return {"id": "", "name": name, "source": ["charge_type=Tax"], "method": "even", "targets": []}


def made(client, path: str, body: dict) -> str:
    answer = client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def of_list(path: str, field: str, at: str):
    return lambda client: next(one for one in client.get(path).json()[field] if one["id"] == at)


def things(house) -> dict:
    """How each is loaded and changed, and what shows whose change stands."""
    admin = house.a.admin
    report = made(admin, "/reports", {"name": "Versions", "address": ADDRESS, "shared": True})
    planned = made(admin, "/reports", {"name": "Planned", "address": ADDRESS, "shared": True})
    subset = made(admin, "/subsets", {"name": "Versions", "account_ids": []})
    tag = made(admin, "/virtual-tags", {"name": "Versions", "rules": [{"value": "a", **RULE}]})
    budget = made(admin, "/budgets", {"name": "Versions", "period": "month", "amount": "10", "currency": "USD"})
    connection = admin.get("/connections").json()["connections"][0]["id"]
    mail = house.a.email("viewer")
    return {
        "report": (of_list("/reports", "reports", report), "patch", f"/reports/{report}", lambda n: {"name": f"R{n}"}, "name"),
        "schedule": (of_list("/reports", "reports", planned), "patch", f"/reports/{planned}", lambda n: {"schedule": {"frequency": ["daily", "weekly", "monthly"][n], "recipients": [mail]}}, "schedule"),
        "subset": (lambda c: c.get(f"/subsets/{subset}").json(), "patch", f"/subsets/{subset}", lambda n: {"name": f"S{n}"}, "name"),
        "virtual tag": (of_list("/virtual-tags", "virtual_tags", tag), "put", f"/virtual-tags/{tag}", lambda n: {"name": "Versions", "rules": [{"value": f"v{n}", **RULE}]}, "rules"),
        "budget": (lambda c: c.get(f"/budgets/{budget}").json(), "put", f"/budgets/{budget}", lambda n: {"name": f"B{n}", "period": "month", "amount": "10", "currency": "USD"}, "name"),
        "shared costs": (lambda c: c.get("/shared-costs").json(), "put", "/shared-costs", lambda n: {"rules": [shared(f"T{n}")]}, "rules"),
        "connection": (lambda c: c.get(f"/connections/{connection}").json(), "patch", f"/connections/{connection}", lambda n: {"name": f"C{n}"}, "name"),
        "domains": (lambda c: c.get("/organization/mail-domains").json(), "put", "/organization/mail-domains", lambda n: {"domains": [f"d{n}.example"]}, "domains"),
        "name": (lambda c: c.get("/organization").json(), "patch", "/organization", lambda n: {"name": f"Alpha {n}"}, "name"),
    }


@pytest.fixture(scope="module")
def all_things(house):
    return things(house)


@pytest.mark.parametrize("what", ["report", "schedule", "subset", "virtual tag", "budget", "shared costs", "connection", "domains", "name"])
def test_the_second_is_told(house, all_things, what):
    load, method, path, change, field = all_things[what]
    ada, bob = house.a.admin, house.a.admin
    if what in ("report", "schedule", "subset", "virtual tag", "budget", "shared costs"):
        bob = house.a.editor
    loaded = load(ada)["version"]
    first = getattr(bob, method)(path, json=change(0), headers={"If-Match": f'"{load(bob)["version"]}"'})
    assert first.status_code == 200, first.text
    stands = load(ada)[field]
    second = getattr(ada, method)(path, json=change(1), headers={"If-Match": f'"{loaded}"'})
    assert second.status_code == 412, second.text
    told = second.json()
    who = "editor" if bob.get("/session").json()["role"] == "editor" else "administrator"
    assert who in told["detail"] and "after you opened it" in told["detail"] and "UTC" in told["detail"], told
    assert "Load the newer version" in told["advice"], told
    assert load(ada)[field] == stands, "the first one's change stands"
    # With the newer version in hand it goes, and without one, as before.
    again = getattr(ada, method)(path, json=change(1), headers={"If-Match": f'"{load(ada)["version"]}"'})
    assert again.status_code == 200, again.text
    assert load(ada)[field] != stands
    assert getattr(ada, method)(path, json=change(2)).status_code == 200
    if what == "name":
        # The command line calls it so.
        assert ada.patch(path, json={"name": "Alpha"}).status_code == 200


def test_of_many_at_once_one_wins(house, all_things):
    load, method, path, change, _ = all_things["report"]
    client = house.a.admin
    version = load(client)["version"]
    answers = []

    def save(n: int) -> None:
        answer = house.a.token("administrator").patch(path, json={"name": f"At once {n}"}, headers={"If-Match": f'"{version}"'})
        answers.append(answer.status_code)

    house.a.token("administrator")
    threads = [threading.Thread(target=save, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [412] * 7, answers


def test_what_is_no_version_is_refused(house, all_things):
    _, _, path, _, _ = all_things["report"]
    for bad in ('""', "x" * 200):
        assert house.a.admin.patch(path, json={"name": "x"}, headers={"If-Match": bad}).status_code == 400
    assert house.a.admin.patch(path, json={"name": "x"}, headers={"If-Match": "*"}).status_code == 200


def in_members(house):
    member = house.a.email("viewer")
    load = lambda client: next(one for one in client.get("/members").json()["members"] if one["email"] == member)  # noqa: E731
    return load, f"/members/{load(house.a.admin)['id']}"


def test_roles_have_versions(house):
    load, path = in_members(house)
    ada, bob = house.a.admin, house.a.admin
    loaded = load(ada)["version"]
    try:
        assert bob.patch(path, json={"role": "editor"}, headers={"If-Match": f'"{loaded}"'}).status_code == 200
        for refused in (ada.patch(path, json={"role": "administrator"}, headers={"If-Match": f'"{loaded}"'}), ada.delete(path, headers={"If-Match": f'"{loaded}"'})):
            assert refused.status_code == 412, refused.text
            assert "administrator changed this member's role" in refused.json()["detail"], refused.text
        assert load(ada)["role"] == "editor", "the first one's change stands, and nobody was removed"
        assert "Nothing was removed" in refused.json()["advice"]
    finally:
        assert ada.patch(path, json={"role": "viewer"}, headers={"If-Match": f'"{load(ada)["version"]}"'}).status_code == 200


def test_account_lists_have_versions(house_with):
    house = house_with()
    ada, bob = house.a.admin, house.a.admin
    connection = ada.get("/connections").json()["connections"][0]["id"]
    path = f"/connections/{connection}/customers"
    mine = lambda name: {"accounts": [{"account_id": house.a.account, "organization": name}]}  # noqa: E731
    loaded = ada.get(path).json()["version"]
    first = bob.put(path, json=mine("Borealis"), headers={"If-Match": f'"{loaded}"'})
    assert first.status_code == 200 and first.json()["version"] != loaded, first.text
    second = ada.put(path, json=mine("Cumulus"), headers={"If-Match": f'"{loaded}"'})
    assert second.status_code == 412 and "administrator changed the account list on" in second.json()["detail"], second.text
    assert [one["organization"] for one in ada.get(path).json()["customers"]] == ["Borealis"]


@pytest.mark.parametrize("what", ["report", "subset", "virtual tag"])
def test_what_somebody_changed_is_not_removed_unseen(house, what):
    ada, bob = house.a.admin, house.a.editor
    if what == "report":
        at = made(ada, "/reports", {"name": "To go", "address": ADDRESS, "shared": True})
        path, load, change = f"/reports/{at}", of_list("/reports", "reports", at), lambda: bob.patch(f"/reports/{at}", json={"name": "Still of use"})
    elif what == "subset":
        at = made(ada, "/subsets", {"name": "To go", "account_ids": []})
        path, load, change = "/subsets", lambda c: c.get(f"/subsets/{at}").json(), lambda: bob.patch(f"/subsets/{at}", json={"name": "Still of use"})
    else:
        at = made(ada, "/virtual-tags", {"name": "To go", "rules": [{"value": "a", **RULE}]})
        path, load, change = f"/virtual-tags/{at}", of_list("/virtual-tags", "virtual_tags", at), lambda: bob.put(f"/virtual-tags/{at}", json={"name": "Still of use", "rules": [{"value": "b", **RULE}]})

    def remove(version: str):
        if what == "subset":
            return ada.delete(path, params={"id": at, "version": version})
        return ada.delete(path, headers={"If-Match": f'"{version}"'})

    loaded = load(ada)["version"]
    assert change().status_code == 200
    refused = remove(loaded)
    assert refused.status_code == 412 and "editor changed this" in refused.json()["detail"], refused.text
    assert "Nothing was removed" in refused.json()["advice"], refused.text
    assert load(ada)["name"] == "Still of use"
    assert remove(load(ada)["version"]).status_code == 204


def test_several_are_removed_or_none(house):
    admin = house.a.admin
    ids = [made(admin, "/subsets", {"name": f"Several {n}", "account_ids": []}) for n in range(3)]
    versions = [admin.get(f"/subsets/{at}").json()["version"] for at in ids]
    assert admin.patch(f"/subsets/{ids[1]}", json={"name": "Another"}).status_code == 200
    assert admin.delete("/subsets", params={"id": ids, "version": versions}).status_code == 412
    assert all(admin.get(f"/subsets/{at}").status_code == 200 for at in ids)
    assert admin.delete("/subsets", params={"id": ids, "version": versions[:2]}).status_code == 400
    versions[1] = admin.get(f"/subsets/{ids[1]}").json()["version"]
    twice = {"id": [*ids, ids[0]], "version": [*versions, versions[0]]}
    assert admin.delete("/subsets", params=twice).status_code == 204


def test_a_connection_that_somebody_changed_is_not_removed_unseen(house_with):
    house = house_with()
    ada, bob = house.a.admin, house.a.admin
    loaded = ada.get("/connections").json()["connections"][0]
    path = f"/connections/{loaded['id']}"
    assert bob.patch(path, json={"poll_minutes": 30}).status_code == 200
    refused = ada.delete(path, json={"name": loaded["name"]}, headers={"If-Match": f'"{loaded["version"]}"'})
    assert refused.status_code == 412 and "this connection" in refused.json()["detail"], refused.text
    version = ada.get(path).json()["version"]
    assert ada.delete(path, json={"name": loaded["name"]}, headers={"If-Match": f'"{version}"'}).status_code == 204


def test_versions_outlive_the_process(house_with):
    house = house_with()
    client = house.a.token("administrator")
    connection = client.get("/connections").json()["connections"][0]
    house.stop()
    house.start()
    again = client.get("/connections").json()["connections"][0]
    assert again["version"] == connection["version"]
