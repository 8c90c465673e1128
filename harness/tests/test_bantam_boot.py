"""The kernel under test boots on every machine it is said to, and says in a line why it can't."""

from __future__ import annotations

import gzip
import re
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import bantam_boot as bantam
import pytest

from ringside.machine import MachineSpec
from ringside.session import Outcome

pytestmark = pytest.mark.boot

Boot = Callable[..., tuple[list[str], Outcome]]


@pytest.fixture(scope="module")
def kernel() -> Path:
    bantam.make()
    return bantam.SOURCE / "build/bantam.elf"


@pytest.fixture(scope="module")
def hello() -> bytes:
    bantam.make(target="guest")
    return (bantam.SOURCE / "build/tests/guest/hello").read_bytes()


@pytest.fixture
def run(kernel: Path, tmp_path: Path) -> Boot:
    """Boot with the bytes of an initrd, or without one."""

    def boot(
        archive: bytes | None,
        cmdline: str = "",
        machine: str = "pc",
        memory_mib: int = 64,
        cpu: str = "qemu64",
        image: Path = kernel,
    ) -> tuple[list[str], Outcome]:
        path = None
        if archive is not None:
            path = tmp_path / "initrd.cpio"
            path.write_bytes(archive)
        spec = MachineSpec(machine, memory_mib, image, cmdline, path)
        lines, ending = bantam.boot(spec, cpu=cpu, seconds=30)
        return lines, ending.outcome

    return boot


def _says_hello(run: Boot, hello: bytes, **how: object) -> list[str]:
    lines, outcome = run(bantam.initrd({"init": hello}), **how)
    assert outcome is Outcome.FINISHED, "\n".join(lines[-20:])
    assert "a third of 1 is 0.333" in lines
    return lines


@pytest.mark.parametrize("machine", ["pc", "q35", "microvm"])
@pytest.mark.parametrize("cpu", ["qemu64", "max"])
def test_it_boots_on_every_machine(run: Boot, hello: bytes, machine: str, cpu: str) -> None:
    _says_hello(run, hello, machine=machine, cpu=cpu)


@pytest.mark.parametrize("memory_mib", [64, 512, 3072])
def test_it_finds_all_memory(run: Boot, hello: bytes, memory_mib: int) -> None:
    lines = _says_hello(run, hello, memory_mib=memory_mib)
    found = [int(m[1]) for line in lines if (m := re.fullmatch(r"memory (\d+) MiB", line))]
    assert len(found) == 1
    assert memory_mib * 0.95 - 4 <= found[0] <= memory_mib


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_each_compiler_makes_one_that_boots(
    run: Boot, hello: bytes, tmp_path: Path, compiler: str
) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    bantam.make(f"CC={compiler}", f"BUILD={tmp_path}/build")
    _says_hello(run, hello, image=tmp_path / "build/bantam.elf", cpu="max")


def test_the_same_source_makes_the_same_image(tmp_path: Path) -> None:
    images = []
    for name in ("one", "two"):
        bantam.make(f"BUILD={tmp_path}/{name}")
        images.append((tmp_path / name / "bantam.elf").read_bytes())
    assert images[0] == images[1]


def test_another_program_can_be_process_1(run: Boot, hello: bytes) -> None:
    archive = bantam.initrd({"init": b"not this", "other": hello})
    lines, outcome = run(archive, "quiet init=/other")
    assert outcome is Outcome.FINISHED
    assert lines[0] == "argument /other"


def test_quiet_says_nothing(run: Boot, hello: bytes) -> None:
    loud = _says_hello(run, hello)
    quiet = _says_hello(run, hello, cmdline="quiet")
    assert [line for line in loud if line not in quiet] == [loud[0]]
    assert loud[0].startswith("Bantam: ")


def _panics(run: Boot, archive: bytes | None, *words: str, cmdline: str = "") -> None:
    lines, outcome = run(archive, cmdline)
    assert outcome is Outcome.PANICKED, "\n".join(lines)
    said = [line for line in lines if line.startswith("Bantam panic: ")]
    assert len(said) == 1, "\n".join(lines)
    for word in words:
        assert word in said[0]


def test_no_initrd(run: Boot) -> None:
    _panics(run, None, "/init can't be run", "error 2", "the initrd must hold")


@pytest.mark.parametrize("part", [0.0001, 0.5, 0.99])
def test_a_cut_initrd(run: Boot, hello: bytes, part: float) -> None:
    archive = bantam.initrd({"init": hello, "more": b"x" * 5000})
    _panics(run, archive[: int(len(archive) * part)], "can't be unpacked", "uncompressed cpio")


def test_a_compressed_initrd(run: Boot, hello: bytes) -> None:
    archive = gzip.compress(bantam.initrd({"init": hello}), mtime=0)
    _panics(run, archive, "can't be unpacked", "uncompressed cpio")


def test_an_initrd_that_is_none(run: Boot) -> None:
    _panics(run, bytes(range(256)) * 64, "can't be unpacked", "uncompressed cpio")


def test_no_init(run: Boot, hello: bytes) -> None:
    _panics(run, bantam.initrd({"other": hello}), "/init can't be run", "error 2")


def test_an_init_that_is_none(run: Boot) -> None:
    _panics(run, bantam.initrd({"init": b"some text\n"}), "/init can't be run", "error 8")


def test_an_init_that_needs_a_loader_that_is_not_there(run: Boot, hello: bytes) -> None:
    program = (bantam.SOURCE / "build/tests/guest/hello-dynamic").read_bytes()
    _panics(run, bantam.initrd({"init": program}), "/init can't be run")


def test_an_init_that_the_command_line_names_and_nobody_has(run: Boot, hello: bytes) -> None:
    archive = bantam.initrd({"init": hello})
    _panics(run, archive, "/nobody can't be run", "error 2", cmdline="init=/nobody")


def test_an_init_that_ends(run: Boot) -> None:
    # mov $60, %eax; mov $3, %edi; syscall
    code = bytes.fromhex("b83c000000 bf03000000 0f05".replace(" ", ""))
    _panics(run, bantam.initrd({"init": _elf(code)}), "process 1 ended", "0x300")


def test_an_init_that_crashes(run: Boot) -> None:
    _panics(run, bantam.initrd({"init": _elf(b"\x0f\x0b")}), "process 1 ended", "0x4")


def _elf(code: bytes) -> bytes:
    """A static ELF whose only segment is `code`."""
    base, size = 0x400000, 64 + 56 + len(code)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, base + 120, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 4096)
    return ident + header + segment + code
