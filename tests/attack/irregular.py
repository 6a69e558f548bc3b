"""An event of irregular spend in a house's store, on a day that no bill holds: no look takes it back."""

import json
import sqlite3
from contextlib import closing

DAY = "2020-01-01"
# Newest day of the whole bill.
THROUGH = "2031-01-01"


def insert(data, organization: str, id: str, account: str, words: str = "usual", definition: str = "predefined_robust", through: str = DAY) -> str:
    """Writes one of an account, with a comment and a cause that hold the words."""
    named = {"account": account, "service": words}
    event = {
        "id": id, "currency": "USD", "object": named, "measure": "usage", "kind": "spike", "direction": "increase", "status": "ended", "first_day": DAY, "last_day": DAY,
        "raised_on": DAY, "data_through": through, "days": [DAY], "expected_low": "0", "expected_high": "1", "cost": "5", "excess": "4", "peak": "5", "change_percent": "400",
        "monthly_excess": "4", "share_percent": None, "severity": "low", "definitions": [{"definition": definition, "object": named, "first_day": DAY, "last_day": DAY}],
        "causes": [{"object": {"usage_type": words}, "before": "1", "now": "5", "coverage_percent": "100", "purity_percent": "80"}], "waterfall": None,
        "seen": {"publication": None, "through": f"{through}T05:00:00Z"}, "quiet": "old", "opening": 1, "hint": None,
    }
    with closing(sqlite3.connect(data / "meta.sqlite", timeout=30)) as link:
        link.execute(
            "INSERT INTO trend_events (organization_id, id, currency, status, account_id, service, direction, kind, first_day, last_day, severity, opening, event, recorded_at_ms, changed_at_ms) "
            "VALUES (?, ?, 'USD', 'ended', ?, ?, 'increase', 'spike', ?, ?, 0, 1, ?, 0, 0)", (organization, id, account, words, DAY, DAY, json.dumps(event)))
        link.execute("INSERT INTO trend_history (organization_id, event_id, at_ms, transition, words) VALUES (?, ?, 0, 'opened', ?)", (organization, id, f"Found of {words}"))
        link.execute("INSERT INTO trend_comments (id, organization_id, event_id, author, text, at_ms) VALUES (?, ?, ?, 'Somebody', ?, 0)", (f"c{id}", organization, id, f"Comment on {words}"))
        link.commit()
    return id


def others_are_as_good_as_none(scoped, mine: str) -> None:
    """Events of accounts out of scope are not there, whatever is asked of them."""
    listed = scoped.viewer.get("/trend-events", params={"status": "all"}).json()
    assert [one["id"] for one in listed["events"] if one["first_day"] == DAY] == [scoped.event]
    assert all(one["account_id"] == mine for one in listed["events"])
    # How far the whole bill reaches is not theirs to know.
    own, whole = (who.get(f"/trend-events/{scoped.event}").json() for who in (scoped.viewer, scoped.admin))
    assert own["event"]["data_through"] < THROUGH == whole["event"]["data_through"]
    assert own["seen"]["through"] < THROUGH < whole["seen"]["through"]
    assert all(one["data_through"] < THROUGH for one in listed["events"])
    never = "0123456789abcdef"
    plain = lambda answer, id: (answer.status_code, {name: text for name, text in answer.json().items() if name != "request_id"})  # noqa: E731
    for path in ["", "/days", "/breakdown", "/why?day=2026-10-03"]:
        answers = [plain(scoped.viewer.get(f"/trend-events/{id}{path}"), id) for id in (scoped.others_event, never)]
        assert answers[0] == answers[1] and answers[0][0] == 404, path
    for method, path, body in [("PUT", "verdict", {"verdict": "real"}), ("PUT", "snooze", {"until": "2026-11-01"}), ("PUT", "assignee", {"user": None}), ("POST", "comments", {"text": "x"}),
                               ("PATCH", f"comments/c{scoped.others_event}", {"text": "x"}), ("DELETE", f"comments/c{scoped.others_event}", None)]:
        answers = [plain(scoped.viewer.call(method, f"/trend-events/{id}/{path}", json=body), id) for id in (scoped.others_event, never)]
        assert answers[0] == answers[1] and answers[0][0] == 404, path
    for method, path, body in [("POST", "/trend-events/archive", {"ids": [scoped.event], "archived": True}), ("PUT", f"/trend-events/{scoped.event}/expected", {"until": None})]:
        assert scoped.viewer.call(method, path, json=body).status_code == 403, path
