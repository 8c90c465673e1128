"""Format values for display, and escape untrusted text for its output format."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from ringside.store.schema import Unit

UNIT_WORDS: dict[Unit, str] = {"instructions": "instructions", "ns": "nanoseconds"}
NO_VALUE = "\N{EN DASH}"
TIMES = "\N{MULTIPLICATION SIGN}"

_MARKUP = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
_BLOCK = re.compile(r"(?:\d+(?=[.)](?:\s|$))|(?=[#+=-]))")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def plain(text: str) -> str:
    """`text` on one line, without control, format and bidirectional characters."""
    return " ".join("".join(_visible(c) for c in text).split())


def plain_line(line: str) -> str:
    """A console line with its spaces, without characters that control the terminal or hide or
    reorder text."""
    return "".join(_visible(c, tab="    ") for c in line).rstrip()


def _visible(char: str, tab: str = " ") -> str:
    if char == "\t":
        return tab
    if char in "\n\r":
        return " "
    return "" if unicodedata.category(char) in _HIDDEN else char


def markdown(text: str) -> str:
    """`text` escaped for a Markdown paragraph, list item or table cell."""
    safe = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    safe = _MARKUP.sub(lambda m: "\\" + m.group(), safe)
    opening = _BLOCK.match(safe)
    if opening is not None:
        safe = f"{opening.group()}\\{safe[opening.end() :]}"
    return safe


def markdown_url(url: str) -> str:
    """An HTTP URL quoted for the parentheses of a Markdown link, also in a table."""
    return quote(plain(url), safe=":/?#@!&=+,;%~.-_$'")


def cost(value: float) -> str:
    """A cost per operation: thousands separators, decimals only for small values."""
    decimals = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2
    if value == round(value) or (
        decimals and f"{value:.{decimals}f}".endswith("." + "0" * decimals)
    ):
        decimals = 0
    return f"{value:,.{decimals}f}"


def ratio(value: float) -> str:
    """A ratio with the multiplication sign: two decimals around 1, more if it is small."""
    if value >= 100:
        return f"{value:,.0f}{TIMES}"
    if value >= 10:
        return f"{value:.1f}{TIMES}"
    return f"{value:.2f}{TIMES}" if value >= 0.1 else f"{value:.3f}{TIMES}"


def spread(value: float | None) -> str:
    """The relative interquartile range, as a percentage."""
    if value is None:
        return NO_VALUE
    if value == 0:
        return "0 %"
    return f"{value * 100:.1f} %" if value >= 0.001 else "<0.1 %"


def seconds(value: float | None) -> str:
    """Host seconds with two decimals."""
    return NO_VALUE if value is None else f"{value:.2f} s"


def count(value: int | None) -> str:
    """An integer with thousands separators."""
    return NO_VALUE if value is None else f"{value:,}"
