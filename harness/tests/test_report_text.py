"""Escaping: whatever a guest, a manifest or a results file says stays text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ringside.report import text

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "a | b | c",
    "one\ntwo\r\n\r\n# three",
    "[click](javascript:alert(1))",
    "![x](http://example.org/x.png)",
    "<http://example.org>",
    "`code` ``two`` ```",
    "**bold** __bold__ *em* _em_ ~~gone~~",
    "\\| \\` \\",
    "&lt;script&gt; &#60;",
    "{{ 7 * 7 }} {% raw %}",
    "# heading",
    "- item",
    "+ item",
    "1. item",
    "12345) item",
    "=====",
    "---",
    "> quote",
    "    indented",
    "\x1b[2J\x1b[31mred\x07\x00",
    "\u202eright to left\u2066",
    "a\u2028b\u2029c\x85d",
    "]] ]( [[",
    "[a]: http://example.org",
    "$x$ @someone #1",
)
WORDS = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60)) | st.text(
    alphabet="\\`*_[]()<>|~$!#-+=1.) &;:/\n\t ab", max_size=40
)
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = {"text", "softbreak", "text_special"}


def said(tokens: list[Token]) -> str:
    """The text of inline tokens; fails on anything that is markup."""
    parts = []
    for token in tokens:
        for child in token.children or []:
            assert child.type in PLAIN, child
            parts.append(child.content)
    return "".join(parts)


@given(WORDS)
def test_a_markdown_paragraph_says_just_the_words(words: str) -> None:
    tokens = PARSER.parse(text.markdown(words))
    expected = text.plain(words)
    assert [t.type for t in tokens] == (
        ["paragraph_open", "inline", "paragraph_close"] if expected else []
    )
    assert said(tokens) == expected


@given(WORDS)
def test_a_markdown_cell_stays_one_cell(words: str) -> None:
    table = f"| a | b |\n| :-- | :-- |\n| {text.markdown(words)} | end |\n"
    tokens = PARSER.parse(table)
    assert [t.type for t in tokens].count("td_open") == 2
    inline = [t for t in tokens if t.type == "inline"]
    assert said(inline) == f"ab{text.plain(words)}end"


@given(WORDS)
def test_a_markdown_list_item_stays_one_paragraph(words: str) -> None:
    tokens = PARSER.parse(f"- {text.markdown(words)}\n")
    kinds = [t.type for t in tokens if t.type not in ("paragraph_open", "paragraph_close")]
    assert kinds in (
        ["bullet_list_open", "list_item_open", "inline", "list_item_close", "bullet_list_close"],
        ["bullet_list_open", "list_item_open", "list_item_close", "bullet_list_close"],
    )
    assert said(tokens) == text.plain(words)


@given(WORDS)
def test_plain_text_is_one_line_that_hides_nothing(words: str) -> None:
    for line in (text.plain(words), text.plain_line(words)):
        assert "\n" not in line
        for char in line:
            assert unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert text.plain(text.plain(words)) == text.plain(words)


@given(st.text(max_size=80))
def test_an_address_can_not_leave_its_brackets(words: str) -> None:
    address = text.markdown_url(f"https://example.org/{words}")
    assert not set(address) & set('()<>|\\"` \n\t[]')
    tokens = PARSER.parse(f"[x]({address})")
    links = [c for t in tokens for c in t.children or [] if c.type == "link_open"]
    assert len(links) == 1


def test_indentation_of_a_console_line_is_kept() -> None:
    assert text.plain_line("  a\tb  \r") == "  a    b"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (328.0, "328"),
        (328.25, "328.2"),
        (325.02, "325"),
        (2.5, "2.50"),
        (12187.4, "12,187"),
        (1_060_000.0, "1,060,000"),
    ],
)
def test_costs(value: float, shown: str) -> None:
    assert text.cost(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0463, "0.046"), (0.841, "0.84"), (1.0, "1.00"), (12.34, "12.3"), (1234.5, "1,234")],
)
def test_ratios(value: float, shown: str) -> None:
    assert text.ratio(value) == shown + text.TIMES


@pytest.mark.parametrize(
    ("value", "shown"), [(None, text.NO_VALUE), (0.0, "0 %"), (0.0004, "<0.1 %"), (0.0123, "1.2 %")]
)
def test_spreads(value: float | None, shown: str) -> None:
    assert text.spread(value) == shown
