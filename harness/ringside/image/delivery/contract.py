"""What a method of getting the workloads into a guest is given, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ringside.catalog import WorkloadSet
from ringside.image.obtain import KernelImage


@dataclass(frozen=True)
class Cargo:
    """What is to run, and the image that is to run it.

    `plan` has a line a workload, of `workloads`; `file` is what the way of booting made of
    `image` for QEMU's -kernel. What a method makes goes below `cache`, named after its content.
    """

    workloads: WorkloadSet
    plan: tuple[str, ...]
    profile: str
    image: KernelImage
    file: Path
    cache: Path


@dataclass(frozen=True)
class Step:
    """`send` these bytes, then wait at most `seconds` of this host for the regular expression
    `expect` in what the console says from then on. Where `refuse` is found and `expect` is not,
    the guest has refused. `what` names the step in an error."""

    send: bytes
    expect: str
    seconds: float
    what: str
    refuse: str | None = None


@dataclass(frozen=True)
class Delivered:
    """What QEMU is to be started with, and what is to be typed into the console afterwards.

    `kernel` None lets the firmware boot from what `options` attach. `sha256` is of the bytes that
    carry the workloads, whatever form they have.
    """

    kernel: Path | None
    sha256: str
    initrd: Path | None = None
    options: tuple[str, ...] = ()
    script: tuple[Step, ...] = ()


# What `kernels check` says: pairs of a heading and words.
Facts = tuple[tuple[str, str], ...]
