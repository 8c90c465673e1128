"""The plugin proves itself against guests that know what they cost."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT
from watching import (
    ARCHES,
    FOREIGN,
    KERNELS,
    by_workload,
    instructions_around,
    plan_of,
    run_proof,
    unwatched,
    watched,
)

from ringside.catalog import load_workloads
from ringside.catalog.model import Arch
from ringside.conductor.watch import build_plugin
from ringside.image.make import make
from ringside.machine.newer import find_qemu_for_plugins
from ringside.profile.boot import count, total
from ringside.records import Verdict

pytestmark = pytest.mark.boot

# System calls, faults, switches, new processes and programs, signals, and a CPU that halts.
WORKLOADS = (
    "syscall/null",
    "memory/page_fault",
    "ipc/context_switch",
    "process/fork_exec_wait",
    "signal/catch",
    "time/sleep",
)


@dataclass(frozen=True)
class Costs:
    """What guest/<arch>/proof.S says that it does, by kind, number, gate and whether from user
    mode: (entered, own cost, cost to the return), and (entered, own cost) of what went on
    elsewhere than behind what raised it."""

    back: dict[tuple[str, int, int, bool], tuple[int, int, int]]
    elsewhere: dict[tuple[str, int, int, bool], tuple[int, int]]


PROOF: dict[Arch, Costs] = {
    "x86_64": Costs(
        {
            ("interrupt", 32, 0, False): (5, 6, 6),
            ("interrupt", 128, 0, False): (3 + 2, 4, 4),
            ("interrupt", 129, 0, False): (2, 3, 3 + 4),
            ("fault", 0, 0, False): (2, 2, 2),
            ("fault", 14, 0, False): (4, 8, 8),
            ("interrupt", 2, 0, False): (2, 3, 3),
            ("syscall", 7, 0, True): (6, 3, 3),
            ("syscall", 9, 2 + 0x82, True): (3, 2, 2),
            ("syscall", 5, 1, True): (4, 2, 2),
        },
        {("fault", 6, 0, False): (2, 2), ("fault", 13, 0, True): (1, 3)},
    ),
    "riscv64": Costs(
        {
            ("interrupt", 64 + 5, 0, False): (5, 7, 7),
            ("fault", 13, 0, False): (4, 19, 19),
            ("fault", 15, 0, False): (1, 19, 19),
            ("fault", 128 + 9, 0, False): (3 + 3, 4, 4),
            ("syscall", 7, 0, True): (6, 16, 16),
            ("syscall", 9, 0, True): (3, 17, 17 + 4),
        },
        {
            ("fault", 3, 0, False): (3, 12),
            ("fault", 2, 0, False): (2 + 2, 12),
            ("fault", 2, 0, True): (1, 12),
        },
    ),
}


@pytest.mark.parametrize("arch", PROOF)
def test_known_costs_are_hit_exactly(arch: Arch, tmp_path: Path) -> None:
    doors = {
        (d.kind, d.number, d.gate, d.from_user): d
        for d in run_proof(arch, tmp_path, profile=False).boot.doors
    }
    costs = PROOF[arch]
    assert doors.keys() == costs.back.keys() | costs.elsewhere.keys()
    for key, (entered, own, wall) in costs.back.items():
        door = doors[key]
        assert (door.entered, door.open, door.elsewhere) == (entered, 0, 0), key
        assert (door.own, door.wall) == (((own, entered),), ((wall, entered),)), key
    for key, (entered, own) in costs.elsewhere.items():
        door = doors[key]
        assert (door.entered, door.elsewhere, door.open) == (entered, entered, 0), key
        assert door.elsewhere_own == ((own, entered),), key


@pytest.mark.parametrize("arch", PROOF)
def test_faults_are_counted_as_the_machine_counts_them(arch: Arch, tmp_path: Path) -> None:
    run = run_proof(arch, tmp_path, profile=True)
    (window,) = run.windows
    # The second reading of the clock is executed in the window, and after what it reads.
    assert window.total == run.clock + 1
    assert sum(cell[2] for cell in window.cells) == window.total


@pytest.mark.parametrize("kernel", (*KERNELS, *FOREIGN))
def test_windows_are_what_the_workload_counted(kernel: str) -> None:
    seen = watched(kernel, WORKLOADS, profile=True)
    plan = plan_of(kernel, WORKLOADS)
    for (result, windows), workload in zip(by_workload(seen), plan.workloads, strict=True):
        assert result.verdict is Verdict.WHOLE, result
        before, after = instructions_around(workload.path, ARCHES[kernel])
        readings = (*result.ticks, *result.overhead)
        for window, ticks in zip(windows[result.warmup :], readings, strict=True):
            expected = ticks + before + after
            if result.name == "time/sleep" and ticks not in result.overhead:
                assert window.total < expected, "a halted CPU executes nothing"
            else:
                assert window.total == expected, (result.name, window.number)


@pytest.mark.parametrize("kernel", (*KERNELS, *FOREIGN))
def test_functions_sum_to_the_window(kernel: str) -> None:
    for window in watched(kernel, WORKLOADS, profile=True).log.windows:
        assert sum(cell[2] for cell in window.cells) == window.total
        assert all(cell[2] > 0 and 0 <= cell[3] <= cell[2] for cell in window.cells)


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_guest_does_not_notice(kernel: str) -> None:
    _, console = unwatched(plan_of(kernel, WORKLOADS))
    assert watched(kernel, WORKLOADS, profile=True).console == console
    assert watched(kernel, WORKLOADS, profile=False).console == console


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_ways_in_account_for_the_kernel(kernel: str) -> None:
    seen = watched(kernel, WORKLOADS, profile=False)
    boot = seen.log.boot
    assert boot is not None
    assert boot.ended_by == "done"
    assert boot.user + boot.kernel == boot.instructions
    assert 0 < boot.first_user < boot.ready < boot.instructions
    assert sum(total(door.own) for door in boot.doors) < boot.kernel
    for door in boot.doors:
        assert count(door.own) == count(door.wall)
        assert total(door.own) <= total(door.wall)
        assert door.open >= 0


@pytest.mark.parametrize("kernel", KERNELS)
def test_processes_are_matched(kernel: str) -> None:
    """fork_exec_wait: each child appears once, leaves by a new program, and never comes back."""
    for result, windows in by_workload(watched(kernel, WORKLOADS, profile=True)):
        if result.name != "process/fork_exec_wait":
            continue
        for window in windows[: -len(result.overhead)]:
            assert (window.appeared, window.elsewhere) == (result.iterations, result.iterations)


def test_two_runs_see_the_same(tmp_path: Path) -> None:
    kernel = KERNELS[0]
    first = watched(kernel, WORKLOADS, profile=True)
    watched.cache_clear()
    again = watched(kernel, WORKLOADS, profile=True)
    assert again.log.windows == first.log.windows
    assert again.log.nodes == first.log.nodes


def test_markers_stand_outside_the_readings() -> None:
    for workload in load_workloads(ROOT, "linux-x86_64").workloads:
        before, after = instructions_around(workload.path)
        assert before >= 1 and after >= 1, workload.name


@pytest.mark.parametrize("kernel", KERNELS)
def test_markers_change_no_count(kernel: str, tmp_path: Path) -> None:
    """The same workloads, built without the markers, count the same where no plugin looks."""
    names = ("syscall/null", "file/fstat", "ipc/pipe_latency")
    plan = plan_of(kernel, names)
    with_marks, _ = unwatched(plan)

    source = tmp_path / "workloads"
    shutil.copytree(ROOT / "workloads", source, ignore=shutil.ignore_patterns("build"))
    taken = 0
    for file in source.glob("ports/*/*.h"):
        text = file.read_text()
        bare = re.sub(r'__asm__ volatile\("nopl %c0.*?;', "(void)tag;", text)
        taken += bare != text
        file.write_text(bare)
    assert taken == 1
    for name in ("init", *names):
        make(source, f"build/linux-x86_64/{name}", tmp_path)
    (root := tmp_path / "root").mkdir()
    source.rename(root / "workloads")
    bare_set = load_workloads(root, "linux-x86_64")
    candidate = dataclasses.replace(plan.candidates[0], workload_set=bare_set)
    bare_plan = dataclasses.replace(plan, cache=tmp_path, candidates=(candidate,))
    without, _ = unwatched(bare_plan)
    for one, other in zip(with_marks, without, strict=True):
        # Where a tick of the timer falls may move, and a sample that it falls into with it: what
        # the operations themselves cost is the smallest.
        assert min(one.ticks) == min(other.ticks) > 0, one.name
        assert one.overhead == other.overhead, one.name


def test_qemu_says_in_a_line_what_the_plugin_lacks(tmp_path: Path) -> None:
    plugin = build_plugin(ROOT, "x86_64")
    qemu = find_qemu_for_plugins("x86_64", ROOT / ".cache")
    for option, words in (
        ("", "out=FILE is missing"),
        (",out=/nowhere/at/all", "can't write to the file of out="),
        (",wrong=1", "unknown argument: use out=FILE and profile=on"),
        (f",out={tmp_path / 'x'} -smp 2", "supports only one CPU"),
    ):
        argv = [qemu.binary, "-M", "pc", "-accel", "tcg", "-display", "none", "-nodefaults", "-S"]
        done = subprocess.run(
            [*argv, "-plugin", *f"file={plugin}{option}".split()],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode != 0
        lines = [line for line in done.stderr.splitlines() if line.startswith("ringside plugin: ")]
        assert len(lines) == 1 and words in lines[0]
