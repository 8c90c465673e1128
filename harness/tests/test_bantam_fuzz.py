"""Random and hostile system calls neither bring Bantam down nor make it lose memory.

BANTAM_FUZZ_BATCHES and BANTAM_FUZZ_SEED make a longer run, or another one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import bantam_boot as bantam
import pytest

from ringside.machine import MachineSpec
from ringside.session import Outcome

pytestmark = pytest.mark.boot

BATCHES = int(os.environ.get("BANTAM_FUZZ_BATCHES", "600"))
SEED = int(os.environ.get("BANTAM_FUZZ_SEED", "1"))


@pytest.mark.timeout(0)
@pytest.mark.parametrize(("cpu", "build"), [("max", "bantam"), ("qemu64", "bantam-debug")])
def test_hostile_calls_leave_the_kernel_as_it_was(cpu: str, build: str, tmp_path: Path) -> None:
    bantam.make()
    bantam.make("DEBUG=1")
    bantam.make("guest")
    archive = tmp_path / "initrd.cpio"
    program = bantam.SOURCE / "build/tests/guest/fuzz"
    archive.write_bytes(bantam.initrd({"init": program.read_bytes()}))
    spec = MachineSpec(
        machine="pc",
        memory_mib=128,
        kernel=bantam.SOURCE / f"build/{build}.elf",
        cmdline=f"quiet -- seed={SEED} batches={BATCHES}",
        initrd=archive,
    )
    lines, ending = bantam.boot(spec, cpu=cpu)
    assert ending.outcome is Outcome.FINISHED, "\n".join((ending.detail, *lines[-30:]))
    free = [re.fullmatch(r"free before (\d+) KiB, after (\d+) KiB", line) for line in lines]
    before, after = (int(number) for match in free if match for number in match.groups())
    assert after > before * 0.99
