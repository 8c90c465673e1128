"""Run one boot: pump its console into a sink, watch its deadlines, say how it ended."""

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
from ringside.session.lines import LineCutter
from ringside.session.outcome import Ending, Outcome
from ringside.session.text import printable
from ringside.session.typist import Typist

_LAST_LINES = 24
# How long a guest that has said its last words may take to go.
_LAST_WORDS_S = 2.0
_DRAIN_S = 5.0
_TICK_S = 1.0


class Sink(Protocol):
    """Where console lines go. It knows the records; the session only asks how far it is."""

    def feed(self, line: bytes) -> bool:
        """Take one line without newline; whether it was ordinary text (no record)."""

    @property
    def ready(self) -> bool:
        """The guest's runner has spoken."""

    @property
    def sampled(self) -> bool:
        """The first sample has come."""

    @property
    def done(self) -> bool:
        """The guest's runner has said that it is through."""

    @property
    def progress(self) -> int:
        """Grows with each sign of life that counts."""


@dataclass(frozen=True)
class Limits:
    """Bounds on a boot: host seconds to ready and between records, guest seconds, bytes; and how
    many host seconds a guest that is done may take to shut down."""

    boot_s: float
    silence_s: float
    guest_s: float
    console_bytes: int = 64 << 20
    leave_s: float = 10.0


@dataclass
class _Watch:
    """What the session knows at a moment; times are of the monotonic clock."""

    started: float
    alive: float
    heard: float
    bytes_seen: int = 0
    ready: float | None = None
    sampled: float | None = None
    last_words: float | None = None
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
        self._cutter = LineCutter()
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        now = time.monotonic()
        self._watch = _Watch(started=now, alive=now, heard=now)
        self._asked = now
        self._script = script
        self._typist = Typist(script, now)
        # When the bounds began to count, and what had passed on the guest's clock.
        self._bounded_from = now
        self._guest_start = 0.0

    async def run(self) -> Ending:
        now = time.monotonic()
        self._watch = _Watch(started=now, alive=now, heard=now)
        self._typist = Typist(self._script, now)
        self._bounded_from = now
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
                    self._take(data)
                    if not data:
                        return await self._over(await event)
                    if not self._typist.done:
                        await self._answer(data)
                    read = asyncio.ensure_future(self._machine.read())
                if event.done():
                    return await self._drained(read, event.result())
                late = await self._late()
                if late is not None:
                    return await self._end(*late)
        finally:
            read.cancel()
            event.cancel()

    async def _answer(self, data: bytes) -> None:
        """Go on with the script; from its end on the bounds hold as for any boot."""
        now = time.monotonic()
        await self._type(self._typist.hear(data, now))
        if self._typist.done:
            self._bounded_from = self._watch.alive = now
            self._guest_start = await self._machine.guest_seconds() or 0.0

    async def _type(self, data: bytes) -> None:
        if data:
            await self._machine.write(data)

    def _take(self, data: bytes) -> None:
        watch = self._watch
        now = time.monotonic()
        room = self._limits.console_bytes - watch.bytes_seen
        watch.bytes_seen += len(data)
        watch.heard = now
        self._keep(data[: max(room, 0)])
        for line in self._cutter.feed(data) if data else self._cutter.finish():
            before = self._sink.progress
            if self._sink.feed(line):
                self._text(line, now)
            if self._sink.progress != before:
                watch.alive = now
        if self._sink.ready and watch.ready is None:
            watch.ready = now
        if self._sink.sampled and watch.sampled is None:
            watch.sampled = now
        if self._sink.done and watch.done is None:
            watch.done = now

    def _text(self, line: bytes, now: float) -> None:
        text = printable(line)
        if not text:
            return
        self._last.append(text)
        if self._watch.last_words is None and any(p.search(text) for p in self._panic):
            self._watch.last_words = now

    async def _late(self) -> tuple[Outcome, str] | None:
        """The end that a passed bound makes, or None."""
        watch, limits = self._watch, self._limits
        now = time.monotonic()
        if watch.bytes_seen > limits.console_bytes:
            return Outcome.FLOODED, f"more than {limits.console_bytes >> 20} MiB on the console"
        if watch.done is not None:
            if now - watch.done > limits.leave_s:
                return Outcome.FINISHED, "done, but it did not shut down the machine"
            return None
        if watch.last_words is not None:
            if now - watch.last_words > _LAST_WORDS_S:
                return Outcome.PANICKED, self._last_panic()
            return None
        if not self._typist.done:
            complaint = self._typist.complaint(now)
            return None if complaint is None else (Outcome.HUNG, complaint)
        if watch.ready is None and now - self._bounded_from > limits.boot_s:
            if watch.bytes_seen == 0:
                return Outcome.SILENT, f"no console output within {limits.boot_s:g} s"
            return Outcome.HUNG, f"not ready within {limits.boot_s:g} s"
        if watch.ready is not None and now - watch.alive > limits.silence_s:
            return Outcome.HUNG, f"no record for {limits.silence_s:g} s"
        return await self._guest_late(now)

    async def _guest_late(self, now: float) -> tuple[Outcome, str] | None:
        """Ask for the guest's clock, but only after a tick without a record."""
        if now - max(self._watch.alive, self._asked) < _TICK_S:
            return None
        self._asked = now
        seconds = await self._machine.guest_seconds()
        if seconds is not None and seconds - self._guest_start > self._limits.guest_s:
            passed = seconds - self._guest_start
            return Outcome.HUNG, f"{passed:g} s passed on the guest's clock"
        return None

    async def _drained(self, read: asyncio.Future[bytes], event: Event) -> Ending:
        """The machine stopped: take what is still in the pipe, then judge."""
        fine = self._sink.done or event.kind is EventKind.SAVED
        counter = None if fine else await self._machine.program_counter()
        await self._machine.stop()
        try:
            async with asyncio.timeout(_DRAIN_S):
                while data := await read:
                    self._take(data)
                    read = asyncio.ensure_future(self._machine.read())
        except TimeoutError:
            read.cancel()
        self._take(b"")
        return await self._over(event, counter)

    async def _over(self, event: Event, counter: int | None = None) -> Ending:
        """The end that an event makes, once all console bytes were taken."""
        if self._sink.done or event.kind is EventKind.SAVED:
            return await self._end(Outcome.FINISHED, "")
        if event.kind is EventKind.PANICKED or self._watch.last_words is not None:
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
        watch = self._watch
        return Ending(
            outcome=outcome,
            detail=detail,
            last_lines=tuple(self._last),
            program_counter=counter,
            ready_s=_since(watch.started, watch.ready),
            first_sample_s=_since(watch.started, watch.sampled),
            end_s=time.monotonic() - watch.started,
            console_bytes=watch.bytes_seen,
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
    """Let `machine` run until it ends, and say how.

    Lines go to `sink`, raw bytes to `keep`, text lines are searched for the `panic` patterns. A
    `script` is typed first, with bounds of its own; the others count from its end.
    QEMU is stopped on return. Raises MachineError when QEMU is gone before it ran.
    """
    return await _Session(machine, sink, limits, panic, keep, script).run()
