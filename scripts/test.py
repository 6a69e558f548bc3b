#!/usr/bin/env python3
"""`make test`: every check and test, stage by stage, each timed; a table and one plain count at the end.

A stage that fails does not stop the next ones where they still mean something (a failed compile stops
what needs the binary). The counts are those that the test runners print; a stage that only checks
(format, licences) counts as one test. Standard library only.

Stages run beside each other as long as they do not keep more processors busy than every machine has. Those that look at
the clock wait most of their time: one of them at a time runs beside the others, which stand behind it (`nice`), so that
it finds the machine as if it were alone. Each stage's output is a file of its own in `~/.cache/cloud-analyzer/logs`; here
it comes as it is written where a stage keeps all processors busy, and in one piece at its end where it does not.

    scripts/test.py                      everything
    scripts/test.py --only rust,oracle   some stages
    scripts/test.py --in-turn            one stage at a time
"""

import argparse
import os
import re
import subprocess
import sys
import threading
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
    needs: tuple = ()  # stages that come first; their failure makes this one meaningless
    env: dict = field(default_factory=dict)
    cores: int = 2  # that it keeps busy, of the two that every machine has
    prompt: bool = False  # it looks at the clock: goes before all others, and has no other of its kind beside it
    seconds: float = 0.0
    busy: float = 0.0  # processor seconds
    passed: int = 0
    failed: int = 0
    result: str = ""


def stages(cache: Path, target: Path) -> list:
    binary = {"CLOUD_ANALYZER_BIN": str(target / "release" / "cloud-analyzer")}
    npm = ["npm", "--silent", "--prefix"]
    cargo = ["--release", "--locked", "--workspace"]
    pytest = lambda venv, folder: [str(cache / venv / "bin" / "python"), "-m", "pytest", "-q", f"tests/{folder}"]
    tested = {"counts": "pytest", "needs": ("build",), "env": binary}
    return [
        Stage("setup", ["scripts/setup.sh", "test"]),
        # First what the binary takes in; the other checks of the web app run beside its compilation.
        Stage("web-build", npm + ["web", "run", "bundle"], needs=("setup",), cores=1),
        Stage("format", ["cargo", "fmt", "--all", "--check"], cores=1),
        Stage("typos", ["typos"], needs=("setup",), cores=1),
        Stage("unused-deps", ["cargo", "shear"], needs=("setup",), cores=1),
        Stage("one-build", ["python3", "scripts/features.py"], cores=1),
        Stage("deny", ["cargo", "deny", "--log-level", "error", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"], needs=("setup",), cores=1),
        Stage("advisories", ["scripts/advisories.sh"], needs=("setup",), cores=1),
        # One build of the dependencies serves the binary, the tests and clippy.
        Stage("build", ["cargo", "build", "--release", "--locked", "-p", "cloud-analyzer"], needs=("web-build",), cores=1),
        Stage("web", npm + ["web", "run", "check"], needs=("setup",), cores=1),
        Stage("e2e-check", npm + ["e2e", "run", "check"], needs=("setup",), cores=1),
        Stage("web-tests", npm + ["web", "run", "test"], counts="vitest", needs=("setup",), cores=1),
        Stage("clippy", ["scripts/clippy.sh", "--locked", "--workspace"], needs=("web-build", "build")),
        Stage("rust", ["cargo", "nextest", "run", *cargo, "--lib", "--bins", "--tests", "--no-fail-fast", "--hide-progress-bar", "--status-level", "fail", "--final-status-level", "slow"], counts="nextest", needs=("web-build",), env={"RUST_BACKTRACE": "0"}),
        Stage("doc-tests", ["cargo", "test", *cargo, "--doc", "--quiet"], counts="libtest", needs=("web-build",)),
        # A build of its own (instrumented): what it shares with the rest is the machine.
        Stage("fuzz-build", ["scripts/fuzz.sh", "--build"], needs=("setup",)),
        Stage("client-drift", ["scripts/gen.sh", "--check"], counts="plain", needs=("build",), cores=1),
        # A running server with two tenants, attacked: walls between tenants, limits, time-outs, hostile files and endpoints.
        # It says how soon a server rids itself of those who only hold it, and what others wait meanwhile.
        Stage("attack", pytest("venv-ministack", "attack"), prompt=True, **tested),
        Stage("e2e", npm + ["e2e", "run", "test:ci"], counts="playwright", needs=("build",), env=binary, cores=1),
        Stage("oracle", pytest("venv-oracle", "oracle"), cores=1, **tested),
        Stage("cases", pytest("venv-oracle", "cases"), cores=1, **tested),
        # Against real parts that run locally: a fake AWS that enforces policies, S3 servers, an OpenID provider.
        Stage("world", pytest("venv-ministack", "world"), prompt=True, **tested),
        # The server as whoever runs it sees it: metrics, probes, logs, its end, backup and restore with kills, doctor, packages.
        # It kills at moments that were measured before, and says how soon a server ends.
        Stage("operation", pytest("venv-ministack", "operation"), prompt=True, **tested),
        Stage("fuzz", ["scripts/fuzz.sh", "--run"], counts="plain", needs=("fuzz-build",), env={"FUZZ_SECONDS": "2", "FUZZ_JOBS": "1"}, cores=1),
    ]


class Runner:
    """Runs stages in their order, each as soon as what it needs is done and there is room for it."""

    def __init__(self, todo: list, env: dict, logs: Path, in_turn: bool = False):
        self.todo, self.env, self.logs, self.in_turn = todo, env, logs, in_turn
        self.change, self.running, self.broken = threading.Condition(), [], set()

    def run(self) -> None:
        waiting, names = list(self.todo), {stage.name for stage in self.todo}
        with self.change:
            while waiting or self.running:
                done = names - {stage.name for stage in waiting + self.running}
                ready = [stage for stage in waiting if names & set(stage.needs) <= done]
                # The first of each kind, if there is room for it: nobody is overtaken, or what needs many processors would never get them.
                heads = [next((stage for stage in ready if stage.prompt == prompt), None) for prompt in (True, False)]
                if stage := next((head for head in heads if head and self.has_room(head)), None):
                    waiting.remove(stage)
                    self.start(stage)
                else:
                    self.change.wait()

    def has_room(self, stage: Stage) -> bool:
        if self.in_turn:
            return not self.running
        if stage.prompt:
            return not any(one.prompt for one in self.running)
        return sum(one.cores for one in self.running if not one.prompt) + stage.cores <= 2

    def start(self, stage: Stage) -> None:
        if cause := self.broken & set(stage.needs):
            stage.result, stage.failed = f"not run: {', '.join(sorted(cause))} failed", 1
            self.ended(stage)
            return
        self.running.append(stage)
        print(f"\n━━ {stage.name}: {' '.join(os.path.relpath(c) if c.startswith('/') else c for c in stage.command)}", flush=True)
        threading.Thread(target=self.one, args=(stage,)).start()

    def one(self, stage: Stage) -> None:
        alone = (stage.cores == 2 and not stage.prompt) or self.in_turn
        log = self.logs / f"{stage.name}.log"
        try:
            run(stage, self.env, log, print_too=alone)
        except Exception as error:  # noqa: BLE001 one stage's trouble must not leave the others waiting
            stage.result, stage.failed = f"FAILED: {error}", stage.failed or 1
        with self.change:
            if not alone:
                written = log.read_text(errors="replace") if log.exists() else ""
                print(f"\n━━ {stage.name} ended, and wrote:\n{written}", end="")
            print(f"━━ {stage.name}: {stage.result} in {stage.seconds:.0f} s", flush=True)
            self.running.remove(stage)
            self.ended(stage)
            self.change.notify()

    def ended(self, stage: Stage) -> None:
        if stage.result != "ok" and stage.name in ("setup", "web-build", "build", "fuzz-build"):
            self.broken.add(stage.name)


def run(stage: Stage, env: dict, log: Path, print_too: bool) -> None:
    started = time.monotonic()
    patterns = COUNTS.get(stage.counts, [])
    with log.open("w", encoding="utf-8") as written:
        try:
            child = subprocess.Popen(
                stage.command if stage.prompt else ["nice", "-n", "19", *stage.command], cwd=ROOT, env={**env, **stage.env}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            )
        except FileNotFoundError as error:
            written.write(f"cannot start: {error}\n")
            stage.seconds, stage.failed, stage.result = 0, 1, f"FAILED: cannot start: {error}"
            return
        for line in child.stdout:
            written.write(line)
            written.flush()
            if print_too:
                sys.stdout.write(line)
                sys.stdout.flush()
            plain = ANSI.sub("", line.rstrip("\n"))
            for pattern in patterns:
                if found := pattern.search(plain):
                    groups = found.groupdict()
                    stage.passed += int(groups.get("passed") or 0)
                    stage.failed += int(groups.get("failed") or 0)
                    break
        # With what the stage's processes took of the machine.
        _, status, used = os.wait4(child.pid, 0)
        code = child.returncode = os.waitstatus_to_exitcode(status)
        stage.seconds, stage.busy = time.monotonic() - started, used.ru_utime + used.ru_stime
        if not patterns:
            stage.passed, stage.failed = (1, 0) if code == 0 else (0, 1)
        elif code != 0 and stage.failed == 0:
            stage.failed = 1  # did not compile, crashed, or failed outside a test
        elif code == 0 and stage.passed == 0 and stage.name in ("rust", "fuzz", "oracle", "cases", "world", "attack", "operation", "e2e", "web-tests"):
            written.write(f"{stage.name}: no test was run\n")
            stage.failed = 1
    stage.result = "ok" if code == 0 and stage.failed == 0 else "FAILED"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default="", help="stages, comma-separated")
    arguments.add_argument("--in-turn", action="store_true", help="one stage at a time")
    options = arguments.parse_args()
    chosen = [name for name in options.only.split(",") if name]

    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    cache = Path(os.environ.get("CLOUD_ANALYZER_CACHE") or f"{home}/cloud-analyzer")
    target = Path(os.environ.get("CARGO_TARGET_DIR") or cache / "target")
    logs = cache / "logs"
    logs.mkdir(parents=True, exist_ok=True)
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

    started = time.monotonic()
    Runner(todo, env, logs, options.in_turn).run()

    print(f"\n{'stage':<14}{'seconds':>9}{'of CPU':>9}{'passed':>8}{'failed':>8}  result")
    for stage in todo:
        print(f"{stage.name:<14}{stage.seconds:>9.0f}{stage.busy:>9.0f}{stage.passed:>8}{stage.failed:>8}  {stage.result}")
    busy, passed, failed = (sum(getattr(stage, key) for stage in todo) for key in ("busy", "passed", "failed"))
    print(f"{'all':<14}{time.monotonic() - started:>9.0f}{busy:>9.0f}{passed:>8}{failed:>8}\n")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
