"""People, rights and sending: who takes over an account, joins without asking, writes what is shared, sends mails to
strangers, merges tenants by their names, or starves the server with passwords."""

import collections
import json
import sqlite3
import threading
import time

import pytest
import requests
from house import PASSWORD, Client, House
from mailbox import Mailbox

OTHER = "quite another good password"


def actions(client: Client) -> list:
    answer = client.get("/audit", params={"limit": 200})
    assert answer.status_code == 200, answer.text
    return [entry["action"] for entry in answer.json()["entries"]]


def invite(client: Client, email: str, role: str = "viewer") -> str:
    """The token of the link."""
    made = client.post("/invitations", json={"email": email, "role": role})
    assert made.status_code == 201, made.text
    return (made.json()["link"] or "?token=mailed").split("token=")[1]


def report(client: Client, name: str, shared: bool = True) -> str:
    made = client.post("/reports", json={"name": name, "address": "tab=service&time=custom&from=2026-10-01&to=2026-11-01", "shared": shared})
    assert made.status_code == 201, made.text
    return made.json()["id"]


def schedule(*recipients: str) -> dict:
    return {"schedule": {"frequency": "daily", "recipients": list(recipients)}}


def test_a_link_never_sets_the_password_of_an_account_that_is_there(house):
    theirs = house.a.email("editor")
    link = invite(house.b.admin, theirs, "administrator")
    assert Client(house).get(f"/invitations/by-token/{link}").json()["account_exists"] is True
    taken = Client(house).post(f"/invitations/by-token/{link}/accept", json={"name": "Mallory", "password": OTHER})
    assert taken.status_code == 401, taken.text
    assert Client(house).post("/session", json={"email": theirs, "password": OTHER}).status_code == 401
    session = Client(house).sign_in(theirs).get("/session").json()
    assert [one["name"] for one in session["organizations"]] == ["Alpha"], "nobody joins by being invited"
    # The account was made by the operator, who vouches for the address: its person is asked.
    assert [one["organization"] for one in session["invitations"]] == ["Beta"]


def test_who_sets_a_password_for_the_address_of_another_is_offered_nothing_of_theirs(house):
    address = "carol@nowhere.example"
    joined = Client(house).post(f"/invitations/by-token/{invite(house.b.admin, address)}/accept", json={"name": "Mallory", "password": OTHER})
    assert joined.status_code == 200, joined.text
    mallory = Client(house)
    mallory.sign_in(address, OTHER)
    invite(house.a.admin, address)
    session = mallory.get("/session").json()
    assert session["invitations"] == [] and [one["name"] for one in session["organizations"]] == ["Beta"]
    for answer in [mallory.post("/session/invitations/0123456789abcdef01234567/accept"), mallory.put("/session/organization", json={"id": house.a.id})]:
        assert answer.status_code == 404, answer.text


def test_a_viewer_writes_nothing_that_others_see(house):
    shared = report(house.a.editor, "Shared")
    of_token = report(house.a.token("editor"), "Of a token")
    for viewer in (house.a.token("viewer"), house.a.viewer):
        listed = {one["id"]: one for one in viewer.get("/reports").json()["reports"]}
        for one in (shared, of_token):
            assert listed[one]["mine"] is False and listed[one]["may_change"] is False
            for answer in (
                viewer.patch(f"/reports/{one}", json={"name": "Mine"}),
                viewer.patch(f"/reports/{one}", json=schedule(house.a.email("viewer"))),
                viewer.delete(f"/reports/{one}"),
                viewer.post(f"/reports/{one}/send"),
            ):
                assert answer.status_code == 403, answer.text
        made = viewer.post("/reports", json={"name": "x", "address": "", "shared": True})
        assert made.status_code == 403, made.text
    assert house.a.token("viewer").post("/reports", json={"name": "x", "address": ""}).status_code == 403
    # Their own are theirs, and nobody else's.
    own = report(house.a.viewer, "Own", shared=False)
    assert house.a.editor.delete(f"/reports/{own}").status_code == 404
    assert house.a.viewer.delete(f"/reports/{own}").status_code == 204
    assert actions(house.a.admin)[:1] == ["session.started"] and "report.deleted" in actions(house.a.admin)


@pytest.fixture
def posted(house_with):
    """A house with a mail server."""
    mailbox = Mailbox()
    house = house_with(*mailbox.options)
    yield house, mailbox
    mailbox.shutdown()


def due(house: House, one: str) -> None:
    with sqlite3.connect(house.data / "meta.sqlite", timeout=30) as store:
        store.execute("UPDATE saved_reports SET next_run_ms = 1 WHERE id = ?", (one,))


def test_mails_go_to_whom_the_organization_allows_and_not_without_end(posted):
    house, mailbox = posted
    admin, editor, viewer = house.a.admin, house.a.editor, house.a.viewer
    own = report(viewer, "Flood", shared=False)
    strangers = [f"stranger-{n}@elsewhere.example" for n in range(50)]
    for who, one in ((viewer, own), (editor, report(editor, "Of the editor"))):
        refused = who.patch(f"/reports/{one}", json=schedule(*strangers))
        assert refused.status_code == 403 and refused.json()["needed_role"] == "administrator", refused.text
    assert mailbox.mails == []

    # Allowed domains are an administrator's to set; then the mails are counted.
    assert editor.put("/organization/mail-domains", json={"domains": ["elsewhere.example"]}).status_code == 403
    assert admin.put("/organization/mail-domains", json={"domains": ["elsewhere.example"]}).status_code == 200
    assert viewer.patch(f"/reports/{own}", json=schedule(*strangers)).status_code == 200
    answers = [viewer.post(f"/reports/{own}/send") for _ in range(6)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [202] * 4 + [429] * 2, statuses
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3601
    assert len(mailbox.mails) == 200
    # Others in the organization, and other organizations, go on.
    assert house.b.editor.post(f"/reports/{report(house.b.editor, 'Theirs')}/send").status_code == 202
    assert editor.post(f"/reports/{report(editor, 'Another')}/send").status_code == 202
    mailbox.wait(202)
    # A schedule counts for its owner, too: it is put off, and not dropped.
    due(house, own)
    time.sleep(6)
    assert len(mailbox.mails) == 202
    with sqlite3.connect(house.data / "meta.sqlite") as store:
        [(next_ms,)] = store.execute("SELECT next_run_ms FROM saved_reports WHERE id = ?", (own,)).fetchall()
    assert time.time() * 1000 < next_ms < (time.time() + 3700) * 1000
    counted = collections.Counter(actions(admin))
    assert counted["report.sent"] == 5 and counted["organization.mail_domains_changed"] == 1


def test_who_is_no_member_any_more_gets_no_mail(posted):
    house, mailbox = posted
    admin, editor = house.a.admin, house.a.editor
    one = report(editor, "Daily")
    leaver, partner = house.a.email("viewer"), "partner@outside.example"
    assert editor.patch(f"/reports/{one}", json=schedule(leaver, house.a.email("editor"))).status_code == 200
    assert admin.patch(f"/reports/{one}", json=schedule(leaver, house.a.email("editor"), partner)).status_code == 200
    members = admin.get("/members").json()["members"]
    [leaving] = [member["id"] for member in members if member["email"] == leaver]
    assert admin.delete(f"/members/{leaving}").status_code == 204
    due(house, one)
    mailbox.wait(2)
    time.sleep(1)
    assert sorted(mailbox.to()) == sorted([house.a.email("editor"), partner])
    sent = editor.post(f"/reports/{one}/send")
    assert sent.status_code == 202 and leaver not in sent.json()["recipients"], sent.text
    assert leaver not in mailbox.to()
    [listed] = [found for found in editor.get("/reports").json()["reports"] if found["id"] == one]
    assert leaver in listed["last_error"]
    log = admin.get("/audit").json()["entries"]
    scheduled = next(entry for entry in log if entry["action"] == "report.sent" and entry["actor"]["kind"] == "schedule")
    assert scheduled["detail"]["left_out"] == leaver and partner in scheduled["detail"]["recipients"]


def test_names_that_look_alike_are_organizations_of_their_own(house_with):
    house = house_with(tenants=False)
    names = ["日本", "中国", "Acme Inc", "Acme, Inc.", "acme inc"]
    for at, name in enumerate(names):
        house.done("--organization", name, "connect", f"bill-{at}")
        house.done("--organization", name, "user", "add", f"ada-{at}@example.com", "--role", "administrator", "--password-stdin", stdin=PASSWORD)
    ids = set()
    for at, name in enumerate(names):
        admin = Client(house).sign_in(f"ada-{at}@example.com")
        assert [one["name"] for one in admin.get("/connections").json()["connections"]] == [f"bill-{at}"]
        assert [one["name"] for one in admin.get("/session").json()["organizations"]] == [name]
        ids.add(admin.get("/session").json()["organization"]["id"])
    assert len(ids) == len(names)
    for like in ("acme-inc", "organization", "ACME INC", "acme  inc"):
        refused = house.cli("--organization", like, "token", "list")
        assert refused.returncode == 1 and "there is no organization" in refused.stderr, refused.stderr


def test_names_of_two_make_no_way_from_one_to_the_other(house):
    """What a person calls an organization is theirs: others' names are not told, and the command line asks which."""
    admin = house.b.admin
    home = admin.get("/session").json()["organization"]["id"]
    made = admin.post("/organizations", json={"name": "Alpha"})
    assert made.status_code == 201, made.text
    twin = made.json()["id"]
    assert twin != house.a.id and "alpha" not in twin
    assert admin.get("/costs", params={"group_by": "account_id"}).json()["rows"] == []
    ambiguous = house.cli("--organization", "Alpha", "query", "--group-by", "account_id")
    assert ambiguous.returncode == 1 and twin in ambiguous.stderr and house.a.id in ambiguous.stderr, ambiguous.stderr
    assert house.a.account in house.done("--organization", house.a.id, "query", "--group-by", "account_id", "--format", "csv")
    assert admin.patch("/organization", json={"name": "Not Alpha"}).status_code == 200
    assert admin.put("/session/organization", json={"id": home}).status_code == 200
    house.done("--organization", "Alpha", "query")


def test_three_hundred_sign_ins_at_once(house_with):
    house = house_with("--behind-proxy")
    answers = []

    def ask(number: int) -> None:
        body = {"email": f"nobody-{number}@example.com", "password": OTHER}
        headers = {"X-Forwarded-For": f"198.51.{number // 250}.{number % 250}"}
        answers.append(requests.post(f"{house.url}/api/v1/session", json=body, headers=headers, timeout=60))

    with house.watched(mb=120, seconds=25):
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(300)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    statuses = collections.Counter(answer.status_code for answer in answers)
    assert set(statuses) == {401, 429} and sum(statuses.values()) == 300, statuses
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers if answer.status_code == 429)
    # Invitations, set-up and password changes stand in the same queue; it goes on for all of them.
    client = Client(house).sign_in(house.a.email("editor"))
    assert client.put("/session/password", json={"current": PASSWORD, "new": OTHER}).status_code == 204
    house.done("user", "reset-password", house.a.email("editor"), "--password-stdin", stdin=PASSWORD)


def test_sessions_and_tokens_end_for_everybody(house_with):
    house = house_with()
    alpha, beta = house.a.editor, house.b.editor
    admin = house.a.admin
    assert alpha.delete("/sessions").status_code == 403
    assert admin.delete("/sessions").status_code == 204
    assert [client.get("/overview").status_code for client in (alpha, beta, admin)] == [401, 200, 200]
    tokens = [house.a.token("editor"), house.b.token("editor")]
    assert admin.delete("/tokens").status_code == 204
    assert [client.get("/overview").status_code for client in tokens] == [401, 200]
    assert {"session.all_ended", "token.all_revoked"} <= set(actions(admin))
    # The operator, of every organization.
    assert house.done("sessions", "end-all").startswith("ended ")
    assert [client.get("/overview").status_code for client in (beta, admin)] == [401, 401]
    assert "revoked" in house.done("token", "revoke-all")
    assert tokens[1].get("/overview").status_code == 401
    assert {"session.all_ended", "token.all_revoked"} <= set(actions(house.b.admin))


def test_changes_of_people_are_written_down_with_who_and_whence(house):
    entries = house.a.admin.get("/audit", params={"limit": 500}).json()["entries"]
    assert {entry["actor"]["kind"] for entry in entries} <= {"user", "token", "command_line", "nobody", "schedule"}
    assert all(entry["address"] == "127.0.0.1" for entry in entries if entry["actor"]["kind"] in ("user", "token"))
    assert PASSWORD not in json.dumps(entries) and OTHER not in json.dumps(entries)
