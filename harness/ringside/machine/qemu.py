"""A QEMU process: started stopped, controlled through QMP, and always ended."""

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
_EXIT_S = 1.0
_READ = 64 << 10
# The guest's serial port must not block on us: that would turn host time into guest time.
_PIPE_SIZES = (1 << 20, 256 << 10)
_STDERR_LIMIT = 64 << 10
# The formats of x86 and RISC-V.
_PROGRAM_COUNTER = re.compile(r"\b(?:[RE]IP=|pc +)([0-9a-fA-F]+)")
_BASE = datetime.datetime.fromisoformat(RTC_BASE).replace(tzinfo=datetime.UTC)
_RTC_KEYS = ("tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec")

# qemu.qmp logs a closed connection as an error; here it is the normal end.
logging.getLogger("qemu.qmp").setLevel(logging.CRITICAL)


class QemuMachine:
    """`async with QemuMachine(argv_for) as machine:` starts QEMU and ends it on exit.

    `argv_for` builds the arguments for a given QMP file descriptor. `cpu` is a host CPU to which
    all threads of QEMU are pinned; `pass_fds` are further descriptors for QEMU to inherit. Raises
    MachineError on entry, with QEMU's error message, if it does not start.
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
        # Set before the start to send input; otherwise the console's input is at its end.
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
            # If QEMU is exiting let it finish: its message and status say why.
            await self._exited(_EXIT_S)
            await self._kill()
            raise MachineError(f"QEMU did not start: {self._exit_reason(error)}") from error
        if self._cpu is not None:
            await self._deprioritize_vcpus()

    async def _deprioritize_vcpus(self) -> None:
        """Keep a waking vCPU thread from preempting QEMU's main loop on the same host CPU.

        The main loop advances the clock of an idle guest, and must be asleep again before the
        guest is idle the next time: otherwise it may see the halt before the instructions up to it
        are counted, and advance the clock too far.
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
        """Let the guest run. Raises MachineError if QEMU has exited."""
        if await self._execute("cont") is None:
            raise MachineError(f"QEMU exited unexpectedly: {self._exit_reason()}")

    async def read(self) -> bytes:
        """The next console bytes; empty once QEMU has exited."""
        assert self._console is not None
        return await self._console.read(_READ)

    async def write(self, data: bytes) -> None:
        """Send `data` to the console, as fast as the guest reads it."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(data)
        try:
            await self._process.stdin.drain()
        except ConnectionError as error:
            raise MachineError(f"QEMU exited unexpectedly: {self._exit_reason()}") from error

    async def next_event(self) -> Event:
        """The next event; GONE once QEMU has exited, by itself or by `stop`."""
        assert self._process is not None
        event = asyncio.ensure_future(self._listener.get())
        gone = asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait((event, gone), return_when=asyncio.FIRST_COMPLETED)
            if event.done():
                return _translate(dict(event.result()))
            # Events may have arrived just before the exit.
            if not self._listener.empty():
                return _translate(dict(await self._listener.get()))
            return Event(EventKind.GONE, self._exit_reason())
        finally:
            for task in (event, gone):
                task.cancel()

    async def guest_seconds(self) -> float | None:
        """Seconds since power-on, as whole seconds, from the RTC, which runs on the guest's clock
        and starts at a fixed date."""
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
        """The first CPU's program counter."""
        text = await self._execute("human-monitor-command", **{"command-line": "info registers"})
        match = _PROGRAM_COUNTER.search(text) if isinstance(text, str) else None
        return int(match[1], 16) if match else None

    async def memory(self, address: int, size: int) -> bytes | None:
        """`size` bytes at the physical `address`, or None if QEMU does not answer."""
        with tempfile.TemporaryDirectory(prefix="ringside-") as folder:
            file = Path(folder) / "memory"
            await self._execute("pmemsave", val=address, size=size, filename=str(file))
            return file.read_bytes() if file.is_file() else None

    async def vcpu_threads(self) -> tuple[int, ...]:
        """Host thread ids of the vCPUs."""
        answer = await self._execute("query-cpus-fast")
        if not isinstance(answer, list):
            return ()
        return tuple(int(cpu["thread-id"]) for cpu in answer)

    async def stop(self) -> None:
        """End QEMU by `quit`, then SIGTERM, then SIGKILL."""
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
        """Whether QEMU exits within `seconds`."""
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
            # Reached without waiting if `stop` was cancelled.
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
        # Every session ends with QEMU closing the connection, which may raise any of these.
        with contextlib.suppress(QMPError, EOFError, OSError, asyncio.TimeoutError):
            await self._qmp.disconnect()

    async def _execute(self, command: str, **arguments: object) -> Any:
        """QMP's answer, or None if QEMU rejects the command, has exited, or is too slow."""
        try:
            async with asyncio.timeout(_QMP_S):
                answer: Any = await self._qmp.execute(command, dict(arguments) or None)
        except (ExecuteError, QMPError, EOFError, OSError, TimeoutError):
            return None
        return answer

    def _exit_reason(self, error: BaseException | None = None) -> str:
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
        # Fails beyond the host's limit for unprivileged users.
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
    """A command prefix that makes the host kernel end QEMU even if this process is killed."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()


def _on_cpu(cpu: int | None) -> tuple[str, ...]:
    """A command prefix that pins QEMU to one host CPU, if taskset is installed."""
    taskset = shutil.which("taskset") if cpu is not None else None
    return (taskset, "--cpu-list", str(cpu)) if taskset else ()
