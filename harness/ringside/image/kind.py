"""What a kernel image is, in the words of someone who wants to boot it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["bzimage", "image", "elf"]
Entry = Literal["pvh", "multiboot"]


@dataclass(frozen=True)
class ImageKind:
    """What a kernel image is. `entry` is `pvh` or `multiboot` when an ELF for x86 says that QEMU's
    -kernel can start it, and `entry_address` is where it starts; `obstacle` says in words why QEMU
    can't start it. `memory_end` is how far it reaches into memory in bytes, 0 when unknown."""

    kind: Kind
    bits: int
    machine: str
    entry: Entry | None
    entry_address: int | None = None
    memory_end: int = 0
    obstacle: str | None = None
