"""The workloads and probes of a port: the ELFs its build left, one file a program.

workloads/build/<port>/init                     the runner, becomes /init
workloads/build/<port>/<group>/<name>           becomes /workloads/<group>/<name>
workloads/build/<port>/probes/<family>/<name>   becomes /probes/<family>/<name>
<any of these but init>.facts                   what the source says of it, as `key: text` lines
workloads/build/<port>/mono                     instead of all ELFs, in the one-program form
workloads/build/<port>/libringside.a            the same, to be linked into a kernel
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ringside.catalog.facts import WorkloadFacts, read_facts
from ringside.catalog.names import select
from ringside.errors import CatalogError

PROBE = "probe"

_ELF_MAGIC = b"\x7fELF"
_SEE = "ringside workloads"


@dataclass(frozen=True)
class Workload:
    """One line of a plan: `<group>/<name>`, `<group>/<name>/<parameter>` or a probe's
    `probe/<family>/<name>`. `sha256` is of the ELF's bytes, in hex."""

    name: str
    path: Path
    sha256: str
    facts: WorkloadFacts = field(default_factory=WorkloadFacts)

    @property
    def is_probe(self) -> bool:
        """Whether it answers a question instead of giving a number."""
        return self.name.startswith(f"{PROBE}/")

    @property
    def elf(self) -> str:
        """The name without a parameter: the same for all rows of one ELF."""
        return self.name if self.is_probe else "/".join(self.name.split("/")[:2])

    @property
    def guest_path(self) -> str:
        """Where the runner looks for the ELF, without the leading slash."""
        if self.is_probe:
            return f"probes/{self.name.removeprefix(f'{PROBE}/')}"
        return f"workloads/{self.elf}"


@dataclass(frozen=True)
class WorkloadSet:
    """All programs of one port.

    `init` is the runner; with `one_program` it is all workloads too, and carries the plan.
    `workloads` are the rows of the table, `sweeps` the points of the curves, `scaling` the rows of
    workloads that several tasks do at a time, which need several CPUs, `probes` the questions.
    `extras` are ELFs that workloads exec, `probe_extras` those that probes exec.
    """

    port: str
    init: Path
    workloads: tuple[Workload, ...]
    extras: tuple[Workload, ...] = ()
    sweeps: tuple[Workload, ...] = ()
    scaling: tuple[Workload, ...] = ()
    probes: tuple[Workload, ...] = ()
    probe_extras: tuple[Workload, ...] = ()
    one_program: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all rows of the table, sorted by group and name, then as the source has them."""
        return tuple(w.name for w in self.workloads)

    def select(
        self, patterns: Sequence[str], *, sweep: bool = False, scaling: bool = False
    ) -> tuple[Workload, ...]:
        """Rows, or with `sweep` points of curves, or with `scaling` those; all of them for no
        patterns.

        A pattern is a full name, a glob, the unique last part of one, or an ELF's name, which
        stands for all its parameters. Any parameter can be asked for by full name.
        """
        offered = self.scaling if scaling else self.sweeps if sweep else self.workloads
        if not patterns:
            return offered
        others = (*self.workloads, *self.sweeps, *self.scaling)
        every = {w.name: w for w in (*offered, *others)}
        wanted: set[str] = set()
        for pattern in patterns:
            found = [w.name for w in offered if pattern in (w.elf, w.elf.rpartition("/")[2])]
            if not found and pattern in every:
                found = [pattern]
            names = tuple(w.name for w in offered)
            wanted.update(found or select("workload", [pattern], names, _SEE))
        return tuple(w for w in every.values() if w.name in wanted)

    def select_probes(self, patterns: Sequence[str]) -> tuple[Workload, ...]:
        """Probes by `<family>/<name>`, glob, family or unique last part; all for no patterns."""
        if not patterns:
            return self.probes
        wanted: set[str] = set()
        names = tuple(w.name.removeprefix(f"{PROBE}/") for w in self.probes)
        for pattern in patterns:
            family = [name for name in names if name.partition("/")[0] == pattern]
            wanted.update(family or select("probe", [pattern], names, "ringside probe --list"))
        return tuple(w for w in self.probes if w.name.removeprefix(f"{PROBE}/") in wanted)

    def own(self, workload: Workload) -> Workload:
        """The same row with this port's ELF; as it is where this port has none."""
        for found in (*self.workloads, *self.sweeps):
            if found.elf == workload.elf:
                return replace(workload, path=found.path, sha256=found.sha256)
        return workload

    def elves_for(self, plan: Sequence[str]) -> tuple[Workload, ...]:
        """One Workload an ELF that a plan's initrd holds: those of all probes or of all scaling
        workloads if it has nothing else, else those of all others, so that none moves the others.
        """
        found: tuple[Workload, ...] = (*self.workloads, *self.sweeps, *self.extras)
        scaling = {workload.name for workload in self.scaling}
        if plan and all(name.startswith(f"{PROBE}/") for name in plan):
            found = (*self.probes, *self.probe_extras)
        elif plan and scaling.issuperset(plan):
            found = self.scaling
        elif not scaling.isdisjoint(plan):
            found = (*found, *self.scaling)
        return _by_path(found)

    def needed_for(self, plan: Sequence[str]) -> tuple[Workload, ...]:
        """One Workload an ELF that a plan can't do without, for guests with little room."""
        known = {w.name: w for w in (*self.workloads, *self.sweeps, *self.scaling, *self.probes)}
        planned = [known[name] for name in plan if name in known]
        extras = (*self.extras, *self.probe_extras)
        folders = {w.guest_path.rpartition("/")[0] for w in planned}
        return _by_path(
            [*planned, *(w for w in extras if w.guest_path.rpartition("/")[0] in folders)]
        )


def _by_path(found: Iterable[Workload]) -> tuple[Workload, ...]:
    return tuple(sorted({w.guest_path: w for w in found}.values(), key=lambda w: w.guest_path))


def load_workloads(root: Path, port: str) -> WorkloadSet:
    """List the built ELFs of `port`. Raises CatalogError when they were not built."""
    folder = root / "workloads" / "build" / port
    init = folder / "init"
    for program in (folder / name for name in ("mono", "libringside.a")):
        if not init.is_file() and program.is_file():
            return _load_one_program(port, folder, program)
    if not init.is_file():
        raise CatalogError(
            f"the workloads for {port} are not built: run `make -C workloads` "
            f"(expected workloads/build/{port}/init)"
        )
    found = [_read(file, file.relative_to(folder).as_posix()) for file in _elves(folder)]
    planned = [w for w in found if not _is_extra(w)]
    if not planned:
        raise CatalogError(f"workloads/build/{port} holds no workload: run `make -C workloads`")
    probes = [
        _read(file, f"{PROBE}/{file.relative_to(folder / 'probes').as_posix()}")
        for file in _elves(folder / "probes")
    ]
    return WorkloadSet(
        port=port,
        init=init,
        workloads=tuple(
            row for w in planned if not w.facts.tasks for row in _rows(w, w.facts.points)
        ),
        scaling=tuple(row for w in planned if w.facts.tasks for row in _rows(w, w.facts.tasks)),
        extras=tuple(w for w in found if _is_extra(w)),
        sweeps=tuple(row for w in planned if w.facts.sweep for row in _rows(w, w.facts.sweep)),
        probes=tuple(w for w in probes if not _is_extra(w)),
        probe_extras=tuple(w for w in probes if _is_extra(w)),
    )


def _load_one_program(port: str, folder: Path, mono: Path) -> WorkloadSet:
    """What is in one program is told by the facts that the build left of each part."""
    sha256 = hashlib.sha256(mono.read_bytes()).hexdigest()
    found = [
        Workload(
            facts.relative_to(folder).as_posix().removesuffix(".facts"),
            mono,
            sha256,
            read_facts(facts),
        )
        for facts in sorted(folder.glob("[!.]*/*.facts"))
    ]
    return WorkloadSet(
        port=port,
        init=mono,
        workloads=tuple(row for w in found for row in _rows(w, w.facts.points)),
        sweeps=tuple(row for w in found if w.facts.sweep for row in _rows(w, w.facts.sweep)),
        one_program=True,
    )


def _elves(folder: Path) -> list[Path]:
    return [
        file
        for file in sorted(folder.glob("*/*"))
        if not file.parent.name.startswith(".") and file.is_file() and _is_elf(file)
    ]


def _read(file: Path, name: str) -> Workload:
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    facts = file.with_name(f"{file.name}.facts")
    return Workload(name=name, path=file, sha256=sha256, facts=read_facts(facts))


def _rows(workload: Workload, parameters: Sequence[str]) -> list[Workload]:
    """The ELF with each of its parameters, or as it is when it has none."""
    if not parameters:
        return [workload]
    return [
        Workload(f"{workload.name}/{parameter}", workload.path, workload.sha256, workload.facts)
        for parameter in parameters
    ]


def _is_elf(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == _ELF_MAGIC


def _is_extra(workload: Workload) -> bool:
    """A program that another one execs is named `<something>_target`: never planned."""
    return workload.name.endswith("_target")
