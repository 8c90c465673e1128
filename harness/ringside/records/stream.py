"""The state of one workload's stream. Built for a guest that may say anything at all."""

from __future__ import annotations

import errno as errno_names
import os
from collections.abc import Mapping

from ringside.records.line import Record
from ringside.records.result import Result, Verdict
from ringside.session.text import printable

_MOST_SAMPLES = 1 << 20
_LARGEST_TICK = 2**64 - 1
_MOST_DIGITS = 20
_MOST_WORDS = 200


class BadField(ValueError):
    """A record with a right checksum says something that the protocol does not allow."""


def number(fields: Mapping[str, str], key: str, *, least: int = 0) -> int:
    """A decimal field. Raises BadField when it is missing or no number from `least` to 2^64."""
    value = fields.get(key, "")
    if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
        raise BadField(f"{key} is not a number")
    if not least <= int(value) <= _LARGEST_TICK:
        raise BadField(f"{key} is out of range")
    return int(value)


def words(fields: Mapping[str, str], key: str) -> str:
    """A field for people: bounded, and safe to show whatever the guest put into it."""
    return printable(fields.get(key, "?").encode()[:_MOST_WORDS])


def numbers(fields: Mapping[str, str], key: str) -> list[int]:
    """A comma-separated list of decimal numbers. Raises BadField."""
    return [number({key: part}, key) for part in fields.get(key, "").split(",")]


class Stream:
    """Gathers the records of one workload. Damage is remembered and never repaired."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.begun = False
        self._ended: tuple[int, int] | None = None
        self._next_seq = 0
        self.lost = 0
        self._damage: str | None = None
        self._absent: str | None = None
        self._wrong: str | None = None
        self._bench: Mapping[str, str] = {}
        self._iterations = 0
        self._warmup = 0
        self._bytes = 0
        self._repetitions = 0
        self._ticks: list[int] = []
        self._overhead: list[int] = []
        self._done = False

    @property
    def sampled(self) -> bool:
        """Whether any sample came."""
        return bool(self._ticks)

    def feed(self, record: Record) -> None:
        """Take a record of this stream."""
        if record.seq != self._next_seq:
            self._out_of_order(record.seq)
        self._next_seq = max(self._next_seq, record.seq + 1)
        if self._ended is not None:
            self._damaged("a record arrived after its process had ended")
        try:
            self._take(record.type, record.fields)
        except BadField as error:
            self._damaged(f"record {record.type}: {error}")

    def end(self, status: int, signal: int) -> None:
        """Its process was waited for."""
        if self._ended is not None:
            self._damaged("it ended twice")
        self._ended = (status, signal)

    @property
    def ended(self) -> bool:
        """Whether its process was waited for."""
        return self._ended is not None

    def result(self) -> Result:
        """What the records so far amount to."""
        verdict, detail = self._judge()
        whole = verdict is Verdict.WHOLE
        return Result(
            name=self.name,
            verdict=verdict,
            detail=detail,
            op=words(self._bench, "op") if self._bench else "",
            iterations=self._iterations,
            warmup=self._warmup,
            bytes=self._bytes,
            ticks=tuple(self._ticks) if whole else (),
            overhead=tuple(self._overhead) if whole else (),
        )

    def _judge(self) -> tuple[Verdict, str | None]:
        if self._wrong is not None:
            return Verdict.WRONG, self._wrong
        if self._damage is not None:
            return Verdict.TORN, self._damage
        if self._absent is not None:
            return Verdict.ABSENT, self._absent
        if self._ended is None:
            return (Verdict.UNFINISHED if self.begun else Verdict.NOT_BEGUN), None
        status, signal = self._ended
        if signal:
            return Verdict.CRASHED, f"killed by signal {signal}"
        if status:
            return Verdict.CRASHED, f"exit status {status}"
        if not self._done:
            return Verdict.TORN, "its last records are missing"
        return Verdict.WHOLE, None

    def _take(self, kind: str, fields: Mapping[str, str]) -> None:
        match kind:
            case "bench":
                self._take_bench(fields)
            case "overhead":
                self._overhead = self._room(numbers(fields, "ticks"))
            case "samples":
                self._take_samples(fields)
            case "done":
                self._take_done(number(fields, "samples"))
            case "absent":
                what, why = words(fields, "what"), _errno_words(number(fields, "errno"))
                # A port that lacks the whole workload names it: that says nothing new.
                self._absent = why if what == self.name else f"{what}: {why}"
            case "wrong":
                expected, got = words(fields, "expected"), words(fields, "got")
                self._wrong = f"{words(fields, 'what')}: expected {expected}, got {got}"
            case "probe":
                self._take_probe(fields)
            case _:
                raise BadField("unknown type")

    def _take_probe(self, fields: Mapping[str, str]) -> None:
        name = f"probe/{words(fields, 'family')}/{words(fields, 'name')}"
        if name != self.name:
            raise BadField(f"the process identifies itself as {name}")
        if self._done:
            raise BadField("it came twice")
        match fields.get("answer"):
            case "works":
                self._done = True
            case "absent" | "wrong" as answer:
                self._take(answer, fields)
            case _:
                raise BadField(f"unknown answer {words(fields, 'answer')}")

    def _take_bench(self, fields: Mapping[str, str]) -> None:
        if self._bench:
            raise BadField("it came twice")
        self._bench = fields
        parts = [words(fields, key) for key in ("group", "name", "param") if key in fields]
        if "/".join(parts) != self.name:
            raise BadField(f"the process identifies itself as {'/'.join(parts)}")
        self._iterations = number(fields, "iterations", least=1)
        self._warmup = number(fields, "warmup")
        self._bytes = number(fields, "bytes") if "bytes" in fields else 0
        self._repetitions = number(fields, "repetitions", least=1)

    def _take_samples(self, fields: Mapping[str, str]) -> None:
        if not self._bench or self._done:
            raise BadField("not between bench and done")
        if number(fields, "first") != len(self._ticks):
            raise BadField(f"first is not {len(self._ticks)}")
        self._ticks.extend(self._room(numbers(fields, "ticks")))

    def _take_done(self, samples: int) -> None:
        if self._done:
            raise BadField("it came twice")
        if not samples == len(self._ticks) == self._repetitions:
            raise BadField(
                f"{self._repetitions} repetitions, {samples} samples, {len(self._ticks)} received"
            )
        self._done = True

    def _room(self, more: list[int]) -> list[int]:
        if len(self._ticks) + len(more) > _MOST_SAMPLES:
            raise BadField("too many samples")
        return more

    def _out_of_order(self, seq: int) -> None:
        if seq > self._next_seq:
            self.lost += seq - self._next_seq
            self._damaged(f"records {self._next_seq} to {seq - 1} are missing")
        else:
            self._damaged(f"record {seq} arrived twice or too late")

    def _damaged(self, why: str) -> None:
        self._damage = self._damage or why


def _errno_words(errno: int) -> str:
    symbol = errno_names.errorcode.get(errno)
    return f"{symbol} ({os.strerror(errno)})" if symbol else f"errno {errno}"
