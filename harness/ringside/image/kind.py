"""The description of a kernel image's format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["bzimage", "image", "elf"]
Entry = Literal["pvh", "multiboot"]


@dataclass(frozen=True)
class ImageKind:
    """The format of a kernel image.

    `entry` is how QEMU's -kernel can start an x86 ELF, at `entry_address`; `obstacle` says why
    QEMU can't start it, or is None. `memory_end` is the end of the memory it needs in bytes, 0 if
    unknown.
    """

    kind: Kind
    bits: int
    machine: str
    entry: Entry | None
    entry_address: int | None = None
    memory_end: int = 0
    obstacle: str | None = None
