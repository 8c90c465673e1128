"""Random and hostile system calls neither bring Bantam down nor make it lose memory.

BANTAM_FUZZ_BATCHES, BANTAM_FUZZ_SEED and BANTAM_FUZZ_FIRST make a longer run (`make fuzz`), another
one, or the one batch again that went wrong (BANTAM_FUZZ_FIRST=123 BANTAM_FUZZ_BATCHES=1). Each of
these runs both builds on one CPU and on four. The debug build also stands it with memory refused.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import bantam_boot as bantam
import pytest

from ringside.image.make import make
from ringside.machine import MachineSpec
from ringside.session import Outcome

pytestmark = pytest.mark.boot

BATCHES = int(os.environ.get("BANTAM_FUZZ_BATCHES", "400"))
FIRST = int(os.environ.get("BANTAM_FUZZ_FIRST", "0"))
SEED = int(os.environ.get("BANTAM_FUZZ_SEED", "1"))
# The build, CPUs, and one in how many requests for memory is refused.
MACHINES = [("bantam-debug", 1, 0), ("bantam", 4, 0), ("bantam-debug", 1, 30)]
if "BANTAM_FUZZ_BATCHES" in os.environ:
    MACHINES += [("bantam", 1, 0), ("bantam-debug", 4, 0), ("bantam-debug", 4, 100)]
WORKLOADS = bantam.ROOT / "workloads"
TABLE = bantam.SOURCE / "syscall" / "calls.def"
# reboot, exit, exit_group, pause, rt_sigsuspend and vfork end the run or only wait.
LEFT_OUT = {169, 60, 231, 34, 130, 58}
# What no batch may do.
WRONG = re.compile(r"batch \d+ (touched memory|was told the kernel address).*")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    make(WORKLOADS, "fuzz", bantam.ROOT)
    path = tmp_path_factory.mktemp("fuzz") / "initrd.cpio"
    path.write_bytes(bantam.initrd({"init": (WORKLOADS / "build/fuzz/fuzz").read_bytes()}))
    return path


def _run(archive: Path, build: str, cpus: int, refused: int) -> list[str]:
    bantam.make(f"DEBUG={int(build == 'bantam-debug')}")
    spec = MachineSpec(
        machine="pc",
        memory_mib=192,
        kernel=bantam.SOURCE / f"build/{build}.elf",
        cmdline=f"quiet -- seed={SEED} batches={BATCHES} first={FIRST} racers=3 refuse={refused}",
        initrd=archive,
    )
    # A batch takes no more than half a second of the guest's time, and is then ended.
    lines, ending = bantam.boot(spec, cpu="max", cpus=cpus, guest_s=3000.0 + BATCHES)
    assert ending.outcome is Outcome.FINISHED, "\n".join((ending.detail, *lines[-30:]))
    return lines


@pytest.mark.timeout(0)
@pytest.mark.parametrize(("build", "cpus", "refused"), MACHINES)
def test_hostile_calls_leave_the_kernel_as_it_was(
    archive: Path, build: str, cpus: int, refused: int
) -> None:
    lines = _run(archive, build, cpus, refused)
    told = [line for line in lines if line.startswith(("calls ", "free before"))]
    machine = f"{build}, -smp {cpus}, seed {SEED}, refuse {refused}"
    sys.stdout.write("\n".join((machine, *told, "")))
    assert [line for line in lines if WRONG.fullmatch(line)] == []
    free = [re.fullmatch(r"free before (\d+) KiB, after (\d+) KiB", line) for line in lines]
    before, after = (int(number) for match in free if match for number in match.groups())
    assert after > before * 0.99
    if BATCHES < 100 or refused:
        return
    made = dict(re.findall(r"^call (\d+) made (\d+)$", "\n".join(lines), re.MULTILINE))
    listed = re.findall(r"^(?:UN)?LOCKED\((\d+), ", TABLE.read_text(), re.MULTILINE)
    numbers = {int(number) for number in listed}
    assert len(numbers) > 150
    assert {n for n in numbers - LEFT_OUT if int(made.get(str(n), "0")) == 0} == set()
