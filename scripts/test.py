#!/usr/bin/env python3
"""`make test`: every check and test, stage by stage, each timed; a table and one plain count at the end.

A stage that fails does not stop the next ones where they still mean something (a failed compile stops
what needs the binary). The counts are those that the test runners print; a stage that only checks
(format, licences) counts as one test. Standard library only.

    scripts/test.py                      everything
    scripts/test.py --only rust,oracle   some stages
"""

import argparse
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

# (passed, failed) as the runners say it on a line of their own.
COUNTS = {
    # "Summary [ 12.3s] 120 tests run: 118 passed (1 slow), 2 failed, 3 skipped"
    "nextest": [re.compile(r"tests? run: (?P<passed>\d+) passed(?:.*?(?P<failed>\d+) failed)?")],
    # "test result: ok. 7 passed; 0 failed; ..." (once per crate)
    "libtest": [re.compile(r"test result: \w+\. (?P<passed>\d+) passed; (?P<failed>\d+) failed")],
    # "      Tests  3 failed | 42 passed (45)"
    "vitest": [re.compile(r"^\s*Tests\s+(?:(?P<failed>\d+) failed \| )?(?P<passed>\d+) passed")],
    # "== 2 failed, 310 passed, 4 skipped in 9.1s =="
    "pytest": [
        re.compile(r"^=*\s*(?:(?P<failed>\d+) failed, )?(?P<passed>\d+) passed.* in [\d.]+"),
        re.compile(r"^=*\s*(?P<failed>\d+) failed(?!.*passed).* in [\d.]+"),
    ],
    # "  2 failed" / "  31 passed (25.3s)"
    "playwright": [re.compile(r"^\s+(?P<passed>\d+) passed \("), re.compile(r"^\s+(?P<failed>\d+) failed$")],
    "plain": [re.compile(r"^(?P<passed>\d+) passed, (?P<failed>\d+) failed$")],
}


@dataclass
class Stage:
    name: str
    command: list
    counts: str = ""  # key of COUNTS, or nothing: the stage is one check
    needs: tuple = ()  # stages whose failure makes this one meaningless
    env: dict = field(default_factory=dict)
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    result: str = ""


def stages(cache: Path, target: Path) -> list:
    binary = {"CLOUD_ANALYZER_BIN": str(target / "release" / "cloud-analyzer")}
    npm = ["npm", "--silent", "--prefix"]
    cargo = ["--release", "--locked", "--workspace"]
    return [
        Stage("setup", ["scripts/setup.sh", "test"]),
        Stage("format", ["cargo", "fmt", "--all", "--check"]),
        Stage("typos", ["typos"], needs=("setup",)),
        Stage("unused-deps", ["cargo", "shear"], needs=("setup",)),
        Stage("one-build", ["python3", "scripts/features.py"]),
        Stage("deny", ["cargo", "deny", "--log-level", "error", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"], needs=("setup",)),
        Stage("advisories", ["scripts/advisories.sh"], needs=("setup",)),
        Stage("web", npm + ["web", "run", "check"], needs=("setup",)),
        Stage("web-tests", npm + ["web", "run", "test"], counts="vitest", needs=("setup",)),
        Stage("web-build", npm + ["web", "run", "build"], needs=("setup",)),
        # One build of the dependencies serves the binary, the tests and clippy.
        Stage("build", ["cargo", "build", "--release", "--locked", "-p", "cloud-analyzer"], needs=("web-build",)),
        Stage("clippy", ["scripts/clippy.sh", "--locked", "--workspace"], needs=("web-build",)),
        Stage("rust", ["cargo", "nextest", "run", *cargo, "--lib", "--bins", "--tests", "--no-fail-fast", "--hide-progress-bar", "--status-level", "fail", "--final-status-level", "slow"], counts="nextest", needs=("web-build",), env={"RUST_BACKTRACE": "0"}),
        Stage("doc-tests", ["cargo", "test", *cargo, "--doc", "--quiet"], counts="libtest", needs=("web-build",)),
        # A build of its own (instrumented): what it shares with the rest is the machine.
        Stage("fuzz", ["scripts/fuzz.sh"], counts="plain", needs=("setup",), env={"FUZZ_SECONDS": "5"}),
        Stage("client-drift", ["scripts/gen.sh", "--check"], counts="plain", needs=("build",)),
        Stage("oracle", [str(cache / "venv-oracle" / "bin" / "python"), "-m", "pytest", "-q", "tests/oracle"], counts="pytest", needs=("build",), env=binary),
        Stage("cases", [str(cache / "venv-oracle" / "bin" / "python"), "-m", "pytest", "-q", "tests/cases"], counts="pytest", needs=("build",), env=binary),
        # Against real parts that run locally: a fake AWS that enforces policies, S3 servers, an OpenID provider.
        Stage("world", [str(cache / "venv-ministack" / "bin" / "python"), "-m", "pytest", "-q", "tests/world"], counts="pytest", needs=("build",), env=binary),
        # A running server with two tenants, attacked: walls between tenants, limits, time-outs, hostile files and endpoints.
        Stage("attack", [str(cache / "venv-ministack" / "bin" / "python"), "-m", "pytest", "-q", "tests/attack"], counts="pytest", needs=("build",), env=binary),
        Stage("e2e", npm + ["e2e", "run", "test:ci"], counts="playwright", needs=("build",), env=binary),
    ]


def run(stage: Stage, env: dict) -> None:
    print(f"\n━━ {stage.name}: {' '.join(os.path.relpath(c) if c.startswith('/') else c for c in stage.command)}", flush=True)
    started = time.monotonic()
    patterns = COUNTS.get(stage.counts, [])
    try:
        child = subprocess.Popen(
            stage.command, cwd=ROOT, env={**env, **stage.env}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )
        for line in child.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            plain = ANSI.sub("", line.rstrip("\n"))
            for pattern in patterns:
                if found := pattern.search(plain):
                    groups = found.groupdict()
                    stage.passed += int(groups.get("passed") or 0)
                    stage.failed += int(groups.get("failed") or 0)
                    break
        code = child.wait()
    except FileNotFoundError as error:
        print(f"cannot start: {error}", flush=True)
        code = 127
    stage.seconds = time.monotonic() - started
    if not patterns:
        stage.passed, stage.failed = (1, 0) if code == 0 else (0, 1)
    elif code != 0 and stage.failed == 0:
        stage.failed = 1  # did not compile, crashed, or failed outside a test
    elif code == 0 and stage.passed == 0 and stage.name in ("rust", "fuzz", "oracle", "cases", "world", "attack", "e2e", "web-tests"):
        print(f"{stage.name}: no test was run", flush=True)
        stage.failed = 1
    stage.result = "ok" if code == 0 and stage.failed == 0 else "FAILED"
    print(f"━━ {stage.name}: {stage.result} in {stage.seconds:.0f} s", flush=True)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default="", help="stages, comma-separated")
    chosen = [name for name in arguments.parse_args().only.split(",") if name]

    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    cache = Path(os.environ.get("CLOUD_ANALYZER_CACHE") or f"{home}/cloud-analyzer")
    target = Path(os.environ.get("CARGO_TARGET_DIR") or cache / "target")
    env = {
        **os.environ,
        "CARGO_TARGET_DIR": str(target),
        "PATH": f"{cache / 'venv-tools' / 'bin'}:{os.environ['PATH']}",
        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
        "CARGO_TERM_COLOR": "never",
        "CI": os.environ.get("CI", "true"),
    }
    all_stages = stages(cache, target)
    if unknown := set(chosen) - {stage.name for stage in all_stages}:
        arguments.error(f"no such stage: {', '.join(sorted(unknown))}")
    todo = [stage for stage in all_stages if not chosen or stage.name in chosen]

    broken = set()
    for stage in todo:
        if cause := broken & set(stage.needs):
            stage.result, stage.failed = f"not run: {', '.join(sorted(cause))} failed", 1
        else:
            run(stage, env)
        if stage.result != "ok" and stage.name in ("setup", "web-build", "build"):
            broken.add(stage.name)

    print(f"\n{'stage':<14}{'seconds':>9}{'passed':>8}{'failed':>8}  result")
    for stage in todo:
        print(f"{stage.name:<14}{stage.seconds:>9.0f}{stage.passed:>8}{stage.failed:>8}  {stage.result}")
    total, passed, failed = (sum(getattr(s, key) for s in todo) for key in ("seconds", "passed", "failed"))
    print(f"{'all':<14}{total:>9.0f}{passed:>8}{failed:>8}\n")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
