"""The disk that holds the workloads: read back by the stock tools, and booted from."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT

from ringside.catalog import load
from ringside.cli.main import run
from ringside.errors import ImageError
from ringside.image import ext2
from ringside.image.ext2 import Ext2Writer
from ringside.store import find_run, load_run

PATH = ext2.TOOLS["PATH"]
BANTAM = next(k for k in load(ROOT).kernels if k.role == "subject")

needs_e2fsprogs = pytest.mark.skipif(
    shutil.which("debugfs", path=PATH) is None, reason="e2fsprogs is not installed"
)


def filled(program: bytes = b"\x7fELF" * 5000) -> Ext2Writer:
    writer = Ext2Writer()
    writer.directory("dev")
    writer.char_device("dev/console", 5, 1, 0o600)
    writer.directory("tmp", 0o1777)
    writer.directory("a")
    writer.directory("a/b c")
    writer.file("a/b c/d", b"")
    writer.file("init", program, 0o755)
    return writer


def tool(*words: str) -> str:
    path = shutil.which(words[0], path=PATH)
    assert path is not None
    done = subprocess.run([path, *words[1:]], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.decode("latin-1")


@needs_e2fsprogs
def test_the_stock_tools_find_what_was_put_there(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.write_bytes(filled().finish())
    tool("e2fsck", "-f", "-n", str(disk))
    listed = {}
    for folder in ("/", "/dev", '"/a/b c"'):
        for line in tool("debugfs", "-R", f"ls -l {folder}", str(disk)).splitlines():
            words = line.split(maxsplit=8)
            if len(words) == 9 and words[8] not in (".", "..", "lost+found"):
                listed[words[8]] = (words[1], words[3], words[4], words[5])
    assert listed == {
        "dev": ("40755", "0", "0", "4096"),
        "console": ("20600", "0", "0", "0"),
        "tmp": ("41777", "0", "0", "4096"),
        "a": ("40755", "0", "0", "4096"),
        "d": ("100644", "0", "0", "0"),
        "init": ("100755", "0", "0", "20000"),
    }
    assert tool("debugfs", "-R", "cat /init", str(disk)) == "\x7fELF" * 5000
    assert "Device major/minor number: 05:01" in tool(
        "debugfs", "-R", "stat /dev/console", str(disk)
    )


@needs_e2fsprogs
def test_the_same_contents_make_the_same_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    first = hashlib.sha256(filled().finish()).hexdigest()
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    assert hashlib.sha256(filled().finish()).hexdigest() == first
    assert filled().digest() == filled().digest() != filled(b"other").digest()


def test_a_name_that_the_tools_would_take_for_something_else_is_refused() -> None:
    for name in ('a"b', "a\nb", ""):
        with pytest.raises(ImageError, match="is not a valid file name on a disk"):
            Ext2Writer().file(name, b"")


def test_without_the_tools_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ext2.TOOLS, "PATH", "/nowhere")
    with pytest.raises(ImageError, match=r"mke2fs is not installed, .*: install e2fsprogs"):
        filled().finish()


@needs_e2fsprogs
def test_what_the_tools_can_not_do_is_said() -> None:
    writer = Ext2Writer()
    writer.file("no/such/folder", b"x")
    with pytest.raises(ImageError, match="debugfs could not write files to the disk: "):
        writer.finish()


@pytest.mark.boot
@needs_e2fsprogs
def test_a_kernel_with_its_root_on_the_disk_runs_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("kernels", "workloads", "kernel-under-test", ".cache"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setenv("RINGSIDE_ROOT", str(tmp_path))
    found = {}
    for way in ("direct", "disk"):
        words = ["compare", "--kernels", BANTAM.id, "--boot", way, "--no-report"]
        assert run([*words, "--workloads", "syscall/null,file/create/0k"]) == 0
        found[way] = load_run(find_run(tmp_path / "results", "latest"))
    capsys.readouterr()
    costs = {way: {m.workload: m.value for m in r.measurements} for way, r in found.items()}
    assert costs["disk"]["syscall/null"] == costs["direct"]["syscall/null"]
    # There it is a disk's file system that makes the file.
    disk, direct = (costs[way]["file/create/0k"] for way in ("disk", "direct"))
    assert disk is not None and direct is not None and disk > 2 * direct
    (boot,) = found["disk"].boots
    assert "-initrd" not in boot.argv
    assert any(re.search(r"\.ext2,if=none", word) for word in boot.argv)
