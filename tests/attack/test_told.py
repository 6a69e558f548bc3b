"""A new day comes while the server runs: found, and told to a real receiver. How long that takes from the publication on is printed."""

import csv
import json
import random
import sqlite3
import time
from contextlib import closing
from datetime import date, timedelta

import pytest
from house import Client
from receiver import Receiver

OPEN = {"CLOUD_ANALYZER_ALLOW_PRIVATE_RANGE": "127.0.0.0/8"}
COLUMNS = (
    "BilledCost EffectiveCost ListCost ContractedCost BillingAccountId BillingCurrency BillingPeriodStart BillingPeriodEnd ChargePeriodStart "
    "ChargePeriodEnd ChargeCategory ChargeFrequency ConsumedQuantity ConsumedUnit ProviderName PublisherName InvoiceIssuerName ServiceName "
    "ServiceCategory SubAccountId RegionId ResourceId Tags"
).split()
FIRST, NEW = date(2025, 8, 1), date(2026, 8, 21)
ACCOUNTS, SERVICES = 40, 8


def bill(folder, first, last):
    """The months of some days, a folder each; on the new day one service of one account costs more."""
    months = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(number)
        months.setdefault(f"{day:%Y-%m}", []).append(day)
    for month, days in months.items():
        first = date.fromisoformat(f"{month}-01")
        after = (first + timedelta(32)).replace(day=1)
        chance = random.Random(month)
        path = folder / "cost" / "focus" / f"{first:%Y%m%d}-{after:%Y%m%d}" / "focus-1.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            out = csv.writer(file)
            out.writerow(COLUMNS)
            for day in days:
                for account in range(ACCOUNTS):
                    for service in range(SERVICES):
                        cost = round((20 + 5 * service) * (0.7 if day.weekday() > 4 else 1) * chance.uniform(0.96, 1.04), 4)
                        if (day, account, service) == (NEW, 7, 3):
                            cost += 2000
                        out.writerow([cost] * 4 + ["payer", "USD", f"{first}T00:00:00Z", f"{after}T00:00:00Z", f"{day}T00:00:00Z", f"{day + timedelta(1)}T00:00:00Z",
                                      "Usage", "Usage-Based", cost, "Hours", "AWS", "AWS", "AWS", f"Service {service}", "Compute", f"{account:012}", "eu", "", "{}"])
    return folder


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.held.set()
    made.shutdown()


def published_ms(house) -> int:
    with closing(sqlite3.connect(house.data / "meta.sqlite", timeout=30)) as store:
        return store.execute("SELECT max(published_at_ms) FROM publications").fetchone()[0]


def test_a_new_day_in_a_running_server_is_told(house_with, receiver, tmp_path, capsys):
    house = house_with(env=OPEN, tenants=False)
    folder = bill(tmp_path / "bill", FIRST, NEW - timedelta(1))
    house.done("--organization", "Gamma", "ingest", "--connection", "Company", str(folder))
    token = house.done("--organization", "Gamma", "token", "create", "--name", "all", "--role", "administrator")
    admin = Client(house, next(word for word in token.split() if len(word) > 30))
    made = admin.post("/channels", json={"name": "hook", "kind": "webhook", "url": receiver.url})
    assert made.status_code == 201, made.text
    routes = admin.put("/notification-routes", json={"routes": [], "fallback": [made.json()["channel"]["id"]]})
    assert routes.status_code == 200, routes.text
    connection = next(one["id"] for one in admin.get("/connections").json()["connections"] if one["name"] == "Company")
    before = published_ms(house)
    assert receiver.got == []

    bill(folder, NEW.replace(day=1), NEW)
    begun = time.time()
    assert admin.post(f"/connections/{connection}/processing").status_code == 202
    end = time.monotonic() + 300
    while not (told := [got for got in receiver.got if "Service 3" in got["body"]]):
        assert time.monotonic() < end, "nobody was told"
        time.sleep(0.02)
    delivered = time.time() - (time.monotonic() - told[0]["at"])
    published = published_ms(house) / 1000
    assert published * 1000 > before
    with capsys.disabled():
        print(f"\npublished → delivered {delivered - published:.2f} s; asked to be read → published {published - begun:.2f} s ({ACCOUNTS * SERVICES} series, 13 months)")
    notice = json.loads(told[0]["body"])
    event = admin.get("/trend-events", params={"recorded": "false"}).json()["events"][0]
    assert event["id"] in json.dumps(notice)
    assert (event["account_id"], event["first_day"], event["status"], event["quiet"]) == (f"{7:012}", str(NEW), "open", None)
    # Whatever else was told: of this once.
    assert len([got for got in receiver.got if json.loads(got["body"])["type"].startswith("cost.")]) == 1
