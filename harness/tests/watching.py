"""Boots for tests of the plugin: the same guest with it and without it."""

from __future__ import annotations

import asyncio
import functools
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import mirror
import pytest
from conftest import ROOT

from ringside.catalog import load
from ringside.catalog.model import Arch
from ringside.conductor import Plan, Request, prepare
from ringside.conductor.cpus import host_cpus
from ringside.conductor.explaining import with_plugin_support
from ringside.conductor.observer import NullObserver
from ringside.conductor.watch import PluginSetup, build_plugin, plugin_option, watch_workloads
from ringside.image import build_initrd
from ringside.machine import CLOCKS, MachineSpec, QemuMachine, build_argv
from ringside.machine.newer import find_qemu_for_plugins
from ringside.profile import BootView, PluginLog, read_log
from ringside.profile.log import Window
from ringside.records import Result, Transcript
from ringside.session import Limits, Outcome, run_session

_WATCHED = [k for k in load(ROOT).kernels if k.role in ("reference", "subject") and k.boot]
ARCHES = {k.id: k.boot.arch for k in _WATCHED if k.boot is not None}
KERNELS = tuple(kernel for kernel, arch in ARCHES.items() if arch == "x86_64")
# One of another architecture, for what must not depend on it.
FOREIGN = tuple(kernel for kernel, arch in ARCHES.items() if arch != "x86_64")


@functools.cache
def plan_of(kernel: str, workloads: tuple[str, ...]) -> Plan:
    """A plan for one kernel, with a QEMU that runs plugins."""
    mirror.needs(kernel)
    request = Request(kernels=(kernel,), workloads=workloads)
    return with_plugin_support(prepare(load(ROOT), request, NullObserver()))


@dataclass(frozen=True)
class Seen:
    """What one boot gave: the log, the guest's own results, the console."""

    log: PluginLog
    results: tuple[Result, ...]
    console: bytes


@functools.cache
def watched(kernel: str, workloads: tuple[str, ...], *, profile: bool) -> Seen:
    """Boot `kernel` with the plugin."""
    if ARCHES[kernel] != "x86_64" and shutil.which(_MARKS[ARCHES[kernel]].objdump) is None:
        pytest.skip(f"no compiler for {ARCHES[kernel]} here")
    plan = plan_of(kernel, workloads)
    with tempfile.TemporaryDirectory() as folder:
        bench = PluginSetup(
            build_plugin(ROOT, plan.candidates[0].boot.arch), Path(folder), "boot", host_cpus()[0]
        )
        seen, transcript = asyncio.run(
            watch_workloads(plan, plan.candidates[0], plan.workloads, bench, profile=profile)
        )
    results = tuple(transcript.result(i) for i in range(len(plan.workloads)))
    return Seen(seen.log, results, seen.console)


def unwatched(plan: Plan) -> tuple[tuple[Result, ...], bytes]:
    """Boot the plan's kernel without the plugin."""
    candidate = plan.candidates[0]
    names = [workload.name for workload in plan.workloads]
    initrd = build_initrd(candidate.workload_set, names, "quick", plan.cache / "initrd")
    spec = MachineSpec(
        machine=candidate.boot.machine,
        memory_mib=candidate.boot.memory_mib,
        kernel=candidate.file,
        cmdline=candidate.way.cmdline,
        initrd=initrd.path,
    )
    transcript, console = Transcript(names), bytearray()

    async def run() -> None:
        machine = QemuMachine(
            lambda fd: build_argv(spec, plan.clock, plan.qemu.binary, fd), host_cpus()[0]
        )
        async with machine:
            limits = Limits(60.0, 60.0, 1e6)
            ending = await run_session(machine, transcript, limits, (), console.extend)
        assert ending.outcome is Outcome.FINISHED, ending

    asyncio.run(run())
    return tuple(transcript.result(i) for i in range(len(names))), bytes(console)


def by_workload(seen: Seen) -> list[tuple[Result, tuple[Window, ...]]]:
    """Each result with its windows: they come in the order of the plan."""
    found, at = [], 0
    for result in seen.results:
        count = result.warmup + len(result.ticks) + len(result.overhead)
        found.append((result, seen.log.windows[at : at + count]))
        at += count
    assert at == len(seen.log.windows)
    return found


@dataclass(frozen=True)
class ProofRun:
    """A run of the guest whose costs are known; `clock` is what its own clock counted."""

    boot: BootView
    windows: tuple[Window, ...]
    clock: int


# The machines that the guests of known costs are made for, and how these end QEMU.
_PROOF_MACHINES: dict[Arch, tuple[str, ...]] = {
    # In 64-bit mode only Intel's CPUs know sysenter.
    "x86_64": (
        *("-M", "pc", "-cpu", "qemu64,vendor=GenuineIntel"),
        *("-device", "isa-debug-exit,iobase=0xf4,iosize=1"),
    ),
    "riscv64": ("-M", "virt", "-cpu", "rv64", "-bios", "none"),
}
_PROOF_STATUS = 0x2B


def run_proof(arch: Arch, folder: Path, *, profile: bool) -> ProofRun:
    """Run the guest of known costs, build/<arch>/proof of the plugin's folder."""
    plugin = build_plugin(ROOT, arch)
    guest = plugin.with_name("proof")
    if not guest.is_file():
        pytest.skip(f"no compiler for {arch} here")
    qemu = find_qemu_for_plugins(arch, ROOT / ".cache")
    out = folder / "proof.jsonl"
    argv = [qemu.binary, *_PROOF_MACHINES[arch], "-m", "64", *CLOCKS["exact"].options]
    argv += ["-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio"]
    argv += ["-no-reboot", "-kernel", str(guest)]
    argv += ["-plugin", plugin_option(plugin, out, profile=profile)]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode == _PROOF_STATUS, done.stderr
    log = read_log(out)
    assert log.boot is not None
    return ProofRun(log.boot, log.windows, int.from_bytes(done.stdout, "little"))


@dataclass(frozen=True)
class _Marks:
    """How a disassembly shows the markers and the reading of the clock, and what makes one."""

    objdump: str
    open: str
    close: str
    reading: re.Pattern[str]
    jump: re.Pattern[str]


_MARKS: dict[str, _Marks] = {
    "x86_64": _Marks(
        "objdump",
        "nopl   0x52530001(%rax,%rax,1)",
        "nopl   0x52530002(%rax,%rax,1)",
        re.compile("rdtsc"),
        re.compile("j"),
    ),
    "riscv64": _Marks(
        "riscv64-linux-gnu-objdump",
        "lui\tzero,0x52531",
        "lui\tzero,0x52532",
        re.compile("rdinstret"),
        re.compile(r"b(eq|ne|lt|ge)|j(?!alr)"),
    ),
}


def instructions_around(elf: Path, arch: str = "x86_64") -> tuple[int, int]:
    """Of the one function with markers: instructions from the opening one to the first reading
    of the clock, and from the last reading, itself counted, to the closing one."""
    marks = _MARKS[arch]
    done = subprocess.run(
        [marks.objdump, "-d", "--no-show-raw-insn", str(elf)],
        capture_output=True,
        text=True,
        check=True,
    )
    code = [line.split("\t", 1)[1].strip() for line in done.stdout.splitlines() if "\t" in line]
    code = [re.sub(r"\s*#.*", "", insn) for insn in code]
    assert code.count(marks.open) == code.count(marks.close) == 1
    begin, end = code.index(marks.open), code.index(marks.close)
    window = code[begin + 1 : end]
    readings = [i for i, insn in enumerate(window) if marks.reading.match(insn)]
    assert len(readings) == 2
    assert not any(marks.jump.match(insn) for insn in window)
    return readings[0], len(window) - readings[1]
