"""Several bills in one comparison: one that is new, one that lags, one that begins within a month. What a bill lacks is not
known, and nothing of it is compared; it is never a rise or a fall of cost."""

import csv
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from test_cases import WORK, cli

DAY = timedelta(days=1)
FIELDS = {
    "identity/LineItemId": "", "bill/BillingPeriodStartDate": "", "bill/PayerAccountId": "", "lineItem/UsageAccountId": "", "lineItem/LineItemType": "Usage",
    "lineItem/UsageStartDate": "", "lineItem/UsageEndDate": "", "lineItem/ProductCode": "", "lineItem/UsageType": "BoxUsage", "lineItem/UnblendedCost": "", "lineItem/CurrencyCode": "USD",
}  # fmt: skip


def first(day: date, months: int = 0) -> date:
    month = day.year * 12 + day.month - 1 + months
    return date(month // 12, month % 12 + 1, 1)


def bill(name: str, account: str, spans: list, service: str = "AmazonEC2", cost: str = "1") -> str:
    """A folder with one line item a day of each span, in its last hour."""
    folder = WORK / f"bill-{name}-{account}"
    for start, end in spans:
        rows = []
        day = start
        while day < end:
            rows.append(FIELDS | {
                "identity/LineItemId": f"{account}-{day}", "bill/BillingPeriodStartDate": f"{first(day)}T00:00:00Z", "bill/PayerAccountId": account,
                "lineItem/UsageAccountId": account, "lineItem/UsageStartDate": f"{day}T23:00:00Z", "lineItem/UsageEndDate": f"{day + DAY}T00:00:00Z",
                "lineItem/ProductCode": service, "lineItem/UnblendedCost": cost,
            })  # fmt: skip
            day += DAY
        place = folder / f"{first(start):%Y%m}"
        place.mkdir(parents=True, exist_ok=True)
        with open(place / "bill.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(FIELDS), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return str(folder)


def read(name: str, **sources: str) -> str:
    data = str(WORK / f"compared-{name}")
    for connection, source in sources.items():
        code, _, error = cli("--data", data, "ingest", source, "--connection", connection)
        assert code == 0, error
    return data


def compared(data: str, start: date, end: date, *more: str) -> dict:
    words = ["query", "--metric", "unblended", "--from", str(start), "--to", str(end), "--compare-previous", "--group-by", "service", "--format", "json", *more]
    code, out, error = cli("--data", data, *words)
    assert code == 0, error
    return json.loads(out)


TODAY = datetime.now(UTC).date()
BEFORE, MONTH, NEXT = first(TODAY, -4), first(TODAY, -3), first(TODAY, -2)
DAYS, DAYS_BEFORE = (NEXT - MONTH).days, (MONTH - BEFORE).days


@pytest.mark.parametrize("view", ["total", "day", "month"])
def test_a_bill_that_is_new_is_no_rise(view):
    old = bill("new", "111111111111", [(BEFORE, MONTH), (MONTH, NEXT)])
    new = bill("new", "222222222222", [(MONTH, NEXT)], cost="10")
    other = bill("new", "333333333333", [(MONTH, NEXT)], service="AmazonS3")
    data = read(f"new-{view}", old=old, new=new, other=other)
    answer = compared(data, MONTH, NEXT, "--view", view)
    assert answer["total"] == str(DAYS * 12)
    previous = answer["previous"]
    assert (previous["known"], previous["total"], previous["change"]["compared_total"]) == ("part", str(DAYS_BEFORE), str(DAYS))
    assert previous["change"]["amount"] == str(DAYS - DAYS_BEFORE)
    rows = {row["keys"][0]: row for row in answer["rows"]}
    [compute] = [row for name, row in rows.items() if "S3" not in name and "Storage" not in name]
    [storage] = [row for name, row in rows.items() if "S3" in name or "Storage" in name]
    assert (compute["change"]["compared_total"], compute["previous_total"]) == (str(DAYS), str(DAYS_BEFORE))
    # It may have been there before: nobody knows.
    assert (storage["change"]["kind"], storage["change"]["amount"], storage["previous_total"]) == ("unknown", None, None)
    # One that is cut off counts the same.
    cut = compared(data, MONTH, NEXT, "--view", view, "--top", "1")
    assert cut["previous"] == previous
    assert sum(int(row["change"]["compared_total"]) for row in cut["rows"]) == DAYS


def test_a_bill_that_begins_within_a_month_lacks_its_first_days():
    old = bill("begins", "111111111111", [(BEFORE, MONTH), (MONTH, NEXT)])
    late = bill("begins", "222222222222", [(BEFORE + 14 * DAY, MONTH), (MONTH, NEXT)], cost="10")
    data = read("begins", old=old, late=late)
    previous = compared(data, MONTH, NEXT)["previous"]
    assert (previous["known"], previous["total"], previous["change"]["compared_total"]) == ("part", str(DAYS_BEFORE), str(DAYS))
    # From where it is there it is compared.
    previous = compared(data, MONTH + 20 * DAY, MONTH + 22 * DAY)["previous"]
    assert (previous["known"], previous["total"], previous["change"]["compared_total"]) == ("whole", "22", "22")


def test_nothing_is_said_where_no_bill_reaches_back():
    data = read("nothing", only=bill("nothing", "111111111111", [(MONTH, NEXT)]))
    answer = compared(data, MONTH, NEXT)
    assert (answer["previous"]["known"], answer["previous"]["change"]["kind"]) == ("nothing", "unknown")
    assert all(row["change"]["kind"] == "unknown" and row["previous_total"] is None for row in answer["rows"])


def test_days_count_until_the_bill_that_lags():
    month = first(TODAY)
    if TODAY < month + 5 * DAY:
        pytest.skip("too early in the month for a bill to lag")
    whole = (first(TODAY, -1), month)
    ahead = bill("lags", "111111111111", [whole, (month, TODAY)])
    behind = bill("lags", "222222222222", [whole, (month, TODAY - 3 * DAY)], cost="10")
    data = read("lags", ahead=ahead, behind=behind)
    previous = compared(data, month, TODAY)["previous"]
    days = (TODAY - month).days - 3
    assert (previous["known"], previous["compared_to"]) == ("whole", str(TODAY - 3 * DAY))
    assert (previous["change"]["compared_total"], previous["total"]) == (str(days * 11), str(days * 11))


def test_a_year_before_the_end_of_february_is_as_many_days():
    data = read("february", only=bill("february", "111111111111", [(date(2024, 2, 1), date(2024, 3, 1)), (date(2025, 2, 1), date(2025, 3, 1))]))
    for start in (date(2025, 2, 28), date(2025, 2, 22), date(2025, 2, 2)):
        words = ["query", "--metric", "unblended", "--from", str(start), "--to", "2025-03-01", "--compare", "year", "--format", "json"]
        previous = json.loads(cli("--data", data, *words)[1])["previous"]
        days = (date(2025, 3, 1) - start).days
        assert (previous["known"], previous["total"], previous["change"]["compared_total"]) == ("whole", str(days), str(days)), start
