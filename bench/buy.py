"""How long `optimize buy` takes, from the command to the answer: a bill by the hour of so many instance types, read once; then each offer.

    bench/buy.py --data FOLDER [--types 300] [--days 90]
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/oracle"))
import buying  # noqa: E402
import owned  # noqa: E402

BIN = os.environ.get("CLOUD_ANALYZER_BIN") or str(Path.home() / ".cache/cloud-analyzer/target/release/cloud-analyzer")
SIZES = ["large", "xlarge", "2xlarge", "4xlarge"]


def bill(folder: Path, types: list, days: int) -> int:
    """Days that end with a month, each hour and type a row."""
    rows, end = 0, datetime(2026, 10, 1)
    moment = end - timedelta(days=days)
    out, month = None, None
    while moment < end:
        if month != moment.strftime("%Y-%m"):
            month = moment.strftime("%Y-%m")
            (folder / month).mkdir(parents=True, exist_ok=True)
            file = (folder / month / "bill.csv").open("w", newline="")
            out = csv.writer(file)
            out.writerow(owned.HEADER)
            first = moment.replace(day=1, hour=0)
            after = (first + timedelta(days=32)).replace(day=1)
        for at, (kind, price) in enumerate(types):
            amount = 2 + (at * 7 + moment.hour * 3 + moment.weekday()) % 11
            cells = {"identity/LineItemId": f"r{rows}", "bill/BillingPeriodStartDate": f"{first:%Y-%m-%dT00:00:00Z}", "bill/BillingPeriodEndDate": f"{after:%Y-%m-%dT00:00:00Z}",
                     "bill/PayerAccountId": "1", "bill/BillingEntity": "AWS", "bill/BillType": "Anniversary", "lineItem/UsageAccountId": str(1 + at % 40), "lineItem/LineItemType": "Usage",
                     "lineItem/UsageStartDate": f"{moment:%Y-%m-%dT%H:00:00Z}", "lineItem/UsageEndDate": f"{moment + timedelta(hours=1):%Y-%m-%dT%H:00:00Z}", "lineItem/CurrencyCode": "USD",
                     "lineItem/ProductCode": "AmazonEC2", "lineItem/UsageType": f"BoxUsage:{kind}", "lineItem/Operation": "RunInstances", "lineItem/UsageAmount": str(amount),
                     "product/region": "us-east-1", "product/instanceType": kind, "product/operatingSystem": "Linux", "product/tenancy": "Shared",
                     "pricing/publicOnDemandCost": f"{amount * price:.6f}", "pricing/publicOnDemandRate": f"{price:.6f}", "lineItem/UnblendedCost": f"{amount * price:.6f}"}  # fmt: skip
            out.writerow([cells.get(name, "") for name in owned.HEADER])
            rows += 1
        moment += timedelta(hours=1)
    return rows


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--types", type=int, default=300)
    ask.add_argument("--days", type=int, default=90)
    said = ask.parse_args()
    types = [(f"f{at // 4}.{SIZES[at % 4]}", 0.05 + at % 37 / 100) for at in range(said.types)]
    said.data.mkdir(parents=True, exist_ok=True)
    if not (said.data / "store").exists():
        print(bill(said.data / "bill", types, said.days), "rows")
        subprocess.run([BIN, "--data", str(said.data / "store"), "ingest", str(said.data / "bill")], check=True, stdout=subprocess.DEVNULL)
    rates = lambda part: [buying.rate(f"BoxUsage:{kind}", f"{price * (part + at % 13 / 100):.6f}") for at, (kind, price) in enumerate(types)]  # noqa: E731
    file = said.data / "plans.json"
    file.write_text(buying.plan_json({("compute", "1yr", "no-upfront"): rates(0.6), ("ec2", "1yr", "no-upfront"): rates(0.52)}))
    for options in (["--offer", "compute", "--look-back", str(said.days)], ["--offer", "compute", "--look-back", "30"], ["--offer", "ec2", "--look-back", "30"], ["--offer", "joint", "--look-back", "30"]):
        times = []
        for _ in range(3):
            begin = time.monotonic()
            done = subprocess.run([BIN, "--data", str(said.data / "store"), "optimize", "buy", "--prices", str(file), *options], check=True, stdout=subprocess.PIPE)
            times.append(time.monotonic() - begin)
        answer = json.loads(done.stdout)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{' '.join(options):40} {sorted(times)[1]:6.2f} s  commitment {answer['commitment']}  gap {answer['gap']}  peak of all so far {peak:.0f} MB")


if __name__ == "__main__":
    main()
