"""What to buy, a second time: hours of a raw report by DuckDB, AWS's order and the optimum in plain Python; and price files as AWS writes them."""

import csv
import gzip
import io
import json
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

from owned import Columns

PAYMENTS = {"no-upfront": "No Upfront", "partial-upfront": "Partial Upfront", "all-upfront": "All Upfront"}
FAMILY = {"compute": "ComputeSavingsPlans", "ec2": "EC2InstanceSavingsPlans", "database": "DatabaseSavingsPlans", "sagemaker": "SageMakerSavingsPlans"}
CODE = {"compute": "ComputeSavingsPlans", "ec2": "ComputeSavingsPlans", "database": "DatabaseSavingsPlans", "sagemaker": "MachineLearningSavingsPlans"}


def rate(usage_type: str, price: str, operation: str = "RunInstances", service: str = "AmazonEC2", region: str = "us-east-1", currency: str = "USD") -> dict:
    return {"service": service, "usage_type": usage_type, "operation": operation, "region": region, "price": price, "currency": currency}


def plan_json(plans: dict, published: str = "2026-08-15T00:00:00Z") -> str:
    """An offer file of savings plans: (kind, term, payment) -> rates."""
    products, terms = [], []
    for number, ((kind, term, payment), rates) in enumerate(plans.items()):
        sku = f"PLAN{number}"
        words = f"{term[0]} year {PAYMENTS[payment]} {FAMILY[kind]}"
        products.append({"sku": sku, "productFamily": FAMILY[kind], "serviceCode": CODE[kind], "usageType": f"SP:{term}{PAYMENTS[payment]}".replace(" ", ""), "operation": "",
                         "attributes": {"purchaseOption": PAYMENTS[payment], "granularity": "hourly", "instanceType": "", "purchaseTerm": term, "locationType": "", "location": "Any"}})  # fmt: skip
        terms.append({"sku": sku, "description": words, "effectiveDate": published, "leaseContractLength": {"duration": int(term[0]), "unit": "year"},
                      "rates": [{"discountedSku": f"D{at}", "discountedUsageType": one["usage_type"], "discountedOperation": one["operation"], "discountedServiceCode": one["service"],
                                 "rateCode": f"{sku}.D{at}", "unit": "Hrs", "discountedRate": {"price": one["price"], "currency": one["currency"]},
                                 "discountedRegionCode": one["region"], "discountedInstanceType": one["usage_type"].split(":")[-1]} for at, one in enumerate(rates)]})  # fmt: skip
    return json.dumps({"version": "20260815000000", "publicationDate": published, "offerCode": "AWSComputeSavingsPlan", "regionCode": "us-east-1", "products": products, "terms": {"savingsPlan": terms}})


def plan_csv(plans: dict, published: str = "2026-08-15T00:00:00Z") -> str:
    out = io.StringIO()
    write = csv.writer(out, quoting=csv.QUOTE_ALL).writerow
    for line in (["FormatVersion", "v1.0"], ["Disclaimer", "This pricing list is for informational purposes only."], ["Publication Date", published], ["Version", "20260815000000"],
                 ["OfferCode", "AWSComputeSavingsPlan"]):  # fmt: skip
        write(line)
    write(["SKU", "RateCode", "Unit", "EffectiveDate", "DiscountedRate", "Currency", "DiscountedSKU", "DiscountedServiceCode", "DiscountedUsageType", "DiscountedOperation", "PurchaseOption",
           "LeaseContractLength", "LeaseContractLengthUnit", "ServiceCode", "UsageType", "Operation", "Description", "Instance Family", "Location", "Location Type", "Granularity",
           "Product Family", "DiscountedRegionCode", "DiscountedInstanceType"])  # fmt: skip
    for number, ((kind, term, payment), rates) in enumerate(plans.items()):
        for at, one in enumerate(rates):
            write([f"PLAN{number}", f"PLAN{number}.D{at}", "Hrs", published, one["price"], one["currency"], f"D{at}", one["service"], one["usage_type"], one["operation"], PAYMENTS[payment],
                   term[0], "year", CODE[kind], f"SP:{term}", "", f"{term[0]} year {PAYMENTS[payment]}", "", "Any", "", "hourly", FAMILY[kind], one["region"], one["usage_type"].split(":")[-1]])  # fmt: skip
    return out.getvalue()


def service_json(service: str, products: list, published: str = "2026-08-15T00:00:00Z") -> str:
    """An offer file of a service. A product: a rate with `reserved`: (class, term, payment) -> (hourly, upfront)."""
    found = {"formatVersion": "v1.0", "offerCode": service, "version": "20260815", "publicationDate": published, "products": {}, "terms": {"OnDemand": {}, "Reserved": {}}}
    for at, one in enumerate(products):
        sku = f"SKU{at}"
        found["products"][sku] = {"sku": sku, "productFamily": "Compute Instance", "attributes": {"servicecode": service, "location": "US East (N. Virginia)", "locationType": "AWS Region",
                                  "usagetype": one["usage_type"], "operation": one["operation"], "regionCode": one["region"], "capacitystatus": "Used"}}  # fmt: skip
        found["terms"]["OnDemand"][sku] = {f"{sku}.JRTC": {"offerTermCode": "JRTC", "sku": sku, "effectiveDate": published, "termAttributes": {}, "priceDimensions": {
            f"{sku}.JRTC.6YS6": {"rateCode": f"{sku}.JRTC.6YS6", "beginRange": "0", "endRange": "Inf", "unit": "Hrs", "pricePerUnit": {one["currency"]: one["price"]}, "appliesTo": []}}}}  # fmt: skip
        terms = found["terms"]["Reserved"].setdefault(sku, {})
        for number, ((kind, term, payment), (hourly, upfront)) in enumerate(one.get("reserved", {}).items()):
            code = f"{sku}.R{number}"
            terms[code] = {"offerTermCode": f"R{number}", "sku": sku, "effectiveDate": published,
                           "termAttributes": {"LeaseContractLength": term, "OfferingClass": kind, "PurchaseOption": PAYMENTS[payment]},
                           "priceDimensions": {f"{code}.Q": {"unit": "Quantity", "description": "Upfront Fee", "pricePerUnit": {one["currency"]: upfront}},
                                               f"{code}.H": {"unit": "Hrs", "beginRange": "0", "endRange": "Inf", "pricePerUnit": {one["currency"]: hourly}}}}  # fmt: skip
    return json.dumps(found)


def service_csv(service: str, products: list, published: str = "2026-08-15T00:00:00Z") -> str:
    out = io.StringIO()
    write = csv.writer(out, quoting=csv.QUOTE_ALL).writerow
    for line in (["FormatVersion", "v1.0"], ["Disclaimer", "…"], ["Publication Date", published], ["Version", "20260815"], ["OfferCode", service]):
        write(line)
    write(["SKU", "OfferTermCode", "RateCode", "TermType", "PriceDescription", "EffectiveDate", "StartingRange", "EndingRange", "Unit", "PricePerUnit", "Currency", "RelatedTo",
           "LeaseContractLength", "PurchaseOption", "OfferingClass", "Product Family", "serviceCode", "Location", "Location Type", "usageType", "operation", "Region Code"])  # fmt: skip
    for at, one in enumerate(products):
        tail = ["Compute Instance", service, "US East (N. Virginia)", "AWS Region", one["usage_type"], one["operation"], one["region"]]
        write([f"SKU{at}", "JRTC", "x", "OnDemand", "", published, "0", "Inf", "Hrs", one["price"], one["currency"], "", "", "", "", *tail])
        for number, ((kind, term, payment), (hourly, upfront)) in enumerate(one.get("reserved", {}).items()):
            for unit, price in (("Quantity", upfront), ("Hrs", hourly)):
                write([f"SKU{at}", f"R{number}", "x", "Reserved", "", published, "0", "Inf", unit, price, one["currency"], "", term, PAYMENTS[payment], kind, *tail])
    return out.getvalue()


def packed(path: Path, text: str) -> Path:
    with gzip.open(path, "wt") as file:
        file.write(text)
    return path


def hours_of(report, where: str = "true", payer: str | None = None) -> tuple[dict, dict]:
    """Hour -> (product, usage type, operation, region) -> usage that commitments could take, however it was paid for; and the public price of each."""
    c = Columns(report)
    usage = f"coalesce({report.amount('line_item_usage_amount')}, 0)"
    region = report.first("product_region_code", "product_region")
    rows = report.connection.execute(
        f"""SELECT date_trunc('hour', {c.start}), {c.product}, {c.usage_type}, coalesce({report.first('line_item_operation')}, ''), coalesce({region}, ''),
            sum({usage})::VARCHAR, sum({c.list})::VARCHAR
        FROM raw WHERE ({c.plain} OR {c.covered}) AND NOT {c.spot} AND {c.scope()} IS NOT NULL AND {c.counted} AND {where} {f"AND {c.payer} = '{payer}'" if payer else ''}
        GROUP BY 1, 2, 3, 4, 5"""
    ).fetchall()
    hours, sums = defaultdict(dict), defaultdict(lambda: [Fraction(0), Fraction(0)])
    for hour, *key, amount, listed in rows:
        hours[hour][tuple(key)] = Fraction(amount)
        sums[tuple(key)][0] += Fraction(amount)
        sums[tuple(key)][1] += Fraction(listed)
    return hours, {key: listed / amount for key, (amount, listed) in sums.items() if amount > 0 and listed > 0}


def served(usage: dict, prices: dict, plans: list) -> tuple[dict, list]:
    """One hour in AWS's order: what stays on demand, and what each plan used. A plan: (layer, dollars, rates by key)."""
    left, used = dict(usage), [Fraction(0)] * len(plans)
    pairs = []
    for at, (layer, _, rates) in enumerate(plans):
        for key, price in rates.items():
            if key in left and key in prices and price < prices[key]:
                pairs.append((layer, price / prices[key], price, key, at))
    for _, _, price, key, at in sorted(pairs):
        takes = max(Fraction(0), min(left[key], (plans[at][1] - used[at]) / price))
        left[key] -= takes
        used[at] += takes * price
    return left, used


def on_demand(left: dict, prices: dict, scope=lambda key: True) -> Fraction:
    return sum((amount * prices[key] for key, amount in left.items() if key in prices and scope(key)), Fraction(0))


def optimum(hours: list, prices: dict, rates: dict, step: Fraction = Fraction(1, 1000)) -> tuple[Fraction, Fraction, Fraction]:
    """Best commitment of one plan on what owned plans leave, on the grid; its cost; on demand without it. By the slope: the
    cost is convex, so that a bisection over the grid is exact."""
    order = sorted((rates[key] / prices[key], rates[key], key) for key in rates if key in prices and rates[key] < prices[key])
    stairs = []
    for left in hours:
        at, found = Fraction(0), []
        for ratio, _, key in order:
            if left.get(key, 0) > 0:
                found.append((at, ratio))
                at += left[key] * rates[key]
        stairs.append((found, at))
    before = sum((on_demand(left, prices) for left in hours), Fraction(0))

    def cost(commitment: Fraction) -> Fraction:
        covered = Fraction(0)
        for found, end in stairs:
            for place, (begin, ratio) in enumerate(found):
                until = found[place + 1][0] if place + 1 < len(found) else end
                covered += max(Fraction(0), min(commitment, until) - begin) / ratio
        return before - covered + commitment * len(hours)

    low, high = 0, int(max((end for _, end in stairs), default=Fraction(0)) / step) + 1
    while low < high:
        middle = (low + high) // 2
        if cost(middle * step) <= cost((middle + 1) * step):
            high = middle
        else:
            low = middle + 1
    return low * step, cost(low * step), before
