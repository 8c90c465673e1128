"""Convert untrusted console output of a guest to text that is safe to display."""

from __future__ import annotations

import re
import unicodedata

# ECMA-48 control sequences and xterm's operating system commands.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?")


def without_escapes(data: bytes) -> str:
    """`data` decoded, without escape sequences."""
    return _ESCAPES.sub("", data.decode("utf-8", "replace"))


def printable(line: bytes) -> str:
    """`line` decoded, without escape sequences, control characters and bidi overrides."""
    text = without_escapes(line).replace("\t", " ")
    return "".join(c for c in text if unicodedata.category(c)[0] != "C").rstrip()
