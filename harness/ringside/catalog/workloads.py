"""The workloads of a port: the ELFs its build left, one file a workload.

workloads/build/<port>/init             the runner, becomes /init
workloads/build/<port>/<group>/<name>   becomes /workloads/<group>/<name>
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ringside.catalog.names import select
from ringside.errors import CatalogError

_ELF_MAGIC = b"\x7fELF"
_SEE = "ringside workloads"


@dataclass(frozen=True)
class Workload:
    """One workload: `name` is `<group>/<name>`, `sha256` of the ELF's bytes in hex."""

    name: str
    path: Path
    sha256: str


@dataclass(frozen=True)
class WorkloadSet:
    """All that goes into the initrd for one port. `extras` are ELFs that workloads exec."""

    port: str
    init: Path
    workloads: tuple[Workload, ...]
    extras: tuple[Workload, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all workloads, sorted."""
        return tuple(w.name for w in self.workloads)

    def select(self, patterns: Sequence[str]) -> tuple[Workload, ...]:
        """Workloads by full name, glob or unique last part; all of them for no patterns."""
        if not patterns:
            return self.workloads
        chosen = select("workload", patterns, self.names, _SEE)
        return tuple(w for w in self.workloads if w.name in chosen)


def load_workloads(root: Path, port: str) -> WorkloadSet:
    """List the built ELFs of `port`. Raises CatalogError when they were not built."""
    folder = root / "workloads" / "build" / port
    init = folder / "init"
    if not init.is_file():
        raise CatalogError(
            f"the workloads for {port} are not built: run `make -C workloads` "
            f"(expected workloads/build/{port}/init)"
        )
    found = [
        _read(file, folder)
        for file in sorted(folder.glob("*/*"))
        if not file.parent.name.startswith(".") and file.is_file() and _is_elf(file)
    ]
    planned = tuple(w for w in found if not _is_extra(w))
    if not planned:
        raise CatalogError(f"workloads/build/{port} holds no workload: run `make -C workloads`")
    extras = tuple(w for w in found if _is_extra(w))
    return WorkloadSet(port=port, init=init, workloads=planned, extras=extras)


def _read(file: Path, folder: Path) -> Workload:
    name = file.relative_to(folder).as_posix()
    return Workload(name=name, path=file, sha256=hashlib.sha256(file.read_bytes()).hexdigest())


def _is_elf(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == _ELF_MAGIC


def _is_extra(workload: Workload) -> bool:
    """A program that a workload execs is named `<group>/<something>_target`: never planned."""
    return workload.name.endswith("_target")
