"""A machine whose console is its VGA text screen, read through QEMU.

Teaching kernels often have no serial driver. The screen is memory at a fixed address, and rows that
change become console lines.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from ringside.machine.base import Event, Machine

# `-nodefaults` omits the graphics card.
SCREEN_DEVICES = ("-device", "VGA")
_ADDRESS = 0xB8000
_COLUMNS, _ROWS = 80, 25
# A cell is a character and an attribute.
_BYTES = _COLUMNS * _ROWS * 2
_POLL_S = 0.1

Rows = tuple[str, ...]


class HasMemory(Machine, Protocol):
    """A machine whose memory can be read while it runs."""

    async def memory(self, address: int, size: int) -> bytes | None:
        """`size` bytes at physical `address`, or None when QEMU does not answer."""


class ScreenMachine:
    """`machine` with rows that appear on its screen merged into its console output."""

    def __init__(self, machine: HasMemory) -> None:
        self._machine = machine
        self._shown: Rows = ("",) * _ROWS
        self._serial: asyncio.Future[bytes] | None = None

    async def read(self) -> bytes:
        """The next output of the screen or the serial port; empty once QEMU has exited."""
        while True:
            if self._serial is None:
                self._serial = asyncio.ensure_future(self._machine.read())
            await asyncio.wait((self._serial,), timeout=_POLL_S)
            if self._serial.done():
                data = self._serial.result()
                self._serial = None
                return data
            lines = await self._new_rows()
            if lines:
                return "".join(f"{line}\n" for line in lines).encode()

    async def _new_rows(self) -> Rows:
        cells = await self._machine.memory(_ADDRESS, _BYTES)
        if cells is None or len(cells) != _BYTES:
            return ()
        rows = screen_rows(cells)
        lines = new_rows(self._shown, rows)
        self._shown = rows
        return lines

    async def resume(self) -> None:
        """Let the guest run. Raises MachineError if QEMU has exited."""
        await self._machine.resume()

    async def write(self, data: bytes) -> None:
        """Send `data` to the serial port."""
        await self._machine.write(data)

    async def next_event(self) -> Event:
        """Wait for the next event."""
        return await self._machine.next_event()

    async def guest_seconds(self) -> float | None:
        """Seconds since power-on by the guest's clock."""
        return await self._machine.guest_seconds()

    async def program_counter(self) -> int | None:
        """The first CPU's program counter."""
        return await self._machine.program_counter()

    async def stop(self) -> None:
        """End QEMU."""
        await self._machine.stop()


def screen_rows(cells: bytes) -> Rows:
    """The text of a screen's memory by row, without trailing blanks."""
    text = cells[::2].decode("cp437").replace("\0", " ")
    starts = range(0, len(text), _COLUMNS)
    return tuple(text[start : start + _COLUMNS].rstrip() for start in starts)


def new_rows(before: Rows, now: Rows) -> Rows:
    """The rows that are new or have grown, assuming that the screen may have scrolled."""
    for scrolled in range(len(now)):
        kept = before[scrolled:]
        if all(new.startswith(old) for old, new in zip(kept, now, strict=False)):
            padded = (*kept, *("",) * scrolled)
            return tuple(new for old, new in zip(padded, now, strict=True) if new != old)
    return tuple(row for row in now if row)
