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
    connection = admin.get("/connections").json()["connections"][0]["id"]
    mail = house.a.email("viewer")
    return {
        "report": (of_list("/reports", "reports", report), "patch", f"/reports/{report}", lambda n: {"name": f"R{n}"}, "name"),
        "schedule": (of_list("/reports", "reports", planned), "patch", f"/reports/{planned}", lambda n: {"schedule": {"frequency": ["daily", "weekly", "monthly"][n], "recipients": [mail]}}, "schedule"),
        "subset": (lambda c: c.get(f"/subsets/{subset}").json(), "patch", f"/subsets/{subset}", lambda n: {"name": f"S{n}"}, "name"),
        "virtual tag": (of_list("/virtual-tags", "virtual_tags", tag), "put", f"/virtual-tags/{tag}", lambda n: {"name": "Versions", "rules": [{"value": f"v{n}", **RULE}]}, "rules"),
        "shared costs": (lambda c: c.get("/shared-costs").json(), "put", "/shared-costs", lambda n: {"rules": [shared(f"T{n}")]}, "rules"),
        "connection": (lambda c: c.get(f"/connections/{connection}").json(), "patch", f"/connections/{connection}", lambda n: {"name": f"C{n}"}, "name"),
        "domains": (lambda c: c.get("/organization/mail-domains").json(), "put", "/organization/mail-domains", lambda n: {"domains": [f"d{n}.example"]}, "domains"),
        "name": (lambda c: c.get("/organization").json(), "patch", "/organization", lambda n: {"name": f"Alpha {n}"}, "name"),
    }


@pytest.fixture(scope="module")
def all_things(house):
    return things(house)


@pytest.mark.parametrize("what", ["report", "schedule", "subset", "virtual tag", "shared costs", "connection", "domains", "name"])
def test_the_second_is_told(house, all_things, what):
    load, method, path, change, field = all_things[what]
    ada, bob = house.a.admin, house.a.admin
    if what in ("report", "schedule", "subset", "virtual tag", "shared costs"):
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
