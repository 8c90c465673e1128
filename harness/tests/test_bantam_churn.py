"""Threads and processes that change the same memory at once, on several CPUs: nothing is lost.

BANTAM_CHURN_SECONDS=600 does so for that long in each setting, and in more of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import bantam_boot as bantam
import pytest
from test_bantam_disk import TOOLS, drive, needs_e2fsprogs

from ringside.machine import MachineSpec
from ringside.session import Outcome

SECONDS = float(os.environ.get("BANTAM_CHURN_SECONDS", "0"))
SUMMARY = re.compile(r"churn: (\d+) writes (\d+) faults (\d+) forks (-?\d+) KiB lost")
# What CPUs keep for themselves of pages, tables and kernel stacks, and never more.
KEPT_KIB = 3072

pytestmark = [pytest.mark.boot, pytest.mark.timeout(0)]
long_only = pytest.mark.skipif(not SECONDS, reason="set BANTAM_CHURN_SECONDS")


def _churn(
    folder: Path,
    words: str,
    *,
    cpus: int,
    memory_mib: int = 192,
    debug: bool = False,
    extra: tuple[str, ...] = (),
) -> None:
    bantam.make(target="guest")
    bantam.make(*(["DEBUG=1"] if debug else []))
    kernel = "bantam-debug.elf" if debug else "bantam.elf"
    archive = folder / "churn.cpio"
    code = (bantam.SOURCE / "build/tests/guest/churn").read_bytes()
    archive.write_bytes(bantam.initrd({"init": code}))
    spec = MachineSpec(
        machine="pc",
        memory_mib=memory_mib,
        kernel=bantam.SOURCE / "build" / kernel,
        cmdline=f"quiet -- seconds={SECONDS or 1.5} {words}",
        initrd=archive,
        extra=extra,
    )
    lines, ending = bantam.boot(spec, cpus=cpus, seconds=120.0 + 4 * SECONDS)
    assert ending.outcome is Outcome.FINISHED, "\n".join((ending.detail, *lines[-30:]))
    assert [line for line in lines if line.startswith("wrong:")] == []
    said = next(match for line in lines if (match := SUMMARY.fullmatch(line)))
    writes, _, forks, lost = map(int, said.groups())
    assert writes > 0
    assert forks > 0
    assert lost < KEPT_KIB


def test_four_cpus_change_the_same_memory(tmp_path: Path) -> None:
    _churn(tmp_path, "", cpus=4)


@needs_e2fsprogs
def test_the_same_with_a_file_on_a_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.touch()
    os.truncate(disk, 32 << 20)
    mke2fs, e2fsck = (str(shutil.which(tool, path=TOOLS["PATH"])) for tool in ("mke2fs", "e2fsck"))
    subprocess.run([mke2fs, "-q", "-t", "ext2", "-b", "1024", disk], check=True)
    _churn(tmp_path, "disk", cpus=4, extra=tuple(drive(disk, 0)))
    subprocess.run([e2fsck, "-fn", disk], check=True, capture_output=True)


@long_only
@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("cpus", [4, 8])
def test_for_longer(tmp_path: Path, cpus: int, debug: bool) -> None:
    _churn(tmp_path, "rounds=10", cpus=cpus, debug=debug)


@long_only
@pytest.mark.parametrize("debug", [False, True])
def test_memory_runs_out_again_and_again(tmp_path: Path, debug: bool) -> None:
    _churn(tmp_path, "pressure", cpus=4, memory_mib=64, debug=debug)
