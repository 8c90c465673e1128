"""The one-program form: the plan in the program, and the same numbers as from programs apart."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import statistics
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import ROOT, Checkout, tiny_elf

from ringside.catalog import WorkloadSet, load, load_workloads
from ringside.errors import ImageError
from ringside.image import boot_file, build_initrd, obtain
from ringside.image.make import make
from ringside.image.mono import embed_plan, find_plan
from ringside.machine import CLOCKS, MachineSpec, QemuMachine, build_argv, find_qemu
from ringside.records import Transcript, Verdict
from ringside.session import Limits, Outcome, run_session

PORT = "linux-x86_64"
PLACE = b"# ringside plan 128\n".ljust(128, b"\n")
# What must come out the same within so many per cent: the first has no kernel in it, and the more
# of the kernel's memory management a workload meets, the more the program's own layout shows.
BOUNDS = {"memory/copy": 0.1, "syscall/null": 1, "ipc/pipe_latency": 3, "memory/page_fault": 10}


def test_the_plan_goes_into_its_place_and_nowhere_else() -> None:
    image = b"before" + PLACE + b"after"
    made = embed_plan(image, ["a/one", "b/two/8x16k"], "full", "it")
    assert len(made) == len(image)
    assert made.startswith(b"before# ringside plan 128\nprofile full\na/one\nb/two/8x16k\n\n")
    assert made.endswith(b"\nafter")
    assert find_plan(made, "it") == (6, 128)
    assert embed_plan(made, [], "quick", "it") == embed_plan(image, [], "quick", "it")


@pytest.mark.parametrize(
    ("image", "plan", "complaint"),
    [
        (b"nothing", ["a/b"], "it has no space for a plan"),
        (PLACE + PLACE, ["a/b"], "it holds 2 plan sections: expected one"),
        (PLACE[:100], ["a/b"], "it ends within its plan section"),
        (PLACE, ["a/" + "b" * 120], "the plan needs 157 bytes but it has room for 128: select"),
        (PLACE, ["a/b"] * 257, "257 workloads in one plan: the runner supports at most 256"),
    ],
)
def test_what_does_not_fit_is_said(image: bytes, plan: Sequence[str], complaint: str) -> None:
    with pytest.raises(ImageError, match=re.escape(complaint)):
        embed_plan(image, plan, "quick", "it")


def test_one_program_is_many_workloads(checkout: Checkout) -> None:
    root = checkout()
    build = root / "workloads" / "build" / "small-port"
    (build / "a").mkdir(parents=True)
    (build / "mono").write_bytes(tiny_elf(PLACE))
    (build / "a" / "b.facts").write_text("op: one thing\npoints: 1 2\nsweep: 3\naxis: things\n")
    (build / "a" / "c.facts").write_text("op: another\n")
    found = load_workloads(root, "small-port")
    assert found.one_program
    assert found.names == ("a/b/1", "a/b/2", "a/c")
    assert [w.name for w in found.sweeps] == ["a/b/3"]
    assert {w.path.name for w in found.workloads} == {"mono"}
    assert found.select_probes([]) == ()


def program(port: str = PORT) -> Path:
    """The one program of a port that has programs apart too."""
    folder = ROOT / "workloads"
    make(folder, "mono", ROOT, f"PORT={port}")
    return folder / "build" / port / "mono"


def test_every_workload_is_in_it() -> None:
    symbols = subprocess.run(["nm", program()], check=True, capture_output=True, text=True).stdout
    linked = set(re.findall(r" bench_(\w+)$", symbols, re.MULTILINE))
    elves = {w.elf.replace("/", "_") for w in load_workloads(ROOT, PORT).workloads}
    assert elves <= linked


def boot(workloads: WorkloadSet, plan: Sequence[str], folder: Path) -> Transcript:
    """Run `plan` on the reference kernel."""
    kernel = next(k for k in load(ROOT).kernels if k.role == "reference")
    assert kernel.boot is not None
    way = next(iter(kernel.boot.ways.values()))
    image = boot_file(obtain(kernel, ROOT, ROOT / ".cache"), way, ROOT / ".cache")
    initrd = build_initrd(workloads, plan, "quick", folder).path
    spec = MachineSpec(kernel.boot.machine, kernel.boot.memory_mib, image, way.cmdline, initrd)
    binary = find_qemu(kernel.boot.arch).binary
    transcript = Transcript(plan)

    async def scenario() -> Outcome:
        machine = QemuMachine(lambda fd: build_argv(spec, CLOCKS["exact"], binary, fd))
        async with machine:
            return (await run_session(machine, transcript, Limits(60, 60, 1e6))).outcome

    assert asyncio.run(scenario()) is Outcome.FINISHED
    return transcript


def cost(transcript: Transcript, index: int) -> float:
    """Ticks of an operation, the median."""
    result = transcript.result(index)
    assert result.verdict is Verdict.WHOLE, result
    return statistics.median(result.ticks) / result.iterations


@pytest.mark.boot
def test_the_numbers_are_those_of_programs_apart(tmp_path: Path) -> None:
    apart = load_workloads(ROOT, PORT)
    together = dataclasses.replace(apart, init=program(), one_program=True)
    plan = [*BOUNDS, "process/fork_exec_wait", "no/such", "event/epoll/10"]
    one = boot(together, plan, tmp_path)
    each = boot(apart, list(BOUNDS), tmp_path)
    for index, (name, percent) in enumerate(BOUNDS.items()):
        ratio = cost(one, index) / cost(each, index)
        assert abs(ratio - 1) * 100 <= percent, (name, cost(one, index), cost(each, index))
    # There is no file to exec, and nothing of that name: both are absent, and the rest goes on.
    for index in (4, 5):
        assert one.result(index).verdict is Verdict.ABSENT
    assert one.result(6).verdict is Verdict.WHOLE
