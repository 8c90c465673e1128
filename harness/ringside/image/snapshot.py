"""Find in the runner's ELF where a guest is stopped to be saved, and where its plan is written."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from ringside.errors import ImageError

# The plan of a guest that will be saved, and the placeholder for the line of the plan that a copy
# runs (workloads/runner/snapshot.h).
LINE = "snapshot"
EMPTY = b"ringside: no workload yet\0"


@dataclass(frozen=True)
class SnapshotPoint:
    """Virtual addresses in the runner: `stop` is the instruction to stop at; the `room` bytes at
    `line` hold a line of the plan."""

    stop: int
    line: int
    room: int


def snapshot_point(runner: Path) -> SnapshotPoint:
    """Read the addresses from the runner's symbols. Raises ImageError if they are missing."""
    try:
        table = ELFFile(io.BytesIO(runner.read_bytes())).get_section_by_name(".symtab")
        if isinstance(table, SymbolTableSection):
            stop = table.get_symbol_by_name("snapshot_point")
            line = table.get_symbol_by_name("snapshot_line")
            if stop and line:
                return SnapshotPoint(
                    stop=int(stop[0]["st_value"]),
                    line=int(line[0]["st_value"]),
                    room=int(line[0]["st_size"]),
                )
    except OSError as error:
        raise ImageError(f"{runner}: can't be read: {error.strerror}") from error
    except (ELFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ImageError(f"{runner}: not a runner: {error}") from error
    raise ImageError(
        f"{runner.name} has no symbols snapshot_point and snapshot_line, so its guest can't be "
        "saved: rebuild it, or use --isolate boot"
    )
