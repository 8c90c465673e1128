"""All records of one boot: the runner's stream, and one stream a planned workload."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ringside.records.line import Record, Text, Torn, parse_line
from ringside.records.result import Result
from ringside.records.stream import BadField, Stream, number, numbers, words

_MOST_SETTLE_SAMPLES = 1024


@dataclass(frozen=True)
class ClockReading:
    """The guest's tick counter and its nanosecond clock, read together."""

    ticks: int
    ns: int


@dataclass(frozen=True)
class SettleReading:
    """What the runner did until the guest was at rest."""

    ok: bool
    rounds: int
    ticks: int
    ns: int
    samples: tuple[int, ...]


def _ignore(index: int) -> None:
    pass


class Transcript:
    """A sink for console lines (see `session.Sink`) that knows the plan of the boot.

    `on_begin` and `on_end` are called with the index into `plan` of the workload.
    """

    def __init__(
        self,
        plan: Sequence[str],
        *,
        on_begin: Callable[[int], None] = _ignore,
        on_end: Callable[[int], None] = _ignore,
    ) -> None:
        self._streams = [Stream(name) for name in plan]
        self._on_begin = on_begin
        self._on_end = on_end
        self._next_seq = 0
        self._lost = 0
        self.torn = 0
        self.progress = 0
        self.ready = False
        self.done = False
        self.current: int | None = None
        self.clocks: list[ClockReading] = []
        self.settle: SettleReading | None = None
        self.complaint: str | None = None

    @property
    def lost(self) -> int:
        """Records known to be missing, over all streams."""
        return self._lost + sum(stream.lost for stream in self._streams)

    @property
    def sampled(self) -> bool:
        """Whether any workload's sample came."""
        return any(stream.sampled for stream in self._streams)

    @property
    def ns_per_tick(self) -> float | None:
        """From the first clock reading to the last, else from the time spent settling."""
        if len(self.clocks) >= 2:
            first, last = self.clocks[0], self.clocks[-1]
            if last.ticks > first.ticks and last.ns > first.ns:
                return (last.ns - first.ns) / (last.ticks - first.ticks)
        if self.settle is not None and self.settle.ticks > 0 and self.settle.ns > 0:
            return self.settle.ns / self.settle.ticks
        return None

    def feed(self, line: bytes) -> bool:
        """Take one console line; whether it was ordinary text."""
        parsed = parse_line(line)
        match parsed:
            case Text():
                return True
            case Torn():
                self.torn += 1
            case Record():
                self.progress += 1
                self._take(parsed)
        return False

    def result(self, index: int) -> Result:
        """What the workload at `index` of the plan amounts to so far."""
        return self._streams[index].result()

    def begun(self, index: int) -> bool:
        """Whether the runner said that it starts this workload, or the workload itself spoke."""
        return self._streams[index].begun

    def _take(self, record: Record) -> None:
        if record.stream == 0:
            self._take_runner(record)
        elif record.stream <= len(self._streams):
            stream = self._streams[record.stream - 1]
            stream.begun = True
            stream.feed(record)
        else:
            self._complain(f"a record of stream {record.stream}, which was not planned")

    def _take_runner(self, record: Record) -> None:
        if record.seq > self._next_seq:
            self._lost += record.seq - self._next_seq
        elif record.seq < self._next_seq:
            self._complain(f"runner record {record.seq} arrived twice or too late")
            return
        self._next_seq = record.seq + 1
        try:
            self._runner(record.type, record.fields)
        except BadField as error:
            self._complain(f"runner record {record.type}: {error}")

    def _runner(self, kind: str, fields: Mapping[str, str]) -> None:
        match kind:
            case "hello":
                self._hello(fields)
            case "clock":
                self.clocks = [*self.clocks[:1], _clock(fields)]
            case "settle":
                self.settle = _settle(fields)
            case "begin":
                self._begin(number(fields, "stream", least=1) - 1, fields.get("name", ""))
            case "end":
                self._end(fields)
            case "bye":
                self.done = True
            case _:
                raise BadField("unknown type")

    def _hello(self, fields: Mapping[str, str]) -> None:
        if fields.get("proto") != "1":
            raise BadField(f"it uses protocol {words(fields, 'proto')}, not 1")
        if number(fields, "planned") != len(self._streams):
            raise BadField(f"it read {fields['planned']} planned workloads of {len(self._streams)}")
        self.ready = True

    def _begin(self, index: int, name: str) -> None:
        stream = self._stream(index)
        if name != stream.name:
            raise BadField(
                f"stream {index + 1} is {stream.name}, not {words({'name': name}, 'name')}"
            )
        stream.begun = True
        self.current = index
        self._on_begin(index)

    def _end(self, fields: Mapping[str, str]) -> None:
        index = number(fields, "stream", least=1) - 1
        stream = self._stream(index)
        first = not stream.ended
        stream.end(_signed(fields, "exit"), _signed(fields, "signal"))
        self.current = None
        if first:
            self._on_end(index)

    def _stream(self, index: int) -> Stream:
        if index >= len(self._streams):
            raise BadField(f"stream {index + 1} was not planned")
        return self._streams[index]

    def _complain(self, what: str) -> None:
        self.complaint = self.complaint or what


def _clock(fields: Mapping[str, str]) -> ClockReading:
    return ClockReading(ticks=number(fields, "ticks"), ns=number(fields, "ns"))


def _settle(fields: Mapping[str, str]) -> SettleReading:
    samples = numbers(fields, "samples") if fields.get("samples") else []
    if len(samples) > _MOST_SETTLE_SAMPLES:
        raise BadField("too many samples")
    return SettleReading(
        ok=number(fields, "ok") == 1,
        rounds=number(fields, "rounds"),
        ticks=number(fields, "ticks"),
        ns=number(fields, "ns"),
        samples=tuple(samples),
    )


def _signed(fields: Mapping[str, str], key: str) -> int:
    value = fields.get(key, "")
    if value.startswith("-"):
        return -number({key: value[1:]}, key)
    return number(fields, key)
