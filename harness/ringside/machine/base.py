"""What a session needs of a machine: `QemuMachine` has it, and so has `FakeMachine` in tests."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol


class EventKind(enum.Enum):
    """What may happen to a machine. STOPPED and SAVED only happen to one that is to be saved."""

    SHUTDOWN = "shutdown"
    PANICKED = "panicked"
    STOPPED = "stopped"
    SAVED = "saved"
    GONE = "gone"


@dataclass(frozen=True)
class Event:
    """One event; `detail` is QEMU's reason, or its last words for GONE."""

    kind: EventKind
    detail: str = ""


class Machine(Protocol):
    """A machine that was started and stands still until `resume`."""

    async def resume(self) -> None:
        """Let the guest run. Raises MachineError when QEMU is gone."""

    async def read(self) -> bytes:
        """The next console bytes, at most 64 KiB; empty once and for all when QEMU is gone."""

    async def write(self, data: bytes) -> None:
        """Type `data` into the console. Raises MachineError when QEMU is gone."""

    async def next_event(self) -> Event:
        """Wait for the next event. GONE comes last and comes again when asked again."""

    async def guest_seconds(self) -> float | None:
        """Seconds on the guest's own clock since power-on, or None when QEMU does not answer."""

    async def program_counter(self) -> int | None:
        """Where the CPU is, or None when QEMU does not answer."""

    async def stop(self) -> None:
        """End QEMU, so that `read` comes to its end. Can be called more than once."""
