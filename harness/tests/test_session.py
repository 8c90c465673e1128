"""Sessions against a fake machine: every way a boot can end, with short deadlines."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringside.machine.base import Event, EventKind
from ringside.machine.fake import HANG, FakeMachine
from ringside.session import Ending, Limits, Outcome, printable, run_session
from ringside.session.lines import LINE_MAX, LineSplitter

RESET = Event(EventKind.SHUTDOWN, "guest-reset")
PANIC = (r"Kernel panic", r"^panic: ")


class Sink:
    """Knows three words: `ready`, `sample`, `done`; everything else is text."""

    def __init__(self) -> None:
        self.ready = self.sampled = self.done = False
        self.progress = 0
        self.lines: list[bytes] = []

    def feed(self, line: bytes) -> bool:
        self.lines.append(line)
        if line not in (b"ready", b"sample", b"done"):
            return True
        self.progress += 1
        self.ready = True
        self.sampled = self.sampled or line == b"sample"
        self.done = self.done or line == b"done"
        return False


def run(
    *script: bytes | Event | None,
    seconds: float = 0.0,
    limit: int = 1 << 20,
    guest_s: float = 100.0,
) -> tuple[Ending, FakeMachine]:
    machine = FakeMachine(script=script, seconds=seconds, counter=0x1234)
    limits = Limits(boot_s=0.4, silence_s=0.4, guest_s=guest_s, console_bytes=limit)
    ending = asyncio.run(run_session(machine, Sink(), limits, PANIC))
    assert machine.stopped
    return ending, machine


def test_finished() -> None:
    ending, _ = run(b"hello\r\nready\r\n", b"sam", b"ple\r\ndone\r\n", RESET)
    assert ending.outcome is Outcome.FINISHED
    assert ending.ready_s is not None and ending.first_sample_s is not None
    assert ending.program_counter is None
    assert ending.last_lines == ("hello",)


def test_session_finishes_when_output_follows_the_event() -> None:
    ending, _ = run(RESET, b"ready\n", b"done")
    assert ending.outcome is Outcome.FINISHED


def test_panic_message_followed_by_reset_is_panicked() -> None:
    ending, _ = run(b"ready\nKernel panic - not syncing: x\n", RESET)
    assert (ending.outcome, ending.detail) == (Outcome.PANICKED, "Kernel panic - not syncing: x")
    assert ending.program_counter == 0x1234


def test_panic_message_followed_by_silence_is_panicked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringside.session.run._PANIC_S", 0.3)
    ending, _ = run(b"ready\npanic: no memory\nstack:\n", HANG)
    assert ending.outcome is Outcome.PANICKED
    assert ending.last_lines[-1] == "stack:"


def test_panicked_through_the_device() -> None:
    ending, _ = run(b"ready\n", Event(EventKind.PANICKED, "pvpanic"), HANG)
    assert ending.outcome is Outcome.PANICKED


def test_rebooted() -> None:
    ending, _ = run(b"ready\n", RESET)
    assert ending.outcome is Outcome.REBOOTED
    assert "reset" in ending.detail


def test_powered_off_before_it_was_done() -> None:
    ending, _ = run(b"ready\n", Event(EventKind.SHUTDOWN, "guest-shutdown"))
    assert ending.outcome is Outcome.REBOOTED
    assert "shut down" in ending.detail


def test_hung_before_and_after_ready() -> None:
    before, _ = run(b"booting\n", HANG)
    after, _ = run(b"ready\n", HANG)
    assert before.outcome is after.outcome is Outcome.HUNG
    assert before.detail == "not ready within 0.4 s"
    assert after.detail == "no record for 0.4 s"


def test_silent() -> None:
    ending, _ = run(HANG)
    assert ending.outcome is Outcome.SILENT


def test_hung_by_the_guests_own_clock() -> None:
    machine = FakeMachine(script=(b"ready\n", HANG), seconds=101.0)
    limits = Limits(boot_s=30, silence_s=30, guest_s=100)
    started = time.monotonic()
    ending = asyncio.run(run_session(machine, Sink(), limits))
    assert ending.outcome is Outcome.HUNG
    assert "101 s passed on the guest's clock" in ending.detail
    assert time.monotonic() - started < 30


def test_died() -> None:
    ending, _ = run(b"ready\n")
    assert ending.outcome is Outcome.DIED


def test_flooded() -> None:
    kept = bytearray()
    machine = FakeMachine(script=(b"ready\n", *[b"y" * 1000] * 50, HANG))
    limits = Limits(boot_s=5, silence_s=5, guest_s=100, console_bytes=10_000)
    ending = asyncio.run(run_session(machine, Sink(), limits, keep=kept.extend))
    assert ending.outcome is Outcome.FLOODED
    assert len(kept) == 10_000


def test_done_but_it_stays() -> None:
    machine = FakeMachine(script=(b"ready\ndone\n", HANG))
    limits = Limits(boot_s=5, silence_s=5, guest_s=100, shutdown_s=0.3)
    ending = asyncio.run(run_session(machine, Sink(), limits))
    assert ending.outcome is Outcome.FINISHED
    assert "did not shut" in ending.detail


def test_chatter_is_no_sign_of_life() -> None:
    class Chatty(FakeMachine):
        async def read(self) -> bytes:
            if self.stopped:
                return b""
            await asyncio.sleep(0.02)
            return b"still here\n"

    limits = Limits(boot_s=0.5, silence_s=0.5, guest_s=100)
    ending = asyncio.run(run_session(Chatty(script=(HANG,)), Sink(), limits))
    assert ending.outcome is Outcome.HUNG


@given(st.lists(st.binary(max_size=50)))
def test_lines_are_the_same_however_the_bytes_come(pieces: list[bytes]) -> None:
    cutter = LineSplitter()
    lines = [line for piece in pieces for line in cutter.feed(piece)] + cutter.finish()
    data = b"".join(pieces)
    expected = [line.removesuffix(b"\r") for line in data.split(b"\n")]
    assert lines == (expected if expected[-1] else expected[:-1])


@given(st.lists(st.integers(0, 3 * LINE_MAX), max_size=4))
def test_no_line_is_longer_than_the_bound(sizes: list[int]) -> None:
    cutter = LineSplitter()
    data = b"\n".join(b"z" * size for size in sizes)
    lines = [*cutter.feed(data), *cutter.finish()]
    assert all(len(line) <= LINE_MAX for line in lines)
    assert sum(map(len, lines)) == sum(sizes)


@given(st.binary(max_size=300))
def test_printable_text_is_printable(line: bytes) -> None:
    text = printable(line)
    assert all(c.isprintable() or c == " " or c.isspace() for c in text)
    assert "\x1b" not in text and "\n" not in text


def test_printable_drops_escapes_and_direction() -> None:
    assert printable(b"\x1b[31;1mred\x1b[0m \x1b]0;title\x07x\xe2\x80\xaey\x00\x08") == "red xy"
