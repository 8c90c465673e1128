"""TBF: what our writer made is read by another reader, as the system's kernel reads it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import pytest

from ringside.catalog.delivery import TbfDelivery
from ringside.catalog.workloads import WorkloadSet
from ringside.errors import ImageError
from ringside.image.delivery import Payload, deliver
from ringside.image.obtain import KernelImage
from ringside.image.tbf import build_tbf

AT = 0x8010_0000
CODE = b"code" + bytes(12) + b"# ringside plan 64\n".ljust(64, b"\n")
DATA = b"data"


def elf(entry: int = AT + 0x84, at: int = AT + 0x80, written: bool = True) -> bytes:
    """A 32-bit ELF with code in flash, and data that is kept in flash and used in memory."""
    loads = [(0x1000, at, at, CODE, len(CODE), 5)]
    if written:
        loads.append((0x2000, 0x8024_0000, at + 0x100, DATA, 0x5000, 6))
    head = b"\x7fELF" + bytes([1, 1, 1]) + bytes(9)
    head += struct.pack("<HHIIIIIHHHHHH", 2, 243, 1, entry, 52, 0, 0, 52, 32, len(loads), 40, 0, 0)
    image = bytearray(0x3000)
    for place, vaddr, paddr, data, size, flags in loads:
        head += struct.pack("<8I", 1, place, vaddr, paddr, len(data), size, flags, 4)
        image[place : place + len(data)] = data
    image[: len(head)] = head
    return bytes(image)


@dataclass
class Header:
    size: int
    total: int
    entries: dict[int, bytes]


def parse(image: bytes) -> Header:
    version, size, total, flags = struct.unpack_from("<HHII", image)
    assert (version, flags) == (2, 1)
    words = [int.from_bytes(image[at : at + 4], "little") for at in range(0, size, 4)]
    checksum = 0
    for index, word in enumerate(words):
        checksum ^= word if index != 3 else 0
    assert checksum == words[3]
    entries = {}
    at = 16
    while at < size:
        kind, length = struct.unpack_from("<HH", image, at)
        entries[kind] = image[at + 4 : at + 4 + length]
        at += 4 + -(-length // 4) * 4
    assert at == size
    assert total == len(image)
    return Header(size, total, entries)


def test_the_kernel_finds_the_program() -> None:
    image = build_tbf(elf(), "some name", AT, "it")
    header = parse(image)
    start, kept, memory = struct.unpack("<III", header.entries[1])
    # As its process_binary.rs and types.rs reckon.
    assert AT + header.size + start == AT + 0x84
    ram, flash = struct.unpack("<II", header.entries[5])
    assert flash == AT + header.size + kept == AT + 0x80
    assert ram == 0x8024_0000
    assert memory > 0x5000
    assert header.entries[3] == b"some name"
    assert struct.unpack("<HH", header.entries[8]) == (2, 0)
    assert header.total % 4096 == 0
    assert image[0x80 : 0x80 + len(CODE)] == CODE
    assert image[0x180:0x184] == DATA


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"no ELF", "it is not a valid ELF"),
        (elf(at=AT), "it is linked to run at 0x80100000 from 0x80100084 on: it must begin"),
        (elf(entry=AT), "from 0x80100000 on"),
        (elf(written=False), "it has no writable segment: it needs at least a stack"),
        (elf()[:60], "it is not a valid ELF"),
    ],
)
def test_what_can_not_be_laid_out_is_said(data: bytes, complaint: str) -> None:
    with pytest.raises(ImageError) as caught:
        build_tbf(data, "x", AT, "it")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_it_is_loaded_beside_the_kernel_with_its_plan(tmp_path: Path) -> None:
    program = tmp_path / "mono"
    program.write_bytes(elf())
    workloads = WorkloadSet(port="p", init=program, workloads=(), one_program=True)
    image = KernelImage(kernel="k", path=tmp_path / "kernel", sha256="", version="")
    payload = Payload(workloads, ("a/b",), "quick", image, tmp_path / "kernel", tmp_path / "cache")
    made = deliver(TbfDelivery(address=AT), payload)
    assert made.kernel is None
    assert made.options[:2] == ("-bios", str(tmp_path / "kernel"))
    device = made.options[made.options.index("-device") + 1]
    assert f"addr={AT:#x}" in device
    loaded = Path(device.partition("file=")[2].partition(",")[0]).read_bytes()
    parse(loaded)
    assert b"# ringside plan 64\nprofile quick\na/b\n\n" in loaded
    apart = Payload(
        WorkloadSet("p", program, ()), ("a/b",), "quick", image, program, tmp_path / "cache"
    )
    with pytest.raises(ImageError, match="p: needs a port with `port_form := mono`"):
        deliver(TbfDelivery(address=AT), apart)
