"""Compare our workloads with the loops of other suites for the same operations.

Figures of other suites, and the reasons for larger differences, are in docs/agreement.toml; ours
are from a run.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ringside.catalog.model import Kernel
from ringside.errors import ReportError
from ringside.report import text
from ringside.report.systems import replace_between
from ringside.store.schema import Run

# Differences up to this need no reason.
CLOSE = 0.10
MARKS = ("<!-- ringside agreement -->", "<!-- /ringside agreement -->")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(_Strict):
    """One operation: `ours` is a weighted sum of workloads, `theirs` one figure per kernel, in
    instructions."""

    what: str
    ours: dict[str, float]
    theirs: tuple[float, ...]
    why: str = ""


class Agreement(_Strict):
    """The figures of other suites; `kernels` are ids, in the order of each row's figures."""

    kernels: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Pair:
    """Our figure and theirs, in instructions; ours is None if the run has none."""

    ours: float | None
    theirs: float

    @property
    def gap(self) -> float | None:
        """The relative difference of ours to theirs."""
        return None if self.ours is None else self.ours / self.theirs - 1


def load(path: Path) -> Agreement:
    """Load docs/agreement.toml. Raises ReportError."""
    try:
        found = Agreement.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}") from error
    except (ValueError, ValidationError) as error:
        raise ReportError(f"{path}: {error}") from error
    for row in found.rows:
        if len(row.theirs) != len(found.kernels) or not row.ours:
            raise ReportError(
                f"{path}: {row.what}: needs `ours`, and one figure per kernel in `theirs`"
            )
    return found


def workloads(agreement: Agreement) -> tuple[str, ...]:
    """The names of the workloads that our figures are made of."""
    return tuple(dict.fromkeys(name for row in agreement.rows for name in row.ours))


def pairs(agreement: Agreement, run: Run) -> tuple[tuple[Row, tuple[Pair, ...]], ...]:
    """Each row with a pair per kernel. Raises ReportError for another clock."""
    if run.environment.clock != "exact" or run.environment.smp != 1:
        raise ReportError("the comparison needs instruction counts on one CPU: use --clock exact")
    values = {(m.workload, m.kernel): m.value for m in run.measurements if m.status == "ok"}
    return tuple(
        (
            row,
            tuple(
                Pair(_sum(row.ours, kernel, values), theirs)
                for kernel, theirs in zip(agreement.kernels, row.theirs, strict=True)
            ),
        )
        for row in agreement.rows
    )


def _sum(
    parts: Mapping[str, float], kernel: str, values: Mapping[tuple[str, str], float | None]
) -> float | None:
    found = [(factor, values.get((name, kernel))) for name, factor in parts.items()]
    known = [factor * value for factor, value in found if value is not None]
    return sum(known) if len(known) == len(found) else None


def table(agreement: Agreement, run: Run, kernels: Sequence[Kernel]) -> str:
    """The comparison as a Markdown table, followed by the reasons for differences."""
    names = {kernel.id: kernel.name for kernel in kernels}
    heads = [text.markdown(names.get(kernel, kernel)) for kernel in agreement.kernels]
    lines = [
        f"| operation | workload | {' | '.join(heads)} |",
        f"| --- | --- |{' --- |' * len(heads)}",
    ]
    for row, found in pairs(agreement, run):
        cells = " | ".join(_cell(pair) for pair in found)
        lines.append(f"| {text.markdown(row.what)} | {_parts(row.ours)} | {cells} |")
    lines += ["", "Reasons for differences of more than 10 %:", ""]
    for row in agreement.rows:
        if row.why:
            lines.append(f"- **{text.markdown(row.what)}**: {text.markdown(row.why)}")
    return "\n".join(lines) + "\n"


def _cell(pair: Pair) -> str:
    theirs = text.cost(round(pair.theirs))
    if pair.ours is None or pair.gap is None:
        return f"{text.NO_VALUE} / {theirs}"
    said = f"{text.cost(round(pair.ours))} / {theirs}"
    # Beyond some factor the operations are not the same.
    percent = round(pair.gap * 100)
    return f"{said}, {percent:+d} %" if abs(percent) < 300 else said


def _parts(parts: Mapping[str, float]) -> str:
    said = ""
    for name, factor in parts.items():
        sign = "-" if factor < 0 else "+" if said else ""
        times = "" if abs(factor) == 1 else f"{abs(factor):g} \N{MULTIPLICATION SIGN} "
        said += f" {sign} {times}`{name}`"
    return said.strip()


def update_document(document: str, made: str, what: str) -> str:
    """`document` with the table replaced. Raises ReportError; `what` names the document there."""
    return replace_between(document, f"\n{made}\n", what, MARKS)
