"""The tenants are as the other files take them to be."""

from house import ROLES


def test_each_tenant_sees_its_own_bill_and_no_other(house):
    for tenant, other in ((house.a, house.b), (house.b, house.a)):
        for role in ROLES:
            for client in (tenant.token(role), tenant.person(role)):
                answer = client.get("/costs", params={"group_by": "account_id", "metric": "unblended"})
                assert answer.status_code == 200, answer.text
                assert tenant.account in answer.text and other.account not in answer.text
    assert house.a.id != house.b.id
