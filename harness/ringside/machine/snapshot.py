"""A machine that is saved to a file where its runner is ready, and copies that start from there.

The debugger stub stops the guest between two instructions, so two boots of the same bytes are
saved in the same state, and it writes what a copy is to run into the runner's memory. Nothing comes
in after the copy goes on: what comes in while a guest runs, comes at the host's time.
"""

from __future__ import annotations

import asyncio
import shlex
import socket
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from qemu.qmp import EventListener

from ringside.errors import MachineError
from ringside.image.snapshot import EMPTY, SnapshotPoint
from ringside.machine.base import Event, EventKind
from ringside.machine.debugger import Debugger
from ringside.machine.qemu import QemuMachine

# For as many bytes as the machine has memory.
_MOVE_S = 60.0
_BYTES_PER_SECOND = 1 << 40

ArgvFor = Callable[[int, int], tuple[str, ...]]


class _Debugged(QemuMachine):
    """A machine with its debugger stub and its migration at hand. `argv_for` builds the argv from
    the descriptors that QMP and the stub get."""

    def __init__(self, argv_for: ArgvFor, cpu: int | None) -> None:
        ours, self._theirs = socket.socketpair()
        ours.setblocking(False)
        stub = self._theirs.fileno()
        super().__init__(lambda qmp: argv_for(qmp, stub), cpu, pass_fds=(stub,))
        self._debugger = Debugger(ours)
        self._moves = EventListener(names=("MIGRATION",))

    async def __aenter__(self) -> Self:
        try:
            return await super().__aenter__()
        except BaseException:
            await self._debugger.close()
            raise
        finally:
            self._theirs.close()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._debugger.close()
        await super().__aexit__(exc_type, exc, traceback)

    async def _move(self, command: str, uri: str, what: str) -> None:
        """Have the machine's state go out or come in. Raises MachineError; `what` names it."""
        self._qmp.register_listener(self._moves)
        events = {"capability": "events", "state": True}
        await self._must("migrate-set-capabilities", what, capabilities=[events])
        await self._must("migrate-set-parameters", what, **{"max-bandwidth": _BYTES_PER_SECOND})
        await self._must(command, what, uri=uri)
        try:
            async with asyncio.timeout(_MOVE_S):
                await self._moved(what)
        except TimeoutError:
            raise MachineError(f"{what} took more than {_MOVE_S:g} s") from None

    async def _moved(self, what: str) -> None:
        while True:
            told = asyncio.ensure_future(self._moves.get())
            gone = asyncio.ensure_future(self._exited(_MOVE_S))
            try:
                await asyncio.wait((told, gone), return_when=asyncio.FIRST_COMPLETED)
                if not told.done():
                    raise MachineError(f"{what} failed: {self._last_words()}")
                data: Any = told.result().get("data") or {}
            finally:
                told.cancel()
                gone.cancel()
            if data.get("status") == "completed":
                return
            if data.get("status") == "failed":
                answer = await self._execute("query-migrate") or {}
                raise MachineError(f"{what} failed: {answer.get('error-desc', 'no reason given')}")

    async def _must(self, command: str, what: str, **arguments: object) -> None:
        if await self._execute(command, **arguments) is None:
            raise MachineError(f"{what} failed: QEMU rejected {command}")


class SavedMachine(_Debugged):
    """A machine that runs up to `point` and is then written to `file`: SAVED is its last event.

    Raises MachineError from `next_event` when it can't be saved.
    """

    EVENTS = (*QemuMachine.EVENTS, "STOP")

    def __init__(
        self, argv_for: ArgvFor, point: SnapshotPoint, file: Path, cpu: int | None = None
    ) -> None:
        super().__init__(argv_for, cpu)
        self._point = point
        self._file = file
        self.is_saved = False

    async def resume(self) -> None:
        """Let the guest run to its point."""
        await self._debugger.stop_at(self._point.stop)
        await super().resume()

    async def next_event(self) -> Event:
        """As of any machine, and SAVED once it is."""
        while True:
            event = await super().next_event()
            if event.kind is not EventKind.STOPPED:
                return event
            # It also stops when it shuts down or panics, which another event tells.
            status = await self._execute("query-status") or {}
            if status.get("status") == "debug":
                await self._save()
                return Event(EventKind.SAVED)

    async def _save(self) -> None:
        here = await self._debugger.read(self._point.line, len(EMPTY))
        if here != EMPTY:
            raise MachineError(
                f"something that is not the runner ran at {self._point.stop:#x}, where the guest "
                "was to be saved: use --isolate boot"
            )
        await self._debugger.go_on_at(self._point.stop)
        await self._move(
            "migrate", f"exec:cat > {shlex.quote(str(self._file))}", "saving the guest"
        )
        await self.stop()
        _say_paused(self._file)
        self.is_saved = True


class RestoredMachine(_Debugged):
    """A copy of the machine in `file` that runs `line`, one line of a plan."""

    def __init__(
        self,
        argv_for: ArgvFor,
        point: SnapshotPoint,
        file: Path,
        line: str,
        cpu: int | None = None,
    ) -> None:
        if len(line) >= point.room:
            raise MachineError(f"{line}: longer than the {point.room - 1} bytes that a copy takes")
        super().__init__(argv_for, cpu)
        self._point = point
        self._file = file
        self._line = line.encode("ascii") + b"\0"

    async def resume(self) -> None:
        """Read the state, write the line, and let the guest go on."""
        _check_saved(self._file)
        uri = f"exec:cat {shlex.quote(str(self._file))}"
        await self._move("migrate-incoming", uri, "restoring the guest")
        await self._debugger.write(self._point.line, self._line)
        await super().resume()
        await self._debugger.close()


def _check_saved(file: Path) -> None:
    """Fed anything else, QEMU may wait for more of it for ever."""
    try:
        with file.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise MachineError(f"restoring the guest failed: {file}: {error.strerror}") from error
    if magic != b"QEVM":
        raise MachineError(f"restoring the guest failed: {file} is not a snapshot")


# A section of a migration stream: its name, instance 0, version 1, the length of the state's name.
_STATE = b"\x0bglobalstate" + bytes(4) + b"\0\0\0\1"
_DEBUG = b"\0\0\0\6debug\0\0"
_PAUSED = b"\0\0\0\7paused\0"


def _say_paused(file: Path) -> None:
    """QEMU takes no machine that its debugger stopped: have it be one that was paused."""
    try:
        with file.open("r+b") as stream:
            # Devices come after memory; nothing of this size follows the section.
            size = stream.seek(0, 2)
            start = max(0, size - (4 << 20))
            stream.seek(start)
            tail = stream.read()
            at = tail.rfind(_STATE)
            if at < 0 or not tail.startswith(_DEBUG, at + len(_STATE)):
                raise MachineError(
                    "this QEMU's snapshot format is not supported: use --isolate boot"
                )
            stream.seek(start + at + len(_STATE))
            stream.write(_PAUSED)
    except OSError as error:
        raise MachineError(f"{file}: {error.strerror}") from error
