"""Work that must happen: mails survive a mail server that is down and a server that is killed; a command line that writes for
long makes no connection fail.
"""

import fcntl
import signal
import socket
import sqlite3
import time
from contextlib import closing

from house import House, small_bill
from mailbox import Mailbox

OTHER = "333333333333"


def rows(house: House, statement: str) -> list:
    with closing(sqlite3.connect(house.data / "meta.sqlite", timeout=30)) as link:
        return link.execute(statement).fetchall()


def change(house: House, statement: str) -> None:
    with closing(sqlite3.connect(house.data / "meta.sqlite", timeout=30)) as link:
        link.execute(statement)
        link.commit()


def until(house: House, statement: str, seconds: float = 30):
    end = time.monotonic() + seconds
    while not (found := rows(house, statement)):
        assert time.monotonic() < end, (statement, rows(house, "SELECT id, name, state, attempts, failure FROM jobs"), house.log()[-2000:])
        time.sleep(0.1)
    return found


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read_by_server(house: House, folder) -> str:
    """A connection that the server reads: its administrators are told that its months are there."""
    house.done("--organization", "Alpha", "connect", "More", "--kind", "local", "--folder", str(folder))
    house.done("--organization", "Alpha", "verify", "More")
    [(connection,)] = rows(house, "SELECT id FROM connections WHERE name = 'More'")
    assert house.a.token("editor").post(f"/connections/{connection}/processing").status_code in (202, 409)
    until(house, f"SELECT 1 FROM jobs WHERE connection_id = '{connection}' AND name = 'read' AND state = 'done'")
    return connection


def test_a_mail_outlives_the_mail_server_and_a_killed_server(house_with, tmp_path):
    bill = small_bill(tmp_path / "more", OTHER)
    # Nobody listens there.
    nowhere = ["--smtp-url", f"smtp://127.0.0.1:{unused_port()}", "--mail-from", "Costs <costs@example.com>"]
    house = house_with("--allow-folder", str(tmp_path), *nowhere)
    read_by_server(house, bill)
    told = "SELECT id FROM jobs WHERE name = 'tell'"
    assert len(until(house, told)) == 1
    # Told means: the mail is on its way, whatever happens.
    assert rows(house, "SELECT cause FROM notices") == [("ready",)]
    until(house, f"{told} AND attempts = 1 AND failure IS NOT NULL", seconds=60)
    # Killed in the middle of the next try.
    change(house, "UPDATE jobs SET run_after_ms = 0 WHERE name = 'tell'")
    until(house, f"{told} AND state = 'running'")
    house.process.send_signal(signal.SIGKILL)
    house.process.wait(10)
    assert rows(house, f"{told} AND state = 'running' AND lease_until_ms IS NOT NULL")
    # As if the half minute of its lease were over.
    change(house, "UPDATE jobs SET lease_until_ms = 1 WHERE name = 'tell'")
    mailbox = Mailbox()
    house.options = ("--allow-folder", str(tmp_path), *mailbox.options)
    house.start()
    until(house, f"{told} AND state = 'queued'")
    change(house, "UPDATE jobs SET run_after_ms = 0 WHERE name = 'tell'")
    assert mailbox.wait(1, seconds=30) == [house.a.email("administrator")]
    until(house, f"{told} AND state = 'done' AND failure IS NULL")
    # Once.
    time.sleep(1)
    assert len(mailbox.mails) == 1
    mailbox.shutdown()


def test_a_report_that_was_cut_off_goes_to_the_others_alone(house_with):
    mailbox = Mailbox()
    mailbox.most = 1
    house = house_with(*mailbox.options)
    admin = house.a.admin
    report = admin.post("/reports", json={"name": "Weekly", "address": "", "shared": True}).json()["id"]
    recipients = [house.a.email(role) for role in ("viewer", "editor")]
    assert admin.patch(f"/reports/{report}", json={"schedule": {"frequency": "weekly", "recipients": recipients}}).status_code == 200
    change(house, f"UPDATE saved_reports SET next_run_ms = 1 WHERE id = '{report}'")
    sending = "SELECT 1 FROM jobs WHERE name = 'report' AND state"
    until(house, f"{sending} = 'running' AND progress LIKE '%example%'")
    house.process.send_signal(signal.SIGKILL)
    house.process.wait(10)
    first = mailbox.to()
    assert len(first) == 1
    mailbox.most = None
    # As if the half minute of its lease were over.
    change(house, "UPDATE jobs SET lease_until_ms = 1 WHERE name = 'report'")
    house.start()
    until(house, f"{sending} = 'queued'")
    change(house, "UPDATE jobs SET run_after_ms = 0 WHERE name = 'report'")
    until(house, f"{sending} = 'done'")
    assert sorted(mailbox.to()) == sorted(recipients), (first, mailbox.to())
    # One sending, counted once.
    assert len(rows(house, "SELECT 1 FROM audit WHERE action = 'report.sent'")) == 1
    assert rows(house, f"SELECT last_error FROM saved_reports WHERE id = '{report}'") == [(None,)]
    mailbox.shutdown()


def test_what_follows_a_publication_follows_though_its_reader_s_server_was_killed(house_with, tmp_path):
    mailbox = Mailbox()
    house = house_with("--allow-folder", str(tmp_path), *mailbox.options)
    bill = small_bill(tmp_path / "more", OTHER)
    connection = read_by_server(house, bill)
    mailbox.wait(1)
    # The mail server has it a moment before its job knows.
    until(house, "SELECT 1 FROM jobs WHERE name = 'tell' AND state = 'done'")
    house.process.send_signal(signal.SIGKILL)
    house.process.wait(10)
    # As a kill right after the publication leaves it.
    change(house, f"UPDATE outbox SET relayed_at_ms = NULL, at_ms = 1 WHERE connection_id = '{connection}'")
    change(house, f"UPDATE ingests SET finished_at_ms = NULL, outcome = NULL WHERE connection_id = '{connection}'")
    change(house, f"DELETE FROM notices WHERE connection_id = '{connection}'")
    house.start()
    until(house, f"SELECT 1 FROM outbox WHERE connection_id = '{connection}' AND relayed_at_ms IS NOT NULL")
    assert mailbox.wait(2, seconds=30)[-1] == house.a.email("administrator")
    mailbox.shutdown()


def test_a_kill_is_counted_once_however_long_ago_it_was(house_with, tmp_path):
    house = house_with("--allow-folder", str(tmp_path))
    connection = read_by_server(house, small_bill(tmp_path / "more", OTHER))
    house.process.send_signal(signal.SIGKILL)
    house.process.wait(10)
    # As a server leaves it that was killed while it read: its lease is over, and its lock is free.
    change(house, f"UPDATE jobs SET state = 'running', finished_at_ms = NULL, lease = 'gone', lease_until_ms = 1 WHERE connection_id = '{connection}' AND name = 'read'")
    house.start()
    until(house, f"SELECT 1 FROM jobs WHERE connection_id = '{connection}' AND name = 'read' AND state = 'queued' AND crashes = 1")
    time.sleep(6)
    assert rows(house, f"SELECT state, crashes FROM jobs WHERE connection_id = '{connection}' AND name = 'read'") in ([("queued", 1)], [("done", 0)], [("done", 1)])


def test_whoever_is_no_administrator_any_more_gets_no_mail(house_with, tmp_path):
    nowhere = ["--smtp-url", f"smtp://127.0.0.1:{unused_port()}", "--mail-from", "Costs <costs@example.com>"]
    house = house_with("--allow-folder", str(tmp_path), *nowhere)
    read_by_server(house, small_bill(tmp_path / "more", OTHER))
    until(house, "SELECT 1 FROM jobs WHERE name = 'tell'")
    house.stop()
    change(house, f"UPDATE memberships SET role = 'viewer' WHERE user_id = (SELECT id FROM users WHERE email = '{house.a.email('administrator')}')")
    change(house, "UPDATE jobs SET run_after_ms = 0 WHERE name = 'tell'")
    mailbox = Mailbox()
    house.options = ("--allow-folder", str(tmp_path), *mailbox.options)
    house.start()
    until(house, "SELECT 1 FROM jobs WHERE name = 'tell' AND state = 'done'")
    assert mailbox.mails == []
    mailbox.shutdown()


def test_a_long_ingest_of_the_command_line_makes_no_connection_fail(house_with, tmp_path):
    house = house_with("--allow-folder", str(tmp_path))
    connection = read_by_server(house, small_bill(tmp_path / "more", OTHER))
    with (house.data / "writer.lock").open("r+b") as held:
        end = time.monotonic() + 10
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                assert time.monotonic() < end
                time.sleep(0.05)
        # As every process that writes says who it is.
        held.truncate(0)
        held.write(b"4711")
        held.flush()
        house.a.token("editor").post(f"/connections/{connection}/processing")
        tries = f"SELECT 1 FROM jobs WHERE connection_id = '{connection}' AND state = 'queued' AND failure IS NOT NULL"
        for _ in range(7):
            until(house, tries)
            change(house, "UPDATE jobs SET failure = NULL WHERE state = 'queued' AND name = 'read'")
            house.a.token("editor").post(f"/connections/{connection}/processing")
        assert house.a.token("viewer").get(f"/connections/{connection}").json()["state"] == "ready"
    house.a.token("editor").post(f"/connections/{connection}/processing")
    until(house, f"SELECT 1 FROM jobs WHERE connection_id = '{connection}' AND name = 'read' AND state = 'done' AND id = (SELECT max(id) FROM jobs WHERE name = 'read')", seconds=40)
