"""Sources, ingested once per run, shared by the tests."""

import os
from decimal import Decimal
from pathlib import Path

import product
import pytest
import raw
from costs import METRICS, dimensions

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("CLOUD_ANALYZER_SAMPLES") or ROOT.parent / "shared" / "data")
ROWS = int(os.environ.get("ORACLE_ROWS") or 30_000)
FORMATS = ["csv", "parquet", "cur2", "cur2-csv", "focus", "focus-csv"]


class Ingested:
    """A source, the raw files as DuckDB sees them, and the data folder that the product made of them."""

    def __init__(self, source: Path, data: Path):
        self.source, self.data = source, data
        self.summary = product.ingest(data, source)
        # Which files are the bill is what tests/cases is about; here it is what their rows come to.
        self.report = raw.load(source, frozenset(one["path"] for files in self.summary["files"] for one in files["unread"]))
        self._names, self._answers, self._served = list(dimensions(self.report)), {}, {}

    def ask(self, metric: str, group_by: str, *options: str) -> dict:
        key = (metric, group_by, *options)
        if key not in self._answers:
            self._answers[key] = product.query(self.data, metric, group_by, *options)
        return self._answers[key]

    def total(self, metric: str, dimension: str) -> dict:
        """The same for one of the raw dimensions: of the command line for one of the metrics, and of the HTTP interface for
        the others, for a process each would be most of what the tests take."""
        if METRICS[self._names.index(dimension) % len(METRICS)] == metric:
            return self.ask(metric, dimension)
        if not self._served:
            with product.served(self.data) as get:
                self._served = {(asked, name): _groups(get("costs", metric=asked, group_by=name), name) for asked in METRICS for name in self._names}
        return self._served[metric, dimension]


# Values without a name: the page shows the word, and scripts get it in place of nothing.
NONE = {"tag": "Untagged", "cost_category": "Uncategorized", "region": "Global"}


def _groups(answer: dict, dimension: str) -> dict:
    """Value -> exact figure. Nothing is left out, and no value comes twice."""
    assert answer["rows_total"] == len(answer["rows"])
    groups = {(row["keys"][0] or NONE.get(dimension.split(":")[0], ""),): Decimal(row["total"]) for row in answer["rows"]}
    assert len(groups) == len(answer["rows"]), f"a group of {dimension} comes twice"
    return groups


@pytest.fixture(scope="session")
def ingested(tmp_path_factory):
    """`ingested(source)`: the source in a data folder of its own, made at first use."""
    made = {}

    def get(source: Path) -> Ingested:
        if source not in made:
            made[source] = Ingested(source, tmp_path_factory.mktemp("data"))
        return made[source]

    return get


@pytest.fixture(scope="session")
def demo(tmp_path_factory, ingested):
    """`demo(format)`: the demo company's bill in that format, generated and ingested at first use."""
    folder = tmp_path_factory.mktemp("demo")

    def get(form: str) -> Ingested:
        out = folder / form
        if not out.exists():
            product.generate(out, form, ROWS)
        return ingested(out)

    return get


def pytest_report_header(config):
    return [f"binary: {product.BIN}", f"samples: {SAMPLES if SAMPLES.is_dir() else 'absent: sample tests are skipped'}", f"demo rows: {ROWS}"]
