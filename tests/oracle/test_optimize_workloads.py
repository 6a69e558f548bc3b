"""Workloads, a second time: DuckDB over the raw files says the same hours, costs and instances, to the last digit; an hour that is split over several
rows is one hour. And costs of containers with what is idle, from split cost rows."""

import csv
import json
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import product
import pytest
import raw
from costs import dimensions, figures

METERED = "('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')"
# Kind -> tags, the first kind that has one wins.
KINDS = [
    ("eks", ["aws:eks:cluster-name", "eks:cluster-name", "alpha.eksctl.io/cluster-name"]),
    ("kubernetes", ["kubernetes.io/cluster/"]),
    ("ecs", ["aws:ecs:clusterName"]),
    ("emr", ["aws:elasticmapreduce:job-flow-id"]),
    ("beanstalk", ["elasticbeanstalk:environment-name"]),
    ("asg", ["aws:autoscaling:groupName"]),
]


def plain(text: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in text.lower())


def kind_of(tags: dict) -> tuple | None:
    for kind, keys in KINDS:
        for key in keys:
            for have, value in sorted(tags.items()):
                if key.endswith("/") and plain(have).startswith(plain(key)):
                    return kind, have[len(key) :]
                if plain(have) == plain(key):
                    return kind, value
    return None


def expected(report: raw.Report, month: str) -> dict:
    text, cost = report.text, figures(report)
    tags = {name.split(":", 1)[1]: sql for name, sql in dimensions(report).items() if name.startswith("tag:")}
    wanted = {key: sql for key, sql in tags.items() if any(plain(key).startswith(plain(one)) for _, keys in KINDS for one in keys)}
    rows = report.connection.execute(
        f"""SELECT {text("line_item_usage_account_id")}, {text("product_region", "product_region_code")}, {text("line_item_resource_id")},
        {text("line_item_usage_type")}, {text("line_item_line_item_type")}, sum({cost["usage_amount"]}), sum({cost["amortized"]})
        {"".join(f", {sql}" for sql in wanted.values())}
        FROM raw WHERE {text("line_item_line_item_type")} IN {METERED} AND coalesce({text("line_item_operation")}, '') NOT IN ('EKSPod-EC2', 'ECSTask-EC2')
        AND strftime(CAST({text("line_item_usage_start_date")} AS TIMESTAMP), '%Y-%m') = '{month}'
        AND ({text("line_item_product_code")} = 'AmazonEC2' AND regexp_matches({text("line_item_usage_type")}, '(^|-)(BoxUsage|SpotUsage|DedicatedUsage|HostBoxUsage)')
            OR {text("line_item_product_code")} IN ('AmazonECS', 'AmazonEKS') AND {text("line_item_usage_type")} LIKE '%Fargate-%')
        GROUP BY ALL"""
    ).fetchall()
    found = defaultdict(lambda: {"cost": Decimal(0), "on_demand": Decimal(0), "spot": Decimal(0), "hours": Decimal(0), "instances": set()})
    for account, region, resource, usage, line, hours, spent, *values in rows:
        own = {key: value for key, value in zip(wanted, values, strict=True) if value and value != "Untagged"}
        known = kind_of(own)
        if "Fargate-" in usage:
            containers = known and known[0] in ("eks", "kubernetes", "ecs")
            parts = (resource or "").split("/")
            known = ("fargate", known[1] if containers else parts[1] if len(parts) > 2 else "")
            if "vCPU-Hours" not in usage:
                hours = Decimal(0)
        if known is None:
            continue
        sums = found[*known, account, region]
        sums["cost"] += spent
        sums["hours"] += hours
        if "SpotUsage" in usage:
            sums["spot"] += spent
        elif line == "Usage":
            sums["on_demand"] += spent
        if resource:
            sums["instances"].add(resource)
    return {key: {name: len(value) if name == "instances" else value for name, value in sums.items()} for key, sums in found.items()}


def asked(data, month: str) -> dict:
    answer = json.loads(product.run("--data", str(data), "optimize", "workloads", "--month", month))
    found = {}
    for one in answer:
        key = (one["kind"], one["name"], one["account_id"], one["region"])
        assert key not in found, key
        found[key] = {name: Decimal(one[name]) for name in ("cost", "on_demand", "spot", "hours")} | {"instances": one["instances"]}
    return found


NAMES = [
    "bill/PayerAccountId", "bill/BillingPeriodStartDate", "bill/BillingPeriodEndDate", "lineItem/UsageAccountId", "lineItem/LineItemType", "lineItem/UsageStartDate",
    "lineItem/UsageEndDate", "lineItem/ProductCode", "lineItem/UsageType", "lineItem/Operation", "lineItem/ResourceId", "lineItem/UsageAmount", "lineItem/UnblendedCost",
    "lineItem/CurrencyCode", "lineItem/LegalEntity", "product/regionCode", "product/instanceType", "savingsPlan/SavingsPlanARN", "savingsPlan/SavingsPlanEffectiveCost",
    "savingsPlan/TotalCommitmentToDate", "savingsPlan/UsedCommitment",
]  # fmt: skip
TAGS = ["aws:eks:cluster-name", "aws:autoscaling:groupName", "aws:ecs:clusterName", "aws:elasticmapreduce:job-flow-id", "user:elasticbeanstalk:environment-name", "user:kubernetes.io/cluster/self-run", "user:Name"]
# Resource, its tags, and the rows of an hour: type, usage type, amount, cost, effective cost of a plan.
INSTANCES = [
    ("i-node", {"aws:eks:cluster-name": "prod", "aws:autoscaling:groupName": "nodes", "user:kubernetes.io/cluster/self-run": "owned"}, [("SavingsPlanCoveredUsage", "BoxUsage:m5.large", "0.4", "0.0384", "0.0276"), ("Usage", "BoxUsage:m5.large", "0.6", "0.0576", "")]),
    ("i-self", {"user:kubernetes.io/cluster/self-run": "owned", "aws:autoscaling:groupName": "nodes"}, [("Usage", "SpotUsage:m5.large", "1", "0.0312", "")]),
    ("i-ecs", {"aws:ecs:clusterName": "tasks"}, [("Usage", "BoxUsage:c5.large", "1", "0.085", "")]),
    ("i-emr", {"aws:elasticmapreduce:job-flow-id": "j-1"}, [("Usage", "BoxUsage:r5.large", "0.5", "0.063", "")]),
    ("i-env", {"user:elasticbeanstalk:environment-name": "site", "aws:autoscaling:groupName": "awseb"}, [("Usage", "BoxUsage:t3.small", "1", "0.0208", "")]),
    ("i-web-1", {"aws:autoscaling:groupName": "web"}, [("Usage", "BoxUsage:m5.large", "1", "0.096", "")]),
    ("i-web-2", {"aws:autoscaling:groupName": "web"}, [("SavingsPlanCoveredUsage", "BoxUsage:m5.large", "1", "0.096", "0.069")]),
    ("i-alone", {"user:Name": "alone"}, [("Usage", "BoxUsage:m5.large", "1", "0.096", "")]),
    ("arn:aws:ecs:us-east-1:999900000002:task/web/0123456789abcdef", {}, [("Usage", "USE1-Fargate-vCPU-Hours:perCPU", "0.5", "0.02", ""), ("Usage", "USE1-Fargate-GB-Hours", "2", "0.009", "")]),
]


@pytest.fixture(scope="module", params=["classic", "cur2"])
def own(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"workloads-{request.param}")
    report = folder / "bill" / "2026-10"
    report.mkdir(parents=True)
    snake = ["_".join(part for part in "".join(f"_{c.lower()}" if c.isupper() else c for c in name.replace("/", "_")).split("_") if part) for name in NAMES]
    snake = [{"savings_plan_savings_plan_arn": "savings_plan_savings_plan_a_r_n", "savings_plan_savings_plan_a_r_n": "savings_plan_savings_plan_a_r_n"}.get(name, name) for name in snake]
    classic = request.param == "classic"
    with (report / "report-00001.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow([*NAMES, *(f"resourceTags/{tag}" for tag in TAGS)] if classic else [*snake, "product", "resource_tags"])
        for hour in range(72):
            day, of = date(2026, 10, 1) + timedelta(days=hour // 24), hour % 24
            start = f"{day}T{of:02}:00:00Z"
            end = f"{day + timedelta(days=(of + 1) // 24)}T{(of + 1) % 24:02}:00:00Z"
            for resource, tags, rows in INSTANCES:
                for line, usage, amount, cost, effective in rows:
                    code = "AmazonECS" if "Fargate" in usage else "AmazonEC2"
                    arn = "arn:aws:savingsplans::999900000001:savingsplan/1" if effective else ""
                    row = ["999900000001", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", "999900000002", line, start, end, code, usage, "RunInstances", resource]
                    row += [amount, cost, "USD", "Amazon Web Services, Inc.", "us-east-1", usage.split(":")[-1] if code == "AmazonEC2" else "", arn, effective, "", ""]
                    if effective:
                        negation = [*row[:4], "SavingsPlanNegation", *row[5:10], "", amount, f"-{cost}", *row[13:18], "", "", ""]
                        out.writerow([*negation, *("" for _ in TAGS)] if classic else [*negation, "{}", "{}"])
                    keys = {tag.replace("user:", "user_").replace("aws:", "aws_", 1) if not tag.startswith("aws:") else tag: value for tag, value in tags.items()}
                    out.writerow([*row, *(tags.get(tag, "") for tag in TAGS)] if classic else [*row, "{}", json.dumps(keys)])
    product.ingest(folder / "data", folder / "bill")
    return folder / "data", raw.load(folder / "bill")


def test_an_hour_counts_once_and_instances_are_no_rows(own):
    data, report = own
    found = asked(data, "2026-10")
    assert found == expected(report, "2026-10")
    # 72 hours of which 0.4 and 0.6 stand in rows of their own: 72 hours of one instance.
    node = found["eks", "prod", "999900000002", "us-east-1"]
    assert (node["hours"], node["instances"], node["cost"], node["on_demand"]) == (72, 1, 72 * Decimal("0.0852"), 72 * Decimal("0.0576"))
    web = found["asg", "web", "999900000002", "us-east-1"]
    assert (web["hours"], web["instances"], web["cost"]) == (144, 2, 72 * Decimal("0.165"))
    assert found["fargate", "web", "999900000002", "us-east-1"]["hours"] == 36
    assert {kind for kind, *_ in found} == {"eks", "kubernetes", "ecs", "fargate", "emr", "beanstalk", "asg"}


@pytest.mark.parametrize("form", ["csv", "cur2"])
def test_the_demo_company_workloads_are_those_of_its_raw_rows(demo, form):
    source = demo(form)
    start = source.report.text("line_item_usage_start_date")
    months = sorted(row[0] for row in source.report.connection.execute(f"SELECT DISTINCT strftime(CAST({start} AS TIMESTAMP), '%Y-%m') FROM raw").fetchall())
    for month in (months[-2], months[0]):
        found, theirs = asked(source.data, month), expected(source.report, month)
        wrong = [(key, found.get(key), theirs.get(key)) for key in sorted(found.keys() | theirs.keys(), key=str) if found.get(key) != theirs.get(key)]
        assert not wrong, f"{len(wrong)} of {len(theirs)} differ: {wrong[:3]}"
        assert len(found) > 4


def test_what_is_excluded_stays_and_leaves_totals(own):
    data, _ = own
    with product.served(data, role="editor") as get:
        span = {"from": "2026-10-01", "to": "2026-11-01"}
        before = get("optimization/workloads", **span)
        web = next(one for one in before["workloads"] if one["name"] == "web" and one["kind"] == "asg")
        get.send("PUT", "optimization/spot-exclusions", {"workloads": [web["id"]], "reason": "state on disk"})
        after = get("optimization/workloads", **span)
        same = next(one for one in after["workloads"] if one["id"] == web["id"])
        assert same["excluded"]["reason"] == "state on disk" and same["cost"] == web["cost"]
        assert Decimal(before["cards"]["cost"]) - Decimal(after["cards"]["cost"]) == Decimal(web["cost"])
        assert before["cards"]["instances"] - after["cards"]["instances"] == web["instances"]
        elastic = get("optimization/workloads", kind="elastic", **span)
        assert {one["kind"] for one in elastic["workloads"]} == {"emr", "beanstalk", "asg"}
        lines = list(csv.DictReader(get.text("optimization/workloads.csv", **span).splitlines()))
        assert len(lines) == len(after["workloads"]) and [one["excluded"] for one in lines if one["name"] == "web"].count("yes") == 1
        get.send("POST", "optimization/spot-exclusions/include", {"workloads": [web["id"]]})
        assert get("optimization/workloads", **span)["cards"] == before["cards"]
        for wish in ({"workloads": []}, {"workloads": ["no workload"]}):
            with pytest.raises(product.Refused, match="422|400"):
                get.send("PUT", "optimization/spot-exclusions", wish)


def test_costs_of_containers_are_those_of_split_rows(demo):
    source = demo("cur2")
    text, amount = source.report.text, source.report.amount
    start = text("line_item_usage_start_date")
    months = sorted(row[0] for row in source.report.connection.execute(f"SELECT DISTINCT strftime(CAST({start} AS TIMESTAMP), '%Y-%m') FROM raw").fetchall())
    month = months[-2]
    rows = source.report.connection.execute(
        f"""SELECT {text("line_item_usage_account_id")}, {text("line_item_resource_id")}, sum({amount("split_line_item_split_cost")}), sum({amount("split_line_item_unused_cost")})
        FROM raw WHERE {text("line_item_operation")} = 'EKSPod-EC2' AND strftime(CAST({start} AS TIMESTAMP), '%Y-%m') = '{month}' GROUP BY ALL"""
    ).fetchall()
    theirs = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for account, resource, cost, idle in rows:
        _, cluster, namespace, workload, _ = resource.split("/")
        for sums, more in enumerate((cost or 0, idle or 0)):
            theirs[cluster, account, namespace, workload][sums] += more
    first = date.fromisoformat(f"{month}-01")
    with product.served(source.data) as get:
        answer = get("optimization/split-costs", **{"from": f"{first}", "to": f"{(first + timedelta(days=31)).replace(day=1)}"})
    ours = {}
    for cluster in answer["clusters"]:
        for space in cluster["namespaces"]:
            for one in space["workloads"]:
                ours[cluster["cluster"], cluster["account_id"], space["namespace"], one["workload"]] = [Decimal(one["cost"]), Decimal(one["idle"])]
        spaces = cluster["namespaces"]
        assert Decimal(cluster["cost"]) == sum(Decimal(one["cost"]) for one in spaces) and Decimal(cluster["idle"]) == sum(Decimal(one["idle"]) for one in spaces)
    assert ours == dict(theirs) and ours
