"""The interface of a machine to a session, implemented by `QemuMachine` and `FakeMachine`."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Protocol


class EventKind(enum.Enum):
    """What can happen to a machine. Only a `SavedMachine` reports SAVED; STOPPED is internal."""

    SHUTDOWN = "shutdown"
    PANICKED = "panicked"
    STOPPED = "stopped"
    SAVED = "saved"
    GONE = "gone"


@dataclass(frozen=True)
class Event:
    """`detail` is QEMU's reason for a shutdown, or its last error message for GONE."""

    kind: EventKind
    detail: str = ""


class Machine(Protocol):
    """A machine that has been started but does not run until `resume`."""

    async def resume(self) -> None:
        """Let the guest run. Raises MachineError if QEMU has exited."""

    async def read(self) -> bytes:
        """The next console bytes, at most 64 KiB; empty from then on once QEMU has exited."""

    async def write(self, data: bytes) -> None:
        """Send `data` to the console. Raises MachineError if QEMU has exited."""

    async def next_event(self) -> Event:
        """Wait for the next event. GONE is the last one and is returned again from then on."""

    async def guest_seconds(self) -> float | None:
        """Seconds since power-on by the guest's clock, or None if QEMU does not answer."""

    async def program_counter(self) -> int | None:
        """The first CPU's program counter, or None if QEMU does not answer."""

    async def stop(self) -> None:
        """End QEMU, so that `read` reaches its end. Idempotent."""
