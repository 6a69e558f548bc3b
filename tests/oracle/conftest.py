"""Sources, ingested once per run, shared by the tests."""

import os
from pathlib import Path

import product
import pytest
import raw

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
        self._answers = {}

    def ask(self, metric: str, group_by: str, *options: str) -> dict:
        key = (metric, group_by, *options)
        if key not in self._answers:
            self._answers[key] = product.query(self.data, metric, group_by, *options)
        return self._answers[key]


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
