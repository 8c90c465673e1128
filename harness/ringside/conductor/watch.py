"""Boot a kernel under the QEMU plugin."""

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
# The plugin's directory for each architecture.
_FOLDERS: dict[Arch, str] = {"x86_64": "x86_64", "riscv64": "riscv64", "riscv32": "riscv64"}


@dataclass(frozen=True)
class WatchedBoot:
    """A boot under the plugin: the plugin's log, how it ended, and the console output."""

    log: PluginLog
    ending: Ending
    console: bytes


@dataclass(frozen=True)
class PluginSetup:
    """How to run the plugin: its path, the folder and stem of its output file, the host CPU."""

    plugin: Path
    folder: Path
    label: str
    cpu: int


def build_plugin(root: Path, arch: Arch) -> Path:
    """Build the plugin for guests of `arch`, with its helper programs next to it.

    Raises ImageError if it does not compile, ProfileError if there is none for `arch`.
    """
    folder = _FOLDERS.get(arch)
    if folder is None:
        raise ProfileError(f"{arch} guests can't be observed: only {', '.join(_FOLDERS)}")
    make(root / _PLUGIN, "all", root)
    return root / _PLUGIN / "build" / folder / "ringside.so"


async def watch_workloads(
    plan: Plan,
    candidate: Candidate,
    workloads: Sequence[Workload],
    setup: PluginSetup,
    *,
    profile: bool,
) -> tuple[WatchedBoot, Transcript]:
    """Boot `candidate` with `workloads` as its plan. With `profile` calls in windows are recorded.

    Raises ProfileError if the guest does not finish, MachineError if QEMU does not start.
    """
    names = [workload.name for workload in workloads]
    spec, delivered = load(candidate, names, plan.request.profile, plan.cache)
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
        setup,
        sink=transcript,
        limits=limits,
        panic=kernel.console.panic,
        profile=profile,
        script=delivered.script,
    )
    if watched.ending.outcome is not Outcome.FINISHED:
        raise ProfileError(f"{kernel.id}: {watched.ending.outcome}: {watched.ending.detail}")
    return watched, transcript


async def watch(
    spec: MachineSpec,
    clock: ClockSpec,
    qemu: Qemu,
    setup: PluginSetup,
    *,
    sink: Sink,
    limits: Limits,
    panic: Sequence[str],
    profile: bool,
    script: Sequence[Step] = (),
) -> WatchedBoot:
    """Boot `spec`, type `script`, and wait until it ends or exceeds a limit."""
    out = setup.folder / f"{setup.label}.plugin.jsonl"
    plugin = ("-plugin", plugin_option(setup.plugin, out, profile=profile))
    observed_spec = dataclasses.replace(spec, extra=(*spec.extra, *plugin))
    console = bytearray()
    machine = QemuMachine(lambda fd: build_argv(observed_spec, clock, qemu.binary, fd), setup.cpu)
    machine.has_keyboard = bool(script)
    async with machine:
        ending = await run_session(machine, sink, limits, panic, console.extend, script)
    return WatchedBoot(log=read_log(out), ending=ending, console=bytes(console))


def plugin_option(plugin: Path, out: Path, *, profile: bool) -> str:
    """The value of QEMU's -plugin; commas in paths are doubled."""
    words = [f"file={plugin}", f"out={out}"] + (["profile=on"] if profile else [])
    return ",".join(word.replace(",", ",,") for word in words)
