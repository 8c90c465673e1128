"""Types shared by the delivery methods: their input and output."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ringside.catalog import WorkloadSet
from ringside.image.obtain import KernelImage


@dataclass(frozen=True)
class Payload:
    """The workloads to run, and the kernel image to run them on.

    `plan` has one line per workload of `workloads`; `file` is what the boot configuration made of
    `image` for QEMU's -kernel. Generated files go below `cache`, named after their contents.
    """

    workloads: WorkloadSet
    plan: tuple[str, ...]
    profile: str
    image: KernelImage
    file: Path
    cache: Path


@dataclass(frozen=True)
class Step:
    """Send `send`, then wait at most `seconds` of host time until the output matches `expect`.

    If the output matches `refuse` but not `expect`, the guest has rejected the input. Both are
    regular expressions. `what` names the step in errors.
    """

    send: bytes
    expect: str
    seconds: float
    what: str
    refuse: str | None = None


@dataclass(frozen=True)
class Delivered:
    """Arguments for QEMU, and the script to type into the console after the boot.

    With `kernel` None the firmware boots from what `options` attach. `sha256` is the hex digest of
    the file or script that carries the workloads.
    """

    kernel: Path | None
    sha256: str
    initrd: Path | None = None
    options: tuple[str, ...] = ()
    script: tuple[Step, ...] = ()


# Output of `kernels check`: pairs of heading and text.
Facts = tuple[tuple[str, str], ...]
