"""A machine that replays a recorded console, to test sessions without QEMU."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from ringside.machine.base import Event, EventKind

HANG = None


@dataclass
class FakeMachine:
    """Plays `script`: bytes are console output, an Event is an event, HANG waits for `stop`.

    At the end of the script the machine is GONE. `seconds` and `counter` are the guest's clock and
    program counter; `typed` collects input.
    """

    script: Sequence[bytes | Event | None]
    seconds: float = 0.0
    counter: int | None = None
    resumed: bool = False
    stopped: bool = False
    typed: bytes = b""

    def __post_init__(self) -> None:
        self._output: asyncio.Queue[bytes] = asyncio.Queue()
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._ended = False

    async def resume(self) -> None:
        """Play the script to its end or to HANG."""
        self.resumed = True
        for step in self.script:
            if step is HANG:
                return
            if isinstance(step, Event):
                self._events.put_nowait(step)
            else:
                self._output.put_nowait(step)
        await self._end()

    async def read(self) -> bytes:
        """The next output of the script."""
        if self._ended and self._output.empty():
            return b""
        return await self._output.get()

    async def write(self, data: bytes) -> None:
        """Record the input; it does not affect the script."""
        self.typed += data

    async def next_event(self) -> Event:
        """The next event of the script."""
        if self._ended and self._events.empty():
            return Event(EventKind.GONE)
        return await self._events.get()

    async def guest_seconds(self) -> float | None:
        """The test's `seconds`."""
        return self.seconds

    async def program_counter(self) -> int | None:
        """The test's `counter`."""
        return self.counter

    async def stop(self) -> None:
        """End the machine."""
        self.stopped = True
        if not self._ended:
            await self._end()

    async def _end(self) -> None:
        self._ended = True
        self._output.put_nowait(b"")
        self._events.put_nowait(Event(EventKind.GONE))
