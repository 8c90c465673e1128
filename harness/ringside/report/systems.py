"""The feature table: declared facts with their sources, support levels, and shares of probes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ringside.catalog.model import FACT_COLUMNS, LEVELS, Fact, Kernel, Level
from ringside.errors import ReportError
from ringside.report import template, text
from ringside.report.probes import Share, Shares

BEGIN = "<!-- ringside table -->"
END = "<!-- /ringside table -->"
PROBES = "Probes passed"
BRIEF_COLUMNS = ("language", "kernel_architecture", "license")


@dataclass(frozen=True)
class Cell:
    """One fact. `url` is None for a fact about this repository; `read` is empty for no fact."""

    value: str
    url: str | None
    read: str
    note: str


@dataclass(frozen=True)
class Row:
    """One system, with cells in the order of FACT_COLUMNS. `probed` are the shares of working
    probes by family, empty if none was run."""

    id: str
    name: str
    homepage: str | None
    level: str
    target: str
    cells: tuple[Cell, ...]
    probed: Shares

    @property
    def probed_text(self) -> str:
        """The share of all probes that work."""
        if not self.probed:
            return text.NO_VALUE
        works = sum(share.works for share in self.probed.values())
        return str(Share(works, sum(share.asked for share in self.probed.values())))

    def share(self, family: str) -> str:
        """The share of probes of one family that work."""
        return str(self.probed[family]) if family in self.probed else text.NO_VALUE

    @property
    def level_text(self) -> str:
        """The level reached, and the target if it differs."""
        return self.level if self.level == self.target else f"{self.level} ({self.target})"


def build(
    kernels: Sequence[Kernel],
    reached: Mapping[str, Level],
    probed: Mapping[str, Shares] | None = None,
) -> tuple[Row, ...]:
    """The rows, in the order of `kernels`. Kernels missing from `reached` are `listed`; those
    missing from `probed` have no probe results."""
    rows = []
    for kernel in kernels:
        level = reached.get(kernel.id, LEVELS[0])
        rows.append(
            Row(
                id=kernel.id,
                name=text.plain(kernel.name),
                homepage=str(kernel.homepage) if kernel.homepage else None,
                level=level,
                target=max(kernel.target, level, key=LEVELS.index),
                cells=tuple(_cell(getattr(kernel.facts, key)) for key in FACT_COLUMNS),
                probed=(probed or {}).get(kernel.id, {}),
            )
        )
    return tuple(rows)


def families(rows: Sequence[Row]) -> tuple[str, ...]:
    """The families of probes with any result, in order."""
    return tuple(sorted({family for row in rows for family in row.probed}))


def _cell(fact: Fact | None) -> Cell:
    if fact is None:
        return Cell(text.NO_VALUE, None, "", "")
    source = str(fact.source)
    url = source if source.startswith(("https://", "http://")) else None
    return Cell(text.plain(fact.value), url, fact.read.isoformat(), text.plain(fact.note or ""))


def markdown(rows: Sequence[Row]) -> str:
    """Two Markdown tables: facts linked to their sources, and results. The link targets follow the
    first table, to keep its source readable."""
    numbers: dict[str, int] = {}

    def link(value: str, url: str | None) -> str:
        words = text.markdown(value)
        return f"[{words}][{numbers.setdefault(url, len(numbers) + 1)}]" if url else words

    declared = [
        (link(row.name, row.homepage), *(link(cell.value, cell.url) for cell in row.cells))
        for row in rows
    ]
    kinds = families(rows)
    found = [
        (text.markdown(row.name), row.level_text, row.probed_text, *map(row.share, kinds))
        for row in rows
    ]
    sources = [f"[{number}]: {text.markdown_url(url)}" for url, number in numbers.items()]
    lines = [
        *_table(("System", *FACT_COLUMNS.values()), declared),
        *(["", *sources] if sources else []),
        "",
        *_table(("System", "Level", PROBES, *kinds), found),
    ]
    return "".join(f"{line}\n" for line in lines)


def brief(rows: Sequence[Row]) -> str:
    """One short Markdown table: a few facts and the results of each system."""
    columns = [list(FACT_COLUMNS).index(key) for key in BRIEF_COLUMNS]
    shown = [
        (
            f"[{text.markdown(row.name)}]({text.markdown_url(row.homepage)})"
            if row.homepage
            else text.markdown(row.name),
            *(text.markdown(row.cells[column].value) for column in columns),
            row.level_text,
            row.probed_text,
        )
        for row in rows
    ]
    headings = ("System", *(FACT_COLUMNS[key] for key in BRIEF_COLUMNS), "Level", PROBES)
    return "".join(f"{line}\n" for line in _table(headings, shown))


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (headings, [":--"] * len(headings), *rows)]


def html(rows: Sequence[Row]) -> str:
    """An HTML `<table>`; each fact links to its source and shows when it was read."""
    page = template.environment(html=True).get_template("systems.html.j2")
    return page.render(
        probes=PROBES, headings=tuple(FACT_COLUMNS.values()), families=families(rows), rows=rows
    )


def comma_separated(rows: Sequence[Row]) -> str:
    """CSV (RFC 4180) with a header; each fact is followed by its source, date and note, and each
    family of probes has the number that work and the number run."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    parts = ("", "_source", "_read", "_note")
    keys = [f"{key}{part}" for key in FACT_COLUMNS for part in parts]
    kinds = families(rows)
    keys += [f"probes_{family}{part}" for family in kinds for part in ("", "_asked")]
    writer.writerow(["id", "name", "homepage", "level", "target_level", *keys])
    for row in rows:
        values: list[str] = []
        for cell in row.cells:
            source = cell.url or ("this repository" if cell.read else "")
            values += [cell.value if cell.read else "", source, cell.read, cell.note]
        for family in kinds:
            share = row.probed.get(family)
            values += ["", ""] if share is None else [str(share.works), str(share.asked)]
        writer.writerow([row.id, row.name, row.homepage or "", row.level, row.target, *values])
    return stream.getvalue()


def replace_between(
    document: str, table: str, what: str, marks: tuple[str, str] = (BEGIN, END)
) -> str:
    """`document` with the text between the two lines `marks` replaced by `table`.

    Raises ReportError unless each mark occurs once; `what` names the document there.
    """
    first, last = marks
    before, begin, rest = document.partition(f"{first}\n")
    _, end, after = rest.partition(f"{last}\n")
    if not (begin and end) or first in after or last in before or last in after:
        raise ReportError(f"{what}: must contain the line {first} and, after it, {last}, once each")
    return f"{before}{first}\n{table}{last}\n{after}"
