"""QEMU's debugger stub: stop a guest on one of its instructions, and write into its memory.

The protocol is GDB's remote one, as far as that takes (GDB manual, appendix E). Neither breakpoint
nor write executes an instruction of the guest, so that counts stay what they are.
"""

from __future__ import annotations

import asyncio
import socket

from ringside.errors import MachineError

# Longer than a debugger's answer takes, shorter than anybody's patience.
_ANSWER_S = 10.0
# A stop that nobody waits for is told too; it is not the answer to what was asked.
_STOPS = (b"T", b"S")
# The length of a breakpoint is a matter of the instruction set, and QEMU asks for none.
_KIND = 1


class Debugger:
    """The debugger's end of a connection to the stub. A failure is a MachineError."""

    def __init__(self, ours: socket.socket) -> None:
        self._socket = ours
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def stop_at(self, address: int) -> None:
        """Have the guest stop before it executes what is at the virtual `address`."""
        await self._done(f"Z1,{address:x},{_KIND}")

    async def go_on_at(self, address: int) -> None:
        """Undo `stop_at`; the guest still stands."""
        await self._done(f"z1,{address:x},{_KIND}")

    async def read(self, address: int, length: int) -> bytes:
        """`length` bytes at the virtual `address`, in the address space of the first CPU."""
        answer = await self._ask(f"m{address:x},{length:x}")
        try:
            return bytes.fromhex(answer.decode("ascii"))
        except (ValueError, UnicodeDecodeError):
            raise MachineError(f"the guest has no memory at {address:#x}") from None

    async def write(self, address: int, data: bytes) -> None:
        """Put `data` at the virtual `address`, in the address space of the first CPU."""
        await self._done(f"M{address:x},{len(data):x}:{data.hex()}")

    async def close(self) -> None:
        """Hang up. The guest stays as it is."""
        if self._writer is not None:
            self._writer.close()
        else:
            self._socket.close()

    async def _done(self, command: str) -> None:
        answer = await self._ask(command)
        if answer != b"OK":
            raise MachineError(f"QEMU's debugger stub rejected {command.partition(':')[0]}")

    async def _ask(self, command: str) -> bytes:
        try:
            async with asyncio.timeout(_ANSWER_S):
                if self._writer is None:
                    self._reader, self._writer = await asyncio.open_unix_connection(
                        sock=self._socket
                    )
                self._writer.write(_packet(command.encode("ascii")))
                while (answer := await self._packet()).startswith(_STOPS):
                    pass
                return answer
        except (TimeoutError, OSError, EOFError) as error:
            raise MachineError(f"QEMU's debugger stub does not answer: {error}") from error

    async def _packet(self) -> bytes:
        assert self._reader is not None and self._writer is not None
        await self._reader.readuntil(b"$")
        body = (await self._reader.readuntil(b"#"))[:-1]
        await self._reader.readexactly(2)
        # The pair of sockets loses nothing, so every packet is whole.
        self._writer.write(b"+")
        return body


def _packet(body: bytes) -> bytes:
    return b"$%s#%02x" % (body, sum(body) & 0xFF)
