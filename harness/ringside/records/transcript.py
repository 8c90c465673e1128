"""All records of one boot: the runner's stream, and one stream per planned workload."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ringside.records.line import Record, Text, Torn, parse_line
from ringside.records.result import Result
from ringside.records.stream import BadField, Stream, parse_number, parse_numbers, parse_text

_SETTLE_SAMPLES_MAX = 1024


@dataclass(frozen=True)
class ClockReading:
    """The guest's tick counter and nanosecond clock, read together."""

    ticks: int
    ns: int


@dataclass(frozen=True)
class SettleReading:
    """What the runner did until the guest was idle."""

    ok: bool
    rounds: int
    ticks: int
    ns: int
    samples: tuple[int, ...]


def _ignore(index: int) -> None:
    pass


class Transcript:
    """A sink for console lines (see `session.Sink`) that follows the plan of the boot.

    `on_begin` and `on_end` are called with a workload's index in `plan`.
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
        self.violation: str | None = None

    @property
    def lost(self) -> int:
        """The number of records known to be missing, over all streams."""
        return self._lost + sum(stream.lost for stream in self._streams)

    @property
    def sampled(self) -> bool:
        """Whether a sample of any workload has arrived."""
        return any(stream.sampled for stream in self._streams)

    @property
    def ns_per_tick(self) -> float | None:
        """Nanoseconds per tick between the first and last clock readings, else while settling."""
        if len(self.clocks) >= 2:
            first, last = self.clocks[0], self.clocks[-1]
            if last.ticks > first.ticks and last.ns > first.ns:
                return (last.ns - first.ns) / (last.ticks - first.ticks)
        if self.settle is not None and self.settle.ticks > 0 and self.settle.ns > 0:
            return self.settle.ns / self.settle.ticks
        return None

    def feed(self, line: bytes) -> bool:
        """Consume one console line; returns whether it is ordinary text."""
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
        """The result so far of the workload at `index` of the plan."""
        return self._streams[index].result()

    def begun(self, index: int) -> bool:
        """Whether the runner has announced this workload, or the workload has sent a record."""
        return self._streams[index].begun

    def _take(self, record: Record) -> None:
        if record.stream == 0:
            self._take_runner(record)
        elif record.stream <= len(self._streams):
            stream = self._streams[record.stream - 1]
            stream.begun = True
            stream.feed(record)
        else:
            self._violated(f"a record of stream {record.stream}, which was not planned")

    def _take_runner(self, record: Record) -> None:
        if record.seq > self._next_seq:
            self._lost += record.seq - self._next_seq
        elif record.seq < self._next_seq:
            self._violated(f"runner record {record.seq} arrived twice or too late")
            return
        self._next_seq = record.seq + 1
        try:
            self._runner(record.type, record.fields)
        except BadField as error:
            self._violated(f"runner record {record.type}: {error}")

    def _runner(self, kind: str, fields: Mapping[str, str]) -> None:
        match kind:
            case "hello":
                self._hello(fields)
            case "clock":
                self.clocks = [*self.clocks[:1], _clock(fields)]
            case "settle":
                self.settle = _settle(fields)
            case "begin":
                self._begin(parse_number(fields, "stream", minimum=1) - 1, fields.get("name", ""))
            case "end":
                self._end(fields)
            case "bye":
                self.done = True
            case _:
                raise BadField("unknown type")

    def _hello(self, fields: Mapping[str, str]) -> None:
        if fields.get("proto") != "1":
            raise BadField(f"it uses protocol {parse_text(fields, 'proto')}, not 1")
        if parse_number(fields, "planned") != len(self._streams):
            raise BadField(f"it read {fields['planned']} planned workloads of {len(self._streams)}")
        self.ready = True

    def _begin(self, index: int, name: str) -> None:
        stream = self._stream(index)
        if name != stream.name:
            raise BadField(
                f"stream {index + 1} is {stream.name}, not {parse_text({'name': name}, 'name')}"
            )
        stream.begun = True
        self.current = index
        self._on_begin(index)

    def _end(self, fields: Mapping[str, str]) -> None:
        index = parse_number(fields, "stream", minimum=1) - 1
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

    def _violated(self, what: str) -> None:
        self.violation = self.violation or what


def _clock(fields: Mapping[str, str]) -> ClockReading:
    return ClockReading(ticks=parse_number(fields, "ticks"), ns=parse_number(fields, "ns"))


def _settle(fields: Mapping[str, str]) -> SettleReading:
    samples = parse_numbers(fields, "samples") if fields.get("samples") else []
    if len(samples) > _SETTLE_SAMPLES_MAX:
        raise BadField("too many samples")
    return SettleReading(
        ok=parse_number(fields, "ok") == 1,
        rounds=parse_number(fields, "rounds"),
        ticks=parse_number(fields, "ticks"),
        ns=parse_number(fields, "ns"),
        samples=tuple(samples),
    )


def _signed(fields: Mapping[str, str], key: str) -> int:
    value = fields.get(key, "")
    if value.startswith("-"):
        return -parse_number({key: value[1:]}, key)
    return parse_number(fields, key)
