"""Save a machine to a file when its runner is ready, and start copies from the file.

The debugger stub stops the guest at an instruction, so two boots of the same image are saved in the
same state. It then writes the copy's workload into the runner's memory before the copy resumes:
input to a running guest would arrive at a time that depends on the host.
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

# Enough to transfer the memory of any machine.
_MIGRATION_S = 60.0
_BYTES_PER_SECOND = 1 << 40

ArgvFor = Callable[[int, int], tuple[str, ...]]


class _Debugged(QemuMachine):
    """A machine with a debugger stub and migration. `argv_for` builds the arguments for the file
    descriptors of QMP and the stub."""

    def __init__(self, argv_for: ArgvFor, cpu: int | None) -> None:
        ours, self._theirs = socket.socketpair()
        ours.setblocking(False)
        stub = self._theirs.fileno()
        super().__init__(lambda qmp: argv_for(qmp, stub), cpu, pass_fds=(stub,))
        self._debugger = Debugger(ours)
        self._migration = EventListener(names=("MIGRATION",))

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

    async def _migrate(self, command: str, uri: str, what: str) -> None:
        """Save or load the machine's state. Raises MachineError; `what` names the operation."""
        self._qmp.register_listener(self._migration)
        events = {"capability": "events", "state": True}
        await self._require("migrate-set-capabilities", what, capabilities=[events])
        await self._require("migrate-set-parameters", what, **{"max-bandwidth": _BYTES_PER_SECOND})
        await self._require(command, what, uri=uri)
        try:
            async with asyncio.timeout(_MIGRATION_S):
                await self._wait_for_migration(what)
        except TimeoutError:
            raise MachineError(f"{what} took more than {_MIGRATION_S:g} s") from None

    async def _wait_for_migration(self, what: str) -> None:
        while True:
            event = asyncio.ensure_future(self._migration.get())
            gone = asyncio.ensure_future(self._exited(_MIGRATION_S))
            try:
                await asyncio.wait((event, gone), return_when=asyncio.FIRST_COMPLETED)
                if not event.done():
                    raise MachineError(f"{what} failed: {self._exit_reason()}")
                data: Any = event.result().get("data") or {}
            finally:
                event.cancel()
                gone.cancel()
            if data.get("status") == "completed":
                return
            if data.get("status") == "failed":
                answer = await self._execute("query-migrate") or {}
                raise MachineError(f"{what} failed: {answer.get('error-desc', 'no reason given')}")

    async def _require(self, command: str, what: str, **arguments: object) -> None:
        if await self._execute(command, **arguments) is None:
            raise MachineError(f"{what} failed: QEMU rejected {command}")


class SavedMachine(_Debugged):
    """A machine that runs to `point` and is then saved to `file`; SAVED is its last event.

    `next_event` raises MachineError if it can't be saved.
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
        """Let the guest run to the point."""
        await self._debugger.stop_at(self._point.stop)
        await super().resume()

    async def next_event(self) -> Event:
        """The next event; SAVED once the machine is saved."""
        while True:
            event = await super().next_event()
            if event.kind is not EventKind.STOPPED:
                return event
            # STOP is also sent on shutdown and panic, which have their own events.
            status = await self._execute("query-status") or {}
            if status.get("status") == "debug":
                await self._save()
                return Event(EventKind.SAVED)

    async def _save(self) -> None:
        placeholder = await self._debugger.read(self._point.line, len(EMPTY))
        if placeholder != EMPTY:
            raise MachineError(
                f"something that is not the runner ran at {self._point.stop:#x}, where the guest "
                "was to be saved: use --isolate boot"
            )
        await self._debugger.clear_stop(self._point.stop)
        await self._migrate(
            "migrate", f"exec:cat > {shlex.quote(str(self._file))}", "saving the guest"
        )
        await self.stop()
        _mark_paused(self._file)
        self.is_saved = True


class RestoredMachine(_Debugged):
    """A copy of the machine saved in `file` that runs `line`, one line of a plan."""

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
        """Load the state, write the line, and let the guest continue."""
        _check_saved(self._file)
        uri = f"exec:cat {shlex.quote(str(self._file))}"
        await self._migrate("migrate-incoming", uri, "restoring the guest")
        await self._debugger.write(self._point.line, self._line)
        await super().resume()
        await self._debugger.close()


def _check_saved(file: Path) -> None:
    """Reject other files: QEMU may wait forever for the rest of one."""
    try:
        with file.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        raise MachineError(f"restoring the guest failed: {file}: {error.strerror}") from error
    if magic != b"QEVM":
        raise MachineError(f"restoring the guest failed: {file} is not a snapshot")


# Start of a section in a migration stream: name, instance 0, version 1, length of the run state.
_STATE = b"\x0bglobalstate" + bytes(4) + b"\0\0\0\1"
_DEBUG = b"\0\0\0\6debug\0\0"
_PAUSED = b"\0\0\0\7paused\0"


def _mark_paused(file: Path) -> None:
    """Change the saved run state to `paused`, as QEMU can't restore the state `debug`."""
    try:
        with file.open("r+b") as stream:
            # The section follows the memory, and less than this follows it.
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
