"""The generated tables of docs/workloads.md, from the metadata of workloads and probes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ringside.catalog.workloads import PROBE, Workload, WorkloadSet
from ringside.report.entries import NEAR, Entry, Known, Reason, entry_of
from ringside.report.systems import replace_between
from ringside.report.text import markdown


def update_document(document: str, found: WorkloadSet, known: Known, what: str) -> str:
    """`document` with all four tables replaced. Raises ReportError; `what` names the document
    there."""
    tables = {
        "workloads": workload_tables(found),
        "answers": answer_table(found, known),
        "unanswered": reason_table(known),
        "probes": probe_tables(found),
    }
    for name, made in tables.items():
        marks = (f"<!-- ringside {name} -->", f"<!-- /ringside {name} -->")
        document = replace_between(document, f"\n{made}\n", what, marks)
    return document


def workload_tables(found: WorkloadSet) -> str:
    """A table per group: each ELF with its operation, parameters and needs."""
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
    """The ELF's name; the two programs of a scaling workload share one."""
    if not workload.facts.tasks:
        return workload.elf
    return f"{workload.elf.rpartition('_')[0]}_*"


def answer_table(found: WorkloadSet, known: Known) -> str:
    """A table of the entries of other suites with the workloads that cover them."""
    entries: dict[tuple[Entry, str], dict[str, None]] = {}
    for workload in (*found.workloads, *found.sweeps, *found.scaling):
        for answer in workload.facts.covers:
            entry = entry_of(answer, known.suites)
            told = f"{entry.name}{NEAR if answer.endswith(NEAR) else ''}"
            entries.setdefault((entry, told), {})[_shown(workload)] = None
    order = {entry: number for number, entry in enumerate(known.entries)}
    rows = [
        (markdown(entry.suite or "others"), markdown(told), ", ".join(f"`{n}`" for n in names))
        for (entry, told), names in sorted(
            entries.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0])
        )
    ]
    return "\n".join(_table(("suite", "entry", "covered by"), rows))


def reason_table(known: Known) -> str:
    """A table of the entries without a workload, with the reasons."""
    rows = [(_listed(reason), reason.why) for reason in known.reasons]
    return "\n".join(_table(("entries", "reason"), rows))


def _listed(reason: Reason) -> str:
    suites: dict[str, list[str]] = {}
    for entry in reason.entries:
        suites.setdefault(entry.suite, []).append(f"`{entry.name}`")
    return "; ".join(f"{markdown(suite)} {', '.join(names)}" for suite, names in suites.items())


def probe_tables(found: WorkloadSet) -> str:
    """All probes by family, with what each tests."""
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
