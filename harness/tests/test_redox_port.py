"""The port to Redox and its loader: on a kernel of a few calls that looks at what it is handed, by
the published numbers of the calls, and on Redox's own kernel where there is one."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import time
from pathlib import Path

import pytest
from conftest import ROOT, tiny_elf

from ringside.cli.main import run
from ringside.errors import ImageError
from ringside.image.flat import check_mapped, flatten
from ringside.image.make import make
from ringside.store import find_run, load_run

PORT = "redox-x86_64"
BUILT = ROOT / "workloads" / "build" / PORT
HERE = Path(__file__).parent / "handover"
BASE = 0xFFFF_FFFF_8000_0000
PROGRAM = 0x1000

# redox_syscall 0.9.2, src/number.rs. The number goes in rax, arguments in rdi rsi rdx r10 r8 r9.
PUBLISHED = {
    "mprotect": 125,
    "yield": 158,
    "nanosleep": 162,
    "futex": 240,
    "clock_gettime": 265,
    "openat_into": 0x1000_0000 | 0x0010_0000 | 987,
    "dup_into": 0x2000_0000 | 0x0010_0000 | 988,
    "close": 0x2000_0000 | 6,
    "funmap": 0x2000_0000 | 92,
    "write": 0x2000_0000 | 0x0100_0000 | 4,
    "fmap": 0x2000_0000 | 0x0100_0000 | 900,
    "read": 0x2000_0000 | 0x0200_0000 | 3,
}
NO_CALL = 0x7FF


@pytest.fixture(scope="module")
def built() -> Path:
    make(ROOT / "workloads", "all", ROOT, f"PORT={PORT}")
    return BUILT


@pytest.fixture
def root(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the one row and the real workloads, and results of its own."""
    root = tmp_path / "root"
    (root / "kernels").mkdir(parents=True)
    shutil.copytree(ROOT / "kernels" / "redox", root / "kernels" / "redox")
    (root / "workloads").symlink_to(ROOT / "workloads")
    monkeypatch.setenv("RINGSIDE_ROOT", str(root))
    monkeypatch.setenv("COLUMNS", "200")
    return root


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kernel of a few calls."""
    made = tmp_path_factory.mktemp("stub") / "kernel"
    flags = "-std=gnu11 -O1 -Wall -Wextra -Werror -ffreestanding -fno-builtin -fno-pic -fno-pie "
    flags += "-mcmodel=kernel -mgeneral-regs-only -mno-red-zone -fno-stack-protector -nostdlib "
    flags += "-fcf-protection=none -fno-asynchronous-unwind-tables -static -Wl,--build-id=none "
    flags += f"-Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,-T,{HERE / 'kernel.ld'}"
    sources = [HERE / "kernel.c", HERE / "entry.S"]
    subprocess.run(
        ["gcc", *flags.split(), "-Wl,--no-warn-rwx-segments", "-o", made, *sources], check=True
    )
    return made


_MOVE = re.compile(r"mov\s+(?:\$0x([0-9a-f]+)|%(\w+)),%(\w+)$")
_CLEAR = re.compile(r"xor\s+%(\w+),%\1$")


def _whole(register: str) -> str:
    """The 64-bit register that a name is part of."""
    if register[0] == "e":
        return "r" + register[1:]
    return register.removesuffix("d") if register[1].isdigit() else register


def _constant_in(listing: list[str], at: int, register: str) -> int | None:
    """What constant the nearest moves before line `at` put into `register`."""
    for line in reversed(listing[max(0, at - 400) : at]):
        if (clear := _CLEAR.search(line)) and _whole(clear[1]) == register:
            return 0
        move = _MOVE.search(line)
        if move and _whole(move[3]) == register:
            if move[1]:
                return int(move[1], 16)
            register = _whole(move[2])
    return None


def test_each_call_has_a_published_number(built: Path) -> None:
    listing = subprocess.run(
        ["objdump", "-d", "--no-show-raw-insn", built / "mono"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    listing = [line.rstrip() for line in listing]
    calls = [at for at, line in enumerate(listing) if line.endswith("\tsyscall")]
    assert len(calls) > 50
    seen = {_constant_in(listing, at, "rax") for at in calls}
    assert seen == {*PUBLISHED.values(), NO_CALL}


def test_the_program_lies_as_the_kernel_takes_it(built: Path) -> None:
    elf = (built / "mono").read_bytes()
    flat = flatten(elf, PROGRAM, "the program")
    (entry,) = struct.unpack_from("<Q", flat, 0x1A)
    assert entry == struct.unpack_from("<Q", elf, 24)[0]
    assert PROGRAM < entry < PROGRAM + len(flat)
    assert flat.count(b"# ringside plan ") == 1


@pytest.mark.boot
def test_the_workloads_run_through_the_loader(root: Path, stub: Path) -> None:
    names = ["syscall/null", "syscall/clock", "file/stat", "ipc/pipe_latency"]
    chosen = ["--workloads", ",".join(names), "--no-probes"]
    counts = []
    for _ in range(2):
        assert run(["compare", "--kernels", "redox", "--image", f"redox={stub}", *chosen]) == 0
        found = load_run(find_run(root / "results", None))
        assert found.boots[0].outcome == "finished"
        status = {m.workload: (m.status, m.detail) for m in found.measurements}
        assert status["syscall/null"][0] == status["syscall/clock"][0] == "ok"
        assert status["file/stat"][0] == status["ipc/pipe_latency"][0] == "absent"
        counts.append([m.ticks for m in found.measurements])
    assert counts[0] == counts[1]


@pytest.mark.boot
@pytest.mark.parametrize(
    ("modules", "says"),
    [
        ("", "it takes two modules"),
        ("{loader},{loader}", "the first module is no ELF file for x86-64"),
        ("{text},{loader}", "the first module is no ELF file"),
        ("{elf},{loader}", "the kernel's entry is not in its file as it is mapped"),
    ],
)
def test_the_loader_says_what_is_wrong(
    built: Path, tmp_path: Path, modules: str, says: str
) -> None:
    loader, text, elf = built / "loader", tmp_path / "text", tmp_path / "elf"
    text.write_text("hello")
    elf.write_bytes(tiny_elf())
    argv = ["qemu-system-x86_64", "-M", "pc", "-nodefaults", "-display", "none", "-no-user-config"]
    argv += ["-serial", f"file:{tmp_path / 'serial'}", "-monitor", "stdio", "-kernel", str(loader)]
    if modules:
        argv += ["-initrd", modules.format(loader=loader, text=text, elf=elf)]
    serial = tmp_path / "serial"
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as qemu:
        try:
            deadline = time.monotonic() + 120
            while not (serial.is_file() and serial.read_bytes().endswith(b"\n")):
                assert time.monotonic() < deadline and qemu.poll() is None
                time.sleep(0.02)
            assert serial.read_text().startswith(f"ringside loader: {says}")
        finally:
            qemu.kill()


def test_file_that_cannot_be_mapped_is_reported(stub: Path, tmp_path: Path) -> None:
    good = stub.read_bytes()
    assert "entered at 0xffffffff8000" in check_mapped(good, BASE, "it")
    longer = bytearray(good)
    longer[64 + 40] ^= 0xFF
    wrong: list[tuple[bytes, str]] = [
        (b"hello", "it is not an ELF file: it is text"),
        (tiny_elf(), "it has nothing to load: an object file, or only symbols"),
        (good[:18] + b"\xb7\x00" + good[20:], "it is an ELF for aarch64: an x86_64 one"),
        (good[:16] + b"\x03\x00" + good[18:], "it is no program at fixed addresses"),
        (good[:24] + bytes(8) + good[32:], "it is entered at 0x0, where none of its segments is"),
        (bytes(longer), "it has a segment that is longer in memory than in the file"),
    ]
    for data, complaint in wrong:
        with pytest.raises(ImageError) as caught:
            check_mapped(data, BASE, "it")
        assert complaint in str(caught.value)
    with pytest.raises(ImageError, match="was it linked for another base"):
        check_mapped(good, BASE + 0x1000, "it")
    with pytest.raises(ImageError, match="it can't be laid at"):
        flatten(good, BASE + 0x1000, "it")


def test_command_reports_problem_of_image(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = tmp_path / "redox"
    image.write_bytes(tiny_elf())
    assert run(["kernels", "check", "redox", "--image", str(image)]) == 1
    assert "problem: redox has nothing to load" in capsys.readouterr().out


@pytest.mark.boot
@pytest.mark.skipif(
    not any(Path(os.environ.get("RINGSIDE_IMAGES", "/nonexistent")).glob("redox*")),
    reason="RINGSIDE_IMAGES has no kernel of Redox's",
)
def test_on_its_own_kernel(root: Path) -> None:
    image = next(Path(os.environ["RINGSIDE_IMAGES"]).glob("redox*"))
    run(["compare", "--kernels", "redox", "--image", f"redox={image}", "--no-probes"])
    found = load_run(find_run(root / "results", None))
    status = {m.workload: m.status for m in found.measurements}
    for name in ("ipc/context_switch", "ipc/futex_round_trip", "process/fork_exit_wait"):
        assert status[name] == "ok"
