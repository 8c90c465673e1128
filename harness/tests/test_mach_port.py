"""The port to GNU Mach: on Debian's kernel, exact to the instruction, and what it leaves out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import ROOT

from ringside.cli.main import run
from ringside.store import find_run, load_run

pytestmark = pytest.mark.boot

# What the kernel has of its own, each through other calls of it.
MEASURED = (
    "ipc/context_switch",
    "ipc/futex_round_trip",
    "ipc/pipe_latency",
    "ipc/switch_ring/2",
    "memory/cow_fault",
    "memory/mmap_munmap",
    "memory/page_fault",
    "memory/protect",
    "process/fork_exit_wait",
    "process/thread_create",
    "syscall/clock",
    "syscall/null",
    "syscall/yield",
)
ABSENT = ("file/stat", "ipc/unix_pair", "net/tcp_connect", "process/fork_exec_wait", "signal/catch")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the one row, the real workloads and packages, and results of its own."""
    root = tmp_path / "root"
    (root / "kernels").mkdir(parents=True)
    shutil.copytree(ROOT / "kernels" / "gnumach", root / "kernels" / "gnumach")
    (ROOT / ".cache").mkdir(exist_ok=True)
    for shared in ("workloads", ".cache"):
        (root / shared).symlink_to(ROOT / shared)
    monkeypatch.setenv("RINGSIDE_ROOT", str(root))
    return root


def test_two_runs_are_the_same(root: Path) -> None:
    chosen = ["--workloads", ",".join((*MEASURED, *ABSENT)), "--no-probes"]
    runs = []
    for _ in range(2):
        assert run(["compare", "--kernels", "gnumach", *chosen]) == 0
        runs.append(load_run(find_run(root / "results", None)))
    first, second = runs
    assert [boot.outcome for boot in first.boots] == ["finished"]
    status = {m.workload: m.status for m in first.measurements}
    assert status == dict.fromkeys(MEASURED, "ok") | dict.fromkeys(ABSENT, "absent")
    assert [m.ticks for m in first.measurements] == [m.ticks for m in second.measurements]
    for measured in first.measurements:
        if measured.workload in MEASURED:
            assert measured.ticks and min(measured.ticks) > 0
