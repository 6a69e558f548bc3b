#!/usr/bin/env python3
"""`cargo build` that says how far it is and about how long it will take: the first build compiles 600 crates.

    scripts/build.py -p cloud-analyzer      (what follows is passed to `cargo build`)

How long: the share of the time that is usually over when so many units are done (CURVE, measured once from
nothing), told by this machine's own pace as soon as there is one. Standard library only.
"""

import os
import re
import subprocess
import sys
import time

# What all of it took from nothing, and the share of the time that was over when 0, 5, 10, ... 100 % of the units were
# done; docs/adr/0021-weight.md.
PROCESSOR_MINUTES = 40.6
CURVE = [0, 0.011, 0.022, 0.033, 0.055, 0.075, 0.1, 0.16, 0.222, 0.282, 0.376, 0.404, 0.473, 0.505, 0.533, 0.598, 0.629, 0.688, 0.722, 0.791, 1.0]
PROGRESS = re.compile(r"Building \[.*?\] (\d+)/(\d+)")


def share(units: float) -> float:
    """Share of the time for a share of the units, between the points of CURVE."""
    at = max(0.0, min(1.0, units)) * (len(CURVE) - 1)
    low = min(int(at), len(CURVE) - 2)
    return CURVE[low] + (CURVE[low + 1] - CURVE[low]) * (at - low)


def left(done: int, total: int, first: int, elapsed: float, cores: int) -> float:
    """Seconds left: this machine's pace, mixed with what was measured elsewhere while there is little of it."""
    begun, now = share(first / total), share(done / total)
    usual = PROCESSOR_MINUTES * 60 / max(1, min(cores, 8)) * (1 - now)
    if now - begun < 0.02:
        return usual
    own = elapsed / (now - begun) * (1 - now)
    trust = min(1.0, (now - begun) * 5)
    return own * trust + usual * (1 - trust)


def words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def main() -> int:
    tty, cores = sys.stderr.isatty(), os.cpu_count() or 2
    env = {**os.environ, "CARGO_TERM_PROGRESS_WHEN": "always", "CARGO_TERM_PROGRESS_WIDTH": "100"}
    command = ["cargo", "build", "--release", "--locked", *sys.argv[1:]]
    child = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True, errors="replace", newline="")
    started, first, said, text = time.monotonic(), 0, 0.0, ""
    while piece := os.read(child.stderr.fileno(), 65536).decode(errors="replace"):
        *lines, text = re.split(r"[\r\n]+", text + piece)
        for line in lines:
            found = PROGRESS.search(line)
            now = time.monotonic() - started
            if not found:
                # Cargo's own lines: not the name of each crate, but whatever else it says.
                if line.strip() and not re.match(r"\s*(\x1b\[K)?\s*(Compiling|Fresh|Downloaded|Downloading|Building)\b", line):
                    print(("\r\x1b[K" if tty else "") + line.replace("\x1b[K", ""), file=sys.stderr, flush=True)
                continue
            done, total = int(found[1]), int(found[2])
            if now < 2:
                first = done  # what an earlier build left comes at once
            if now - said < (1 if tty else 15) or now < 2:
                continue
            said = now
            rest = words(left(done, total, first, now, cores))
            line = f"   compiled {done} of {total} units in {words(now)}, about {rest} left"
            print(f"\r\x1b[K{line}" if tty else line, end="" if tty else "\n", file=sys.stderr, flush=True)
    if tty:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return child.wait()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
