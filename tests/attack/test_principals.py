"""Who called a service and who used it are personal data: kept with the line items, shown by no answer."""

import gzip

import pytest
from house import MONTH, House, Tenant, classic_csv

PRINCIPAL = "arn:aws:sts::111111111111:assumed-role/Builder/ada.hidden@harborline.example"
USER = "d-9067hidden-4711"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("principals")
    rows = [
        {"lineItem/UsageAccountId": "111111111111", "lineItem/ResourceId": f"i-{n}", "lineItem/UsageStartDate": f"2026-10-{1 + n:02}T00:00:00Z"}
        for n in range(20)
    ]
    for row in rows:
        row |= {"lineItem/IamPrincipal": PRINCIPAL, "lineItem/UserIdentifier": USER}
    period = folder / "bill" / "cost" / "cur" / MONTH
    period.mkdir(parents=True)
    (period / "cur-1.csv.gz").write_bytes(gzip.compress(classic_csv(rows)))
    house = House(folder, tenants=False)
    house.a = Tenant(house, "Gamma", "111111111111", folder / "bill")
    yield house
    house.stop()


def test_principals_are_shown_to_nobody(told):
    span = {"from": "2026-10-01", "to": "2026-11-01"}
    for role in ["viewer", "editor", "administrator"]:
        client = told.a.token(role)
        for path, options in [
            ("/explain", {"metric": "unblended", **span}),
            ("/explain.csv", {"metric": "unblended", **span}),
            ("/costs", {"metric": "unblended", "group_by": "resource_id", **span}),
            ("/costs.csv", {"metric": "unblended", "group_by": "resource_id", **span}),
            ("/costs.parquet", {"metric": "unblended", "group_by": "resource_id", **span}),
            ("/dimensions", {}),
        ]:
            answer = client.get(path, params=options)
            assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
            assert b"hidden" not in answer.content, path
        for name in ["x_IamPrincipal", "iam_principal", "x_UserIdentifier", "user_identifier"]:
            refused = client.get("/costs", params={"metric": "unblended", "group_by": name, **span})
            assert refused.status_code in (400, 404, 422), name
            assert "hidden" not in refused.text
