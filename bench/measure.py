"""Runs a command once: wall time, processor time, peak memory, and memory over time."""

import os
import subprocess
import threading
import time
from dataclasses import dataclass


@dataclass
class Measured:
    seconds: float
    cpu_seconds: float
    peak_gb: float
    output: str
    samples: list  # (seconds since start, resident GB)

    def peak_until(self, seconds: float) -> float:
        """Peak resident memory in the first part of the run, sampled."""
        return max((gb for at, gb in self.samples if at <= seconds), default=0.0)


def run(command: list, env: dict | None = None) -> Measured:
    started = time.perf_counter()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    samples: list = []
    watcher = threading.Thread(target=_watch, args=(child.pid, started, samples), daemon=True)
    watcher.start()
    errors: list = []
    reader = threading.Thread(target=lambda: errors.append(child.stderr.read()), daemon=True)
    reader.start()
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    reader.join()
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit code {child.returncode}\n{''.join(errors)[-4000:]}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6, output, samples)


def _watch(pid: int, started: float, samples: list) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    while True:
        try:
            with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
                samples.append((time.perf_counter() - started, int(statm.read().split()[1]) * page / 1e9))
        except (OSError, IndexError):
            return
        time.sleep(0.02)
