"""The forecast of the month, on the demo company's bill, beside a run-rate."""

import json
import subprocess
from decimal import Decimal

import pytest
from test_processing import serve  # noqa: F401  (fixture)
from world import BIN


@pytest.mark.parametrize("seed", ["1", "7"])
def test_the_forecast_is_better_than_a_run_rate(product, serve, tmp_path, seed):  # noqa: F811
    make = [BIN, "demo", "generate", "--rows", "25000", "--months", "13", "--format", "cur2", "--seed", seed]
    subprocess.run([*make, "--end", "2026-10-12T00:00:00Z", "--out", str(tmp_path)], check=True, capture_output=True)
    assert product.run("ingest", str(tmp_path)).returncode == 0
    server = serve()
    found = server.get("/projection?metric=amortized")["projection"]
    assert (found["from"], found["to"], found["currency"]) == ("2026-10-01", "2026-11-01", "USD")
    assert found["known_to"] in ("2026-10-11", "2026-10-12"), "the newest hours of a bill come late"
    test = found["backtest"]
    assert test["months"] >= 8
    assert test["error_percent"] < test["run_rate_error_percent"] / 2, test
    low, total, high = (Decimal(found[name]) for name in ("low", "total", "high"))
    assert low < total < high
    spent = product.run("query", "--metric", "amortized", "--view", "total", "--from", "2026-10-01", "--to", found["known_to"], "--group-by", "billing_period", "--format", "json")
    assert total > Decimal(str(json.loads(spent.stdout)["total"])), "what is spent already is in it"
    unblended = server.get("/projection?metric=unblended")["projection"]
    assert unblended["total"] != found["total"] and unblended["backtest"]["error_percent"] < unblended["backtest"]["run_rate_error_percent"]


def test_nothing_is_projected_from_nothing(serve):  # noqa: F811
    assert serve().get("/projection")["projection"] is None
