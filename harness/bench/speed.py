"""Measure Ringside's own speed against its targets: `make bench`.

Host seconds on a shared machine are noisy, so each of those is the best of a few tries, and a
missed target is reported, not raised: nothing in the test suite depends on it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
RINGSIDE = Path(sys.executable).with_name("ringside")


@dataclass(frozen=True)
class Figure:
    """One thing measured: what, the best of it and the target, both in `unit`s."""

    name: str
    best: float
    target: float
    unit: str = "s"


def timed(command: list[str]) -> float:
    """Host seconds of one run of `command`; its exit status is not judged here."""
    start = time.monotonic()
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    return time.monotonic() - start


def boots(kernel: str) -> dict[str, float | None]:
    """One boot of `kernel` that runs one workload: host seconds from QEMU's start, and millions of
    instructions to the runner's first look at the clock."""
    subprocess.run(
        [RINGSIDE, "compare", "--kernels", kernel, "--workloads", "syscall/null", "--no-report"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    run = json.loads((ROOT / "results" / "latest" / "run.json").read_text())
    boot = run["boots"][0]
    ticks = boot["ready_ticks"]
    return {
        "ready_host_s": boot["ready_host_s"],
        "first_sample_host_s": boot["first_sample_host_s"],
        "ready_million": None if ticks is None else ticks / 1e6,
    }


def best(tries: int, measure: Callable[[], float | None]) -> float:
    """The least of a few tries; infinite when none gave a figure."""
    found = [seconds for seconds in (measure() for _ in range(tries)) if seconds is not None]
    return min(found, default=float("inf"))


def figures(tries: int) -> list[Figure]:
    """All figures, quickest first."""
    return [
        Figure(
            "Bantam's boot, firmware and all, to its first program",
            best(1, lambda: boots("bantam")["ready_million"]),
            30.0,
            "million instructions",
        ),
        Figure(
            "QEMU's start to Bantam's first sample",
            best(tries, lambda: boots("bantam")["first_sample_host_s"]),
            1.0,
        ),
        Figure(
            "QEMU's start to Linux 6.1's ready point",
            best(tries, lambda: boots("linux-6.1")["ready_host_s"]),
            2.0,
        ),
        Figure("ringside check", best(tries, lambda: timed([str(RINGSIDE), "check"])), 10.0),
        Figure("make compare, a second time", best(1, lambda: timed(["make", "compare"])), 90.0),
    ]


def main() -> int:
    """Print the figures; 0 when every target was met, else 1."""
    parser = argparse.ArgumentParser(description="Measure Ringside's own speed.")
    parser.add_argument("--tries", type=int, default=3, help="take the best of so many")
    tries = parser.parse_args().tries
    table = Table("figure", "best", "target", "")
    missed = 0
    for figure in figures(tries):
        met = figure.best <= figure.target
        missed += not met
        table.add_row(
            figure.name,
            f"{figure.best:.2f} {figure.unit}",
            f"{figure.target:.0f} {figure.unit}",
            "met" if met else "missed",
        )
    Console().print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
