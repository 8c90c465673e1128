"""Split a byte stream into lines of bounded length."""

from __future__ import annotations

LINE_MAX = 4096


class LineSplitter:
    """Splits fed bytes into lines, without their newline or CR LF.

    A line longer than LINE_MAX is split, so that a guest can't exhaust memory.
    """

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The lines completed by `data`."""
        *whole, rest = (self._rest + data).split(b"\n")
        lines: list[bytes] = []
        for line in whole:
            lines.extend(_pieces(line.removesuffix(b"\r")))
        while len(rest) > LINE_MAX:
            lines.append(rest[:LINE_MAX])
            rest = rest[LINE_MAX:]
        self._rest = rest
        return lines

    def finish(self) -> list[bytes]:
        """The unterminated line at the end of the stream, if any."""
        rest, self._rest = self._rest.removesuffix(b"\r"), b""
        return _pieces(rest) if rest else []


def _pieces(line: bytes) -> list[bytes]:
    return [line[at : at + LINE_MAX] for at in range(0, len(line), LINE_MAX)] or [b""]
