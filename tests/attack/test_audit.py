"""Every change writes its audit entry in its own transaction: with a log that cannot be written, nothing changes; else an
entry tells of it. All changing routes of the description and all commands are walked; one that is not named here fails
by its name.
"""

import json
import re
import sqlite3
import subprocess
import time
from contextlib import closing

import irregular
import pytest
from house import BIN, PASSWORD, Client, small_bill
from mailbox import Mailbox

# What changes without anybody's change: sign-ins, marks of use, what runs behind.
VOLATILE = {"audit", "trend_looks", "jobs", "outbox", "sessions", "sent_mails", "mails", "attempts", "sqlite_sequence", "source_files", "deliveries", "_sqlx_migrations", "ingests", "failures", "notices", "openid_flows", "budget_periods", "trend_deliveries"}
COLUMNS = {"served_at_ms", "last_used_at_ms", "last_seen_ms", "last_used_ms", "last_run_ms", "last_error", "next_run_ms", "verification", "verified_at_ms", "state"}
NOT_A_CHANGE = {
    "POST /virtual-tags/preview": "nothing is kept",
    "POST /budgets/suggest": "nothing is kept",
    "POST /trend-definitions/backtest": "nothing is kept",
    "POST /setup": "only while nobody has an account: see crates/meta/tests/it/identity.rs",
}


def database(house):
    return closing(sqlite3.connect(house.data / "meta.sqlite", timeout=30))


def kept(house) -> dict:
    """All that is kept, by table, but what changes by itself."""
    with database(house) as link:
        link.row_factory = sqlite3.Row
        tables = [name for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        # What is asked to be read: polls add none of these, for nothing here is polled. One that waits for long stays as it is
        # unless somebody changes it.
        asked = "SELECT id, again, CASE WHEN run_after_ms > 8e12 THEN state || stop || anew END FROM jobs WHERE name = 'read' AND reason = 'asked' ORDER BY id"
        readings = [str(tuple(row)) for row in link.execute(asked)]
        return {"readings": readings} | {
            table: sorted(str({key: row[key] for key in row.keys() if key not in COLUMNS}) for row in link.execute(f"SELECT * FROM {table}"))
            for table in tables
            if table not in VOLATILE
        }


def entries(house) -> list:
    with database(house) as link:
        return [action for (action,) in link.execute("SELECT action FROM audit ORDER BY id")]


def log_is_written(house, writable: bool) -> None:
    with database(house) as link:
        if writable:
            link.execute("DROP TRIGGER no_log")
        else:
            link.execute("CREATE TRIGGER no_log BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the log is full'); END")
        link.commit()


@pytest.fixture(scope="module")
def mailbox():
    made = Mailbox()
    yield made
    made.shutdown()


def settled(house) -> None:
    """Waits until nothing is read that was asked for before."""
    end = time.monotonic() + 40
    while True:
        with database(house) as link:
            left = link.execute("SELECT id, state, failure FROM jobs WHERE name = 'read' AND (state = 'running' OR state = 'queued' AND run_after_ms < 8e12)").fetchall()
        if not left:
            return
        assert time.monotonic() < end, left
        time.sleep(0.05)


def asked(house, one: str, other: str) -> tuple:
    """A month of which two connections hold the same bill: the first one, and the question's number."""
    detail = {"payers": ["1"], "account": "", "whole": True, "dated": True, "fingerprint": "", "own": {"name": "one"}, "other": {"name": "other"}}
    with database(house) as link:
        made = link.execute(
            "INSERT INTO bill_conflicts (connection_id, period, place, other_connection_id, other_place, gone, detail, noted_at_ms) VALUES (?, '2026-10', '\"whole\"', ?, '\"whole\"', '', ?, 0)",
            (one, other, json.dumps(detail)),
        )
        link.commit()
        return one, made.lastrowid


class Walk:
    """What each route needs, and does."""

    def __init__(self, house, mailbox, folder):
        self.house, self.mailbox, self.admin, self.number, self.folder = house, mailbox, house.a.admin, 0, folder
        me = self.admin.get("/session").json()
        self.organization = me["organization"]
        self.connection = self.admin.get("/connections").json()["connections"][0]

    def name(self) -> str:
        self.number += 1
        return f"Thing {self.number}"

    def made(self, path: str, body: dict) -> dict:
        answer = self.admin.post(path, json=body)
        assert answer.status_code in (200, 201), f"{path}: {answer.text}"
        return answer.json()

    def invited(self) -> tuple:
        """An invitation of somebody who has no account, and the secret of its link, which goes by mail."""
        address = f"new-{time.monotonic_ns()}@elsewhere.example"
        invited = self.made("/invitations", {"email": address, "role": "viewer"})
        end = time.monotonic() + 10
        while not (mails := [text for (to, _), text in zip(self.mailbox.mails, self.mailbox.texts(), strict=False) if address in to]):
            assert time.monotonic() < end
            time.sleep(0.05)
        text = mails[0].get_body(("plain",)).get_content()
        return invited["invitation"]["id"], re.search(r"token=([\w-]+)", text).group(1)

    def invited_person(self, role: str) -> tuple:
        """Somebody of the other organization who is invited into this one."""
        invited = self.made("/invitations", {"email": self.house.b.email(role), "role": "viewer"})
        return self.house.b.person(role), invited["invitation"]["id"]

    def person(self, role: str = "viewer") -> str:
        email = f"spare-{time.monotonic_ns()}@alpha.example"
        self.house.done("--organization", "Alpha", "user", "add", email, "--name", "spare", "--role", role, "--password-stdin", stdin=PASSWORD + "\n")
        return email

    def member(self) -> str:
        email = self.person()
        members = self.admin.get("/members").json()["members"]
        return next(one["id"] for one in members if one["email"] == email)

    def report(self) -> str:
        return self.made("/reports", {"name": self.name(), "address": "", "shared": True})["id"]

    def channel(self, kind: str = "mail") -> str:
        where = {"to": ["ada@example.com"]} if kind == "mail" else {"url": "https://hooks.example/x"}
        return self.made("/channels", {"name": self.name(), "kind": kind, **where})["channel"]["id"]

    def delivery(self) -> str:
        """A try of a message that is kept."""
        channel = self.channel()
        with database(self.house) as link:
            link.execute(
                "INSERT INTO notifications (channel_id, event, step, notice, message_id, bundle, state, due_ms, created_at_ms) "
                "VALUES (?, 'e', 'opened', '{}', 'msg_1', 'one', 'failed', 0, 0)", (channel,))
            made = link.execute(
                "INSERT INTO notification_deliveries (channel_id, message_id, title, at_ms, took_ms, outcome, answer) VALUES (?, 'msg_1', 't', 0, 0, 'failed', '')", (channel,))
            # Off, so that nothing of it leaves.
            link.execute("UPDATE notification_channels SET state = 'off' WHERE id = ?", (channel,))
            link.commit()
        return f"/channels/{channel}/deliveries/{made.lastrowid}/resend"

    def event(self) -> str:
        """An event of irregular spend."""
        self.number += 1
        return irregular.insert(self.house.data, self.organization["id"], f"{self.number:016x}", self.house.a.account)

    def comment(self) -> tuple:
        """Somebody who commented on an event, and the comment."""
        event, who = self.event(), Client(self.house).sign_in(self.house.a.email("editor"))
        made = who.post(f"/trend-events/{event}/comments", json={"text": "Mine"})
        assert made.status_code == 201, made.text
        return who, f"/trend-events/{event}/comments/{made.json()['id']}"

    def definition(self, **more) -> dict:
        return {"name": self.name(), "watches": ["account"], "method": "daily", "threshold_percent": 25, "minimum": "100", "on": False, **more}

    def defined(self) -> str:
        return f"/trend-definitions/{self.made('/trend-definitions', self.definition())['id']}"

    def subset(self) -> str:
        made = self.made("/subsets", {"name": self.name(), "account_ids": [self.house.a.account]})
        return made.get("id") or next(one["id"] for one in self.admin.get("/subsets").json()["subsets"])

    def tag(self) -> dict:
        made = self.made("/virtual-tags", {"name": self.name(), "rules": []})
        return made

    def budget(self) -> dict:
        return {"name": self.name(), "filters": [f"account_id={self.house.a.account}"], "period": "month", "amount": "100.5", "currency": "USD"}

    def budget_path(self) -> str:
        return f"/budgets/{self.made('/budgets', self.budget())['id']}"

    def dismissal(self) -> dict:
        return {"rule": 2, "account_id": self.house.a.account, "resource_id": self.name(), "reason": "kept for a fail-over", "until": None}

    def workload(self) -> str:
        return f"asg/{self.house.a.account}/eu-west-1/{self.name()}"

    def excluded(self) -> str:
        workload = self.workload()
        assert self.admin.put("/optimization/spot-exclusions", json={"workloads": [workload]}).status_code == 204
        return workload

    def draft(self) -> dict:
        return self.made("/connections", {"kind": "aws_role", "name": self.name()})

    def read(self) -> dict:
        """A connection of which something is published."""
        made = self.made("/connections", {"kind": "local", "name": self.name()})
        folder = small_bill(self.folder / made["id"], f"4444444444{self.number:02}")
        assert self.admin.patch(f"/connections/{made['id']}", json={"location": str(folder)}).status_code == 200
        assert self.admin.post(f"/connections/{made['id']}/verification").status_code in (200, 202)
        self.until(lambda: self.admin.get(f"/connections/{made['id']}").json()["state"] != "draft")
        self.admin.post(f"/connections/{made['id']}/processing")
        self.until(lambda: self.admin.get(f"/connections/{made['id']}/processing").json()["state"] == "done")
        return made

    def waiting(self) -> str:
        """A connection whose reading waits for long."""
        id = self.connection["id"]
        self.until(lambda: self.admin.get(f"/connections/{id}/processing").json()["state"] in (None, "done", "failed", "cancelled"))
        with database(self.house) as link:
            link.execute("INSERT INTO jobs (name, lane, dedupe, connection_id, state, run_after_ms, created_at_ms) VALUES ('read', 'reading', 'read:' || ?1, ?1, 'queued', 9e12, 0)", (id,))
            link.commit()
        return id

    def question(self) -> tuple:
        """A month that two connections hold."""
        return asked(self.house, self.connection["id"], self.draft()["id"])

    @staticmethod
    def until(there) -> None:
        end = time.monotonic() + 40
        while not there():
            assert time.monotonic() < end
            time.sleep(0.1)

    def signed_in(self) -> Client:
        return Client(self.house).sign_in(self.person())


# Route -> (what is asked: client, path, body), the entry.
ROUTES = {
    "POST /reports": (lambda w: (w.admin, "/reports", {"name": w.name(), "address": "", "shared": True}), "report.saved"),
    "PATCH /reports/{id}": (lambda w: (w.admin, f"/reports/{w.report()}", {"name": w.name()}), "report.changed"),
    "DELETE /reports/{id}": (lambda w: (w.admin, f"/reports/{w.report()}", None), "report.deleted"),
    "POST /reports/{id}/send": (lambda w: (w.admin, f"/reports/{w.report()}/send", None), "report.sent"),
    "POST /subsets": (lambda w: (w.admin, "/subsets", {"name": w.name(), "account_ids": [w.house.a.account]}), "subset"),
    "PATCH /subsets/{id}": (lambda w: (w.admin, f"/subsets/{w.subset()}", {"name": w.name()}), "subset"),
    "DELETE /subsets": (lambda w: (w.admin, f"/subsets?id={w.subset()}", None), "subset"),
    "PUT /account-names": (lambda w: (w.admin, "/account-names", {"names": [{"account_id": w.house.a.account, "name": w.name()}]}), "account"),
    "POST /virtual-tags": (lambda w: (w.admin, "/virtual-tags", {"name": w.name(), "rules": []}), "virtual_tag"),
    "PUT /virtual-tags/{id}": (lambda w: (w.admin, f"/virtual-tags/{w.tag()['id']}", {"name": w.name(), "rules": []}), "virtual_tag"),
    "DELETE /virtual-tags/{id}": (lambda w: (w.admin, f"/virtual-tags/{w.tag()['id']}", None), "virtual_tag"),
    "POST /budgets": (lambda w: (w.admin, "/budgets", w.budget()), "budget.created"),
    "PUT /budgets/{id}": (lambda w: (w.admin, w.budget_path(), w.budget()), "budget.changed"),
    "DELETE /budgets/{id}": (lambda w: (w.admin, w.budget_path(), None), "budget.deleted"),
    "POST /optimization/waste/dismissals": (lambda w: (w.admin, "/optimization/waste/dismissals", w.dismissal()), "waste.dismissed"),
    "DELETE /optimization/waste/dismissals/{id}": (lambda w: (w.admin, f"/optimization/waste/dismissals/{w.made('/optimization/waste/dismissals', w.dismissal())['id']}", None), "waste.restored"),
    "PUT /optimization/spot-exclusions": (lambda w: (w.admin, "/optimization/spot-exclusions", {"workloads": [w.workload()], "reason": "a database"}), "spot.excluded"),
    "POST /optimization/spot-exclusions/include": (lambda w: (w.admin, "/optimization/spot-exclusions/include", {"workloads": [w.excluded()]}), "spot.included"),
    "PUT /tag-spellings": (lambda w: (w.admin, "/tag-spellings", {"key": "user:Team", "values": [{"value": "team-111-0", "spellings": ["team-111-1"]}]}), "tag"),
    "PUT /shared-costs": (lambda w: (w.admin, "/shared-costs", {"rules": []}), "shared_cost"),
    "POST /session": (lambda w: (Client(w.house), "/session", {"email": w.house.a.email("editor"), "password": PASSWORD}), "session.started"),
    "DELETE /session": (lambda w: (w.signed_in(), "/session", None), "session.ended"),
    "PUT /session/organization": (lambda w: (w.admin, "/session/organization", {"id": w.organization["id"]}), None),
    "PUT /session/password": (lambda w: (w.signed_in(), "/session/password", {"current": PASSWORD, "new": PASSWORD + " again"}), "password"),
    "POST /session/invitations/{id}/accept": (lambda w: (lambda who, id: (who, f"/session/invitations/{id}/accept", None))(*w.invited_person("viewer")), "invitation.accepted"),
    "DELETE /session/invitations/{id}": (lambda w: (lambda who, id: (who, f"/session/invitations/{id}", None))(*w.invited_person("editor")), "invitation"),
    "DELETE /sessions": (lambda w: (w.admin, "/sessions", None), "session.all_ended"),
    "PATCH /members/{user_id}": (lambda w: (w.admin, f"/members/{w.member()}", {"role": "editor"}), "member"),
    "DELETE /members/{user_id}": (lambda w: (w.admin, f"/members/{w.member()}", None), "member"),
    "POST /invitations": (lambda w: (w.admin, "/invitations", {"email": f"n{time.monotonic_ns()}@elsewhere.example", "role": "viewer"}), "invitation"),
    "DELETE /invitations/{id}": (lambda w: (w.admin, f"/invitations/{w.invited()[0]}", None), "invitation"),
    "POST /invitations/by-token/{token}/accept": (lambda w: (Client(w.house), f"/invitations/by-token/{w.invited()[1]}/accept", {"name": "New", "password": PASSWORD}), "invitation.accepted"),
    "POST /tokens": (lambda w: (w.admin, "/tokens", {"name": w.name(), "role": "viewer"}), "token"),
    "DELETE /tokens/{id}": (lambda w: (w.admin, f"/tokens/{w.made('/tokens', {'name': w.name(), 'role': 'viewer'})['token']['id']}", None), "token"),
    "DELETE /tokens": (lambda w: (w.admin, "/tokens", None), "token"),
    "PATCH /organization": (lambda w: (w.admin, "/organization", {"name": w.name()}), "organization"),
    "PUT /organization/mail-domains": (lambda w: (w.admin, "/organization/mail-domains", {"domains": [f"d{w.number}.example"]}), "organization"),
    "POST /organizations": (lambda w: (w.house.a.admin, "/organizations", {"name": f"New {time.monotonic_ns()}"}), "organization.created"),
    "POST /connections": (lambda w: (w.admin, "/connections", {"kind": "aws_role", "name": w.name()}), "connection.create"),
    "PATCH /connections/{id}": (lambda w: (w.admin, f"/connections/{w.connection['id']}", {"name": w.name()}), "connection.change"),
    "PATCH /connections/{id} (paused)": (lambda w: (w.admin, f"/connections/{w.draft()['id']}", {"paused": True}), "connection.change"),
    "PATCH /connections/{id} (bill diff mails)": (lambda w: (w.admin, f"/connections/{w.draft()['id']}", {"bill_diff_mails": {"recipients": [w.house.a.email("viewer")], "minimum": "5"}}), "connection.change"),
    "DELETE /connections/{id}": (lambda w: (lambda made: (w.admin, f"/connections/{made['id']}", {"name": made["name"]}))(w.read()), "connection.remove"),
    "PUT /connections/{id}/bill-choices/{question}": (lambda w: (lambda id, question: (w.admin, f"/connections/{id}/bill-choices/{question}", {"winner": 0}))(*w.question()), "bill.chosen"),
    "POST /connections/{id}/verification": (lambda w: (w.admin, f"/connections/{w.connection['id']}/verification", None), "connection.verify"),
    "POST /connections/{id}/processing": (lambda w: (w.admin, f"/connections/{w.connection['id']}/processing", None), "connection.process"),
    "DELETE /connections/{id}/processing": (lambda w: (w.admin, f"/connections/{w.waiting()}/processing", None), "connection.stop"),
    "POST /connections/{id}/processing/again": (lambda w: (w.admin, f"/connections/{w.connection['id']}/processing/again", None), "connection.process_again"),
    "POST /channels": (lambda w: (w.admin, "/channels", {"name": w.name(), "kind": "mail", "to": ["ada@example.com"]}), "channel.created"),
    "PATCH /channels/{id}": (lambda w: (w.admin, f"/channels/{w.channel()}", {"name": w.name()}), "channel.changed"),
    "DELETE /channels/{id}": (lambda w: (w.admin, f"/channels/{w.channel()}", None), "channel.removed"),
    "POST /channels/{id}/rotate": (lambda w: (w.admin, f"/channels/{w.channel('webhook')}/rotate", None), "channel.secret_changed"),
    "POST /channels/{id}/test": (lambda w: (w.admin, f"/channels/{w.channel()}/test", None), "channel.tested"),
    "POST /channels/{id}/deliveries/{delivery}/resend": (lambda w: (w.admin, w.delivery(), None), "channel.sent_again"),
    "PUT /notification-routes": (lambda w: (w.admin, "/notification-routes", {"routes": [], "fallback": [w.channel()]}), "notifications.routed"),
    "POST /trend-events/archive": (lambda w: (w.admin, "/trend-events/archive", {"ids": [w.event()], "archived": True}), "trend.archived"),
    "POST /trend-events/archive (back)": (lambda w: (w.admin, "/trend-events/archive", {"ids": [w.event()], "archived": False}), "trend.reactivated"),
    "PUT /trend-events/{id}/verdict": (lambda w: (w.admin, f"/trend-events/{w.event()}/verdict", {"verdict": "real"}), "trend.judged"),
    "PUT /trend-events/{id}/assignee": (lambda w: (w.admin, f"/trend-events/{w.event()}/assignee", {"user": w.admin.get("/members").json()["members"][0]["id"]}), "trend.assigned"),
    "PUT /trend-events/{id}/snooze": (lambda w: (w.admin, f"/trend-events/{w.event()}/snooze", {"until": irregular.DAY}), "trend.snoozed"),
    "PUT /trend-events/{id}/expected": (lambda w: (w.admin, f"/trend-events/{w.event()}/expected", {"until": irregular.DAY, "up_to": "5"}), "trend.expected"),
    "POST /trend-events/{id}/comments": (lambda w: (w.admin, f"/trend-events/{w.event()}/comments", {"text": "Why?"}), "trend.commented"),
    "PATCH /trend-events/{id}/comments/{comment}": (lambda w: (lambda who, path: (who, path, {"text": "Because"}))(*w.comment()), "trend.comment_changed"),
    "DELETE /trend-events/{id}/comments/{comment}": (lambda w: (w.admin, w.comment()[1], None), "trend.comment_removed"),
    "POST /trend-definitions": (lambda w: (w.admin, "/trend-definitions", w.definition()), "trend_definition.created"),
    "PUT /trend-definitions/{id}": (lambda w: (w.admin, w.defined(), w.definition(minimum="50")), "trend_definition.changed"),
    "DELETE /trend-definitions/{id}": (lambda w: (w.admin, w.defined(), None), "trend_definition.removed"),
    "PUT /connections/{id}/customers": (lambda w: (w.admin, f"/connections/{w.connection['id']}/customers", {"accounts": []}), "connection.split"),
}


def test_every_changing_route_tells_of_it_or_changes_nothing(house_with, mailbox, tmp_path):
    house = house_with(*mailbox.options, "--allow-folder", str(tmp_path))
    spec = json.loads(house.done("openapi"))
    changing = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path, item in spec["paths"].items() for method in item if method != "get"}
    named = {route.split(" (")[0] for route in ROUTES} | set(NOT_A_CHANGE)
    assert changing - named == set(), "say what entry each of these writes"
    assert named - changing == set(), "these are no more"
    walk = Walk(house, mailbox, tmp_path)
    wrong = []
    # Signing everybody out comes last.
    for route in sorted(ROUTES, key=lambda route: (route in ("DELETE /sessions", "DELETE /tokens"), "again" in route)):
        ask, action = ROUTES[route]
        client, path, body = ask(walk)
        settled(house)
        before = kept(house)
        log_is_written(house, False)
        refused = client.call(route.split(" ")[0], path, json=body)
        log_is_written(house, True)
        if action is None:
            continue
        if refused.status_code < 500:
            wrong.append(f"{route} without a log: {refused.status_code} {refused.text[:200]}")
        after = kept(house)
        changed = [table for table in after if after[table] != before[table]]
        if changed:
            wrong.append(f"{route} without a log changed {changed}")
        known = len(entries(house))
        done = client.call(route.split(" ")[0], path, json=body)
        new = entries(house)[known:]
        if done.status_code >= 300 or not any(entry.startswith(action) for entry in new):
            wrong.append(f"{route}: {done.status_code} {done.text[:200]}, entries {new}")
    assert not wrong, "\n".join(wrong)


# Command -> how it is called; the beginning of its entry. `None`: it changes nothing that anybody has to know of.
COMMANDS = {
    "ingest": (lambda w: ["ingest", str(w["bill"])], "connection."),
    "connect": (lambda w: ["connect", "Bucket", "--kind", "aws-own", "--bucket", "some-bucket"], "connection."),
    "verify": (lambda w: ["verify", w["connection"]], "connection.verify"),
    "choose": (lambda w: ["choose", w["connection"], "--count", "1"], "bill.chosen"),
    "customers": (lambda w: ["customers", w["connection"], "--accounts", str(w["list"])], "connection.split"),
    "accounts": (lambda w: ["accounts", "--name", f"{w['account']}=Production"], "account"),
    "keys rotate": (lambda w: ["keys", "rotate"], "secrets.key_changed"),
    "keys forget": (lambda w: ["keys", "forget", "--yes"], "secrets.forgotten"),
    "prices import": (lambda w: ["prices", "import", str(w["prices"])], "prices.imported"),
    "prices remove": (lambda w: ["prices", "remove", "1"], "prices.removed"),
    "user add": (lambda w: ["user", "add", "ada@example.com", "--name", "Ada", "--role", "viewer"], "member"),
    "user reset-password": (lambda w: ["user", "reset-password", "viewer@alpha.example"], "password"),
    "user forget-identity": (lambda w: ["user", "forget-identity", "viewer@alpha.example"], "identity"),
    "token create": (lambda w: ["token", "create", "--name", "nightly", "--role", "viewer"], "token"),
    "token revoke": (lambda w: ["token", "revoke", w["token"]], "token"),
    "token revoke-all": (lambda w: ["token", "revoke-all"], "token"),
    "sessions end-all": (lambda w: ["sessions", "end-all"], "session.all_ended"),
    # Without `--all` it removes what nobody names.
    "vacuum": (lambda w: ["vacuum", "--all"], "bills.past_removed"),
    "demo generate": (None, "files outside the data folder"),
    "serve": (None, "each route by itself; its options are those of whoever runs it"),
    "status": (None, "reads"),
    "query": (None, "reads"),
    "budgets": (None, "reads"),
    "optimize owned": (None, "reads"),
    "optimize rates": (None, "reads"),
    "optimize replay": (None, "reads"),
    "optimize waste": (None, "reads"),
    "optimize workloads": (None, "reads"),
    "events": (None, "reads"),
    "backtest": (None, "reads"),
    "reconcile": (None, "reads"),
    "explain": (None, "reads"),
    "doctor": (None, "reads"),
    "backup": (None, "reads, and writes files outside the data folder"),
    "restore": (None, "makes another data folder; one that is there is refused"),
    "user list": (None, "reads"),
    "notify list": (None, "reads"),
    "notify test": (None, "as its route; test_channels.py calls it"),
    "token list": (None, "reads"),
    "prices list": (None, "reads"),
    "optimize buy": (None, "reads"),
    "openapi": (None, "reads"),
}


def commands(*path: str) -> list:
    """The commands that the program names, with those within them."""
    text = subprocess.run([BIN, *path, "--help"], capture_output=True, text=True, check=True).stdout
    block = re.search(r"Commands:\n(.*?)(\n\n|\Z)", text, re.S)
    if not block:
        return [" ".join(path)]
    names = [line.split()[0] for line in block.group(1).splitlines() if re.match(r"  \w", line)]
    return [found for name in names if name != "help" for found in commands(*path, name)]


def test_every_changing_command_tells_of_it_or_changes_nothing(house_with, tmp_path):
    house = house_with()
    assert house.stop() < 15
    there = set(commands())
    assert there - set(COMMANDS) == set(), "say what entry each of these writes"
    assert set(COMMANDS) - there == set(), "these are no more"
    listed = tmp_path / "accounts.csv"
    listed.write_text(f"{house.a.account},Customer of Alpha\n")
    house.done("--organization", "Alpha", "token", "create", "--name", "spare", "--role", "viewer")
    with database(house) as link:
        connection = link.execute("SELECT name FROM connections WHERE location LIKE '%alpha%'").fetchone()[0]
    tokens = house.done("--organization", "Alpha", "token", "list").splitlines()
    prices = tmp_path / "prices.csv"
    prices.write_text("FormatVersion,v1.0\nSKU,OfferTermCode,TermType,Unit,PricePerUnit,Currency,serviceCode,usageType,operation,Region Code\nA,B,OnDemand,Hrs,0.096,USD,AmazonEC2,BoxUsage:m5.large,RunInstances,us-east-1\n")
    words = {
        "prices": prices,
        "bill": small_bill(tmp_path / "third", "333333333333"),
        "connection": connection,
        "list": listed,
        "account": house.a.account,
        "token": tokens[-1].split(" ")[0],
    }
    # A secret, for whose key it is.
    house.env["CLOUD_ANALYZER_SECRET_ACCESS_KEY"] = "a secret that is never looked at"
    house.done("--organization", "Alpha", "connect", "Store", "--kind", "s3-compatible", "--endpoint", "https://store.example.com", "--bucket", "bills", "--access-key-id", "AKIAIOSFODNN7EXAMPLE")
    del house.env["CLOUD_ANALYZER_SECRET_ACCESS_KEY"]
    with database(house) as link:
        link.execute("INSERT INTO openid_identities SELECT 'https://id.example.com', 'ada', id, 0 FROM users WHERE email = 'viewer@alpha.example'")
        link.commit()
    with database(house) as link:
        alpha, store = (link.execute("SELECT id FROM connections WHERE name = ?", (name,)).fetchone()[0] for name in (connection, "Store"))
    asked(house, alpha, store)
    wrong = []
    for name, (how, action) in COMMANDS.items():
        if how is None:
            continue
        arguments = ["--organization", "Alpha", *how(words)]
        before = kept(house)
        log_is_written(house, False)
        refused = house.cli(*arguments)
        log_is_written(house, True)
        if refused.returncode == 0:
            wrong.append(f"{name} without a log: {refused.stdout[:200]}")
        after = kept(house)
        changed = [table for table in after if after[table] != before[table]]
        if changed:
            wrong.append(f"{name} without a log changed {changed}")
        known = len(entries(house))
        done = house.cli(*arguments)
        new = entries(house)[known:]
        if done.returncode not in (0, 1) or not any(entry.startswith(action) for entry in new):
            wrong.append(f"{name}: {done.returncode} {done.stderr[-300:]}, entries {new}")
    assert not wrong, "\n".join(wrong)
