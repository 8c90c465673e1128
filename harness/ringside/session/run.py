"""Run one boot: feed its console to a sink, enforce time limits, and report the outcome."""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ringside.image.delivery import Step
from ringside.machine.base import Event, EventKind, Machine
from ringside.session.lines import LineSplitter
from ringside.session.outcome import Ending, Outcome
from ringside.session.text import printable
from ringside.session.typist import Typist

_LAST_LINES = 24
# Time for the rest of a panic message.
_PANIC_S = 2.0
_DRAIN_S = 5.0
_TICK_S = 1.0


class Sink(Protocol):
    """Consumer of console lines. It parses records; the session only queries its progress."""

    def feed(self, line: bytes) -> bool:
        """Consume a line without its newline; returns whether it is ordinary text."""

    @property
    def ready(self) -> bool:
        """Whether the runner has started."""

    @property
    def sampled(self) -> bool:
        """Whether the first sample has arrived."""

    @property
    def done(self) -> bool:
        """Whether the runner has reported its end."""

    @property
    def progress(self) -> int:
        """A counter that increases with every record."""


@dataclass(frozen=True)
class Limits:
    """Limits of a boot: host seconds until ready and between records, guest seconds in total, bytes
    of console output, and host seconds to shut down when done."""

    boot_s: float
    silence_s: float
    guest_s: float
    console_bytes: int = 64 << 20
    shutdown_s: float = 10.0


@dataclass
class _Progress:
    """What has happened so far, with times of the monotonic clock; None if not yet."""

    started: float
    last_record: float
    bytes_seen: int = 0
    ready: float | None = None
    sampled: float | None = None
    panicked: float | None = None
    done: float | None = None


class _Session:
    def __init__(
        self,
        machine: Machine,
        sink: Sink,
        limits: Limits,
        panic: Sequence[str],
        keep: Callable[[bytes], None],
        script: Sequence[Step],
    ) -> None:
        self._machine = machine
        self._sink = sink
        self._limits = limits
        self._panic = [re.compile(pattern) for pattern in panic]
        self._keep = keep
        self._splitter = LineSplitter()
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        now = time.monotonic()
        self._progress = _Progress(started=now, last_record=now)
        self._clock_queried = now
        self._script = script
        self._typist = Typist(script, now)
        # The limits apply from here, at this time of the guest's clock.
        self._limits_start = now
        self._guest_start = 0.0

    async def run(self) -> Ending:
        now = time.monotonic()
        self._progress = _Progress(started=now, last_record=now)
        self._typist = Typist(self._script, now)
        self._limits_start = now
        await self._machine.resume()
        await self._type(self._typist.start())
        read = asyncio.ensure_future(self._machine.read())
        event = asyncio.ensure_future(self._machine.next_event())
        try:
            while True:
                await asyncio.wait(
                    (read, event), timeout=_TICK_S / 4, return_when=asyncio.FIRST_COMPLETED
                )
                if read.done():
                    data = read.result()
                    self._consume(data)
                    if not data:
                        return await self._end_by_event(await event)
                    if not self._typist.done:
                        await self._continue_script(data)
                    read = asyncio.ensure_future(self._machine.read())
                if event.done():
                    return await self._drain(read, event.result())
                exceeded = await self._exceeded_limit()
                if exceeded is not None:
                    return await self._end(*exceeded)
        finally:
            read.cancel()
            event.cancel()

    async def _continue_script(self, data: bytes) -> None:
        """Type the next steps of the script; the limits apply from its end."""
        now = time.monotonic()
        await self._type(self._typist.feed(data, now))
        if self._typist.done:
            self._limits_start = self._progress.last_record = now
            self._guest_start = await self._machine.guest_seconds() or 0.0

    async def _type(self, data: bytes) -> None:
        if data:
            await self._machine.write(data)

    def _consume(self, data: bytes) -> None:
        progress = self._progress
        now = time.monotonic()
        room = self._limits.console_bytes - progress.bytes_seen
        progress.bytes_seen += len(data)
        self._keep(data[: max(room, 0)])
        for line in self._splitter.feed(data) if data else self._splitter.finish():
            before = self._sink.progress
            if self._sink.feed(line):
                self._consume_text(line, now)
            if self._sink.progress != before:
                progress.last_record = now
        if self._sink.ready and progress.ready is None:
            progress.ready = now
        if self._sink.sampled and progress.sampled is None:
            progress.sampled = now
        if self._sink.done and progress.done is None:
            progress.done = now

    def _consume_text(self, line: bytes, now: float) -> None:
        text = printable(line)
        if not text:
            return
        self._last.append(text)
        if self._progress.panicked is None and any(p.search(text) for p in self._panic):
            self._progress.panicked = now

    async def _exceeded_limit(self) -> tuple[Outcome, str] | None:
        """The outcome and detail if a limit is exceeded, else None."""
        progress, limits = self._progress, self._limits
        now = time.monotonic()
        if progress.bytes_seen > limits.console_bytes:
            return Outcome.FLOODED, f"more than {limits.console_bytes >> 20} MiB on the console"
        if progress.done is not None:
            if now - progress.done > limits.shutdown_s:
                return Outcome.FINISHED, "done, but it did not shut down the machine"
            return None
        if progress.panicked is not None:
            if now - progress.panicked > _PANIC_S:
                return Outcome.PANICKED, self._last_panic()
            return None
        if not self._typist.done:
            complaint = self._typist.failure(now)
            return None if complaint is None else (Outcome.HUNG, complaint)
        if progress.ready is None and now - self._limits_start > limits.boot_s:
            if progress.bytes_seen == 0:
                return Outcome.SILENT, f"no console output within {limits.boot_s:g} s"
            return Outcome.HUNG, f"not ready within {limits.boot_s:g} s"
        if progress.ready is not None and now - progress.last_record > limits.silence_s:
            return Outcome.HUNG, f"no record for {limits.silence_s:g} s"
        return await self._exceeded_guest_time(now)

    async def _exceeded_guest_time(self, now: float) -> tuple[Outcome, str] | None:
        """Query the guest's clock, but at most once per tick and only in a tick without records."""
        if now - max(self._progress.last_record, self._clock_queried) < _TICK_S:
            return None
        self._clock_queried = now
        seconds = await self._machine.guest_seconds()
        if seconds is not None and seconds - self._guest_start > self._limits.guest_s:
            passed = seconds - self._guest_start
            return Outcome.HUNG, f"{passed:g} s passed on the guest's clock"
        return None

    async def _drain(self, read: asyncio.Future[bytes], event: Event) -> Ending:
        """Read the rest of the console of a machine that has stopped, then report the end."""
        fine = self._sink.done or event.kind is EventKind.SAVED
        counter = None if fine else await self._machine.program_counter()
        await self._machine.stop()
        try:
            async with asyncio.timeout(_DRAIN_S):
                while data := await read:
                    self._consume(data)
                    read = asyncio.ensure_future(self._machine.read())
        except TimeoutError:
            read.cancel()
        self._consume(b"")
        return await self._end_by_event(event, counter)

    async def _end_by_event(self, event: Event, counter: int | None = None) -> Ending:
        """The end caused by an event, after all console output has been consumed."""
        if self._sink.done or event.kind is EventKind.SAVED:
            return await self._end(Outcome.FINISHED, "")
        if event.kind is EventKind.PANICKED or self._progress.panicked is not None:
            return await self._end(Outcome.PANICKED, self._last_panic(), counter)
        if event.kind is EventKind.SHUTDOWN:
            how = "reset" if "reset" in event.detail else "shut down"
            return await self._end(
                Outcome.REBOOTED, f"the guest {how} the machine before it was done", counter
            )
        return await self._end(Outcome.DIED, f"QEMU ended: {event.detail}", counter)

    async def _end(self, outcome: Outcome, detail: str, counter: int | None = None) -> Ending:
        if outcome is not Outcome.FINISHED and counter is None:
            counter = await self._machine.program_counter()
        await self._machine.stop()
        return self._ending(outcome, detail, counter)

    def _ending(self, outcome: Outcome, detail: str, counter: int | None = None) -> Ending:
        progress = self._progress
        return Ending(
            outcome=outcome,
            detail=detail,
            last_lines=tuple(self._last),
            program_counter=counter,
            ready_s=_since(progress.started, progress.ready),
            first_sample_s=_since(progress.started, progress.sampled),
            end_s=time.monotonic() - progress.started,
            console_bytes=progress.bytes_seen,
        )

    def _last_panic(self) -> str:
        for line in self._last:
            if any(pattern.search(line) for pattern in self._panic):
                return line
        return "the guest reported a panic"


def _since(start: float, moment: float | None) -> float | None:
    return None if moment is None else moment - start


async def run_session(
    machine: Machine,
    sink: Sink,
    limits: Limits,
    panic: Sequence[str] = (),
    keep: Callable[[bytes], None] = lambda data: None,
    script: Sequence[Step] = (),
) -> Ending:
    """Run `machine` until it ends and report how.

    Lines go to `sink` and raw bytes to `keep`; text lines are matched against the `panic` patterns.
    `script` is typed first with its own limits, and `limits` apply from its end. QEMU has exited on
    return. Raises MachineError if it exits before the guest runs.
    """
    return await _Session(machine, sink, limits, panic, keep, script).run()
