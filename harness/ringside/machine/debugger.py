"""A client of QEMU's debugger stub, to stop a guest at an address and write its memory.

It implements the necessary part of GDB's remote protocol (GDB manual, appendix E). Breakpoints
and writes execute no guest instructions, so counts are unaffected.
"""

from __future__ import annotations

import asyncio
import socket

from ringside.errors import MachineError

# The stub answers at once; this only ends a hung QEMU.
_ANSWER_S = 10.0
# Stop replies are sent asynchronously and are not the answer to a command.
_STOP_REPLIES = (b"T", b"S")
# A breakpoint's kind depends on the instruction set; QEMU ignores it.
_KIND = 1


class Debugger:
    """The client's end of a connection to the stub. Every failure is a MachineError."""

    def __init__(self, ours: socket.socket) -> None:
        self._socket = ours
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def stop_at(self, address: int) -> None:
        """Set a breakpoint at the virtual `address`."""
        await self._expect_ok(f"Z1,{address:x},{_KIND}")

    async def clear_stop(self, address: int) -> None:
        """Remove the breakpoint; the guest stays stopped."""
        await self._expect_ok(f"z1,{address:x},{_KIND}")

    async def read(self, address: int, length: int) -> bytes:
        """`length` bytes at the virtual `address`, in the address space of the first CPU."""
        answer = await self._request(f"m{address:x},{length:x}")
        try:
            return bytes.fromhex(answer.decode("ascii"))
        except (ValueError, UnicodeDecodeError):
            raise MachineError(f"the guest has no memory at {address:#x}") from None

    async def write(self, address: int, data: bytes) -> None:
        """Write `data` at the virtual `address`, in the address space of the first CPU."""
        await self._expect_ok(f"M{address:x},{len(data):x}:{data.hex()}")

    async def close(self) -> None:
        """Close the connection. The guest's state does not change."""
        if self._writer is not None:
            self._writer.close()
        else:
            self._socket.close()

    async def _expect_ok(self, command: str) -> None:
        answer = await self._request(command)
        if answer != b"OK":
            raise MachineError(f"QEMU's debugger stub rejected {command.partition(':')[0]}")

    async def _request(self, command: str) -> bytes:
        try:
            async with asyncio.timeout(_ANSWER_S):
                if self._writer is None:
                    self._reader, self._writer = await asyncio.open_unix_connection(
                        sock=self._socket
                    )
                self._writer.write(_packet(command.encode("ascii")))
                while (answer := await self._read_packet()).startswith(_STOP_REPLIES):
                    pass
                return answer
        except (TimeoutError, OSError, EOFError) as error:
            raise MachineError(f"QEMU's debugger stub does not answer: {error}") from error

    async def _read_packet(self) -> bytes:
        assert self._reader is not None and self._writer is not None
        await self._reader.readuntil(b"$")
        body = (await self._reader.readuntil(b"#"))[:-1]
        await self._reader.readexactly(2)
        # A socket pair is reliable, so the checksum is not verified.
        self._writer.write(b"+")
        return body


def _packet(body: bytes) -> bytes:
    return b"$%s#%02x" % (body, sum(body) & 0xFF)
