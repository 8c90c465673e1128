"""The machine that a candidate is booted on, with the workloads on their way into it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ringside.conductor.prepare import Candidate
from ringside.image.delivery import Cargo, Delivered, deliver
from ringside.machine import MachineSpec


def load(
    candidate: Candidate, plan: Sequence[str], profile: str, cache: Path
) -> tuple[MachineSpec, Delivered]:
    """What to start so that `candidate` runs `plan`, and how that gets in. Raises ImageError."""
    cargo = Cargo(
        workloads=candidate.workload_set,
        plan=tuple(plan),
        profile=profile,
        image=candidate.image,
        file=candidate.file,
        cache=cache,
    )
    made = deliver(candidate.way.workloads or candidate.boot.workloads, cargo)
    spec = MachineSpec(
        machine=candidate.boot.machine,
        memory_mib=candidate.boot.memory_mib,
        kernel=made.kernel,
        cmdline=candidate.way.cmdline,
        initrd=made.initrd,
        extra=(*candidate.boot.devices, *made.options),
        cpu=candidate.boot.cpu,
    )
    return spec, made
