#!/usr/bin/env python3
"""Makes a data folder of the version at hand, for later versions to open: `make.py BINARY seams-N.tar.gz`.

Run it with the binary of the last commit before something stored changes, and check the archive in: `test_seams.py` opens every one.
It holds `data`, the reports that were read (`report`, by a relative path), `figures.json` (questions and what that version
answered) and `known.json` (who and what is in it). Passwords and secrets in it are made up and open nothing.
"""

import json
import os
import sys
import tarfile
import tempfile
from pathlib import Path

BINARY, TARGET = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
os.environ["CLOUD_ANALYZER_BIN"] = str(BINARY)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import product  # noqa: E402

PASSWORD = "correct horse battery staple"
METRICS = ("amortized", "unblended", "net_unblended", "list", "usage_amount")
DIMENSIONS = ("service", "account_id", "resource_id", "tag:Team", "subset", "virtual_tag:Area", "charge_type,region")


def person(name: str, role: str, *options: str) -> None:
    command = [product.BIN, "--data", "data", *options, "user", "add", f"{name}@example.com", "--name", name, "--role", role, "--password-stdin"]
    product.subprocess.run(command, input=PASSWORD + "\n", text=True, check=True, capture_output=True)


def main() -> None:
    make = ["demo", "generate", "--rows", "900", "--months", "2", "--end", "2026-10-20T00:00:00Z", "--format", "cur2-csv", "--seed", "5", "--out", "report"]
    product.run(*make)
    for file in Path("report").rglob("*"):
        # An archive keeps whole seconds; by other times the files would be other deliveries.
        os.utime(file, (1_797_000_000, 1_797_000_000))
    product.ingest(Path("data"), Path("report"))
    product.ingest(Path("data"), Path("report"), "--force")
    person("ada", "administrator")
    person("vera", "viewer")
    token = next(word for word in product.run("--data", "data", "token", "create", "--name", "nightly", "--role", "editor").split() if word.startswith("ca_"))
    accounts = sorted(row[0] for row in product.query(Path("data"), "unblended", "account_id") if row[0])
    with product.served(Path("data"), role="administrator") as get:
        get.send("POST", "subsets", {"name": "Core", "account_ids": accounts[:2]})
        compute = {"dimension": "service", "operator": "contains", "values": ["Compute"]}
        get.send("POST", "virtual-tags", {"name": "Area", "rules": [{"value": "compute", "conditions": [compute]}]})
        get.send("PUT", "account-names", {"names": [{"account_id": accounts[0], "name": "Core one"}]})
        get.send("POST", "reports", {"name": "Monthly", "address": "tab=service&time=custom&from=2026-09-01&to=2026-10-01", "shared": True})
        connection = get.send("POST", "connections", {"kind": "s3_compatible", "name": "elsewhere"})["id"]
        change = {"endpoint": "https://s3.example.com", "bucket": "bills-of-acme", "access_key_id": "AKIA", "secret_access_key": "hush-hush"}
        get.send("PATCH", f"connections/{connection}", change)
    figures = {}
    for metric in METRICS:
        for by in DIMENSIONS:
            options = ["--metric", metric, "--group-by", by, "--format", "csv", "--view", "month"]
            figures[f"{metric} {by}"] = sorted(product.run("--data", "data", "query", *options).splitlines())
    known = {"token": token, "password": PASSWORD, "members": {"ada@example.com": "administrator", "vera@example.com": "viewer"}, "subset": {"Core": accounts[:2]},
             "report": "Monthly", "connection": connection, "account_name": [accounts[0], "Core one"]}
    Path("figures.json").write_text(json.dumps(figures))
    Path("known.json").write_text(json.dumps(known))
    with tarfile.open(TARGET, "w:gz") as archive:
        for name in ("data", "report", "figures.json", "known.json"):
            archive.add(name)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        main()
