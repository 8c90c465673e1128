"""Parse one console line of record protocol version 1 (docs/protocol.md).

    @rs1 <stream> <seq> <type> <key>=<value> ... #<crc>

The CRC-32 covers the bytes from `@` up to the space before `#`. A line that contains `@rs1 ` but is
otherwise malformed is torn: it is counted, and its contents are ignored.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

MARK = b"@rs1 "
LINE_MAX = 1024
_U64_MAX = 2**64 - 1
_LINE = re.compile(
    rb"@rs1 (?P<stream>\d{1,20}) (?P<seq>\d{1,20}) (?P<type>[a-z_]+)"
    rb"(?P<fields>(?: [a-z_]+=[!-~]*)*) #(?P<crc>[0-9a-f]{8})"
)
_VALUE = re.compile(rb"(?:[!-\"$&-<>-~]|%[0-9A-Fa-f]{2})*")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Record:
    """A valid record, with the values unescaped."""

    stream: int
    seq: int
    type: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Torn:
    """A damaged record."""


@dataclass(frozen=True)
class Text:
    """A line that is not a record: output of the kernel."""


Line = Record | Torn | Text
_TORN = Torn()
_TEXT = Text()


def parse_line(line: bytes) -> Line:
    """Parse one line without its newline or CR LF."""
    start = line.rfind(MARK)
    if start < 0:
        return _TEXT
    body = line[start:]
    if len(body) >= LINE_MAX:
        return _TORN
    match = _LINE.fullmatch(body)
    if match is None or zlib.crc32(body[:-9]) != int(match["crc"], 16):
        return _TORN
    fields = _fields(match["fields"])
    stream, seq = int(match["stream"]), int(match["seq"])
    if fields is None or stream > _U64_MAX or seq > _U64_MAX:
        return _TORN
    return Record(stream=stream, seq=seq, type=match["type"].decode(), fields=fields)


def format_line(record: Record) -> bytes:
    """The inverse of `parse_line`, without newline."""
    words = [f"@rs1 {record.stream} {record.seq} {record.type}".encode()]
    words += [key.encode() + b"=" + _escape(value) for key, value in record.fields.items()]
    body = b" ".join(words) + b" "
    return body + b"#%08x" % zlib.crc32(body)


def _fields(text: bytes) -> dict[str, str] | None:
    fields: dict[str, str] = {}
    for word in text.split():
        key, _, value = word.partition(b"=")
        name = key.decode()
        if name in fields or not _VALUE.fullmatch(value):
            return None
        plain = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), value)
        fields[name] = plain.decode("utf-8", "replace")
    return fields


def _escape(value: str) -> bytes:
    return b"".join(
        bytes([byte]) if 33 <= byte <= 126 and byte not in b"#%=" else b"%%%02X" % byte
        for byte in value.encode()
    )
