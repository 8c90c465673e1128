"""Boot a kernel with the QEMU plugin looking on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ringside.catalog import Workload
from ringside.catalog.model import Arch
from ringside.conductor.prepare import Candidate, Plan
from ringside.conductor.spec import load
from ringside.errors import ProfileError
from ringside.image.delivery import Step
from ringside.image.make import make
from ringside.machine import ClockSpec, MachineSpec, Qemu, QemuMachine, build_argv
from ringside.profile import PluginLog, read_log
from ringside.records import Transcript
from ringside.session import Ending, Limits, Outcome, Sink, run_session

_PLUGIN = Path("harness/plugin")
# Which part of the plugin knows an architecture.
_FOLDERS: dict[Arch, str] = {"x86_64": "x86_64", "riscv64": "riscv64", "riscv32": "riscv64"}


@dataclass(frozen=True)
class Watched:
    """A boot that was watched: what the plugin saw, what the guest said, and how it ended."""

    log: PluginLog
    ending: Ending
    console: bytes


@dataclass(frozen=True)
class Bench:
    """Where to watch: the plugin, a folder for its file, the file's stem, the host CPU."""

    plugin: Path
    folder: Path
    label: str
    cpu: int


def build_plugin(root: Path, arch: Arch) -> Path:
    """Bring the plugin up to date: the one for guests of `arch`, with its helpers beside it.

    Raises ImageError when it does not compile, ProfileError when there is none for `arch`.
    """
    folder = _FOLDERS.get(arch)
    if folder is None:
        raise ProfileError(f"{arch} guests can't be observed: only {', '.join(_FOLDERS)}")
    make(root / _PLUGIN, "all", root)
    return root / _PLUGIN / "build" / folder / "ringside.so"


async def watch_workloads(
    plan: Plan, candidate: Candidate, workloads: Sequence[Workload], bench: Bench, *, profile: bool
) -> tuple[Watched, Transcript]:
    """Boot `candidate` with `workloads` planned. With `profile`, follow calls in their windows.

    Raises ProfileError when the guest did not get through them, MachineError when QEMU does not
    start.
    """
    names = [workload.name for workload in workloads]
    spec, made = load(candidate, names, plan.request.profile, plan.cache)
    kernel = candidate.kernel
    patience = plan.request.patience
    limits = Limits(
        boot_s=kernel.deadlines.boot_host_s * patience,
        silence_s=kernel.deadlines.silence_host_s * patience,
        guest_s=kernel.deadlines.guest_s,
    )
    transcript = Transcript(names)
    watched = await watch(
        spec,
        plan.clock,
        plan.qemu,
        bench,
        sink=transcript,
        limits=limits,
        panic=kernel.console.panic,
        profile=profile,
        script=made.script,
    )
    if watched.ending.outcome is not Outcome.FINISHED:
        raise ProfileError(f"{kernel.id}: {watched.ending.outcome}: {watched.ending.detail}")
    return watched, transcript


async def watch(
    spec: MachineSpec,
    clock: ClockSpec,
    qemu: Qemu,
    bench: Bench,
    *,
    sink: Sink,
    limits: Limits,
    panic: Sequence[str],
    profile: bool,
    script: Sequence[Step] = (),
) -> Watched:
    """Boot `spec`, type `script`, and wait until it ends or a limit ends it."""
    out = bench.folder / f"{bench.label}.plugin.jsonl"
    words = ("-plugin", plugin_option(bench.plugin, out, profile=profile))
    watching = dataclasses.replace(spec, extra=(*spec.extra, *words))
    console = bytearray()
    machine = QemuMachine(lambda fd: build_argv(watching, clock, qemu.binary, fd), bench.cpu)
    machine.has_keyboard = bool(script)
    async with machine:
        ending = await run_session(machine, sink, limits, panic, console.extend, script)
    return Watched(log=read_log(out), ending=ending, console=bytes(console))


def plugin_option(plugin: Path, out: Path, *, profile: bool) -> str:
    """The value of QEMU's -plugin. A comma in a path is doubled."""
    words = [f"file={plugin}", f"out={out}"] + (["profile=on"] if profile else [])
    return ",".join(word.replace(",", ",,") for word in words)
