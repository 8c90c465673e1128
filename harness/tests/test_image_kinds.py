"""What is wrong with a kernel image is said in plain words, and QEMU agrees."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import elves
import guests
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringside.errors import ImageError
from ringside.image.elf import check_bootable, identify
from ringside.image.formats import describe_format
from ringside.image.multiboot import find_headers
from ringside.machine import find_qemu


def complaint(image: Path, memory_mib: int | None = None) -> str:
    """The one line that says why `image` can't be booted."""
    with pytest.raises(ImageError) as caught:
        check_bootable(image.read_bytes(), image.name, memory_mib)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def at(offset: int, magic: bytes, size: int = 0) -> bytes:
    data = bytes([1]) * offset + magic
    return data + bytes(max(0, size - len(data)))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (at(0, b"\x28\xb5\x2f\xfd"), "unpack it with unzstd first"),
        (at(0, b"\xfd7zXZ\x00"), "unpack it with unxz first"),
        (at(257, b"ustar"), "tar archive"),
        (at(0, b"QFI\xfb"), "qcow2 disk image"),
        (at(0x8001, b"CD001"), "ISO image"),
        (at(510, b"\x55\xaa", 1 << 20), "raw disk image"),
        (at(0, b"MZ", 4096), "UEFI"),
        (at(0x38, b"ARM\x64"), "arm64"),
        (at(0x202, b"HdrS\x07\x02", 4096), "older than 2.08"),
    ],
)
def test_a_format_is_named(data: bytes, says: str) -> None:
    assert says in describe_format(data)


@given(st.binary(max_size=1024))
def test_any_bytes_are_something(data: bytes) -> None:
    assert describe_format(data)
    find_headers(data)


def test_a_pvh_elf_is_bootable(tmp_path: Path) -> None:
    found = check_bootable(elves.link(tmp_path).read_bytes(), "x", 16)
    assert (found.kind, found.bits, found.entry) == ("elf", 64, "pvh")
    assert found.entry_address == 0x100000


def test_a_multiboot_elf_is_bootable(tmp_path: Path) -> None:
    found = check_bootable(guests.build(tmp_path, guests.HALT).read_bytes(), "x")
    assert (found.bits, found.entry, found.entry_address) == (32, "multiboot", None)


def test_an_elf_without_an_entry(tmp_path: Path) -> None:
    assert "neither a PVH note nor a multiboot header" in complaint(elves.link(tmp_path, pvh=False))


def test_a_multiboot2_elf(tmp_path: Path) -> None:
    image = elves.link(tmp_path, pvh=False, header=elves.MULTIBOOT_2)
    assert "multiboot2 header, which QEMU's -kernel does not know" in complaint(image)


def test_a_note_that_is_in_no_segment(tmp_path: Path) -> None:
    assert "in no PT_NOTE segment" in complaint(elves.link(tmp_path, segment=False))


def test_a_note_with_a_virtual_address(tmp_path: Path) -> None:
    image = elves.link(tmp_path, entry="0xffffffff80100000")
    assert "start at physical address 0xffffffff80100000" in complaint(image)


def test_an_object_file(tmp_path: Path) -> None:
    elves.link(tmp_path)
    assert "object file: link it" in complaint(tmp_path / "k.o")


def test_kernel_that_needs_more_memory_is_rejected(tmp_path: Path) -> None:
    line = complaint(elves.link(tmp_path, bss=64 << 20), memory_mib=32)
    assert "needs memory up to 66 MiB but the machine has 32: increase boot.memory_mib" in line


def test_the_wrong_architecture(tmp_path: Path) -> None:
    image = elves.link(tmp_path)
    data = bytearray(image.read_bytes())
    struct.pack_into("<H", data, 18, 183)
    image.write_bytes(data)
    assert "ELF for aarch64, not for x86_64" in complaint(image)


def test_a_32_bit_bzimage() -> None:
    data = bytearray(0x300)
    data[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", data, 0x206, 0x20F)
    assert identify(bytes(data), "x").bits == 32
    with pytest.raises(ImageError, match="32-bit kernel"):
        check_bootable(bytes(data), "x")
    struct.pack_into("<H", data, 0x236, 1)
    assert check_bootable(bytes(data), "x").bits == 64


@pytest.mark.boot
@pytest.mark.parametrize("pvh", [True, False])
def test_qemu_too_refuses_a_64_bit_multiboot_elf(tmp_path: Path, pvh: bool) -> None:
    image = elves.link(tmp_path, pvh=pvh, header=elves.MULTIBOOT_1)
    assert "QEMU finds its multiboot header before anything else" in complaint(image)
    assert "64" in refusal(image)


@pytest.mark.boot
@pytest.mark.parametrize("segment", [True, False])
def test_qemu_requires_pvh_note_in_segment(tmp_path: Path, segment: bool) -> None:
    image = elves.link(tmp_path, segment=segment)
    assert ("PVH" in refusal(image)) is not segment


def refusal(image: Path) -> str:
    """What QEMU itself says before it would start the machine; empty when it accepts."""
    options = ["-M", "pc", "-nodefaults", "-display", "none", "-S", "-monitor", "stdio"]
    done = subprocess.run(
        [find_qemu("x86_64").binary, *options, "-kernel", str(image)],
        input="quit\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stderr
