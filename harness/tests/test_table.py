"""The feature table in its three forms, and the copy of it in the documentation."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path

import pytest
from conftest import ROOT, Checkout
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ringside.catalog import load
from ringside.catalog.model import FACT_COLUMNS, Fact, Facts
from ringside.cli.main import run
from ringside.errors import ReportError
from ringside.report import systems
from ringside.report.probes import shares
from ringside.report.text import NO_VALUE
from ringside.store import ProbeAnswer
from ringside.store.schema import Answer

README = ROOT / "README.md"
PAGE = ROOT / "docs" / "systems.md"
KERNELS = load(ROOT).kernels


def test_every_system_and_fact_is_in_the_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(systems.comma_separated(systems.build(KERNELS, {})))))
    assert [row["id"] for row in rows] == [kernel.id for kernel in KERNELS]
    for row, kernel in zip(rows, KERNELS, strict=True):
        for key in FACT_COLUMNS:
            fact = getattr(kernel.facts, key)
            assert row[key] == fact.value
            assert row[f"{key}_source"] == str(fact.source)
            assert row[f"{key}_read"] == fact.read.isoformat()
        assert (row["level"], row["target_level"]) == ("listed", kernel.target)


def test_the_markdown_is_a_table_of_facts_with_their_sources_and_one_of_what_was_found() -> None:
    text = systems.markdown(systems.build(KERNELS, {KERNELS[0].id: "same-bytes"}))
    page = MarkdownIt().enable("table").render(text)
    assert page.count("<table>") == 2
    assert page.count("<tr>") == 2 * (len(KERNELS) + 1)
    assert page.count("<td") == len(KERNELS) * (len(FACT_COLUMNS) + 1 + 3)
    page = html.unescape(page)
    assert "][" not in page  # each number leads somewhere
    for kernel in KERNELS:
        for key in FACT_COLUMNS:
            fact = getattr(kernel.facts, key)
            source = str(fact.source)
            assert (
                not source.startswith("https://") or f'<a href="{source}">{fact.value}</a>' in page
            )


def test_what_was_probed_stands_beside_the_facts() -> None:
    one, two = KERNELS[:2]
    answers = [
        answer("ipc/pipe", "works"),
        answer("file/open", "absent"),
        answer("file/x", "works"),
    ]
    rows = systems.build([one, two], {}, {one.id: shares(answers)})
    assert [row.probed_text for row in rows] == ["2/3", NO_VALUE]
    table = [line[2:-2].split(" | ") for line in systems.markdown(rows).splitlines()[-4:]]
    assert [tuple(line[2:]) for line in table] == [
        (systems.PROBES, "file", "ipc"),
        (":--", ":--", ":--"),
        ("2/3", "1/2", "1/1"),
        (NO_VALUE, NO_VALUE, NO_VALUE),
    ]
    assert "<td>1/2</td>\n<td>1/1</td>\n</tr>" in systems.html(rows)
    first, second = csv.DictReader(io.StringIO(systems.comma_separated(rows)))
    assert (first["probes_file"], first["probes_file_asked"], second["probes_ipc"]) == (
        "1",
        "2",
        "",
    )


def answer(probe: str, said: Answer) -> ProbeAnswer:
    return ProbeAnswer(kernel="k", probe=probe, asks="?", answer=said, elf_sha256="0")


@given(st.text(max_size=60))
def test_nothing_in_a_fact_breaks_a_table(value: str) -> None:
    fact = Fact.model_validate({"value": value, "source": "https://x.org/", "read": "2026-01-02"})
    kernel = KERNELS[0].model_copy(update={"facts": Facts(language=fact), "name": value})
    rows = systems.build([kernel], {})
    page = MarkdownIt().enable("table").render(systems.markdown(rows))
    assert page.count("<td") == len(FACT_COLUMNS) + 1 + 3
    assert systems.html(rows).count("<td") == len(FACT_COLUMNS) + 2
    assert "<script" not in systems.html(rows).lower()
    assert len(list(csv.reader(io.StringIO(systems.comma_separated(rows), newline="")))) == 2


def test_the_command_takes_rungs_from_results(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout(ids=("one", "two"))
    assert run(["table"]) == 0
    assert "| Kernel one | listed (same-bytes) |" in capsys.readouterr().out
    assert run(["compare", "--no-report"]) == 0
    capsys.readouterr()
    assert run(["table"]) == 0
    assert "| Kernel one | same-bytes |" in capsys.readouterr().out
    assert run(["table", "--format", "html"]) == 0
    assert "<th>Kernel one</th>\n<td>same-bytes</td>\n<td>" in capsys.readouterr().out
    assert run(["compare", "--no-report", "--kernels", "one"]) == 0
    capsys.readouterr()
    assert run(["table", "--run", "latest"]) == 0
    assert "| Kernel two | listed (same-bytes) |" in capsys.readouterr().out
    assert run(["table", "--run", "newest"]) == 2
    assert "newest: not a run directory" in capsys.readouterr().err


def test_a_document_keeps_what_stands_around_the_table(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    checkout()
    page = tmp_path / "page.md"
    page.write_text(f"before\n{systems.BEGIN}\nold\n{systems.END}\nafter\n")
    assert run(["table", "--into", str(page)]) == 0
    assert "updated" in capsys.readouterr().out
    text = page.read_text()
    assert text.startswith(
        f"before\n{systems.BEGIN}\n| System | {next(iter(FACT_COLUMNS.values()))} |"
    )
    assert text.endswith(f" |\n{systems.END}\nafter\n")
    assert "old" not in text
    assert run(["table", "--into", str(page)]) == 0
    assert "is up to date" in capsys.readouterr().out
    assert page.read_text() == text


@pytest.mark.parametrize(
    "document",
    [
        "nothing\n",
        f"{systems.BEGIN}\n",
        f"{systems.END}\n{systems.BEGIN}\n",
        f"{systems.BEGIN}\n{systems.END}\n" * 2,
    ],
)
def test_a_document_without_one_place_is_refused(document: str) -> None:
    with pytest.raises(
        ReportError, match=r"page\.md: must contain the line <!-- ringside table -->"
    ):
        systems.replace_between(document, "table\n", "page.md")


def test_what_can_not_be_written_is_one_line(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    checkout()
    assert run(["table", "--into", str(tmp_path / "none.md")]) == 2
    assert "none.md: No such file" in capsys.readouterr().err
    assert run(["table", "--format", "csv", "--into", str(tmp_path / "x")]) == 2
    assert "--into does not support CSV" in capsys.readouterr().err
    assert run(["table", "--format", "html", "--brief"]) == 2
    assert "--brief is Markdown" in capsys.readouterr().err


@pytest.mark.skipif(not PAGE.is_file(), reason="there is no documentation in this checkout")
def test_the_documentation_shows_the_facts_of_the_manifests() -> None:
    """What comes from results aside: `ringside table --into docs/systems.md` fixes it."""
    shown = PAGE.read_text(encoding="utf-8")
    current = systems.replace_between(shown, systems.markdown(systems.build(KERNELS, {})), "page")
    assert declared(shown) == declared(current)
    # What is shown was measured: all that runs was probed.
    assert re.search(r"\| Bantam \| same-bytes \| \d+/\d+ \|", shown)


@pytest.mark.skipif(not README.is_file(), reason="there is no README in this checkout")
def test_the_readme_shows_the_facts_of_the_manifests() -> None:
    """Results aside, `ringside table --brief --into README.md` fixes it."""
    shown = README.read_text(encoding="utf-8").partition(systems.BEGIN)[2].partition(systems.END)[0]
    current = systems.brief(systems.build(KERNELS, {}))

    def facts(table: str) -> list[list[str]]:
        return [line.split(" | ")[:-2] for line in table.strip().splitlines()]

    assert facts(shown) == facts(current)
    assert len(facts(shown)) == len(KERNELS) + 2


def declared(document: str) -> list[str]:
    """The table of facts, and their sources."""
    inside = document.partition(systems.BEGIN)[2].partition(systems.END)[0]
    facts, found, _ = inside.partition("| System | Level |")
    assert found
    return facts.splitlines()
