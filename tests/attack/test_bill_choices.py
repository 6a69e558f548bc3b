"""One bill in two connections: who may choose, what is told of it, and what becomes of it when the chosen one goes."""

import os
import signal
import time
from decimal import Decimal

import pytest
from house import House, classic_csv

ROWS = [{"lineItem/UsageStartDate": f"2026-10-{1 + n % 28:02}T{n % 24:02}:00:00Z", "lineItem/ResourceId": f"i-{n}"} for n in range(60)]


def bill(folder, cost):
    period = folder / "cost" / "cur" / "20261001-20261101"
    period.mkdir(parents=True, exist_ok=True)
    (period / "cur-1.csv").write_bytes(classic_csv([row | {"lineItem/UnblendedCost": cost} for row in ROWS]))
    return folder


def until(ask, what, seconds=40):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = ask()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what}: {ask()}")


class Two:
    """An organization with two connections of the same bill: 60 × 1.25 and 60 × 2.5."""

    def __init__(self, house: House, folder):
        self.house, self.tenant = house, house.a
        self.script = house.a.token("administrator")
        self.first = self.script.get("/connections").json()["connections"][0]
        self.second = self.add(bill(folder / "second", "2.5"), "Second; it's")

    def add(self, folder, name):
        made = self.script.post("/connections", json={"kind": "local", "name": name}).json()
        saved = self.script.patch(f"/connections/{made['id']}", json={"location": str(folder)})
        assert saved.status_code == 200, saved.text
        assert self.script.post(f"/connections/{made['id']}/verification").status_code in (200, 202)
        until(lambda: self.script.get(f"/connections/{made['id']}").json()["state"] != "draft", "verified")
        self.read(made["id"])
        return made

    def read(self, id):
        assert self.script.post(f"/connections/{id}/processing").status_code == 202
        self.settled(id)

    def settled(self, id):
        until(lambda: self.script.get(f"/connections/{id}/processing").json()["state"] in ("done", "failed"), "read")

    def questions(self, id, who=None):
        answer = (who or self.script).get(f"/connections/{id}/bill-choices")
        assert answer.status_code == 200, answer.text
        return answer.json()["questions"]

    def choose(self, id, question, winner, who=None, **more):
        version = more.pop("version", question["version"])
        return (who or self.script).put(f"/connections/{id}/bill-choices/{question['id']}", json={"winner": winner, **more}, headers={"If-Match": f'"{version}"'})

    def month(self, id):
        [month] = self.script.get(f"/connections/{id}/processing").json()["months"]
        return month

    def total(self):
        answer = self.script.get("/costs", params={"metric": "unblended", "from": "2026-10-01", "to": "2026-11-01"}).json()
        return Decimal(answer["total"] or 0)


FIRST, SECOND = Decimal("75"), Decimal("150")


@pytest.fixture
def two(house_with, tmp_path):
    return Two(house_with("--allow-folder", str(tmp_path)), tmp_path)


def test_a_choice_that_waits_is_not_asked_for_again(two):
    [question] = two.questions(two.second["id"])
    failing = lambda: next(one for one in two.script.get("/overview").json()["failures"] if one["connection"] == two.second["id"])  # noqa: E731
    assert "cloud-analyzer choose" in failing()["advice"]
    assert two.script.patch(f"/connections/{two.second['id']}", json={"paused": True}).status_code == 200
    assert two.choose(two.second["id"], question, 0).status_code == 200
    assert [one["state"] for one in two.questions(two.second["id"])] == ["awaited"]
    status = two.house.cli("--organization", two.tenant.name, "status").stdout
    for told in [failing()["advice"], status]:
        assert "cloud-analyzer choose" not in told and "was chosen to count" in told, told


def test_who_may_choose_and_what_follows(two):
    assert two.total() == FIRST
    [question] = two.questions(two.second["id"])
    assert question["state"] == "open" and question["payers"] == ["111111111111"]
    assert [Decimal(one["total"]) for one in question["candidates"]] == [SECOND, FIRST]
    assert two.month(two.second["id"])["state"] == "failed"
    # It is asked on both pages, is seen by everybody of the organization, and answered by administrators.
    assert two.questions(two.first["id"]) == [question] == two.questions(two.first["id"], two.tenant.token("viewer"))
    for role in ("viewer", "editor"):
        assert two.choose(two.second["id"], question, 0, two.tenant.token(role)).status_code == 403
    other = two.house.b.token("administrator")
    assert other.get(f"/connections/{two.second['id']}/bill-choices").status_code == 404
    assert two.choose(two.second["id"], question, 0, other).status_code == 404
    theirs = other.get("/connections").json()["connections"][0]["id"]
    assert two.choose(theirs, question, 0, other).status_code == 404
    # What is wrong is said, and nothing changes.
    assert two.choose(two.second["id"], question, 2).status_code == 400
    assert two.choose(two.second["id"], question, 0, **{"from": "October"}).status_code == 400
    assert two.choose(two.second["id"], question, 0, version="0123456789abcdef").status_code == 412
    assert two.questions(two.second["id"]) == [question] and two.total() == FIRST

    # The one that counts stays: the other one fails no more, and is no proof of anything.
    assert two.choose(two.second["id"], question, 1).status_code == 200
    assert not [one for one in two.script.get("/overview").json()["failures"] if one["connection"] == two.second["id"]]
    month = two.month(two.second["id"])
    assert (month["state"], month["proven"]) == ("not_counted", False) and "counts, chosen by of administrator" in month["counted_by"]
    two.settled(two.second["id"])
    assert two.script.get(f"/connections/{two.second['id']}").json()["state"] == "ready"
    assert two.total() == FIRST

    # The other one takes its place: somebody who looks at the older state is told.
    [settled] = two.questions(two.first["id"])
    assert two.choose(two.first["id"], question, 0).status_code == 412
    assert two.choose(two.first["id"], settled, 0).status_code == 200
    until(lambda: two.total() == SECOND, "the second counts")
    until(lambda: two.month(two.first["id"])["state"] == "not_counted", "the first does not")
    until(lambda: two.month(two.second["id"])["state"] == "complete", "all of it")
    two.settled(two.first["id"])
    changes = two.script.get(f"/connections/{two.second['id']}/changes").json()["changes"]
    assert [(Decimal(one["total_before"]), Decimal(one["total_after"])) for one in changes] == [(FIRST, SECOND)] and "in place of" in changes[0]["source"]
    audit = two.script.get("/audit").json()["entries"]
    assert [(one["action"], one["target"]) for one in audit if one["action"] == "bill.chosen"][0] == ("bill.chosen", "Second; it's")

    # The chosen one is removed: the month counts nowhere, and says so, until somebody chooses again.
    assert two.script.delete(f"/connections/{two.second['id']}", json={"name": "Second; it's"}).status_code == 204
    assert two.total() == 0
    [failure] = [one for one in two.script.get("/overview").json()["failures"] if one["connection"] == two.first["id"]]
    assert failure["period"] == "2026-10" and "not counted anywhere" in failure["message"]
    two.read(two.first["id"])
    assert two.total() == 0
    [question] = two.questions(two.first["id"])
    assert question["state"] == "nowhere" and [one["gone"] for one in question["candidates"]] == [False, True]
    assert two.choose(two.first["id"], question, 1).status_code == 400
    assert two.choose(two.first["id"], question, 0).status_code == 200
    until(lambda: two.total() == FIRST, "the first counts again")
    until(lambda: two.questions(two.first["id"]) == [], "no question is left")
    two.settled(two.first["id"])
    assert not [one for one in two.script.get("/overview").json()["failures"] if one["connection"] == two.first["id"]]


def test_there_is_no_moment_in_which_both_count_or_neither(two):
    seen = {FIRST, SECOND}
    for turn in range(3):
        [question] = two.questions(two.first["id"])
        winner = next(at for at, one in enumerate(question["candidates"]) if not one["counts"])
        assert two.choose(two.first["id"], question, winner).status_code == 200
        # Killed at different moments of the change.
        end = time.monotonic() + 0.15 * turn
        while time.monotonic() < end:
            assert two.total() in seen
        os.kill(two.house.pid, signal.SIGKILL)
        two.house.process.wait()
        two.house.start()
        wanted = SECOND if turn % 2 == 0 else FIRST
        assert two.total() in seen

        def there(wanted=wanted):
            total = two.total()
            assert total in seen, total
            return total == wanted

        until(there, "what was chosen counts")
        for one in (two.first, two.second):
            two.settled(one["id"])
