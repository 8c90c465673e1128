"""Bantam's disks: what a guest did to them is there afterwards, and nothing else is."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from pathlib import Path

import bantam_boot as bantam
import pytest

from ringside.machine import MachineSpec
from ringside.session import Outcome

pytestmark = pytest.mark.boot

SECTOR = 512
# Where administrators' programs are may be missing from a user's path.
TOOLS = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"}
needs_e2fsprogs = pytest.mark.skipif(
    shutil.which("mke2fs", path=TOOLS["PATH"]) is None, reason="e2fsprogs is not installed"
)


def drive(image: Path, number: int, *, device: str = "virtio-blk-pci", more: str = "") -> list[str]:
    """QEMU's options for one raw disk."""
    return [
        *("-drive", f"file={image},format=raw,if=none,id=disk{number}{more}"),
        *("-device", f"{device},drive=disk{number}"),
    ]


def run_guest(
    folder: Path, program: str, options: list[str], *args: str, machine: str = "pc", **how: object
) -> list[str]:
    """Boot a program of tests/guest/disk as process 1, and see it through to `done`."""
    bantam.make()
    bantam.make("guest")
    binary = (bantam.SOURCE / "build/tests/guest/disk" / program).read_bytes()
    archive = folder / "initrd.cpio"
    archive.write_bytes(bantam.initrd({"init": binary}))
    spec = MachineSpec(
        machine=machine,
        memory_mib=128,
        kernel=bantam.SOURCE / "build/bantam.elf",
        cmdline=" ".join(["quiet", *(["--", *args] if args else [])]),
        initrd=archive,
        extra=tuple(options),
    )
    lines, ending = bantam.boot(spec, **how)  # type: ignore[arg-type]
    assert ending.outcome is Outcome.FINISHED, "\n".join((ending.detail, *lines[-30:]))
    assert "done" in lines, "\n".join(lines[-30:])
    return lines


def _numbered(letter: str, sectors: int) -> bytes:
    return b"".join(struct.pack("<Qc503x", n, letter.encode()) for n in range(sectors))


@pytest.mark.parametrize("machine", ["pc", "q35"])
@pytest.mark.parametrize("cpu", ["qemu64", "max"])
def test_raw_disks_keep_what_is_written(tmp_path: Path, machine: str, cpu: str) -> None:
    disks = {"a": bytearray(_numbered("a", 8195)), "b": bytearray(_numbered("b", 4096))}
    options = []
    for number, (letter, content) in enumerate(disks.items()):
        (tmp_path / letter).write_bytes(content)
        device = "virtio-blk-pci" if number else "virtio-blk-pci,disable-legacy=on"
        options += drive(tmp_path / letter, number, device=device)
    run_guest(tmp_path, "raw", options, machine=machine, cpu=cpu)
    part = 8195 // 4
    for who in range(4):
        for n in range(who * part + 8, (who + 1) * part - 4, 97):
            at = n * SECTOR + 100
            disks["a"][at : at + 3 * SECTOR] = str(who).encode() * (3 * SECTOR)
    for letter, content in disks.items():
        assert (tmp_path / letter).read_bytes() == content


def check_clean(image: Path) -> None:
    """e2fsck finds nothing to mend."""
    done = subprocess.run(
        ["e2fsck", "-f", "-n", str(image)], capture_output=True, text=True, check=False, env=TOOLS
    )
    assert done.returncode == 0, done.stdout + done.stderr


def make_ext2(image: Path, mib: int, *options: str) -> None:
    image.write_bytes(b"")
    os.truncate(image, mib << 20)
    subprocess.run(
        ["mke2fs", "-q", "-F", "-t", "ext2", *options, str(image)], check=True, env=TOOLS
    )


KINDS = {
    "4k": ("-b", "4096"),
    "2k": ("-b", "2048", "-I", "128"),
    "1k": ("-b", "1024", "-I", "256", "-O", "^dir_index"),
    "rev0": ("-b", "1024", "-r", "0"),
}


@needs_e2fsprogs
@pytest.mark.parametrize("kind", KINDS)
def test_ext2_does_what_programs_do(tmp_path: Path, kind: str) -> None:
    image = tmp_path / "disk"
    make_ext2(image, 48, *KINDS[kind])
    run_guest(tmp_path, "tree", drive(image, 0), *(["triple"] if kind == "4k" else []))
    check_clean(image)
