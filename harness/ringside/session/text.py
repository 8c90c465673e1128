"""Console bytes of a guest, which nobody trusts, as text that is safe to show."""

from __future__ import annotations

import re
import unicodedata

# ECMA-48 control sequences, and the operating-system commands of xterm.
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?")


def printable(line: bytes) -> str:
    """`line` decoded, without escape sequences, control and direction-changing characters."""
    text = _ESCAPES.sub("", line.decode("utf-8", "replace")).replace("\t", " ")
    return "".join(c for c in text if unicodedata.category(c)[0] != "C").rstrip()
