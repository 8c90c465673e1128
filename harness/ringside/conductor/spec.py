"""The machine for a kernel, with or without workloads."""

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
    """The machine that runs `plan` on `candidate` with `cpus` CPUs, and the delivery of the plan.

    Raises ImageError.
    """
    payload = Payload(
        workloads=candidate.workload_set,
        plan=tuple(plan),
        profile=profile,
        image=candidate.image,
        file=candidate.file,
        cache=cache,
    )
    boot, way = candidate.boot, candidate.way
    delivered = deliver(way.workloads or boot.workloads, payload)
    base = machine_spec(candidate.kernel.console, boot, way, delivered.kernel)
    spec = dataclasses.replace(
        base,
        initrd=delivered.initrd,
        extra=(*base.extra, *delivered.options),
        cpus=cpus,
        typed=bool(delivered.script),
    )
    return spec, delivered


def machine_spec(console: Console, boot: Boot, way: BootConfig, file: Path | None) -> MachineSpec:
    """The machine that boots `file`, prepared for the boot configuration, without workloads."""
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
    """The machine with the console that a session reads."""
    return ScreenMachine(machine) if console.device == "screen" else machine
