"""Collect the records of one workload. The guest is untrusted and may send anything."""

from __future__ import annotations

import errno as errno_names
import os
from collections.abc import Mapping

from ringside.records.line import Record
from ringside.records.result import Result, Verdict
from ringside.session.text import printable

_SAMPLES_MAX = 1 << 20
_U64_MAX = 2**64 - 1
_DIGITS_MAX = 20
_TEXT_MAX = 200


class BadField(ValueError):
    """A record with a valid checksum violates the protocol."""


def parse_number(fields: Mapping[str, str], key: str, *, minimum: int = 0) -> int:
    """A decimal field. Raises BadField unless it is a number from `minimum` to 2^64 - 1."""
    value = fields.get(key, "")
    if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS_MAX):
        raise BadField(f"{key} is not a number")
    if not minimum <= int(value) <= _U64_MAX:
        raise BadField(f"{key} is out of range")
    return int(value)


def parse_text(fields: Mapping[str, str], key: str) -> str:
    """A text field, bounded and safe to display; `?` if missing."""
    return printable(fields.get(key, "?").encode()[:_TEXT_MAX])


def parse_numbers(fields: Mapping[str, str], key: str) -> list[int]:
    """A comma-separated list of decimal numbers. Raises BadField."""
    return [parse_number({key: part}, key) for part in fields.get(key, "").split(",")]


class Stream:
    """Collects the records of one workload. Damage is recorded and never repaired."""

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
        """Whether any sample has arrived."""
        return bool(self._ticks)

    def feed(self, record: Record) -> None:
        """Consume a record of this stream."""
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
        """Record the exit of the workload's process."""
        if self._ended is not None:
            self._damaged("it ended twice")
        self._ended = (status, signal)

    @property
    def ended(self) -> bool:
        """Whether the runner has reported the exit of the process."""
        return self._ended is not None

    def result(self) -> Result:
        """The result of the records so far."""
        verdict, detail = self._judge()
        whole = verdict is Verdict.WHOLE
        return Result(
            name=self.name,
            verdict=verdict,
            detail=detail,
            op=parse_text(self._bench, "op") if self._bench else "",
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
                self._overhead = self._check_count(parse_numbers(fields, "ticks"))
            case "samples":
                self._take_samples(fields)
            case "done":
                self._take_done(parse_number(fields, "samples"))
            case "absent":
                what, why = parse_text(fields, "what"), _errno_words(parse_number(fields, "errno"))
                # A workload that is absent as a whole names itself.
                self._absent = why if what == self.name else f"{what}: {why}"
            case "wrong":
                expected, got = parse_text(fields, "expected"), parse_text(fields, "got")
                self._wrong = f"{parse_text(fields, 'what')}: expected {expected}, got {got}"
            case "probe":
                self._take_probe(fields)
            case _:
                raise BadField("unknown type")

    def _take_probe(self, fields: Mapping[str, str]) -> None:
        name = f"probe/{parse_text(fields, 'family')}/{parse_text(fields, 'name')}"
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
                raise BadField(f"unknown answer {parse_text(fields, 'answer')}")

    def _take_bench(self, fields: Mapping[str, str]) -> None:
        if self._bench:
            raise BadField("it came twice")
        self._bench = fields
        parts = [parse_text(fields, key) for key in ("group", "name", "param") if key in fields]
        if "/".join(parts) != self.name:
            raise BadField(f"the process identifies itself as {'/'.join(parts)}")
        self._iterations = parse_number(fields, "iterations", minimum=1)
        self._warmup = parse_number(fields, "warmup")
        self._bytes = parse_number(fields, "bytes") if "bytes" in fields else 0
        self._repetitions = parse_number(fields, "repetitions", minimum=1)

    def _take_samples(self, fields: Mapping[str, str]) -> None:
        if not self._bench or self._done:
            raise BadField("not between bench and done")
        if parse_number(fields, "first") != len(self._ticks):
            raise BadField(f"first is not {len(self._ticks)}")
        self._ticks.extend(self._check_count(parse_numbers(fields, "ticks")))

    def _take_done(self, samples: int) -> None:
        if self._done:
            raise BadField("it came twice")
        if not samples == len(self._ticks) == self._repetitions:
            raise BadField(
                f"{self._repetitions} repetitions, {samples} samples, {len(self._ticks)} received"
            )
        self._done = True

    def _check_count(self, more: list[int]) -> list[int]:
        if len(self._ticks) + len(more) > _SAMPLES_MAX:
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
