"""A baseline as data, and the facts of a run that it must share to be judged against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ringside.errors import JudgeError
from ringside.store.schema import Run

FORMAT = "1"

# The header's lines, in order. Every one must be equal in a run for it to be judged.
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
    """One workload of a baseline: median ticks of a repetition, and the operations in it.

    `ticks` and `iterations` are none when the kernel lacks what the workload needs. `elf` is the
    start of the ELF's SHA-256.
    """

    workload: str
    ticks: int | None
    iterations: int | None
    elf: str


@dataclass(frozen=True)
class Baseline:
    """A baseline file's content: `header` by HEADER_KEYS, `entries` by workload."""

    header: Mapping[str, str]
    entries: Mapping[str, Entry]


def header_of(run: Run, kernel: str | None = None) -> dict[str, str]:
    """What the header of a run's baseline says; `kernel` may be left out when the run has one."""
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
    """Text as it comes back from a line of a file: runs of white space are one space."""
    return " ".join(text.split()) or "-"
