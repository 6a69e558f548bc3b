"""Waste that rows prove, a second time: DuckDB over the raw files and decimals in Python say the same findings and the same amounts, to the last digit.
The bill that is written here has idle things beside their busy twins and such that are gone; the demo company's bill has what it has."""

import csv
import json
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, getcontext
from urllib.parse import parse_qs

import product
import pytest
import raw
from costs import figures

getcontext().prec = 90
METERED = "('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')"
REGION = r"regexp_replace(t, '^((EU|[A-Z]{2,4}[0-9]{1,2})-)+', '')"
LAST = Decimal(1).scaleb(-18)

# Rule -> rows that are all waste: SQL on the usage type without its region (u), product (p) and operation (o).
ALL = {
    1: "u IN ('PublicIPv4:IdleAddress', 'ElasticIP:IdleAddress')",
    14: "u LIKE '%ExtendedSupport:Yr%'",
    15: "u = 'AmazonEKS-Hours:extendedSupport'",
    16: "u ILIKE '%ExtendedSupport%' AND u NOT LIKE '%ExtendedSupport:Yr%' AND u <> 'AmazonEKS-Hours:extendedSupport'",
    17: "(u LIKE 'UnusedBox:%' OR u LIKE 'UnusedDed:%')",
    20: "u = 'DataTransfer-Regional-Bytes' AND o IN ('PublicIP-In', 'PublicIP-Out')",
    28: "u = 'PaidEventsRecorded'",
    30: "u LIKE '%FastSnapshotRestore%'",
}
# Rule -> rows, activity, days.
IDLE = {
    2: ("u = 'NatGateway-Hours'", "u = 'NatGateway-Bytes'", 14),
    3: ("u = 'LoadBalancerUsage' AND o IN ('LoadBalancing:Application', 'LoadBalancing:Network', 'LoadBalancing:Gateway')", "u = 'LCUUsage'", 14),
    4: ("u = 'LoadBalancerUsage' AND o = 'LoadBalancing'", "u = 'DataProcessing-Bytes' AND p = 'AWSELB'", 14),
    5: ("u = 'VpcEndpoint-Hours'", "u = 'VpcEndpoint-Bytes'", 14),
    6: ("u = 'TransitGateway-Hours'", "u = 'TransitGateway-Bytes'", 14),
    23: ("u = 'KMS-Keys'", "u LIKE 'KMS-Requests%'", 90),
    24: ("u = 'HostedZone'", "u LIKE '%Queries%' AND p = 'AmazonRoute53'", 30),
}


def exact(numerator: Decimal, denominator: Decimal) -> Decimal:
    """A quotient as the product has it: at the eighteenth decimal, halves to the even digit."""
    return (numerator / denominator).quantize(LAST, ROUND_HALF_EVEN)


class Bill:
    """The raw rows as one table, and sums over it."""

    def __init__(self, report: raw.Report, month: str):
        text = report.text
        self.sql = report.connection
        cost = figures(report)
        zone = "CAST({} AS TIMESTAMP)"
        self.sql.execute(
            f"""CREATE OR REPLACE TEMP TABLE bill AS SELECT *, {REGION} AS u FROM (SELECT
            {text("line_item_usage_account_id")} AS a, {text("product_region", "product_region_code")} AS g, {text("line_item_resource_id")} AS i,
            {text("line_item_product_code")} AS p, {text("line_item_usage_type")} AS t, {text("line_item_operation")} AS o, {text("line_item_line_item_type")} AS k,
            {zone.format(text("line_item_usage_start_date"))} AS s, {zone.format(text("line_item_usage_end_date"))} AS e,
            {cost["usage_amount"]} AS n, {cost["amortized"]} AS c, {text("pricing_unit")} AS unit,
            {text("reservation_reservation_a_r_n", "savings_plan_savings_plan_a_r_n")} AS arn
            FROM raw WHERE coalesce({text("line_item_operation")}, '') NOT IN ('EKSPod-EC2', 'ECSTask-EC2'))"""
        )
        self.month = f"strftime(s, '%Y-%m') = '{month}'"
        end = datetime.strptime(month, "%Y-%m").replace(day=28) + timedelta(days=4)
        self.hours = ((end.replace(day=1) - timedelta(days=1)).day) * 24
        self.end = end.replace(day=1)
        self.newest = self.sql.execute(f"SELECT max(date_trunc('day', s)) FROM bill WHERE k IN {METERED} AND s < TIMESTAMP '{self.end}'").fetchone()[0]
        self.after = self.newest + timedelta(days=1)

    def rows(self, sql: str) -> list:
        return self.sql.execute(sql).fetchall()

    def stands(self, slack: int = 0) -> str:
        return f"max(CASE WHEN n <> 0 THEN e END) > TIMESTAMP '{self.newest - timedelta(days=slack)}'"

    def own(self, rows: str, slack: int = 0, look_back: int = 90) -> dict:
        """Account, resource (and region where none is named) -> cost of the month that no commitment pays, of it what reaches into the look-back, usage."""
        since = self.after - timedelta(days=look_back)
        paid = "k = 'Usage'"
        found = self.rows(
            f"""SELECT a, i, CASE WHEN i IS NULL THEN g END,
            coalesce(sum(c) FILTER ({self.month} AND {paid}), 0), coalesce(sum(c) FILTER ({self.month} AND {paid} AND e > TIMESTAMP '{since}'), 0),
            coalesce(sum(n) FILTER ({self.month} AND {paid}), 0), any_value(g)
            FROM bill WHERE k IN {METERED} AND {rows} AND e > TIMESTAMP '{self.after - timedelta(days=90)}' AND s < TIMESTAMP '{self.after}'
            GROUP BY 1, 2, 3 HAVING {self.stands(slack)}"""
        )
        return {(a, i, g): row for a, i, g, *row in found}

    def active(self, rows: str, look_back: int) -> dict:
        since = self.after - timedelta(days=look_back)
        found = self.rows(
            f"""SELECT a, i, CASE WHEN i IS NULL THEN g END, coalesce(sum(n) FILTER (e > TIMESTAMP '{since}'), 0), coalesce(sum(c) FILTER (e > TIMESTAMP '{since}'), 0),
            coalesce(sum(n) FILTER ({self.month}), 0)
            FROM bill WHERE k IN {METERED} AND {rows} AND e > TIMESTAMP '{self.after - timedelta(days=90)}' AND s < TIMESTAMP '{self.after}' GROUP BY 1, 2, 3"""
        )
        return {(a, i, g): row for a, i, g, *row in found}

    def spent(self, rows: str, look_back: int) -> dict:
        since = self.after - timedelta(days=look_back)
        found = self.rows(
            f"SELECT a, i, CASE WHEN i IS NULL THEN g END, sum(c) FROM bill WHERE k IN {METERED} AND {rows} AND e > TIMESTAMP '{since}' AND s < TIMESTAMP '{self.after}' GROUP BY 1, 2, 3"
        )
        return {(a, i, g): cost for a, i, g, cost in found}

    def price(self, usage: str) -> dict:
        """Region -> cost and usage of on-demand rows: of the month, else of the 90 days before."""
        found = {}
        for span in (f"e > TIMESTAMP '{self.after - timedelta(days=90)}' AND s < TIMESTAMP '{self.after}'", self.month):
            for region, cost, amount in self.rows(f"SELECT g, sum(c), sum(n) FROM bill WHERE k = 'Usage' AND u = '{usage}' AND {span} GROUP BY 1"):
                if cost > 0 and amount > 0:
                    found[region] = (cost, amount)
        return found

    def size(self, usage: str) -> dict:
        """Account and resource -> units: usage × hours of the month ÷ hours of its rows."""
        span = f"s >= TIMESTAMP '{self.newest.replace(day=1)}' AND s < TIMESTAMP '{self.after}'"
        found = self.rows(f"SELECT a, i, sum(n), sum(date_diff('second', s, e)) FROM bill WHERE k IN {METERED} AND {usage} AND {span} GROUP BY 1, 2")
        return {(a, i): exact(amount * self.hours * 3600, Decimal(seconds)) for a, i, amount, seconds in found}


def expected(bill: Bill) -> dict:
    """(rule, account, resource, region where no resource is named) -> (monthly, monthly_low)."""
    found = {}
    for rule, rows in ALL.items():
        for key, (cost, *_) in bill.own(rows).items():
            if cost > 0:
                found[rule, *key] = (cost, cost)
    for key, (cost, *_) in bill.own("u LIKE '%EarlyDelete%'", slack=13).items():
        if cost > 0:
            found[26, *key] = (cost, cost)
    for rule, (rows, activity, look_back) in IDLE.items():
        active, spent = bill.active(activity, look_back), bill.spent(rows, look_back)
        unnamed = {(a, g) for (a, i, g), (amount, *_) in active.items() if i is None and amount}
        for key, (cost, lately, _, region) in bill.own(rows, look_back=look_back).items():
            amount, price, in_month = active.get(key, (0, 0, 0))
            if cost <= 0 or key[1] is not None and (key[0], region) in unnamed:
                continue
            if not amount:
                found[rule, *key] = (cost, lately if in_month else cost)
            elif rule == 2 and price < exact(spent[key], Decimal(100)):
                found[rule, *key] = (cost, Decimal(0))
    volumes(bill, found)
    services(bill, found)
    unused = f"""SELECT a, arn, sum(c) FILTER ({bill.month}) FROM bill WHERE k IN ('RIFee', 'SavingsPlanRecurringFee') AND arn IS NOT NULL
        AND e > TIMESTAMP '{bill.newest.replace(day=1)}' AND s < TIMESTAMP '{bill.after}' GROUP BY 1, 2 HAVING max(e) > TIMESTAMP '{bill.newest}'"""
    for account, arn, cost in bill.rows(unused):
        if cost and cost > 0:
            found[33, account, arn, None] = (cost, cost)
    return found


def volumes(bill: Bill, found: dict) -> None:
    storage, iops, throughput = (bill.price(f"EBS:Volume{kind}.gp3") for kind in ("Usage", "P-IOPS", "P-Throughput"))
    sizes = bill.size("u = 'EBS:VolumeUsage.gp2'")
    for (a, i, g), (cost, _, usage, region) in bill.own("u = 'EBS:VolumeUsage.gp2'").items():
        if cost <= 0:
            continue
        if region not in storage:
            found[7, a, i, g] = (None, None)
            continue
        saved = cost - exact(storage[region][0] * usage, storage[region][1])
        if saved <= 0:
            continue
        size = sizes[a, i]
        more = max(min(max(size * 3, Decimal(100)), Decimal(16000)) - 3000, Decimal(0))
        megabytes = Decimal(3 if size <= 170 else 125)
        extra = Decimal(0)
        for units, prices in ((more, iops), (exact(megabytes, Decimal(1024)), throughput)):
            if units and extra is not None:
                billed = exact(usage * units, size)
                extra = extra + exact(prices[region][0] * billed, prices[region][1]) if region in prices else None
        found[7, a, i, g] = (saved, None if extra is None else max(saved - extra, Decimal(0)))
    requests = bill.own("u = 'EBS:VolumeIOUsage'", slack=200)
    for (a, i, g), (cost, _, usage, region) in bill.own("u = 'EBS:VolumeUsage'").items():
        cost += requests.get((a, i, g), [Decimal(0)])[0]
        saved = cost - exact(storage[region][0] * usage, storage[region][1]) if region in storage else None
        if saved is None or saved > 0:
            found[9, a, i, g] = (saved, saved)
    lived = {
        row
        for row in bill.rows(
            f"""SELECT a, g FROM bill WHERE k IN {METERED} AND p = 'AmazonEC2' AND regexp_matches(u, '^(BoxUsage|SpotUsage|DedicatedUsage|HostBoxUsage)') AND n <> 0
            AND e > TIMESTAMP '{bill.after - timedelta(days=14)}' AND s < TIMESTAMP '{bill.after}' GROUP BY 1, 2"""
        )
    }
    kinds = "(u LIKE 'EBS:VolumeUsage%' OR u LIKE 'EBS:VolumeP-IOPS%' OR u LIKE 'EBS:VolumeP-Throughput%' OR u = 'EBS:VolumeIOUsage')"
    for (a, i, g), (cost, _, _, region) in bill.own(kinds).items():
        if cost > 0 and (a, region) not in lived:
            found[10, a, i, g] = (cost, cost)


def services(bill: Bill, found: dict) -> None:
    throughput = bill.own("p = 'AmazonDynamoDB' AND u IN ('ReadRequestUnits', 'WriteRequestUnits', 'ReadCapacityUnit-Hrs', 'WriteCapacityUnit-Hrs')", slack=200)
    for key, (cost, *_) in bill.own("p = 'AmazonDynamoDB' AND u = 'TimedStorage-ByteHrs'").items():
        saved = exact(cost * 60, Decimal(100)) - exact(throughput.get(key, [Decimal(0)])[0] * 25, Decimal(100))
        if saved > 0:
            found[27, *key] = (saved, saved)
    for key, (cost, *_) in bill.own("p = 'AmazonCloudWatch' AND u IN ('DataProcessing-Bytes', 'VendedLog-Bytes')").items():
        if cost >= 1:
            found[29, *key] = (exact(cost, Decimal(2)), Decimal(0))
    for rule, rows in ((21, "u = 'DataTransfer-Regional-Bytes' AND o IN ('InterZone-In', 'InterZone-Out')"), (22, "u = 'NatGateway-Bytes'")):
        for key, (cost, *_) in bill.own(rows).items():
            if cost >= 10:
                found[rule, *key] = (None, None)
    prices = bill.price("TimedStorage-SIA-ByteHrs")
    reads = bill.active("p = 'AmazonS3' AND (u = 'Requests-Tier2' OR u LIKE '%Out-Bytes')", 90)
    for key, (cost, _, usage, region) in bill.own("p = 'AmazonS3' AND u = 'TimedStorage-ByteHrs'", slack=2).items():
        if cost <= 0 or key[1] is None or reads.get(key, [0])[0]:
            continue
        saved = cost - exact(prices[region][0] * usage, prices[region][1]) if region in prices else None
        if saved is None or saved > 0:
            found[25, *key] = (saved, None if saved is None else Decimal(0))


RULES = {*ALL, *IDLE, 7, 9, 10, 21, 22, 25, 26, 27, 29, 33}


def asked(data, month: str) -> list:
    return json.loads(product.run("--data", str(data), "optimize", "waste", "--month", month))


def compared(bill: Bill, data, month: str, left_out: frozenset = frozenset()) -> set:
    """The rules that found something, equal in both."""
    amount = lambda text: None if text is None else Decimal(text)  # noqa: E731
    answer = asked(data, month)
    ours = {}
    for one in answer:
        key = (one["rule"], one["account_id"], one["resource_id"], None if one["resource_id"] else one["region"])
        assert key not in ours, f"{key} comes twice"
        ours[key] = (amount(one["monthly"]), amount(one["monthly_low"]))
    theirs = {key: found for key, found in expected(bill).items() if key[0] not in left_out}
    ours = {key: found for key, found in ours.items() if key[0] in RULES - left_out}
    wrong = [(key, ours.get(key), theirs.get(key)) for key in sorted(ours.keys() | theirs.keys(), key=str) if ours.get(key) != theirs.get(key)]
    assert not wrong, f"{len(wrong)} differ: {wrong[:5]}"
    # Each resource is counted once.
    counted = [(one["account_id"], one["resource_id"]) for one in answer if one["counted"] and one["resource_id"]]
    assert len(counted) == len(set(counted))
    return {key[0] for key in ours}


# ── a bill of our own ──

FIRST, MONTHS = date(2026, 7, 1), ["2026-07", "2026-08", "2026-09", "2026-10"]
DAYS = (date(2026, 11, 1) - FIRST).days
PAYER, ACCOUNT = "999900000001", "999900000002"


def things() -> list:
    """Product, usage type, operation, resource, unit, usage and cost of a day, first and last day before the end."""
    found = []

    def add(code, usage, operation, resource, amount, cost, since=DAYS, until=0, unit="units"):
        found.append((code, usage, operation, resource, unit, Decimal(amount), Decimal(cost), since, until))

    for code, usage, operation, twin in [
        ("AmazonVPC", "EU-PublicIPv4:IdleAddress", "AllocateAddress", "EU-PublicIPv4:InUseAddress"),
        ("AmazonEC2", "ElasticIP:IdleAddress", "AllocateAddress", "ElasticIP:Remap"),
        ("AmazonRDS", "EU-ExtendedSupport:Yr1-Yr2:MySQL5.7", "CreateDBInstance:0002", "EU-RDS:GP3-Storage"),
        ("AmazonEKS", "EUW1-AmazonEKS-Hours:extendedSupport", "ExtendedSupport", "EUW1-AmazonEKS-Hours:perCluster"),
        ("AmazonElastiCache", "EU-ExtendedSupportYr1_Yr2-NodeUsage:cache.m7g.large", "CreateCacheCluster:0002", "EU-NodeUsage:cache.m7g.large"),
        ("AmazonEC2", "EU-UnusedBox:m7i.large", "RunInstances", "EU-Reservation:m7i.large"),
        ("AmazonEC2", "EU-DataTransfer-Regional-Bytes", "PublicIP-Out", "EU-DataTransfer-Out-Bytes"),
        ("AWSCloudTrail", "EUW1-PaidEventsRecorded", "None", "EUW1-FreeEventsRecorded"),
        ("AmazonEC2", "EU-EBS:FastSnapshotRestore", "FastSnapshotRestore", "EU-EBS:SnapshotArchiveStorage"),
        ("AmazonS3", "EU-EarlyDelete-SIA", "EarlyDelete", "EU-TimedStorage-INT-FA-ByteHrs"),
    ]:
        name = usage.replace(":", "-")
        add(code, usage, operation, f"{name}-idle", "24", "0.1200000007")
        add(code, twin, operation, f"{name}-busy", "24", "0.33")
        add(code, usage, operation, f"{name}-gone", "24", "0.12", until=14)
    for code, hours, operation, activity in [
        ("AmazonEC2", "EU-NatGateway-Hours", "NatGateway", "EU-NatGateway-Bytes"),
        ("AWSELB", "EU-LoadBalancerUsage", "LoadBalancing:Application", "EU-LCUUsage"),
        ("AWSELB", "EU-LoadBalancerUsage", "LoadBalancing:Network", "EU-LCUUsage"),
        ("AWSELB", "EU-LoadBalancerUsage", "LoadBalancing", "EU-DataProcessing-Bytes"),
        ("AmazonVPC", "EUW1-VpcEndpoint-Hours", "VpcEndpoint", "EUW1-VpcEndpoint-Bytes"),
        ("AmazonVPC", "EUW1-TransitGateway-Hours", "TransitGatewayVPC", "EUW1-TransitGateway-Bytes"),
        ("awskms", "eu-west-1-KMS-Keys".replace("eu-west-1-", "EUW1-"), "Unknown", "EUW1-KMS-Requests"),
        ("AmazonRoute53", "HostedZone", "HostedZone", "DNS-Queries"),
    ]:
        name = f"{hours}-{operation}".replace(":", "-")
        for state in ("idle", "busy", "was-busy", "gone", "nearly"):
            add(code, hours, operation, f"{name}-{state}", "24", "1.0800000003", until=3 if state == "gone" else 0, unit="Hrs")
        add(code, activity, operation, f"{name}-busy", "5.5", "0.7")
        add(code, activity, operation, f"{name}-was-busy", "5.5", "0.7", until=16)
        add(code, activity, operation, f"{name}-nearly", "0.01", "0.0004")
    add("AmazonEC2", "EU-EBS:VolumeUsage.gp3", "CreateVolume-Gp3", "vol-gp3", "3.3333333333", "0.2933333333", unit="GB-Mo")
    add("AmazonEC2", "EU-EBS:VolumeP-IOPS.gp3", "CreateVolume-Gp3", "vol-gp3", "96.7741935484", "0.5322580645", unit="IOPS-Mo")
    add("AmazonEC2", "EU-EBS:VolumeP-Throughput.gp3", "CreateVolume-Gp3", "vol-gp3", "0.0078740157", "0.3547716535", unit="GiBps-mo")
    for name, amount, cost, until in [("small", "3.8709677419", "0.4258064516", 0), ("large", "64.5161290323", "7.0967741935", 0), ("gone", "10", "1.1", 2)]:
        add("AmazonEC2", "EU-EBS:VolumeUsage.gp2", "CreateVolume-Gp2", f"vol-gp2-{name}", amount, cost, until=until, unit="GB-Mo")
    add("AmazonEC2", "EU-EBS:VolumeUsage.gp2", "CreateVolume-Gp2", "vol-gp2-new", "12.9032258065", "1.4193548387", since=9, unit="GB-Mo")
    add("AmazonEC2", "EU-EBS:VolumeUsage", "CreateVolume", "vol-magnetic", "3.2258064516", "0.1774193548", unit="GB-Mo")
    add("AmazonEC2", "EU-EBS:VolumeIOUsage", "CreateVolume", "vol-magnetic", "9000000", "0.5", unit="IOs")
    add("AmazonEC2", "EU-BoxUsage:m7i.large", "RunInstances", "i-busy", "24", "2.4192", unit="Hrs")
    # Another region, in which nothing runs any more, and no price of gp3 is known.
    add("AmazonEC2", "APN1-EBS:VolumeUsage.gp2", "CreateVolume-Gp2", "vol-alone", "3.2258064516", "0.3870967742", unit="GB-Mo")
    add("AmazonEC2", "APN1-BoxUsage:m7i.large", "RunInstances", "i-stopped", "24", "3", until=20, unit="Hrs")
    add("AmazonDynamoDB", "EU-TimedStorage-ByteHrs", "StandardStorage", "table-cold", "4", "1.1", unit="GB-Mo")
    add("AmazonDynamoDB", "EU-WriteRequestUnits", "PayPerRequestThroughput", "table-cold", "100000", "0.7000000001")
    add("AmazonDynamoDB", "EU-TimedStorage-ByteHrs", "StandardStorage", "table-hot", "4", "1.1", unit="GB-Mo")
    add("AmazonDynamoDB", "EU-WriteRequestUnits", "PayPerRequestThroughput", "table-hot", "1000000", "7")
    add("AmazonCloudWatch", "EU-DataProcessing-Bytes", "PutLogEvents", "logs-loud", "1", "0.5700000001", unit="GB")
    add("AmazonCloudWatch", "EU-DataProcessing-Bytes", "PutLogEvents", "logs-quiet", "0.01", "0.0057", unit="GB")
    add("AmazonEC2", "EU-DataTransfer-Regional-Bytes", "InterZone-Out", "i-busy", "60", "0.6", unit="GB")
    for name, read in (("cold", None), ("read", 40)):
        add("AmazonS3", "EU-TimedStorage-ByteHrs", "StandardStorage", f"bucket-{name}", "32.2580645161", "0.7419354839", unit="GB-Mo")
        if read:
            add("AmazonS3", "EU-Requests-Tier2", "GetObject", f"bucket-{name}", "7", "0.0000028", since=read, until=read - 1)
    add("AmazonS3", "EU-TimedStorage-SIA-ByteHrs", "StandardIAStorage", "bucket-ia", "32.2580645161", "0.4032258065", unit="GB-Mo")
    # Nobody's: all of an account and region together.
    add("AmazonEC2", "USW2-NatGateway-Hours", "NatGateway", "", "24", "1.08", unit="Hrs")
    return found


REGIONS = {"APN1": "ap-northeast-1", "USW2": "us-west-2"}
NAMES = [
    "bill/PayerAccountId", "bill/BillingPeriodStartDate", "bill/BillingPeriodEndDate", "bill/BillType", "lineItem/UsageAccountId", "lineItem/LineItemType",
    "lineItem/UsageStartDate", "lineItem/UsageEndDate", "lineItem/ProductCode", "lineItem/UsageType", "lineItem/Operation", "lineItem/ResourceId",
    "lineItem/UsageAmount", "lineItem/UnblendedCost", "lineItem/CurrencyCode", "lineItem/LegalEntity", "pricing/unit", "pricing/publicOnDemandCost", "product/regionCode",
]  # fmt: skip


def write(path, form: str) -> None:
    """The bill month by month: classic, or CUR 2.0 with its maps."""
    snake = {name: "_".join(part for part in "".join(f"_{c.lower()}" if c.isupper() else c for c in name.replace("/", "_")).split("_") if part) for name in NAMES}
    for month in MONTHS:
        folder = path / month
        folder.mkdir(parents=True)
        first = date.fromisoformat(f"{month}-01")
        after = (first + timedelta(days=31)).replace(day=1)
        names = NAMES if form == "classic" else [*snake.values(), "product", "resource_tags"]
        with (folder / "report-00001.csv").open("w", newline="") as file:
            out = csv.writer(file)
            out.writerow(names)
            for code, usage, operation, resource, unit, amount, cost, since, until in things():
                region = "" if usage in ("HostedZone", "DNS-Queries") else REGIONS.get(usage.split("-")[0], "eu-west-1")
                begin, end = FIRST + timedelta(days=DAYS - since), FIRST + timedelta(days=DAYS - until)
                day = max(begin, first)
                while day < min(end, after):
                    row = [PAYER, f"{first}T00:00:00Z", f"{after}T00:00:00Z", "Anniversary", ACCOUNT, "Usage", f"{day}T00:00:00Z", f"{day + timedelta(days=1)}T00:00:00Z", code, usage]
                    row += [operation, resource, amount, cost, "USD", "Amazon Web Services, Inc.", unit, cost, region]
                    out.writerow(row if form == "classic" else [*row, "{}", "{}"])
                    day += timedelta(days=1)


@pytest.fixture(scope="module", params=["classic", "cur2"])
def own(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"waste-{request.param}")
    write(folder / "bill", request.param)
    product.ingest(folder / "data", folder / "bill")
    return folder / "data", raw.load(folder / "bill")


@pytest.mark.parametrize("month", ["2026-10", "2026-09"])
def test_what_is_idle_is_found_and_its_busy_twin_is_not(own, month):
    data, report = own
    found = compared(Bill(report, month), data, month)
    # In September instances ran in both regions.
    assert found >= RULES - ({10, 33} if month == "2026-09" else {33}), RULES - found
    ids = {(one["rule"], one["resource_id"]) for one in asked(data, month)}
    # What was busy until the middle of October is idle in its newest weeks.
    idle_now = "-was-busy" if month == "2026-10" else "-"
    busy = [one for one in ids if str(one[1]).endswith("-busy") and one[0] in IDLE]
    assert not [one for one in busy if not one[1].endswith(idle_now)]
    if month == "2026-10":
        assert not [one for one in ids if str(one[1]).endswith("-gone") and one[0] != 26]


def test_unknown_is_said_and_never_zero(own):
    data, _ = own
    alone = [one for one in asked(data, "2026-10") if one["resource_id"] == "vol-alone"]
    assert [(one["rule"], one["monthly"] is None, one["counted"]) for one in alone] == [(7, True, False), (10, False, True)]
    assert "gp3" in alone[0]["unknown"]


@pytest.mark.parametrize("form", ["csv", "cur2"])
def test_the_demo_company_waste_is_that_of_its_raw_rows(demo, form):
    source = demo(form)
    months = sorted({row[0] for row in source.report.connection.execute(f"SELECT strftime(CAST({source.report.text('line_item_usage_start_date')} AS TIMESTAMP), '%Y-%m') FROM raw").fetchall()})
    found = set()
    for month in months[-3:-1]:
        found |= compared(Bill(source.report, month), source.data, month)
    assert len(found) > 5, found


def test_focus_tells_the_same(demo):
    """FOCUS names usage types and resources too: what is idle is idle in it, for as much."""
    legacy, focus = demo("cur2"), demo("focus")
    start = legacy.report.text("line_item_usage_start_date")
    month = sorted(row[0] for row in legacy.report.connection.execute(f"SELECT DISTINCT strftime(CAST({start} AS TIMESTAMP), '%Y-%m') FROM raw").fetchall())[-2]
    of = [{(one["rule"], one["account_id"], one["resource_id"]): one["monthly"] for one in asked(source.data, month) if one["rule"] in {*ALL, *IDLE}} for source in (legacy, focus)]
    assert of[0] == of[1] and of[0]


def test_a_finding_that_was_put_away_leaves_totals_until_its_day(own):
    data, _ = own
    with product.served(data, role="editor") as get:
        before = get("optimization/waste", month="2026-10")
        nat = next(one for one in before["findings"] if one["rule"] == 2 and one["counted"])
        wish = {"rule": 2, "account_id": nat["account_id"], "resource_id": nat["resource_id"], "reason": "for a fail-over", "until": None}
        made = get.send("POST", "optimization/waste/dismissals", wish)
        after = get("optimization/waste", month="2026-10")
        same = next(one for one in after["findings"] if (one["rule"], one["resource_id"]) == (2, nat["resource_id"]))
        assert same["dismissed"]["reason"] == "for a fail-over" and not same["counted"] and same["monthly"] == nat["monthly"]
        assert Decimal(before["total"]["monthly"]) - Decimal(after["total"]["monthly"]) == Decimal(nat["monthly"])
        assert sum(Decimal(one["monthly"]) for one in after["rules"]) == Decimal(after["total"]["monthly"])
        assert sum(Decimal(one["monthly"]) for one in after["findings"] if one["counted"]) == Decimal(after["total"]["monthly"])
        get.send("DELETE", f"optimization/waste/dismissals/{made['id']}", {})
        assert get("optimization/waste", month="2026-10")["total"] == before["total"]
        for wrong in ({"rule": 99}, {"reason": " "}, {"until": "2026-01-01"}, {"until": "never"}):
            with pytest.raises(product.Refused, match="422|400"):
                get.send("POST", "optimization/waste/dismissals", wish | wrong)
        with pytest.raises(product.Refused, match="filter"):
            get("optimization/waste", filter="service=AmazonEC2")
        nobody = get("optimization/waste", month="2026-10", filter=f"account_id!={ACCOUNT}")
        assert nobody["findings"] == [] and nobody["total"]["monthly"] == "0"
        lines = list(csv.DictReader(get.text("optimization/waste.csv", month="2026-10").splitlines()))
        assert len(lines) == len(before["findings"])
        # Cost Analysis shows the same rows: their cost is the finding's.
        rows = get("costs", **parse_qs(nat["explain"]))["rows"]
        assert sum(Decimal(row["total"]) for row in rows) == Decimal(nat["cost"])


def test_the_page_projects_the_newest_days_to_730_hours(own):
    data, _ = own
    with product.served(data) as get:
        found = get("optimization/waste")
    assert (found["from"], found["to"], found["projected"], found["data_through"]) == ("2026-10-18", "2026-11-01", True, "2026-10-31")
    nat = next(one for one in found["findings"] if one["rule"] == 2 and str(one["resource_id"]).endswith("-idle"))
    # 14 days × 1.0800000003 in 336 hours.
    assert Decimal(nat["monthly"]) == exact(Decimal("1.0800000003") * 14 * 730, Decimal(336))


def test_what_the_demo_company_wastes_by_its_own_books_is_found(demo):
    """The generator knows what it planted: each is found, at the cost that it booked, and saves what its list prices say."""
    source = demo("cur2")
    periods = json.loads(next(source.source.rglob("truth.json")).read_text())["periods"]
    for period in [one for one in periods if one["closed"]][-3:]:
        ours = {(one["rule"], one["account_id"], one["resource_id"] or ""): one for one in asked(source.data, period["period"])}
        missing, wrong = [], []
        for one in period["findings"]:
            found = ours.get((one["rule"], one["account"], one["resource"]))
            if found is None:
                missing.append(one)
            elif Decimal(found["cost"]) != Decimal(one["cost"]):
                wrong.append((one, found["cost"]))
            elif found["monthly"] is None:
                # No row of the region tells what it would cost: unknown, and said.
                assert found["unknown"] and one["rule"] in (7, 8, 12, 25), one
            elif one["monthly"] is not None and abs(Decimal(found["monthly"]) - Decimal(one["monthly"])) > Decimal("0.00001"):
                wrong.append((one, found["monthly"]))
        assert not missing and not wrong, f"{period['period']}: {len(missing)} of {len(period['findings'])} missing: {missing[:5]}; {len(wrong)} wrong: {wrong[:5]}"
        assert len(period["findings"]) > 15
