"""A whole boot, seen from outside: each way into the kernel and what it cost."""

from __future__ import annotations

import bisect
import itertools
from typing import Literal

from pydantic import BaseModel, ConfigDict

# (value, how often), values rising.
Counts = tuple[tuple[int, int], ...]
DoorKind = Literal["syscall", "fault", "interrupt"]
_GATES = {0: "", 1: "sysenter"}
_FIRST_VECTOR_GATE = 2


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Door(_Frozen):
    """One way into the kernel, from user code or from the kernel itself.

    `own` are the instructions of each return that was matched, nested ways in and other threads
    taken out; `wall` those from entry to return whatever ran. `elsewhere` entries came back to
    another place (a signal handler, a new program), at `elsewhere_own`. What is left of `entered`
    never came back. `mnemonic` is what the architecture's manual calls the vector, or empty; a
    RISC-V vector is a cause, numbered as harness/plugin/riscv64/cpu.c says. Several vectors that
    share a handler are seen as the first of them (`shared`).
    """

    kind: DoorKind
    number: int
    mnemonic: str
    gate: int
    shared: bool
    from_user: bool
    entered: int
    elsewhere: int
    wall: Counts
    own: Counts
    elsewhere_own: Counts

    @property
    def returned(self) -> int:
        """Entries that came back to where they came from."""
        return count(self.own)

    @property
    def open(self) -> int:
        """Entries that never came back: a process that ended, one that still waits."""
        return self.entered - self.returned - self.elsewhere

    @property
    def name(self) -> str:
        """`syscall 39`, `fault 14 #PF`, `interrupt 48`."""
        words = [self.kind, str(self.number)]
        if self.gate >= _FIRST_VECTOR_GATE:
            words.append(f"by int {self.gate - _FIRST_VECTOR_GATE:#x}")
        elif _GATES[self.gate]:
            words.append(f"by {_GATES[self.gate]}")
        if self.mnemonic:
            words.append(self.mnemonic)
        if self.shared:
            words.append("or another of its handler")
        return " ".join(words)


class BootView(_Frozen):
    """Totals of a boot in instructions. `ended_by` is `done` when the runner said so, else `end`:
    then the totals reach to QEMU's end and may differ by a few. `blind` says that the kernel's
    vectors could not be seen: it runs in 32-bit mode. `first_user` and `ready` are when
    user code first ran and when the runner was ready, 0 for never. `switches` are the costs from
    user code of one address space to user code of another.
    """

    ended_by: Literal["done", "end"]
    blind: bool
    vcpus: int
    instructions: int
    user: int
    kernel: int
    first_user: int
    ready: int
    new_rows: int
    space_writes: int
    space_changes: int
    switches: Counts
    doors: tuple[Door, ...]


def count(counts: Counts) -> int:
    """How many values there are."""
    return sum(times for _, times in counts)


def total(counts: Counts) -> int:
    """Their sum."""
    return sum(value * times for value, times in counts)


def median(counts: Counts) -> int:
    """The lower median: a value that was seen. Raises ValueError when there is none."""
    if not counts:
        raise ValueError("no values")
    upto = list(itertools.accumulate(times for _, times in counts))
    return counts[bisect.bisect_left(upto, (upto[-1] + 1) // 2)][0]
