"""The answers to the probes, by kernel and family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ringside.catalog.model import Kernel
from ringside.report import text
from ringside.store.schema import Answer, ProbeAnswer, Run


@dataclass(frozen=True)
class ProbedCell:
    """One kernel's answer to one probe; `status` is None if it was not run.

    `why` is the manifest's explanation of an answer that is not a defect.
    """

    status: Answer | None
    detail: str = ""
    why: str = ""

    @property
    def works(self) -> bool:
        """Whether the feature works."""
        return self.status == "works"

    @property
    def description(self) -> str:
        """The answer with all that is known of it."""
        parts = [self.status or "not asked", self.detail]
        return ": ".join(part for part in parts if part) + (f" ({self.why})" if self.why else "")


@dataclass(frozen=True)
class ProbedRow:
    """One probe: `name` is `<family>/<name>`, `asks` what it tests."""

    name: str
    asks: str
    cells: tuple[ProbedCell, ...]


@dataclass(frozen=True)
class Family:
    """The probes of one family."""

    name: str
    rows: tuple[ProbedRow, ...]

    @property
    def total(self) -> int:
        """The number of probes."""
        return len(self.rows)

    def works(self, column: int) -> int:
        """The number of probes that work on the kernel of a column."""
        return sum(row.cells[column].works for row in self.rows)


@dataclass(frozen=True)
class Gap:
    """One probe that does not work on one kernel."""

    kernel: str
    row: ProbedRow
    cell: ProbedCell


@dataclass(frozen=True)
class Probed:
    """All answers of a run; `kernels` are the names of the columns."""

    kernels: tuple[str, ...]
    families: tuple[Family, ...]

    @property
    def total(self) -> int:
        """The number of probes."""
        return sum(family.total for family in self.families)

    def works(self, column: int) -> int:
        """The number of probes that work on the kernel of a column."""
        return sum(family.works(column) for family in self.families)

    def all_are(self, column: int, status: Answer) -> bool:
        """Whether all probes gave this answer on the kernel of a column."""
        return all(row.cells[column].status == status for f in self.families for row in f.rows)

    def asked(self, column: int) -> bool:
        """Whether probes could run on the kernel: it booted, and its ABI supports them."""
        return not (self.all_are(column, "absent") or self.all_are(column, "skipped"))

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The probes that don't work, by kernel."""
        return tuple(
            Gap(kernel, row, row.cells[column])
            for column, kernel in enumerate(self.kernels)
            for family in self.families
            for row in family.rows
            if not row.cells[column].works
        )


def build(run: Run, kernels: Sequence[Kernel], order: Sequence[str]) -> Probed:
    """The answers of a run; `order` are the kernel ids of the columns."""
    known = {kernel.id: kernel for kernel in kernels}
    answers = {(a.probe, a.kernel): a for a in run.probes}
    asked = {kernel for _, kernel in answers}
    columns = [kernel for kernel in order if kernel in asked]
    asks = {a.probe: a.asks for a in run.probes}
    families: dict[str, list[ProbedRow]] = {}
    for probe in sorted(asks):
        row = ProbedRow(
            name=text.plain(probe),
            asks=text.plain(asks[probe]),
            cells=tuple(_cell(answers.get((probe, kernel)), known) for kernel in columns),
        )
        families.setdefault(row.name.partition("/")[0], []).append(row)
    return Probed(
        kernels=tuple(text.plain(known[k].name if k in known else k) for k in columns),
        families=tuple(Family(name, tuple(rows)) for name, rows in families.items()),
    )


@dataclass(frozen=True)
class Share:
    """The number of probes that work, of those that were run."""

    works: int
    asked: int

    def __str__(self) -> str:
        return f"{self.works}/{self.asked}"


Shares = Mapping[str, Share]


def shares(answers: Sequence[ProbeAnswer]) -> Shares:
    """The share of probes that work, by family; `answers` are those of one kernel."""
    asked: dict[str, list[bool]] = {}
    for answer in sorted(answers, key=lambda a: a.probe):
        family = text.plain(answer.probe).partition("/")[0]
        asked.setdefault(family, []).append(answer.answer == "works")
    return {family: Share(sum(works), len(works)) for family, works in asked.items()}


def _cell(answer: ProbeAnswer | None, known: Mapping[str, Kernel]) -> ProbedCell:
    if answer is None:
        return ProbedCell(None)
    why = explanation(answer, known.get(answer.kernel))
    return ProbedCell(answer.answer, text.plain(answer.detail or ""), text.plain(why or ""))


def explanation(answer: ProbeAnswer, kernel: Kernel | None) -> str | None:
    """Why the manifest expects this answer; None if it does not."""
    expected = kernel.probes.get(answer.probe) if kernel is not None else None
    return expected.why if expected is not None and expected.answer == answer.answer else None
