"""All waste rules, and workloads, over the demo company's year: wall time, processor time and peak memory of the command line, which opens the data
folder each time.

    bench/waste.py [ROWS] [FOLDER]    (default: 5,000,000 rows of 13 months in a folder of its own)
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from measure import run

BIN = os.environ.get("CLOUD_ANALYZER_BIN") or "cloud-analyzer"
TRIES = 3


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp(prefix="waste-"))
    bill, data = folder / "bill", folder / "data"
    if not data.exists():
        run([BIN, "demo", "generate", "--rows", str(rows), "--format", "cur2", "--out", str(bill), "--end", "2026-11-01"])
        run([BIN, "--data", str(data), "ingest", str(bill)])
        shutil.rmtree(bill)
    for what in ("waste", "workloads"):
        for month in ("2026-10", "2026-03"):
            done = [run([BIN, "--data", str(data), "optimize", what, "--month", month]) for _ in range(TRIES)]
            best = min(done, key=lambda one: one.seconds)
            found = len(json.loads(best.output))
            print(f"{what} of {month}: {best.seconds:.2f} s, {best.cpu_seconds:.2f} s of processor, {best.peak_gb * 1000:.0f} MB, {found} lines")


if __name__ == "__main__":
    main()
