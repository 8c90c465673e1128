"""The ports for RISC-V, instruction by instruction: what their ELFs ask of the kernel."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from elftools.elf.elffile import ELFFile

from ringside.catalog import load
from ringside.cli.main import run
from ringside.image.make import make
from ringside.image.user_images import IMAGES_VARIABLE, find_user_images
from ringside.store import find_run, load_run

TOOLS = "riscv64-linux-gnu-"
pytestmark = pytest.mark.skipif(
    not shutil.which(f"{TOOLS}gcc"), reason=f"{TOOLS}gcc is not installed"
)

# rCore-Tutorial-v3's os/src/syscall/mod.rs at b386ef27: number, and arguments that it reads.
RCORE = {
    24: 1, 56: 2, 57: 1, 59: 1, 63: 3, 64: 3, 93: 1, 101: 1, 124: 0, 129: 2, 169: 0, 172: 0,
    220: 0, 221: 2, 260: 2,
}  # fmt: skip

# What loads a constant, if it adds it to nothing.
_LOADS = ("c.li", "addi")


@functools.cache
def build(port: str) -> Path:
    """The folder of a port's ELFs, brought up to date."""
    make(ROOT / "workloads", "all", ROOT, f"PORT={port}")
    return ROOT / "workloads" / "build" / port


def programs(port: str) -> list[Path]:
    folder = build(port)
    return [folder / "init", *(f for f in sorted(folder.glob("[!.]*/*")) if f.suffix != ".facts")]


def instructions(elf: Path) -> Iterator[tuple[str, str]]:
    """Mnemonic and operands of each, in order."""
    command = [f"{TOOLS}objdump", "-d", "-M", "no-aliases,numeric", elf]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        match = re.fullmatch(r" *[0-9a-f]+:\t[0-9a-f ]+\t([a-z0-9.]+)\t?([^\t#<]*).*", line)
        if match:
            yield match[1], match[2].strip()


def calls(elf: Path, register: str = "x17") -> list[int | None]:
    """The constant in a register (a7) at each `ecall`, None where it was none."""
    found: list[int | None] = []
    known: dict[str, int | None] = {}
    for name, operands in instructions(elf):
        written, _, rest = operands.partition(",")
        if name == "ecall":
            found.append(known.get(register))
        elif constant := re.fullmatch(r"(?:x0,)?(-?\d+)", rest if name in _LOADS else ""):
            known[written] = int(constant[1])
        elif name == "c.mv":
            known[written] = known.get(rest)
        elif not name.startswith(("s", "c.s", "b")):
            known[written] = None
    return found


def test_rcore_is_asked_for_nothing_that_it_does_not_know() -> None:
    asked: set[int | None] = set()
    for elf in programs("rcore-tutorial-riscv64"):
        found = set(calls(elf))
        assert found <= set(RCORE), (elf, found - set(RCORE))
        asked |= found
    # All that the port's functions name is somewhere in the ELFs.
    assert {24, 56, 57, 59, 63, 64, 93, 124, 169, 172, 220, 221, 260} <= asked


def test_rcore_loads_linked_workloads() -> None:
    """Its loader copies a segment to the start of its first page, and has no empty ones."""
    for elf in programs("rcore-tutorial-riscv64"):
        with elf.open("rb") as stream:
            file = ELFFile(stream)
            assert (file["e_machine"], file["e_type"]) == ("EM_RISCV", "ET_EXEC")
            # Soft float: the kernel keeps no floating-point registers.
            assert file["e_flags"] & 6 == 0
            loads = [s for s in file.iter_segments() if s["p_type"] == "PT_LOAD"]
            assert loads
            end = 0
            for segment in loads:
                assert segment["p_vaddr"] % 4096 == 0
                assert segment["p_memsz"] > 0
                assert segment["p_vaddr"] >= end
                assert segment["p_flags"] & 3 != 3, "writable and executable"
                end = -(-(segment["p_vaddr"] + segment["p_memsz"]) // 4096) * 4096
        # With one CPU it is never given those of scaling.
        if elf.parent.name != "scaling":
            assert len(str(elf.relative_to(build("rcore-tutorial-riscv64")))) <= 27


def test_the_markers_are_those_that_the_plugin_looks_for() -> None:
    """lui x0, "RS" and the tag: the loop of a measurement opens and closes with them."""
    for port in ("linux-riscv64", "rcore-tutorial-riscv64"):
        found = [
            operands
            for name, operands in instructions(build(port) / "syscall" / "null")
            if name == "lui" and operands.startswith("x0,")
        ]
        assert {f"x0,{0x52530 + tag:#x}" for tag in (1, 2, 5)} <= set(found)


def test_tock_is_asked_by_classes_that_it_has() -> None:
    """TRD 104: a4 (x14) is the class. In the one program there are all that the port uses."""
    mono = build("tock-rv32") / "mono"
    assert set(calls(mono, "x14")) == {0, 1, 2, 4, 5, 6}
    assert not any(
        name.startswith(("rdinstret", "rdcycle", "csr")) for name, _ in instructions(mono)
    )


def test_tock_s_program_lies_where_the_board_wants_it() -> None:
    with (build("tock-rv32") / "mono").open("rb") as stream:
        file = ELFFile(stream)
        assert (file.elfclass, file["e_machine"]) == (32, "EM_RISCV")
        flash, ram = (s for s in file.iter_segments() if s["p_type"] == "PT_LOAD")
        # boards/qemu_rv32_virt/layout.ld at 65608d71: programs from 1 MiB on, memory from 2 to 4.
        assert flash["p_vaddr"] == flash["p_paddr"] == 0x8010_0080
        end = ram["p_paddr"] + ram["p_filesz"]
        assert flash["p_vaddr"] + flash["p_filesz"] <= ram["p_paddr"] < end < 0x8020_0000
        assert 0x8021_AD14 < ram["p_vaddr"] < ram["p_vaddr"] + ram["p_memsz"] < 0x8040_0000


def given(kernel_id: str) -> Path | None:
    images = os.environ.get(IMAGES_VARIABLE)
    return find_user_images([kernel_id], {}).images.get(kernel_id) if images else None


OWN = [
    ("rcore-tutorial-riscv64", "syscall/null process/fork_exec_wait ipc/pipe_latency memory/copy"),
    ("tock-rv32", "syscall/null syscall/yield syscall/clock memory/copy"),
]


@pytest.mark.boot
@pytest.mark.parametrize(("port", "names"), OWN, ids=[port for port, _ in OWN])
def test_the_kernel_itself(
    port: str, names: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = next(k for k in load(ROOT).kernels if k.port == port)
    assert kernel.boot is not None
    if given(kernel.id) is None:
        pytest.skip(f"{IMAGES_VARIABLE} has no image of {kernel.id}")
    if not shutil.which(f"qemu-system-{kernel.boot.arch}"):
        pytest.skip(f"no QEMU for {kernel.boot.arch}")
    for name in ("kernels", "workloads", ".cache"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setenv("RINGSIDE_ROOT", str(tmp_path))
    wanted = names.split()
    arguments = ["--kernels", kernel.id, "--workloads", ",".join(wanted), "--no-probes"]
    assert run(["compare", *arguments, "--no-report"]) == 0
    made = load_run(find_run(tmp_path / "results", None))
    assert {m.workload: m.status for m in made.measurements} == dict.fromkeys(wanted, "ok")
