"""The machine that a kernel is booted on, bare or with the workloads on their way into it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from ringside.catalog.model import Boot, BootConfig, Console
from ringside.conductor.prepare import Candidate
from ringside.image.delivery import Delivered, Payload, deliver
from ringside.image.disk import drive
from ringside.machine import MachineSpec, QemuMachine
from ringside.machine.base import Machine
from ringside.machine.screen import SCREEN_DEVICES, ScreenMachine


def load(
    candidate: Candidate, plan: Sequence[str], profile: str, cache: Path, cpus: int = 1
) -> tuple[MachineSpec, Delivered]:
    """What to start so that `candidate` runs `plan` on `cpus` CPUs, and how that gets in. Raises
    ImageError."""
    payload = Payload(
        workloads=candidate.workload_set,
        plan=tuple(plan),
        profile=profile,
        image=candidate.image,
        file=candidate.file,
        cache=cache,
    )
    boot, way = candidate.boot, candidate.way
    made = deliver(way.workloads or boot.workloads, payload)
    bare = bare_machine(candidate.kernel.console, boot, way, made.kernel)
    spec = dataclasses.replace(
        bare,
        initrd=made.initrd,
        extra=(*bare.extra, *made.options),
        cpus=cpus,
        typed=bool(made.script),
    )
    return spec, made


def bare_machine(console: Console, boot: Boot, way: BootConfig, file: Path | None) -> MachineSpec:
    """What to start so that `file`, as the way of booting has it, boots alone."""
    extra = boot.devices
    if console.device == "screen":
        extra += SCREEN_DEVICES
    if way.image == "disk" and file is not None:
        extra += drive(file)
        file = None
    if way.image == "firmware" and file is not None:
        folder = str(file.parent).replace(",", ",,")
        extra = tuple(word.replace("{beside}", folder) for word in extra)
        file = None
    return MachineSpec(
        machine=boot.machine,
        memory_mib=boot.memory_mib,
        kernel=file,
        cmdline=way.cmdline,
        extra=extra,
        cpu=boot.cpu,
    )


def console_of(machine: QemuMachine, console: Console) -> Machine:
    """The machine as a session is to hear it."""
    return ScreenMachine(machine) if console.device == "screen" else machine
