"""A machine whose console is its VGA text screen, read from outside.

Kernels that teach often know no serial port. Their screen is memory at a fixed address: what
changes there becomes console lines.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from ringside.machine.base import Event, Machine

# A screen needs a card to show it, which a machine without defaults has not.
SCREEN_DEVICES = ("-device", "VGA")
_ADDRESS = 0xB8000
_COLUMNS, _ROWS = 80, 25
# A cell is a character and a colour.
_BYTES = _COLUMNS * _ROWS * 2
_POLL_S = 0.1

Rows = tuple[str, ...]


class HasMemory(Machine, Protocol):
    """A machine whose memory can be read while it runs."""

    async def memory(self, address: int, size: int) -> bytes | None:
        """`size` bytes at physical `address`, or None when QEMU does not answer."""


class ScreenMachine:
    """`machine`, with what appears on its screen as console bytes beside those of its serial
    port."""

    def __init__(self, machine: HasMemory) -> None:
        self._machine = machine
        self._shown: Rows = ("",) * _ROWS
        self._serial: asyncio.Future[bytes] | None = None

    async def read(self) -> bytes:
        """The next lines that the screen or the serial port shows; empty when QEMU is gone."""
        while True:
            if self._serial is None:
                self._serial = asyncio.ensure_future(self._machine.read())
            await asyncio.wait((self._serial,), timeout=_POLL_S)
            if self._serial.done():
                data = self._serial.result()
                self._serial = None
                return data
            lines = await self._look()
            if lines:
                return "".join(f"{line}\n" for line in lines).encode()

    async def _look(self) -> Rows:
        cells = await self._machine.memory(_ADDRESS, _BYTES)
        if cells is None or len(cells) != _BYTES:
            return ()
        rows = screen_rows(cells)
        lines = appeared(self._shown, rows)
        self._shown = rows
        return lines

    async def resume(self) -> None:
        """Let the guest run. Raises MachineError when QEMU is gone."""
        await self._machine.resume()

    async def write(self, data: bytes) -> None:
        """Type `data` into the machine's console, of which this is not the screen."""
        await self._machine.write(data)

    async def next_event(self) -> Event:
        """Wait for the next event."""
        return await self._machine.next_event()

    async def guest_seconds(self) -> float | None:
        """Seconds on the guest's own clock."""
        return await self._machine.guest_seconds()

    async def program_counter(self) -> int | None:
        """Where the CPU is."""
        return await self._machine.program_counter()

    async def stop(self) -> None:
        """End QEMU."""
        await self._machine.stop()


def screen_rows(cells: bytes) -> Rows:
    """The text of a screen's memory, row by row, without what is blank at their ends."""
    text = cells[::2].decode("cp437").replace("\0", " ")
    starts = range(0, len(text), _COLUMNS)
    return tuple(text[start : start + _COLUMNS].rstrip() for start in starts)


def appeared(before: Rows, now: Rows) -> Rows:
    """The rows that are new or have grown, when the screen may have scrolled in between."""
    for scrolled in range(len(now)):
        kept = before[scrolled:]
        if all(new.startswith(old) for old, new in zip(kept, now, strict=False)):
            padded = (*kept, *("",) * scrolled)
            return tuple(new for old, new in zip(padded, now, strict=True) if new != old)
    return tuple(row for row in now if row)
