"""A whole boot, observed from outside: each entry point of the kernel and its cost."""

from __future__ import annotations

import bisect
import itertools
from typing import Literal

from pydantic import BaseModel, ConfigDict

# (value, number of occurrences), in order of value.
Counts = tuple[tuple[int, int], ...]
EntryKind = Literal["syscall", "fault", "interrupt"]
_GATES = {0: "", 1: "sysenter"}
_FIRST_VECTOR_GATE = 2


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EntryPoint(_Frozen):
    """One entry point of the kernel, from user or kernel mode.

    own             instructions from entry to return, without nested entries and other threads
    wall            instructions from entry to return, whatever ran in between
    elsewhere       entries that returned to another address: a signal handler, a new program
    elsewhere_own   like `own`, for these
    mnemonic        the vector's name in the architecture manual, or empty
    shared          the vector is the first of several with a common handler
    gate            how a system call was made: 0 the usual instruction, 1 sysenter, 2 + n int n

    The rest of `entered` did not return. A RISC-V vector is a cause, numbered as in
    harness/plugin/riscv64/cpu.c.
    """

    kind: EntryKind
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
        """Entries that returned to where they came from."""
        return count(self.own)

    @property
    def open(self) -> int:
        """Entries that did not return: an exited process, a thread that still waits."""
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
    """Totals of a boot, in instructions.

    ended_by     `done` if the runner reported its end; with `end` the totals include QEMU's exit
                 and may differ by a few instructions
    blind        the kernel's vectors could not be observed because it runs in 32-bit mode
    first_user   when user code first ran, 0 for never
    ready        when the runner was ready, 0 for never
    switches     cost from user code in one address space to user code in another
    """

    ended_by: Literal["done", "end"]
    blind: bool
    vcpus: int
    instructions: int
    user: int
    kernel: int
    first_user: int
    ready: int
    appeared: int
    space_writes: int
    space_changes: int
    switches: Counts
    doors: tuple[EntryPoint, ...]


def count(counts: Counts) -> int:
    """The number of values."""
    return sum(times for _, times in counts)


def total(counts: Counts) -> int:
    """The sum of the values."""
    return sum(value * times for value, times in counts)


def median(counts: Counts) -> int:
    """The lower median, which is one of the values. Raises ValueError if there are none."""
    if not counts:
        raise ValueError("no values")
    cumulative = list(itertools.accumulate(times for _, times in counts))
    return counts[bisect.bisect_left(cumulative, (cumulative[-1] + 1) // 2)][0]
