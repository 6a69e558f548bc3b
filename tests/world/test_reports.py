"""Saved reports by mail, and files of the table: sent through a real SMTP server, read by other readers."""

import csv
import io
import re
import struct
import subprocess
import time
import zipfile

import pytest
from test_processing import mails, serve  # noqa: F401  (fixtures)
from world import BIN

TO = "finance@example.com"


@pytest.fixture
def bill(product, tmp_path):
    make = [BIN, "demo", "generate", "--rows", "6000", "--months", "3", "--format", "cur2"]
    subprocess.run([*make, "--end", "2026-10-12T00:00:00Z", "--out", str(tmp_path / "reports")], check=True, capture_output=True)
    done = product.run("ingest", str(tmp_path / "reports"))
    assert done.returncode == 0, done.stderr


def saved(server, address: str, name: str = "Services of the quarter") -> dict:
    answer = server.call("POST", "/reports", json={"name": name, "address": address, "shared": True})
    assert answer.status_code == 201, answer.text
    schedule = {"schedule": {"frequency": "daily", "recipients": [TO]}}
    answer = server.call("PATCH", f"/reports/{answer.json()['id']}", json=schedule)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_report_comes_by_mail_with_its_chart_and_its_table(bill, serve, mails):  # noqa: F811
    server = serve(mails)
    report = saved(server, "tab=service&time=last-90-days&view=week&metric=unblended&filter=charge_type%21%3DTax")
    sent = server.call("POST", f"/reports/{report['id']}/send")
    assert (sent.status_code, sent.json()) == (202, {"recipients": [TO]})
    [mail] = mails.wait(1)
    assert mail["to"] == TO and mail["subject"].startswith("Services of the quarter: Unblended cost, 2026-")
    parts = {part.get_content_type(): part for part in mail.walk()}
    query = "metric=unblended&group_by=service&view=week&filter=charge_type!=Tax"
    overview = server.get("/overview")
    found = server.get(f"/costs?{query}&to={overview['data_to']}&from={day_before(overview['data_to'], 90)}")
    whole = list(csv.reader(io.StringIO(parts["text/csv"].get_content())))
    # The compared spans stand behind the figures, each named by its days.
    width = len(found["periods"]) + 2
    assert whole[0][width + 2 :] == ["change", "change_percent"] and all(" to " in name for name in whole[0][width : width + 2])
    table = [row[:width] for row in whole]
    assert table[0] == ["service", *found["periods"], "total"]
    ours = [[(row["keys"][0] or ""), *row["figures"], row["total"]] for row in found["rows"]]
    assert sorted(table[1:]) == sorted(ours), "the file holds every row and digit of the page"
    picture = parts["image/png"].get_payload(decode=True)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n") and struct.unpack(">II", picture[16:24]) == (1200, 420)
    html, text = parts["text/html"].get_content(), parts["text/plain"].get_content()
    assert "cid:chart.png" in html and parts["image/png"]["content-id"] == "<chart.png>"
    largest = found["rows"][0]["labels"][0]
    assert largest in html and largest in text and "Every total behind these figures equals its bill." in text
    assert f"/?{report['address']}" in text
    assert server.get("/reports")["reports"][0]["last_error"] is None


def day_before(day: str, days: int) -> str:
    from datetime import date, timedelta

    return str(date.fromisoformat(day) - timedelta(days=days))


def test_a_report_that_cannot_be_sent_says_why(bill, serve, mails):  # noqa: F811
    server = serve(mails)
    report = saved(server, "tab=account")
    mails.stop()
    sent = server.call("POST", f"/reports/{report['id']}/send")
    assert sent.status_code == 503, sent.text
    assert "took 0 of 1" in server.get("/reports")["reports"][0]["last_error"]
    mails.begin(mails.process.args)


def test_a_report_leaves_on_its_schedule_once(bill, product, serve, mails):  # noqa: F811
    import sqlite3

    server = serve(mails)
    report = saved(server, "tab=service&view=month&time=last-6-months", "Monthly")
    # The time has come.
    with sqlite3.connect(product.folder / "meta.sqlite") as store:
        store.execute("UPDATE saved_reports SET next_run_ms = 1")
    [mail] = mails.wait(1)
    assert mail["subject"].startswith("Monthly:")
    end = time.monotonic() + 20
    while (found := server.get("/reports")["reports"][0])["last_run"] is None:
        assert time.monotonic() < end, "the sending was not noted"
        time.sleep(0.1)
    assert found["next_run"] >= report["next_run"] and found["last_error"] is None
    time.sleep(6)
    assert len(mails.all()) == 1, "not sent again at the next look"


def test_files_equal_the_table_to_the_digit(bill, serve):  # noqa: F811
    server = serve()
    query = "group_by=account_id,service&view=month&metric=amortized"
    table = list(csv.reader(io.StringIO(server.call("GET", f"/costs.csv?{query}").text)))
    book = zipfile.ZipFile(io.BytesIO(server.call("GET", f"/costs.xlsx?{query}").content))
    assert book.testzip() is None
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    rows = [re.findall(r"<v>([^<]*)</v>", row) for row in re.findall(r"<row>(.*?)</row>", sheet)]
    texts = 3  # account_id, account, service
    assert [row[texts:] for row in table[1:]] == rows[1:-1]
    whole = server.get(f"/costs?{query}")
    assert rows[-1] == [*whole["totals"], whole["total"]]
    assert len(table) == whole["rows_total"] + 1
