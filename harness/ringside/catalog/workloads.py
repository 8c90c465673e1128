"""The workloads and probes of a port, found as the files of its build.

workloads/build/<port>/init                     the runner, installed as /init
workloads/build/<port>/<group>/<name>           installed as /workloads/<group>/<name>
workloads/build/<port>/probes/<family>/<name>   installed as /probes/<family>/<name>
<each of these but init>.facts                  metadata from the source, lines of `key: text`
workloads/build/<port>/mono                     for a port built as one program, instead of ELFs
workloads/build/<port>/libringside.a            for a port linked into the kernel
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
_LIST_COMMAND = "ringside workloads"


@dataclass(frozen=True)
class Workload:
    """One line of a plan: `<group>/<name>`, `<group>/<name>/<parameter>` or
    `probe/<family>/<name>`. `sha256` is the hex digest of the ELF file."""

    name: str
    path: Path
    sha256: str
    facts: WorkloadFacts = field(default_factory=WorkloadFacts)

    @property
    def is_probe(self) -> bool:
        """Whether it is a probe, which gives an answer instead of a measurement."""
        return self.name.startswith(f"{PROBE}/")

    @property
    def elf(self) -> str:
        """The name without its parameter, shared by all rows of one ELF."""
        return self.name if self.is_probe else "/".join(self.name.split("/")[:2])

    @property
    def guest_path(self) -> str:
        """The path of the ELF in the guest, without the leading slash."""
        if self.is_probe:
            return f"probes/{self.name.removeprefix(f'{PROBE}/')}"
        return f"workloads/{self.elf}"


@dataclass(frozen=True)
class WorkloadSet:
    """All programs of one port.

    init          the runner; with `one_program` it contains all workloads, and the plan
    workloads     the rows of the table
    sweeps        the points of the curves
    scaling       the rows of workloads that run several concurrent tasks, which need several CPUs
    probes        the probes
    extras, probe_extras   ELFs that workloads and probes exec
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
        """Names of the rows of the table, by group and name, then in source order."""
        return tuple(w.name for w in self.workloads)

    def select(
        self, patterns: Sequence[str], *, sweep: bool = False, scaling: bool = False
    ) -> tuple[Workload, ...]:
        """The rows that match `patterns`, or with `sweep` the points of curves, or with `scaling`
        the rows of scaling workloads; all of them without patterns.

        A pattern is a full name, a glob, a unique last component, or the name of an ELF, which
        matches all its parameters. A full name matches whatever its kind. Raises CatalogError.
        """
        candidates = self.scaling if scaling else self.sweeps if sweep else self.workloads
        if not patterns:
            return candidates
        others = (*self.workloads, *self.sweeps, *self.scaling)
        by_name = {w.name: w for w in (*candidates, *others)}
        selected: set[str] = set()
        for pattern in patterns:
            found = [w.name for w in candidates if pattern in (w.elf, w.elf.rpartition("/")[2])]
            if not found and pattern in by_name:
                found = [pattern]
            names = tuple(w.name for w in candidates)
            selected.update(found or select("workload", [pattern], names, _LIST_COMMAND))
        return tuple(w for w in by_name.values() if w.name in selected)

    def select_probes(self, patterns: Sequence[str]) -> tuple[Workload, ...]:
        """The probes that match `<family>/<name>`, a glob, a family or a unique last component;
        all without patterns. Raises CatalogError."""
        if not patterns:
            return self.probes
        selected: set[str] = set()
        names = tuple(w.name.removeprefix(f"{PROBE}/") for w in self.probes)
        for pattern in patterns:
            family = [name for name in names if name.partition("/")[0] == pattern]
            selected.update(family or select("probe", [pattern], names, "ringside probe --list"))
        return tuple(w for w in self.probes if w.name.removeprefix(f"{PROBE}/") in selected)

    def with_port_elf(self, workload: Workload) -> Workload:
        """`workload` with the ELF of this port, or unchanged if the port has none."""
        for found in (*self.workloads, *self.sweeps):
            if found.elf == workload.elf:
                return replace(workload, path=found.path, sha256=found.sha256)
        return workload

    def initrd_elves(self, plan: Sequence[str]) -> tuple[Workload, ...]:
        """One Workload per ELF of the initrd for `plan`.

        An initrd holds all probes or all scaling workloads if the plan has nothing else, and all
        other workloads otherwise, so that its layout does not depend on the plan's length.
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

    def required_elves(self, plan: Sequence[str]) -> tuple[Workload, ...]:
        """One Workload per ELF that `plan` needs, for guests with little memory."""
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
    """Find the built ELFs of `port`. Raises CatalogError if they are not built."""
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
    """The workloads of a single program, listed by the facts files of its parts."""
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
    """One row per parameter, or `workload` itself without parameters."""
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
    """Whether another program execs it; it is named `<something>_target` and never planned."""
    return workload.name.endswith("_target")
