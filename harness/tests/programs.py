"""Runs an archive of other people's programs, one script each, under any kernel."""

from __future__ import annotations

from pathlib import Path

import bantam_boot as bantam

from ringside.machine import MachineSpec
from ringside.session import Outcome

MEMORY_MIB = 512

# What was printed and the status, by script.
Said = dict[str, list[str]]


def on_linux(archive: Path, device: tuple[str, ...] = ()) -> Said:
    """What is said on the kernel that Bantam is to be like."""
    kernel, cmdline = bantam.reference()
    return run(kernel, cmdline, archive, device)


def on_bantam(archive: Path, device: tuple[str, ...] = ()) -> Said:
    """What is said on Bantam as it stands."""
    bantam.make()
    return run(bantam.SOURCE / "build/bantam.elf", "quiet", archive, device)


def run(kernel: Path, cmdline: str, archive: Path, device: tuple[str, ...] = ()) -> Said:
    """Boot `archive`, whose init is data/programs/init.sh or like it. With a `device` (words of
    QEMU's command line) that has the host's time the guest has it, too."""
    spec = MachineSpec("pc", MEMORY_MIB, kernel, cmdline, archive, extra=device)
    lines, ending = bantam.boot(spec, cpu="max", exact=not device)
    assert ending.outcome is Outcome.FINISHED, "\n".join((ending.detail, *lines[-30:]))
    said: Said = {}
    for line in lines[: lines.index("done")]:
        if line.startswith("== "):
            said[line.removeprefix("== ")] = current = []
        elif said and not line.startswith("free "):
            current.append(line)
    return said
