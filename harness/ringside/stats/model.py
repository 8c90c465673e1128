"""The data model of a baseline, and the conditions under which a run is comparable to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ringside.errors import JudgeError
from ringside.store.schema import Run

FORMAT = "1"

# The header's lines, in order. All must be equal for a run to be judged.
HEADER_KEYS = (
    "format",
    "kernel",
    "clock",
    "qemu",
    "cpu",
    "machine",
    "arch",
    "smp",
    "memory",
    "toolchain",
    "profile",
)


@dataclass(frozen=True)
class Entry:
    """One workload of a baseline: median ticks of a repetition, and its number of operations.

    `ticks` and `iterations` are None if the workload is absent on the kernel. `elf` is the start of
    the ELF's SHA-256.
    """

    workload: str
    ticks: int | None
    iterations: int | None
    elf: str


@dataclass(frozen=True)
class Baseline:
    """The contents of a baseline file: `header` by HEADER_KEYS, `entries` by workload."""

    header: Mapping[str, str]
    entries: Mapping[str, Entry]


def header_of(run: Run, kernel: str | None = None) -> dict[str, str]:
    """The header of a run's baseline. `kernel` may be omitted if the run has one. Raises
    JudgeError."""
    if kernel is None:
        if len(run.kernels) != 1:
            raise JudgeError(f"select a kernel: the run has {', '.join(run.kernels) or 'none'}")
        kernel = run.kernels[0]
    elif kernel not in run.kernels:
        raise JudgeError(f"{kernel} is not in the run, only {', '.join(run.kernels)}")
    environment = run.environment_of(kernel)
    return {
        "format": FORMAT,
        "kernel": kernel,
        "clock": environment.clock,
        "qemu": _line(environment.qemu_version),
        "cpu": _line(environment.cpu_model),
        "machine": _line(environment.machine),
        "arch": _line(environment.arch),
        "smp": str(environment.smp),
        "memory": f"{environment.memory_mib} MiB",
        "toolchain": _line(environment.toolchain),
        "profile": run.profile,
    }


def _line(text: str) -> str:
    """`text` as it is read back from a line: white space is collapsed."""
    return " ".join(text.split()) or "-"
