"""What is written of Bantam's system calls is what its table has."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import bantam_boot as bantam
import pytest

TOOL = bantam.SOURCE / "tools" / "linux_abi.py"
CALLS = bantam.SOURCE / "syscall" / "calls.txt"
HEADER = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")


def test_the_page_of_system_calls_is_current() -> None:
    done = subprocess.run(
        [sys.executable, str(TOOL), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_calls_have_linux_names() -> None:
    if not HEADER.is_file():
        pytest.skip("the kernel's headers are not installed")
    names = dict(re.findall(r"#define __NR_(\w+) (\d+)", HEADER.read_text()))
    for line in CALLS.read_text().splitlines():
        if line and not line.startswith("#"):
            number, name, _ = line.split(" ", 2)
            assert names.get(name) in (number, None), line


def test_a_call_without_a_status_is_found(tmp_path: Path) -> None:
    """On a copy with one call more than there are lines."""
    for folder in ("tools", "syscall"):
        (tmp_path / "kernel" / folder).mkdir(parents=True)
    (tmp_path / "docs").mkdir()
    tool = tmp_path / "kernel/tools/linux_abi.py"
    tool.write_text(TOOL.read_text())
    (tmp_path / "kernel/syscall/calls.txt").write_text(CALLS.read_text())
    table = (bantam.SOURCE / "syscall/calls.def").read_text()
    (tmp_path / "kernel/syscall/calls.def").write_text(
        table.replace("UNLOCKED(0, read, 3)", "UNLOCKED(0, read, 3)\nLOCKED(499, new, 0)")
    )
    done = subprocess.run([sys.executable, str(tool)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "calls.txt: these have no line: [499]\n"
