"""The tables of docs/workloads.md, as Markdown: made from what the sources say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ringside.catalog.workloads import PROBE, Workload, WorkloadSet
from ringside.report.systems import replace_between
from ringside.report.text import markdown

# Longest first where one begins like another.
SUITES = (
    "lmbench",
    "LEBench",
    "will-it-scale",
    "Asterinas",
    "UnixBench",
    "hackbench",
    "osbench",
    "sel4bench",
    "Theseus",
)


def brought_up_to_date(document: str, found: WorkloadSet, what: str) -> str:
    """`document` with all three tables made anew. Raises ReportError; `what` names it there."""
    tables = {"workloads": workload_tables, "answers": answer_tables, "probes": probe_tables}
    for name, make in tables.items():
        marks = (f"<!-- ringside {name} -->", f"<!-- /ringside {name} -->")
        document = replace_between(document, f"\n{make(found)}\n", what, marks)
    return document


def workload_tables(found: WorkloadSet) -> str:
    """A table a group: each ELF once, with its operation, parameters and needs."""
    elves = {_shown(w): w for w in (*found.workloads, *found.sweeps, *found.scaling)}
    parts = []
    for group in sorted({name.partition("/")[0] for name in elves}):
        rows = [_workload(w) for name, w in sorted(elves.items()) if name.startswith(f"{group}/")]
        parts += [
            f"### {group}",
            "",
            *_table(("workload", "one operation", "parameters", "counts"), rows),
        ]
    return "\n".join(parts)


def _workload(workload: Workload) -> tuple[str, ...]:
    facts = workload.facts
    op = markdown(facts.op) + (f" *({markdown(facts.note)})*" if facts.note else "")
    said = []
    if facts.axis:
        said.append(f"{markdown(facts.axis)}:")
    if facts.points:
        said.append(f"rows {', '.join(facts.points)};")
    if facts.sweep:
        said.append(f"curve {', '.join(facts.sweep)}")
    if facts.tasks:
        said.append(", ".join(facts.tasks))
    return (f"`{_shown(workload)}`", op, " ".join(said).rstrip(";"), facts.counts)


def _shown(workload: Workload) -> str:
    """The ELF's name; both programs of a scaling workload have one."""
    if not workload.facts.tasks:
        return workload.elf
    return f"{workload.elf.rpartition('_')[0]}_*"


def answer_tables(found: WorkloadSet) -> str:
    """A table of the entries of other suites, each with the workloads that answer it."""
    entries: dict[tuple[str, str], dict[str, None]] = {}
    for workload in (*found.workloads, *found.sweeps, *found.scaling):
        for answer in workload.facts.answers:
            suite = next((name for name in SUITES if answer.startswith(name)), "")
            entry = answer.removeprefix(suite).strip() or suite
            entries.setdefault((suite, entry), {})[_shown(workload)] = None
    rows = [
        (markdown(suite or "others"), markdown(entry), ", ".join(f"`{name}`" for name in names))
        for (suite, entry), names in sorted(entries.items(), key=lambda item: _place(item[0]))
    ]
    return "\n".join(_table(("suite", "its entry", "answered by"), rows))


def _place(key: tuple[str, str]) -> tuple[int, str]:
    suite, entry = key
    return (SUITES.index(suite) if suite in SUITES else len(SUITES), entry)


def probe_tables(found: WorkloadSet) -> str:
    """All probes, by family, with what works when they say so."""
    rows = [
        (f"`{probe.name.removeprefix(f'{PROBE}/')}`", markdown(probe.facts.op))
        for probe in found.probes
    ]
    return "\n".join(_table(("probe", "works when"), rows))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|{' --- |' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]
