"""A QEMU process: started stopped, driven through QMP, and gone for certain when left."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import fcntl
import logging
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from qemu.qmp import EventListener, ExecuteError, QMPClient, QMPError

from ringside.errors import MachineError
from ringside.machine.base import Event, EventKind
from ringside.machine.clock import RTC_BASE

_CONNECT_S = 20.0
_QMP_S = 5.0
_STOP_S = 3.0
_LAST_WORDS_S = 1.0
_READ = 64 << 10
# The guest's serial port must never wait for us: waiting would put host time into guest time.
_PIPE_SIZES = (1 << 20, 256 << 10)
_STDERR_LIMIT = 64 << 10
# As x86 and RISC-V show it.
_PROGRAM_COUNTER = re.compile(r"\b(?:[RE]IP=|pc +)([0-9a-fA-F]+)")
_BASE = datetime.datetime.fromisoformat(RTC_BASE).replace(tzinfo=datetime.UTC)
_RTC_KEYS = ("tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec")

# qemu.qmp logs a guest's QEMU going away as an error; it is what we asked for.
logging.getLogger("qemu.qmp").setLevel(logging.CRITICAL)


class QemuMachine:
    """`async with QemuMachine(argv_for) as machine:` starts QEMU and guarantees its end.

    `argv_for` builds the argv from the descriptor number that QMP gets. `cpu` is a host CPU that
    all of QEMU's threads stay on, `pass_fds` are more descriptors that QEMU inherits. Raises
    MachineError on entry when QEMU does not start; the line holds what it said.
    """

    EVENTS: tuple[str, ...] = ("SHUTDOWN", "GUEST_PANICKED")

    def __init__(
        self,
        argv_for: Callable[[int], tuple[str, ...]],
        cpu: int | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self._argv_for = argv_for
        self._cpu = cpu
        self._pass_fds = tuple(pass_fds)
        self.argv: tuple[str, ...] = ()
        # Whether somebody types: set before the start. Else the console's input is at its end.
        self.has_keyboard = False
        self._process: asyncio.subprocess.Process | None = None
        self._qmp = QMPClient("ringside")
        self._listener = EventListener(names=self.EVENTS)
        self._console: asyncio.StreamReader | None = None
        self._console_transport: asyncio.ReadTransport | None = None
        self._stderr = bytearray()
        self._stderr_task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._end()

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with contextlib.closing(theirs):
            self.argv = self._argv_for(theirs.fileno())
            await self._spawn(theirs.fileno())
        self._qmp.register_listener(self._listener)
        ours.setblocking(False)
        try:
            async with asyncio.timeout(_CONNECT_S):
                await self._qmp.connect(ours)
        except (QMPError, TimeoutError, OSError) as error:
            ours.close()
            # A QEMU that is on its way out is let go by itself: killing would hide its status.
            await self._exited(_LAST_WORDS_S)
            await self._kill()
            raise MachineError(f"QEMU did not start: {self._last_words(error)}") from error
        if self._cpu is not None:
            await self._let_timers_go_first()

    async def _let_timers_go_first(self) -> None:
        """On one host CPU, let a vCPU thread that wakes up not push QEMU's main loop aside.

        The main loop moves the clock of an idle guest on. It must be asleep again before the
        guest goes idle the next time: awake, it may see the halt before the instructions that led
        to it are counted, and then moves the clock too far.
        """
        for thread in await self.vcpu_threads():
            with contextlib.suppress(OSError):
                os.sched_setscheduler(thread, os.SCHED_BATCH, os.sched_param(0))

    async def _spawn(self, qmp_fd: int) -> None:
        console, guest = os.pipe()
        _widen_pipe(guest)
        self._console, self._console_transport = await _reader(console)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *_die_with_parent(),
                *_on_cpu(self._cpu),
                *self.argv,
                stdin=subprocess.PIPE if self.has_keyboard else subprocess.DEVNULL,
                stdout=guest,
                stderr=asyncio.subprocess.PIPE,
                pass_fds=(qmp_fd, *self._pass_fds),
                # A Ctrl-C on the terminal is ours to handle, not QEMU's.
                start_new_session=True,
            )
        except OSError as error:
            raise MachineError(f"{self.argv[0]} can't be run: {error.strerror}") from error
        finally:
            os.close(guest)
        assert self._process.stderr is not None
        self._stderr_task = asyncio.create_task(self._collect(self._process.stderr))

    async def _collect(self, stream: asyncio.StreamReader) -> None:
        while chunk := await stream.read(4096):
            self._stderr += chunk[: _STDERR_LIMIT - len(self._stderr)]

    async def resume(self) -> None:
        """Let the guest run. Raises MachineError when QEMU is gone."""
        if await self._execute("cont") is None:
            raise MachineError(f"QEMU exited unexpectedly: {self._last_words()}")

    async def read(self) -> bytes:
        """The next console bytes; empty when QEMU is gone."""
        assert self._console is not None
        return await self._console.read(_READ)

    async def write(self, data: bytes) -> None:
        """Type `data` into the console, as fast as the guest takes it."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(data)
        try:
            await self._process.stdin.drain()
        except ConnectionError as error:
            raise MachineError(f"QEMU exited unexpectedly: {self._last_words()}") from error

    async def next_event(self) -> Event:
        """The next event; GONE when QEMU ended by itself or by `stop`."""
        assert self._process is not None
        event = asyncio.ensure_future(self._listener.get())
        gone = asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait((event, gone), return_when=asyncio.FIRST_COMPLETED)
            if event.done():
                return _translate(dict(event.result()))
            # The last events may have been sent in the same moment.
            if not self._listener.empty():
                return _translate(dict(await self._listener.get()))
            return Event(EventKind.GONE, self._last_words())
        finally:
            for task in (event, gone):
                task.cancel()

    async def guest_seconds(self) -> float | None:
        """Whole seconds on the guest's clock: the RTC runs on it and starts at a fixed date."""
        answer = await self._execute("qom-get", path="/machine", property="rtc-time")
        try:
            year, month, day, hour, minute, second = (int(answer[key]) for key in _RTC_KEYS)
            now = datetime.datetime(
                year + 1900, month + 1, day, hour, minute, second, tzinfo=datetime.UTC
            )
        except (TypeError, KeyError, ValueError):
            return None
        return (now - _BASE).total_seconds()

    async def program_counter(self) -> int | None:
        """The CPU's instruction pointer."""
        text = await self._execute("human-monitor-command", **{"command-line": "info registers"})
        match = _PROGRAM_COUNTER.search(text) if isinstance(text, str) else None
        return int(match[1], 16) if match else None

    async def memory(self, address: int, size: int) -> bytes | None:
        """`size` bytes at physical `address`, or None when QEMU does not answer."""
        with tempfile.TemporaryDirectory(prefix="ringside-") as folder:
            file = Path(folder) / "memory"
            await self._execute("pmemsave", val=address, size=size, filename=str(file))
            return file.read_bytes() if file.is_file() else None

    async def vcpu_threads(self) -> tuple[int, ...]:
        """Host thread ids of the virtual CPUs."""
        answer = await self._execute("query-cpus-fast")
        if not isinstance(answer, list):
            return ()
        return tuple(int(cpu["thread-id"]) for cpu in answer)

    async def stop(self) -> None:
        """End QEMU: ask, then SIGTERM, then SIGKILL."""
        if self._process is None or self._process.returncode is not None:
            return
        await self._execute("quit")
        if await self._exited(_STOP_S):
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        if not await self._exited(_STOP_S):
            await self._kill()

    async def _exited(self, seconds: float) -> bool:
        """Whether QEMU ends by itself within `seconds`."""
        if self._process is None:
            return True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._process.wait()
        return self._process.returncode is not None

    async def _kill(self) -> None:
        if self._process is None:
            return
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        await self._process.wait()
        if self._stderr_task is not None:
            await self._stderr_task

    async def _end(self) -> None:
        try:
            await self.stop()
        finally:
            # Also when the wait above was cancelled: nothing after this line waits for QEMU.
            if self._process is not None and self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    self._process.kill()
            if self._console_transport is not None:
                self._console_transport.close()
            await self._disconnect()
            if self._stderr_task is not None:
                self._stderr_task.cancel()
                await asyncio.gather(self._stderr_task, return_exceptions=True)

    async def _disconnect(self) -> None:
        # QEMU closing its end is how every session ends, so an error here says nothing new.
        with contextlib.suppress(QMPError, EOFError, OSError, asyncio.TimeoutError):
            await self._qmp.disconnect()

    async def _execute(self, command: str, **arguments: object) -> Any:
        """QMP's answer, or None when QEMU refuses, is gone or takes too long."""
        try:
            async with asyncio.timeout(_QMP_S):
                answer: Any = await self._qmp.execute(command, dict(arguments) or None)
        except (ExecuteError, QMPError, EOFError, OSError, TimeoutError):
            return None
        return answer

    def _last_words(self, error: BaseException | None = None) -> str:
        lines = self._stderr.decode("utf-8", "replace").strip().splitlines()
        if lines:
            return lines[-1].strip()
        code = self._process.returncode if self._process is not None else None
        if code is not None:
            return f"it ended with {'signal' if code < 0 else 'status'} {abs(code)}"
        return str(error) or type(error).__name__ if error is not None else "no output"


def _translate(message: dict[str, Any]) -> Event:
    if message.get("event") == "GUEST_PANICKED":
        return Event(EventKind.PANICKED, "pvpanic")
    if message.get("event") == "STOP":
        return Event(EventKind.STOPPED)
    return Event(EventKind.SHUTDOWN, str(message.get("data", {}).get("reason", "")))


def _widen_pipe(descriptor: int) -> None:
    for size in _PIPE_SIZES:
        # Refused beyond the host's limit for unprivileged users.
        with contextlib.suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, size)
            return


async def _reader(descriptor: int) -> tuple[asyncio.StreamReader, asyncio.ReadTransport]:
    loop = asyncio.get_running_loop()
    stream = asyncio.StreamReader(limit=_READ)
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(descriptor, "rb", buffering=0)
    )
    return stream, transport


def _die_with_parent() -> tuple[str, ...]:
    """A prefix that has the host kernel end QEMU even when we are killed outright."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()


def _on_cpu(cpu: int | None) -> tuple[str, ...]:
    """A prefix that keeps QEMU on one host CPU, where taskset is there to do it."""
    taskset = shutil.which("taskset") if cpu is not None else None
    return (taskset, "--cpu-list", str(cpu)) if taskset else ()
