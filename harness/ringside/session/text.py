"""Console bytes of a guest, which nobody trusts, as text that is safe to show."""

from __future__ import annotations

import re
import unicodedata

# ECMA-48 control sequences, and the operating-system commands of xterm.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?")


def without_escapes(data: bytes) -> str:
    """`data` decoded, without escape sequences."""
    return _ESCAPES.sub("", data.decode("utf-8", "replace"))


def printable(line: bytes) -> str:
    """`line` decoded, without escape sequences, control and direction-changing characters."""
    text = without_escapes(line).replace("\t", " ")
    return "".join(c for c in text if unicodedata.category(c)[0] != "C").rstrip()
