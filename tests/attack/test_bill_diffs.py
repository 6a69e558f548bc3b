"""Mails about bills that were settled and changed: once, to those who asked, with what changed; and the rows of a bill by
its billing period."""

import datetime
import gzip
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest
from house import BIN, classic_csv
from mailbox import Mailbox

TODAY = datetime.datetime.now(datetime.UTC).date()
FIRST = TODAY.replace(day=1)
LAST_MONTH = (FIRST - datetime.timedelta(days=1)).replace(day=1)
# Final by now, whatever day it is.
OLD = (LAST_MONTH - datetime.timedelta(days=1)).replace(day=1)


def next_month(first: datetime.date) -> datetime.date:
    return (first + datetime.timedelta(days=40)).replace(day=1)


def row(first: datetime.date, day: datetime.date, cost: str, at: str, **more: str) -> dict:
    return {
        "bill/BillingPeriodStartDate": f"{first}T00:00:00Z", "bill/BillingPeriodEndDate": f"{next_month(first)}T00:00:00Z",
        "lineItem/UsageStartDate": f"{day}T01:00:00Z", "lineItem/UsageEndDate": f"{day}T02:00:00Z", "identity/LineItemId": at,
        "lineItem/UnblendedCost": cost, "pricing/publicOnDemandCost": cost, **{name.replace("__", "/"): value for name, value in more.items()},
    }


class Bill:
    """A folder of deliveries that are replaced, and the connection that reads it."""

    def __init__(self, house, folder, first: datetime.date, rows: list):
        self.house, self.folder, self.first = house, folder, first
        self.deliver(rows)
        house.done("--organization", "Alpha", "ingest", "--connection", folder.name, str(folder))
        found = house.a.admin.get("/connections").json()["connections"]
        self.id = next(one["id"] for one in found if one["name"] == folder.name)

    def deliver(self, rows: list) -> None:
        end = next_month(self.first)
        period = self.folder / "cost" / "cur" / f"{self.first:%Y%m%d}-{end:%Y%m%d}"
        period.mkdir(parents=True, exist_ok=True)
        (period / "cur-1.csv.gz").write_bytes(gzip.compress(classic_csv(rows)))

    def read(self, again: str = "") -> None:
        """Reads, to the end; `again`: what is published, too."""
        client = self.house.a.token("editor")
        ingests = lambda: len(client.get(f"/connections/{self.id}/ingests").json()["ingests"])  # noqa: E731
        before = ingests()
        assert client.post(f"/connections/{self.id}/processing{again}").status_code == 202
        end = time.monotonic() + 60
        while True:
            state = client.get(f"/connections/{self.id}/processing").json()
            if state["state"] == "done" and (not again or ingests() > before):
                break
            assert state["state"] in ("queued", "running", "done") and time.monotonic() < end, state
            time.sleep(0.1)

    def tell(self, recipients: list, minimum: str = "0"):
        return self.house.a.token("administrator").patch(f"/connections/{self.id}", json={"bill_diff_mails": {"recipients": recipients, "minimum": minimum}})


@pytest.fixture
def told(house_with):
    mailbox = Mailbox()
    house = house_with(*mailbox.options, "--public-url", "http://costs.example")
    yield house, mailbox
    mailbox.shutdown()


def of_diffs(mailbox) -> list:
    return [mail for mail in mailbox.texts() if "changed" in mail["Subject"]]


def quiet(mailbox, number: int) -> None:
    """No more mails about diffs than so many come."""
    time.sleep(1.5)
    assert len(of_diffs(mailbox)) == number, [mail["Subject"] for mail in mailbox.texts()]


def wait_for(mailbox, number: int) -> list:
    end = time.monotonic() + 15
    while len(of_diffs(mailbox)) < number:
        assert time.monotonic() < end, [mail["Subject"] for mail in mailbox.texts()]
        time.sleep(0.05)
    return of_diffs(mailbox)


def test_a_settled_bill_that_changed_is_told_once(told, tmp_path):
    house, mailbox = told
    usage = [row(OLD, OLD + datetime.timedelta(days=n), "10", f"l{n}") for n in range(20)]
    bill = Bill(house, tmp_path / "settled", OLD, usage)
    assert bill.tell(["finance@else.example", house.a.email("viewer")]).status_code == 200
    bill.read()
    quiet(mailbox, 0)  # The first publication, and looking again, change nothing.
    refund = row(OLD, OLD, "-30", "r", lineItem__LineItemType="Refund")
    storage = row(OLD, OLD, "12.5", "s", lineItem__ProductCode="AmazonS3", lineItem__UsageType="TimedStorage-ByteHrs", product__ProductName="Amazon Simple Storage Service")
    bill.deliver([*usage, refund, storage])
    bill.read()
    mails = wait_for(mailbox, 2)
    assert sorted(mail["To"] for mail in mails) == sorted(["finance@else.example", house.a.email("viewer")])
    subject, month = mails[0]["Subject"], f"{OLD:%B %Y}"
    assert subject == f"settled: the bill of {month} changed by -17.50 USD (-8.8 %)", subject
    text = mails[0].get_body(("plain",)).get_content()
    for words in [
        f"{month}, the whole bill", "Before: 200.00 USD", "After:  182.50 USD", "Change: -17.50 USD (-8.8 %)", "of refunds and credits: -30.00 USD",
        "of usage, fees and tax: +12.50 USD", "Amazon Simple Storage Service: 0.00 to 12.50 USD, +12.50 (new)", "111111111111: 200.00 to 182.50 USD, -17.50",
        f"http://costs.example/connections/{bill.id}/changes?month={OLD:%Y-%m}&at=", "&currency=USD", "turns it off there", f"there:\r\nhttp://costs.example/connections/{bill.id}",
    ]:
        assert words in text, (words, text)
    html = mails[0].get_body(("html",)).get_content()
    assert "Open the bill diff" in html and "-17.50 USD" in html
    # The address names the diff as the page has it.
    change = house.a.viewer.get(f"/connections/{bill.id}/changes").json()["changes"][0]
    assert f"at={change['changed_at']}&currency={change['currency']}" in text
    # Again, and by force: nothing is new.
    bill.read()
    bill.read("/again")
    quiet(mailbox, 2)


def test_small_changes_and_those_nobody_asked_for_are_not_told(told, tmp_path):
    house, mailbox = told
    bill = Bill(house, tmp_path / "limits", OLD, [row(OLD, OLD, "100", "l")])
    bill.deliver([row(OLD, OLD, "101", "l")])
    bill.read()
    assert bill.tell([house.a.email("viewer")], "5").status_code == 200
    bill.deliver([row(OLD, OLD, "105", "l")])
    bill.read()
    quiet(mailbox, 0)  # What was before the wish is not told later; and four is less than five.
    # In all nothing, but five were refunded.
    bill.deliver([row(OLD, OLD, "110", "l"), row(OLD, OLD, "-5", "r", lineItem__LineItemType="Refund")])
    bill.read()
    text = wait_for(mailbox, 1)[0].get_body(("plain",)).get_content()
    assert "Change: 0.00 USD" in text and "by 5.00 or more" in text, text
    shown = house.done("--organization", "Alpha", "connect", "limits", "--bill-diff-mail", "nobody", "--json")
    assert '"recipients": []' in shown and '"minimum": "5"' in shown, shown
    bill.deliver([row(OLD, OLD, "500", "l")])
    bill.read()
    quiet(mailbox, 1)
    for bad in ({"recipients": ["no address"]}, {"minimum": "-1"}, {"minimum": "much"}):
        assert house.a.token("administrator").patch(f"/connections/{bill.id}", json={"bill_diff_mails": bad}).status_code == 400, bad
    assert house.a.token("editor").patch(f"/connections/{bill.id}", json={"bill_diff_mails": {"recipients": []}}).status_code == 403


def test_a_diff_outlives_a_reading_that_is_killed_between_its_stages(told, tmp_path):
    """The month is published by its roll-up, its line items are not there yet: what is read later replaces what never was complete."""
    house, mailbox = told
    usage = [row(OLD, OLD + datetime.timedelta(days=n % 20), "1", f"l{n}", lineItem__ResourceId=f"i-{n}") for n in range(150_000)]
    bill = Bill(house, tmp_path / "killed", OLD, usage)
    assert bill.tell([house.a.email("viewer")]).status_code == 200
    house.stop()
    bill.deliver([*usage, row(OLD, OLD, "-30", "r", lineItem__LineItemType="Refund")])
    stages = lambda: [stage for stage, in store(house, "SELECT stage FROM publications WHERE connection_id = ? ORDER BY id", bill.id)]  # noqa: E731
    assert stages() == ["complete"]
    reading = subprocess.Popen([BIN, "--data", str(house.data), "--organization", "Alpha", "ingest", "--connection", "killed", str(bill.folder)], env=house.env,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while stages() != ["complete", "dashboards"]:
        assert reading.poll() is None, "it ended before it could be killed"
    reading.kill()
    reading.wait()
    assert stages() == ["complete", "dashboards"] and store(house, "SELECT id FROM bill_changes WHERE connection_id = ?", bill.id) == []
    house.done("--organization", "Alpha", "ingest", "--connection", "killed", str(bill.folder))
    assert stages()[0] == stages()[-1] == "complete"
    # The command has ended: it is there, once, and is told once somebody serves.
    changes = store(house, "SELECT total_before, total_after FROM bill_changes WHERE connection_id = ?", bill.id)
    assert [(float(before), float(after)) for before, after in changes] == [(150_000, 149_970)]
    house.start()
    text = wait_for(mailbox, 1)[0].get_body(("plain",)).get_content()
    assert "Change: -30.00 USD" in text, text
    quiet(mailbox, 1)


def store(house, statement: str, *values: str) -> list:
    with closing(sqlite3.connect(house.data / "meta.sqlite", timeout=30)) as store:
        return store.execute(statement, values).fetchall()


@pytest.mark.skipif(TODAY.day < 6, reason="needs days of this month that are complete")
def test_a_month_that_grows_is_no_news_and_its_complete_days_are(told, tmp_path):
    house, mailbox = told
    day = lambda back: TODAY - datetime.timedelta(days=back)  # noqa: E731
    tax = lambda cost: row(FIRST, FIRST, cost, "t", lineItem__LineItemType="Tax")  # noqa: E731
    days = [row(FIRST, FIRST + datetime.timedelta(days=n), "10", f"l{n}") for n in range((day(1) - FIRST).days)]
    bill = Bill(house, tmp_path / "growing", FIRST, [*days, tax("5")])
    assert bill.tell([house.a.email("viewer")]).status_code == 200
    # The last days get more, tax of the first day grows with them: as every day.
    days = [*days[:-1], row(FIRST, day(2), "14", "late"), row(FIRST, day(1), "10", "newest")]
    bill.deliver([*days, tax("6")])
    bill.read()
    quiet(mailbox, 0)
    assert house.a.viewer.get(f"/connections/{bill.id}/changes").json()["changes"], "the page has it all the same"
    bill.deliver([{**days[0], "lineItem/UnblendedCost": "8"}, *days[1:], tax("6")])
    bill.read()
    mail = wait_for(mailbox, 1)[0]
    text = mail.get_body(("plain",)).get_content()
    assert "changed by -2.00 USD" in mail["Subject"] and "of days that were complete before" in text, text
    quiet(mailbox, 1)


def test_who_is_gone_is_not_told(told, tmp_path):
    house, mailbox = told
    bill = Bill(house, tmp_path / "gone", OLD, [row(OLD, OLD, "100", "l")])
    assert bill.tell([house.a.email("viewer"), house.a.email("editor")]).status_code == 200
    admin = house.a.admin
    viewer = next(one for one in admin.get("/members").json()["members"] if one["email"] == house.a.email("viewer"))
    assert admin.delete(f"/members/{viewer['id']}").status_code == 204
    bill.deliver([row(OLD, OLD, "90", "l")])
    bill.read()
    wait_for(mailbox, 1)
    quiet(mailbox, 1)
    assert [mail["To"] for mail in of_diffs(mailbox)] == [house.a.email("editor")]
    # A change of something else, by a form that sends the list as it was, lets nobody in again.
    assert bill.tell([house.a.email("viewer"), house.a.email("editor")], "1").status_code == 200
    bill.deliver([row(OLD, OLD, "70", "l")])
    bill.read()
    wait_for(mailbox, 2)
    quiet(mailbox, 2)
    assert [mail["To"] for mail in of_diffs(mailbox)] == [house.a.email("editor")] * 2
    # Taken out and named again, an administrator has let them in.
    assert bill.tell([house.a.email("editor")]).status_code == 200
    assert bill.tell([house.a.email("viewer")]).status_code == 200
    bill.deliver([row(OLD, OLD, "60", "l")])
    bill.read()
    assert wait_for(mailbox, 3)[-1]["To"] == house.a.email("viewer")


def test_a_mail_that_could_not_be_sent_is_sent_later(told, tmp_path):
    house, mailbox = told
    bill = Bill(house, tmp_path / "down", OLD, [row(OLD, OLD, "100", "l")])
    assert bill.tell([house.a.email("viewer")]).status_code == 200
    port = mailbox.server_address[1]
    mailbox.shutdown()
    mailbox.server_close()
    bill.deliver([row(OLD, OLD, "90", "l")])
    bill.read()
    end = time.monotonic() + 30
    while "a job will be tried again" not in house.log():
        assert time.monotonic() < end, house.log()[-2000:]
        time.sleep(0.2)
    later = Mailbox(port)
    # As if its next try were due.
    with closing(sqlite3.connect(house.data / "meta.sqlite", timeout=30)) as link:
        link.execute("UPDATE jobs SET run_after_ms = 0 WHERE name = 'tell'")
        link.commit()
    assert "changed by -10.00 USD" in wait_for(later, 1)[0]["Subject"]
    bill.read()
    quiet(later, 1)
    later.shutdown()


def test_rows_of_a_bill_are_those_of_its_period(told, tmp_path):
    house, _ = told
    # A refund of the month before, and a fee of the month after, stand on this month's bill.
    rows = [
        row(OLD, OLD + datetime.timedelta(days=3), "10.000000000000000001", "l"), row(OLD, OLD - datetime.timedelta(days=20), "-4", "r", lineItem__LineItemType="Refund"),
        row(OLD, next_month(OLD) + datetime.timedelta(days=2), "3", "f", lineItem__LineItemType="Fee"),
    ]
    bill = Bill(house, tmp_path / "by-period", OLD, rows)
    bill.deliver([*rows, row(OLD, OLD, "1", "m")])
    bill.read()
    viewer, month = house.a.viewer, f"{OLD:%Y-%m}"
    change = viewer.get(f"/connections/{bill.id}/changes").json()["changes"][0]
    filters = {"filter": [f"connection={bill.id}", f"billing_period={month}"], "metric": "unblended"}
    days = {"from": change["rows_from"], "to": change["rows_to"]}
    assert days == {"from": str(OLD - datetime.timedelta(days=20)), "to": str(next_month(OLD) + datetime.timedelta(days=3))}
    found = viewer.get("/explain", params={**filters, **days}).json()
    assert found["figure"] == change["total_after"] == "10.000000000000000001" and found["rows_total"] == 4, found
    # The days of the month have other rows: those that another bill dates there would be among them, and two are missed.
    by_days = viewer.get("/explain", params={**filters, "from": str(OLD), "to": str(next_month(OLD))}).json()
    assert by_days["rows_total"] == 2
    assert viewer.get("/costs", params=filters).json()["total"] == "10.000000000000000001", "without days it is the whole bill"
    by_type = viewer.get("/explain", params={"metric": "unblended", **days, "filter": [*filters["filter"], "charge_type=Refund"]}).json()
    assert by_type["figure"] == "-4" and by_type["rows_total"] == 1
