#!/usr/bin/env python3
"""Fails when the tests would compile a dependency with other features than the binary.

One dependency that only tests use can switch a feature on deep in the tree (it happened: `syn` through a zip
crate), and then everything above it is compiled twice: twenty minutes on two cores. Compares the unit graphs
of both builds; compiles nothing.
"""

import json
import os
import subprocess
import sys


def units(*command: str) -> dict:
    # The graph is an unstable option of cargo; nothing is built with it.
    graph = subprocess.run(["cargo", *command, "--release", "--unit-graph", "-Z", "unstable-options"],
                           env={**os.environ, "RUSTC_BOOTSTRAP": "1"}, check=True, capture_output=True, text=True).stdout
    found = {}
    for unit in json.loads(graph)["units"]:
        key = (unit["pkg_id"], unit["target"]["kind"][0], unit["mode"], unit["platform"] is None, unit["profile"]["opt_level"])
        found[key] = set(unit["features"])
    return found


def main() -> int:
    binary, tests = units("build", "-p", "cloud-analyzer"), units("test", "--no-run", "--workspace")
    wrong = [(key[0].split("/")[-1], sorted(binary[key] ^ tests[key])) for key in binary if binary[key] != tests.get(key, binary[key])]
    for package, features in wrong:
        print(f"{package}: {', '.join(features)} only in one of the two builds")
    if wrong:
        print("Look for the dev-dependency that switches it on: cargo tree --workspace -e features,dev -i PACKAGE")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
