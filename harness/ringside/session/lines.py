"""Cut a byte stream into lines without ever holding more than one bounded line."""

from __future__ import annotations

LONGEST = 4096


class LineCutter:
    """Feed it bytes, get whole lines without their newline and a carriage return before it.

    A line longer than LONGEST is given in pieces: no guest makes us hold more.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that `data` completes."""
        *whole, rest = (self._rest + data).split(b"\n")
        lines: list[bytes] = []
        for line in whole:
            lines.extend(_pieces(line.removesuffix(b"\r")))
        while len(rest) > LONGEST:
            lines.append(rest[:LONGEST])
            rest = rest[LONGEST:]
        self._rest = rest
        return lines

    def finish(self) -> list[bytes]:
        """What is left when the stream ended without a newline."""
        rest, self._rest = self._rest.removesuffix(b"\r"), b""
        return _pieces(rest) if rest else []


def _pieces(line: bytes) -> list[bytes]:
    return [line[at : at + LONGEST] for at in range(0, len(line), LONGEST)] or [b""]
