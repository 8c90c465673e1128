"""Build the initrd, or the same tree on a disk: the runner, the workloads and the plan.

/init                         the runner; for a port built as one program, all there is
/ringside/plan                the plan: what to run, in order
/workloads/<group>/<name>     every built ELF, planned or not; or, for a plan of probes,
/probes/<family>/<name>       every built probe
/dev/{console,null,zero}      device nodes, for kernels that create none
/proc /tmp                    mount points
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol

from ringside.catalog.workloads import Workload, WorkloadSet
from ringside.errors import ImageError
from ringside.image.cpio import CpioWriter
from ringside.image.files import write_atomic
from ringside.image.mono import check_length, embed_plan

# The plan is padded to this size so that the archive's layout does not depend on its length.
_PLAN_SIZE = 4096


@dataclass(frozen=True)
class Initrd:
    """An initrd on disk and the plan in it; `plan[k]` reports as stream k + 1."""

    path: Path
    sha256: str
    plan: tuple[str, ...]


def plan_text(profile: str, names: Sequence[str]) -> bytes:
    """The plan file, padded with empty lines to a multiple of a fixed size."""
    text = "".join(f"{line}\n" for line in (f"profile {profile}", *names)).encode()
    return text + b"\n" * (-len(text) % _PLAN_SIZE)


def build_initrd(workloads: WorkloadSet, plan: Sequence[str], profile: str, folder: Path) -> Initrd:
    """Write the initrd for `plan` to `folder`, named after its SHA-256.

    Raises ImageError if an ELF can't be read, the file can't be written, or the plan is too long.
    """
    data = build_archive(workloads, plan, profile, workloads.initrd_elves(plan))
    sha256 = hashlib.sha256(data).hexdigest()
    path = folder / f"{sha256}.cpio"
    if not path.is_file():
        write_atomic(path, data)
    return Initrd(path=path, sha256=sha256, plan=tuple(plan))


def build_archive(
    workloads: WorkloadSet,
    plan: Sequence[str],
    profile: str,
    elves: Sequence[Workload],
    init_paths: Sequence[str] = (),
) -> bytes:
    """The archive with `elves`, with the runner as /init and at each path of `init_paths`.

    Raises ImageError as `build_initrd` does.
    """
    archive = CpioWriter()
    populate(archive, workloads, plan, profile, elves, init_paths)
    return archive.finish()


class TreeWriter(Protocol):
    """A writer of file trees. Parents are added first. Paths have no leading slash."""

    def directory(self, path: str, mode: int = 0o755) -> None:
        """Add a directory."""

    def file(self, path: str, data: bytes, mode: int = 0o644) -> None:
        """Add a regular file holding `data`."""

    def char_device(self, path: str, major: int, minor: int, mode: int = 0o666) -> None:
        """Add a character device node."""


def populate(
    archive: TreeWriter,
    workloads: WorkloadSet,
    plan: Sequence[str],
    profile: str,
    elves: Sequence[Workload],
    init_paths: Sequence[str] = (),
) -> None:
    """Add all files that a guest needs, as `build_archive` does. Raises ImageError."""
    check_length(plan)
    elves = () if workloads.one_program else elves
    for name in ("dev", "proc", "ringside", "tmp"):
        archive.directory(name, 0o1777 if name == "tmp" else 0o755)
    archive.char_device("dev/console", 5, 1, 0o600)
    archive.char_device("dev/null", 1, 3)
    archive.char_device("dev/zero", 1, 5)
    folders = sorted({str(PurePosixPath(elf.guest_path).parent) for elf in elves})
    for folder_name in dict.fromkeys(("workloads", *(name.partition("/")[0] for name in folders))):
        archive.directory(folder_name)
    for folder_name in folders:
        archive.directory(folder_name)
    for folder_name in dict.fromkeys(parent for path in init_paths for parent in _parents(path)):
        archive.directory(folder_name)
    try:
        init = workloads.init.read_bytes()
        if workloads.one_program:
            init = embed_plan(init, plan, profile, workloads.init.name)
        for path in ("init", *init_paths):
            archive.file(path, init, 0o755)
        archive.file("ringside/plan", plan_text(profile, plan))
        for elf in elves:
            data = elf.path.read_bytes()
            if hashlib.sha256(data).hexdigest() != elf.sha256:
                raise ImageError(f"workload {elf.name} changed while being read: run again")
            archive.file(elf.guest_path, data, 0o755)
    except OSError as error:
        raise ImageError(f"{error.filename}: can't be read: {error.strerror}") from error


def _parents(path: str) -> list[str]:
    """The directories above a file, outermost first."""
    return [str(folder) for folder in reversed(PurePosixPath(path).parents)][1:]
