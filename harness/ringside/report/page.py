"""The contents of a report as data: environment, images, boots, results and failures."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ringside.catalog.model import FACT_COLUMNS, LEVELS, Fact, Kernel, Level
from ringside.report import latency, probes, scaling, text
from ringside.report.failures import Failure, failures
from ringside.report.reading import how_to_read
from ringside.stats.summary import summarize
from ringside.store.schema import BootRecord, ImageRecord, Isolation, Measurement, Run


@dataclass(frozen=True)
class FactCell:
    """One declared fact; `url` is None for a fact about this repository."""

    heading: str
    value: str
    url: str | None
    read: str
    note: str


@dataclass(frozen=True)
class System:
    """One row of the feature table; `reached` is the level in this run, `target` the manifest's."""

    id: str
    name: str
    summary: str
    homepage: str | None
    role: str
    reached: Level
    target: Level
    facts: tuple[FactCell, ...]
    notes: tuple[str, ...]
    offers: str
    build: str | None


@dataclass(frozen=True)
class Ran:
    """One kernel of the run: its image, boot configuration and boots."""

    id: str
    name: str
    image: ImageRecord | None
    boots: tuple[BootRecord, ...]
    effects: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def argv(self) -> str:
        """The command line of the first boot, quoted for a shell."""
        return shlex.join(self.boots[0].argv) if self.boots else ""

    @property
    def first(self) -> BootRecord | None:
        """The first boot, whose figures the table shows."""
        return self.boots[0] if self.boots else None


@dataclass(frozen=True)
class Booted:
    """Kernels of the run that were booted with the same command line and effects."""

    kernels: tuple[Ran, ...]
    cmdline: str
    effects: tuple[str, ...]


@dataclass(frozen=True)
class Samples:
    """A summary of one measurement's raw readings: ticks per repetition, overhead per iteration."""

    kernel: str
    workload: str
    count: int
    warmup: int
    iterations: int
    minimum: int
    median: int
    maximum: int
    spread: float | None
    overhead: float | None


@dataclass(frozen=True)
class Page:
    """The report. `environment` are pairs of heading and value."""

    title: str
    subtitle: str
    environment: tuple[tuple[str, str], ...]
    complete: bool
    reading: tuple[str, ...]
    latency: latency.Latency
    scaling: scaling.Scaling
    probed: probes.Probed
    systems: tuple[System, ...]
    ran: tuple[Ran, ...]
    failures: tuple[Failure, ...]
    samples: tuple[Samples, ...]
    elves: tuple[str, ...]

    @property
    def fact_headings(self) -> tuple[str, ...]:
        """The headings of the feature table, in order."""
        return tuple(FACT_COLUMNS.values())

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions of the costs: clock, CPU model and QEMU version."""
        pairs = dict(self.environment)
        return (f"{pairs['Clock']} clock", pairs["CPU model"], f"QEMU {pairs['QEMU']}")

    @property
    def booted(self) -> tuple[Booted, ...]:
        """The kernels grouped by how they were booted."""
        ways: dict[tuple[str, tuple[str, ...]], list[Ran]] = {}
        for ran in self.ran:
            if ran.first is not None:
                ways.setdefault((text.plain(ran.first.cmdline), ran.effects), []).append(ran)
        return tuple(
            Booted(tuple(kernels), cmdline or "(no command line)", effects)
            for (cmdline, effects), kernels in ways.items()
        )


def build(run: Run, kernels: Sequence[Kernel]) -> Page:
    """The report of a run; `kernels` is the whole catalog."""
    known = {kernel.id: kernel for kernel in kernels}
    table = latency.build(run, kernels)
    names = [column.name for column in table.columns]
    environment = run.environment
    return Page(
        title=" vs ".join(names) if 1 < len(names) <= 3 else "Kernel comparison",
        subtitle=(
            f"{_number(len(run.workloads), 'workload')} on {_number(len(names), 'kernel')}, "
            f"{environment.clock} clock, {environment.started:%Y-%m-%d %H:%M} UTC"
        ),
        environment=_environment(run),
        complete=run.complete,
        reading=how_to_read(environment.clock),
        latency=table,
        scaling=scaling.build(run, kernels),
        probed=probes.build(run, kernels, [column.id for column in table.columns]),
        systems=tuple(
            _system(kernel, run) for kernel in sorted(kernels, key=lambda k: (k.order, k.id))
        ),
        ran=tuple(_ran(column, run, known) for column in table.columns),
        failures=failures(run, {column.id: column.name for column in table.columns}),
        samples=_samples(run, table),
        elves=_elves(run, table),
    )


_ISOLATION: dict[Isolation, str] = {
    "child": "one process per workload",
    "boot": "one boot per workload",
    "snapshot": "one copy of a settled guest per workload",
}


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _environment(run: Run) -> tuple[tuple[str, str], ...]:
    it = run.environment
    revision = (it.git_revision or "not in git")[:40] + (", with changes" if it.git_dirty else "")
    pairs = (
        ("Clock", it.clock),
        ("Profile", run.profile),
        ("QEMU", it.qemu_version),
        ("CPU model", it.cpu_model),
        (
            "Machine",
            f"{it.machine}, {it.arch}, {it.smp} CPU{'s' * (it.smp > 1)}, {it.memory_mib} MiB",
        ),
        ("Isolation", _ISOLATION[run.isolation]),
        ("Order", "default" if run.shuffle is None else f"shuffled, seed {run.shuffle}"),
        ("Toolchain", it.toolchain),
        ("Host", f"{it.host.cpu}, {it.host.cores} cores"),
        ("Host system", f"{it.host.os}, Linux {it.host.kernel}, Python {it.host.python}"),
        ("Revision", revision),
        ("Started", f"{it.started:%Y-%m-%d %H:%M:%S} UTC"),
    )
    return tuple((heading, text.plain(value)) for heading, value in pairs)


def level_reached(kernel_id: str, run: Run) -> Level:
    """The support level of a kernel in this run.

    `same-bytes` requires a successful workload whose ELF also ran on another kernel of the run, by
    SHA-256.
    """
    elves: dict[str, set[str]] = {}
    for m in run.measurements:
        if m.status == "ok":
            elves.setdefault(m.elf_sha256, set()).add(m.kernel)
    mine = [ran_on for ran_on in elves.values() if kernel_id in ran_on]
    if any(len(ran_on) > 1 for ran_on in mine):
        return "same-bytes"
    if mine:
        return "ported"
    booted = any(b.kernel == kernel_id and b.ready_host_s is not None for b in run.boots)
    return "boots" if booted else "listed"


def _system(kernel: Kernel, run: Run) -> System:
    reached = level_reached(kernel.id, run)
    file = kernel.image if kernel.image is not None and kernel.image.source == "file" else None
    return System(
        id=kernel.id,
        name=text.plain(kernel.name),
        summary=text.plain(kernel.summary),
        homepage=str(kernel.homepage) if kernel.homepage else None,
        role=kernel.role,
        reached=reached,
        target=max(kernel.target, reached, key=LEVELS.index),
        facts=tuple(
            _fact(heading, getattr(kernel.facts, key)) for key, heading in FACT_COLUMNS.items()
        ),
        notes=tuple(text.plain(note) for note in kernel.notes),
        offers=text.plain(file.offers) if file else "",
        build=str(file.build) if file and file.build else None,
    )


def _fact(heading: str, fact: Fact | None) -> FactCell:
    if fact is None:
        return FactCell(heading=heading, value=text.NO_VALUE, url=None, read="", note="")
    source = str(fact.source)
    return FactCell(
        heading=heading,
        value=text.plain(fact.value),
        url=source if source.startswith(("https://", "http://")) else None,
        read=fact.read.isoformat(),
        note=text.plain(fact.note or ""),
    )


def _ran(column: latency.Column, run: Run, known: Mapping[str, Kernel]) -> Ran:
    boots = tuple(boot for boot in run.boots if boot.kernel == column.id)
    kernel = known.get(column.id)
    effects: tuple[str, ...] = ()
    if kernel is not None and kernel.boot is not None and boots:
        way = kernel.boot.ways.get(boots[0].way)
        # The stored run may have used another command line than the manifest has now.
        if way is not None and way.cmdline.split() == boots[0].cmdline.split():
            effects = tuple(text.plain(effect) for effect in way.effects)
    return Ran(
        id=column.id,
        name=column.name,
        image=next((image for image in run.images if image.kernel == column.id), None),
        boots=boots,
        effects=effects,
        notes=tuple(text.plain(note) for note in kernel.notes) if kernel else (),
    )


def _samples(run: Run, table: latency.Latency) -> tuple[Samples, ...]:
    measured = {(text.plain(m.workload), m.kernel): m for m in run.measurements}
    found = []
    for row in table.rows:
        for column in table.columns:
            m = measured.get((row.workload, column.id))
            if m is not None and m.status == "ok" and m.ticks:
                found.append(_sample(column.name, m))
    return tuple(found)


def _elves(run: Run, table: latency.Latency) -> tuple[str, ...]:
    """Workload ELFs in the format of `sha256sum`, with the kernels if these ran different files."""
    ran_on: dict[str, dict[str, list[str]]] = {}
    for m in run.measurements:
        ran_on.setdefault(text.plain(m.workload), {}).setdefault(m.elf_sha256, []).append(m.kernel)
    lines = []
    for row in table.rows:
        elves = ran_on.get(row.workload, {})
        for elf, kernels in elves.items():
            whose = f"  ({', '.join(kernels)})" if len(elves) > 1 else ""
            lines.append(text.plain_line(f"{elf}  {row.workload}{whose}"))
    return tuple(lines)


def _sample(kernel: str, m: Measurement) -> Samples:
    summary = summarize(m.ticks)
    return Samples(
        kernel=kernel,
        workload=text.plain(m.workload),
        count=summary.count,
        warmup=m.warmup,
        iterations=m.iterations,
        minimum=int(summary.minimum),
        median=int(summary.median),
        maximum=int(summary.maximum),
        spread=summary.spread,
        overhead=m.overhead,
    )
