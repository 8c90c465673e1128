"""Bantam's disks: what a guest did to them is there afterwards, and nothing else is."""

from __future__ import annotations

import os
import re
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
    folder: Path,
    program: str,
    options: list[str],
    *args: str,
    machine: str = "pc",
    memory_mib: int = 128,
    cpu: str = "qemu64",
    cpus: int = 1,
) -> list[str]:
    """Boot a program of tests/guest/disk as process 1, and see it through to `done`."""
    bantam.make()
    bantam.make(target="guest")
    binary = (bantam.SOURCE / "build/tests/guest/disk" / program).read_bytes()
    archive = folder / "initrd.cpio"
    archive.write_bytes(bantam.initrd({"init": binary}))
    spec = MachineSpec(
        machine=machine,
        memory_mib=memory_mib,
        kernel=bantam.SOURCE / "build/bantam.elf",
        cmdline=" ".join(["quiet", *(["--", *args] if args else [])]),
        initrd=archive,
        extra=tuple(options),
    )
    lines, ending = bantam.boot(spec, cpu=cpu, cpus=cpus)
    assert ending.outcome is Outcome.FINISHED, "\n".join((ending.detail, *lines[-30:]))
    assert "done" in lines, "\n".join(lines[-30:])
    return lines


def _numbered(letter: str, sectors: int) -> bytes:
    return b"".join(struct.pack("<Qc503x", n, letter.encode()) for n in range(sectors))


@pytest.mark.parametrize("machine", ["pc", "q35"])
@pytest.mark.parametrize("cpu", ["qemu64", "max"])
def test_raw_disks_keep_written_data(tmp_path: Path, machine: str, cpu: str) -> None:
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


def read_out(image: Path, name: str, folder: Path) -> bytes:
    """What debugfs finds in a file."""
    out = folder / "out"
    out.unlink(missing_ok=True)
    command = ["debugfs", "-R", f"dump {name} {out}", str(image)]
    subprocess.run(command, capture_output=True, check=True, env=TOOLS)
    return out.read_bytes()


def _filled(size: int, seed: int) -> bytes:
    """As fill() in tests/guest/disk/tree.c, for what fits its buffer."""
    mask, data = (1 << 64) - 1, bytearray()
    for _ in range(size):
        seed = (seed + 0x9E3779B97F4A7C15) & mask
        z = ((seed ^ seed >> 30) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & mask
        data.append(((z ^ z >> 31) % 251) + 1)
    return bytes(data)


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
    for number, size in enumerate((0, 59, 12289, 50000)):
        seed = (0, 2, 7, 9)[number]
        assert read_out(image, f"plain{size}", tmp_path) == _filled(size, seed)


@needs_e2fsprogs
def test_ext2_on_several_cpus(tmp_path: Path) -> None:
    image = tmp_path / "disk"
    make_ext2(image, 48)
    run_guest(tmp_path, "tree", drive(image, 0), cpus=4)
    check_clean(image)


@needs_e2fsprogs
def test_files_larger_than_memory(tmp_path: Path) -> None:
    image = tmp_path / "disk"
    make_ext2(image, 200)
    run_guest(tmp_path, "big", drive(image, 0), memory_mib=48)
    check_clean(image)
    assert read_out(image, "last", tmp_path) == b"words"


@needs_e2fsprogs
@pytest.mark.parametrize("options", ["", "ro"])
def test_a_system_runs_from_its_disk(tmp_path: Path, options: str) -> None:
    bantam.make()
    bantam.make(target="guest")
    program = bantam.SOURCE / "build/tests/guest/hello-dynamic"
    tree = tmp_path / "tree"
    for folder in ("dev", "sbin", "proc"):
        (tree / folder).mkdir(parents=True)
    shutil.copy(program, tree / "sbin/init")
    needed = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True)
    for path in re.findall(r"(/\S+)", needed.stdout):
        target = tree / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(path).resolve(), target)
    image = tmp_path / "disk"
    make_ext2(image, 24, "-d", str(tree))
    before = image.read_bytes()
    spec = MachineSpec(
        machine="pc",
        memory_mib=64,
        kernel=bantam.SOURCE / "build/bantam.elf",
        cmdline=f"quiet root=/dev/vda {options}".strip(),
        extra=tuple(drive(image, 0)),
    )
    lines, ending = bantam.boot(spec)
    assert ending.outcome is Outcome.FINISHED, "\n".join((ending.detail, *lines[-30:]))
    assert "a third of 1 is 0.333" in lines
    check_clean(image)
    assert (image.read_bytes() == before) == (options == "ro")
