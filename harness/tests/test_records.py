"""The record protocol: no console, however damaged, makes a wrong number."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import pytest
from conftest import DATA
from hypothesis import given, settings
from hypothesis import strategies as st

from ringside.records import Record, Text, Torn, Transcript, Verdict, parse_line
from ringside.records.line import format_line
from ringside.session.lines import LineSplitter

NAMES = ("a/x", "b/y")
KEYS = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
VALUES = st.text(alphabet=st.characters(codec="utf-8", max_codepoint=0x2FF), max_size=20)
RECORDS = st.builds(
    Record,
    stream=st.integers(0, 2**64 - 1),
    seq=st.integers(0, 2**64 - 1),
    type=st.from_regex(r"[a-z_]{1,10}", fullmatch=True),
    fields=st.dictionaries(KEYS, VALUES, max_size=5),
)


def lines_of(*records: Record) -> list[bytes]:
    return [format_line(record) for record in records]


def session(ticks: dict[int, list[int]]) -> list[bytes]:
    """A whole good boot: two workloads with these ticks, in the order a guest emits it."""
    seq = {0: 0, 1: 0, 2: 0}
    lines = []

    def emit(stream: int, type_: str, /, **fields: object) -> None:
        words = {key: str(value) for key, value in fields.items()}
        lines.append(format_line(Record(stream, seq[stream], type_, words)))
        seq[stream] += 1

    emit(0, "hello", proto=1, port="p", arch="x86_64", planned=2, profile="quick")
    emit(0, "clock", ticks=10, ns=10)
    emit(0, "settle", ok=1, rounds=6, ticks=5, ns=5, samples="1,2,3")
    for number, name in enumerate(NAMES, 1):
        group, _, last = name.partition("/")
        mine = ticks[number]
        emit(0, "begin", stream=number, name=name)
        emit(
            number,
            "bench",
            name=last,
            group=group,
            op="one thing",
            iterations=7,
            repetitions=len(mine),
            warmup=1,
        )
        emit(number, "overhead", ticks="3,3")
        for first in range(0, len(mine), 3):
            emit(number, "samples", first=first, ticks=",".join(map(str, mine[first : first + 3])))
        emit(number, "done", samples=len(mine))
        emit(0, "end", stream=number, exit=0, signal=0)
    emit(0, "clock", ticks=30, ns=50)
    emit(0, "bye", ran=2)
    return lines


GOOD = {1: [100, 101, 102, 103, 104], 2: [200, 201]}


def read(data: bytes) -> Transcript:
    transcript = Transcript(NAMES)
    cutter = LineSplitter()
    for line in [*cutter.feed(data), *cutter.finish()]:
        transcript.feed(line)
    return transcript


def join(lines: Iterable[bytes]) -> bytes:
    return b"".join(b"\r\n" + line + b"\r\n" for line in lines)


def assert_never_wrong(transcript: Transcript, good: dict[int, list[int]] = GOOD) -> None:
    """Each workload is either exactly what was sent or has no number at all."""
    for index in range(len(NAMES)):
        result = transcript.result(index)
        if result.verdict is Verdict.WHOLE:
            assert list(result.ticks) == good[index + 1]
            assert result.iterations == 7
        else:
            assert result.ticks == ()


def test_a_good_boot() -> None:
    transcript = read(join(session(GOOD)))
    assert transcript.ready and transcript.sampled and transcript.done
    assert (transcript.torn, transcript.lost, transcript.violation) == (0, 0, None)
    assert [transcript.result(i).ticks for i in (0, 1)] == [(100, 101, 102, 103, 104), (200, 201)]
    assert transcript.result(0).overhead == (3, 3)
    assert transcript.result(0).op == "one thing"
    assert transcript.ns_per_tick == 2.0
    assert transcript.settle is not None and transcript.settle.samples == (1, 2, 3)


@given(RECORDS)
def test_formatted_record_is_parsed_back(record: Record) -> None:
    line = format_line(record)
    if len(line) < 1024:
        assert parse_line(line) == record


@given(st.binary(max_size=200))
def test_any_bytes_are_a_line_of_some_kind(data: bytes) -> None:
    parsed = parse_line(data)
    assert isinstance(parsed, Record | Torn | Text)
    assert isinstance(parsed, Text) == (b"@rs1 " not in data)


@given(RECORDS, st.data())
def test_one_flipped_bit_is_torn_or_text(record: Record, data: st.DataObject) -> None:
    line = bytearray(format_line(record))
    bit = data.draw(st.integers(0, len(line) * 8 - 1))
    line[bit // 8] ^= 1 << (bit % 8)
    assert not isinstance(parse_line(bytes(line)), Record)


@given(RECORDS, st.data())
def test_a_cut_record_is_torn_or_text(record: Record, data: st.DataObject) -> None:
    line = format_line(record)
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, len(line)))
    if (start, end) != (0, len(line)):
        assert not isinstance(parse_line(line[start:end]), Record)


@pytest.mark.parametrize(
    "body",
    [
        b"@rs1 0 0 hello a=1 a=2 ",
        b"@rs1 0 0 hello a=%4 ",
        b"@rs1 0 0 hello a=b=c ",
        b"@rs1 -1 0 hello ",
        b"@rs1 0 99999999999999999999 hello ",
        b"@rs1 0 0  hello ",
        b"@rs1 0 0 hello a ",
        b"@rs1 0 0 hello a=" + b"x" * 1024 + b" ",
    ],
)
def test_a_right_checksum_does_not_excuse_a_wrong_form(body: bytes) -> None:
    assert isinstance(parse_line(body + b"#%08x" % zlib.crc32(body)), Torn)


def test_text_before_a_record_is_forgiven_text_behind_is_not() -> None:
    line = format_line(Record(0, 0, "bye", {"ran": "1"}))
    assert isinstance(parse_line(b"[ 1.0] usb" + line), Record)
    assert isinstance(parse_line(line + b"[ 1.0] usb"), Torn)


KERNEL_LOG = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.sampled_from([b"[    1.0] eth0: up\r\n", b"oops \x1b[2J\r\n", b"\r\n", b"half a line"]),
    ),
    max_size=10,
)


@given(KERNEL_LOG)
def test_whole_kernel_lines_between_records_change_nothing(
    noise: list[tuple[int, bytes]],
) -> None:
    pieces = [b"\r\n" + line + b"\r\n" for line in session(GOOD)]
    for at, text in noise:
        pieces.insert(min(at, len(pieces)), text)
    transcript = read(b"".join(pieces))
    assert transcript.done and transcript.torn == 0
    assert [len(transcript.result(i).ticks) for i in (0, 1)] == [5, 2]
    assert_never_wrong(transcript)


@settings(max_examples=300)
@given(st.data())
def test_text_inside_records_never_makes_a_wrong_number(data: st.DataObject) -> None:
    stream = join(session(GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(stream)))
        stream = stream[:at] + data.draw(st.binary(min_size=1, max_size=30)) + stream[at:]
    assert_never_wrong(read(stream))


@settings(max_examples=300)
@given(st.data())
def test_lost_bytes_never_make_a_wrong_number(data: st.DataObject) -> None:
    stream = join(session(GOOD))
    start = data.draw(st.integers(0, len(stream) - 1))
    end = data.draw(st.integers(start + 1, len(stream)))
    assert_never_wrong(read(stream[:start] + stream[end:]))


@settings(max_examples=300)
@given(st.data())
def test_flipped_bits_never_make_a_wrong_number(data: st.DataObject) -> None:
    stream = bytearray(join(session(GOOD)))
    for _ in range(data.draw(st.integers(1, 8))):
        bit = data.draw(st.integers(0, len(stream) * 8 - 1))
        stream[bit // 8] ^= 1 << (bit % 8)
    assert_never_wrong(read(bytes(stream)))


@settings(max_examples=300)
@given(st.data())
def test_missing_repeated_and_reordered_records_never_make_a_wrong_number(
    data: st.DataObject,
) -> None:
    lines = session(GOOD)
    picked = data.draw(st.lists(st.sampled_from(lines), max_size=2 * len(lines)))
    assert_never_wrong(read(join(picked)))
    shuffled = data.draw(st.permutations(lines))
    assert_never_wrong(read(join(shuffled)))


@given(st.integers(0, 30), st.integers(0, 30))
def test_each_record_that_is_gone_is_missed(first: int, second: int) -> None:
    lines = session(GOOD)
    gone = {first % len(lines), second % len(lines)}
    transcript = read(join(line for at, line in enumerate(lines) if at not in gone))
    for number in (1, 2):
        mine = [at for at, line in enumerate(lines) if line.startswith(b"@rs1 %d " % number)]
        if gone & set(mine):
            assert transcript.result(number - 1).verdict is not Verdict.WHOLE


@given(st.lists(RECORDS, max_size=30))
def test_a_hostile_guest_with_right_checksums_is_survived(records: list[Record]) -> None:
    transcript = Transcript(NAMES)
    for line in lines_of(*records):
        transcript.feed(line)
    for index in (0, 1):
        assert transcript.result(index).verdict is not Verdict.WHOLE


@given(
    st.lists(
        st.builds(
            Record,
            stream=st.integers(0, 3),
            seq=st.integers(0, 12),
            type=st.sampled_from(
                [
                    "hello",
                    "clock",
                    "settle",
                    "begin",
                    "end",
                    "bye",
                    "bench",
                    "overhead",
                    "samples",
                    "done",
                    "absent",
                    "wrong",
                ]
            ),
            fields=st.fixed_dictionaries(
                {},
                optional={
                    key: st.sampled_from(["", "0", "1", "2", "-1", "x", "1,2", "9" * 21, "a/x"])
                    for key in [
                        "proto",
                        "planned",
                        "ticks",
                        "ns",
                        "ok",
                        "rounds",
                        "samples",
                        "stream",
                        "name",
                        "exit",
                        "signal",
                        "group",
                        "iterations",
                        "repetitions",
                        "warmup",
                        "first",
                        "errno",
                        "expected",
                        "got",
                    ]
                },
            ),
        ),
        max_size=40,
    )
)
def test_a_guest_that_knows_the_protocol_and_lies_is_survived(records: list[Record]) -> None:
    transcript = Transcript(NAMES)
    for line in lines_of(*records):
        transcript.feed(line)
    for index in (0, 1):
        result = transcript.result(index)
        assert (result.verdict is Verdict.WHOLE) == bool(result.ticks)
    _ = transcript.ns_per_tick, transcript.lost


def test_guest_text_is_sanitized() -> None:
    transcript = Transcript(NAMES)
    evil = {"what": "\x1b[31mred\x07\u202e", "expected": "\n1", "got": "x" * 5000}
    transcript.feed(format_line(Record(1, 0, "wrong", {**evil, "got": "\x9b2J"})))
    detail = transcript.result(0).detail
    assert detail == "red: expected 1, got 2J"


def test_the_bytes_of_a_real_boot() -> None:
    data = (DATA / "console-linux.log").read_bytes()
    cutter = LineSplitter()
    lines = cutter.feed(data)
    begins = [r for r in map(parse_line, lines) if isinstance(r, Record) and r.type == "begin"]
    plan = [record.fields["name"] for record in begins]
    transcript = Transcript(plan)
    for line in lines:
        transcript.feed(line)
    assert transcript.ready and transcript.done
    assert (transcript.torn, transcript.lost, transcript.violation) == (0, 0, None)
    assert len(plan) >= 10
    for index in range(len(plan)):
        result = transcript.result(index)
        assert result.verdict is Verdict.WHOLE
        assert len(result.ticks) >= 11
