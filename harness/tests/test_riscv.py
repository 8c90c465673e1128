"""RISC-V: its images, its machine, and Linux on it, exact to the instruction."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import mirror
import pytest
from conftest import ROOT, Checkout, manifest, tiny_elf

from ringside.catalog import load
from ringside.cli.main import run
from ringside.conductor.observer import NullObserver
from ringside.conductor.prepare import Request, prepare
from ringside.errors import CatalogError, ImageError
from ringside.image.elf import check_bootable, identify
from ringside.machine import CLOCKS, MachineSpec, build_argv
from ringside.store import find_run, load_run

RAM = 0x8000_0000
COMPILER = "riscv64-linux-gnu-gcc"


def image(size: int = 1 << 20, offset: int = 0x20_0000) -> bytes:
    """A `Image` that is no more than its header."""
    head = struct.pack("<IIQQQIIQ", 0x6F, 0, offset, size, 0, 2, 0, 0) + b"RISCV\0\0\0RSC\x05"
    return head.ljust(64, b"\0")


def elf(
    *, machine: int = 243, bits: int = 64, address: int = RAM, memory: int = 0x1000, kind: int = 2
) -> bytes:
    """An ELF with one segment to load."""
    ident = b"\x7fELF" + bytes([bits // 32, 1, 1]) + bytes(9)
    if bits == 64:
        head = ident + struct.pack(
            "<HHIQQQIHHHHHH", kind, machine, 1, address, 64, 0, 0, 64, 56, 1, 64, 0, 0
        )
        return head + struct.pack("<IIQQQQQQ", 1, 5, 0, address, address, 0, memory, 0x1000)
    head = ident + struct.pack(
        "<HHIIIIIHHHHHH", kind, machine, 1, address, 52, 0, 0, 52, 32, 1, 40, 0, 0
    )
    return head + struct.pack("<IIIIIIII", 1, 0, address, address, 0, memory, 5, 0x1000)


def test_what_boots_is_recognized() -> None:
    found = check_bootable(image(), "x", 16, "riscv64")
    assert (found.kind, found.bits, found.memory_end) == ("image", 64, 0x30_0000)
    found = check_bootable(elf(address=RAM + 0x20_0000), "x", 16, "riscv64")
    assert (found.kind, found.entry_address) == ("elf", RAM + 0x20_0000)
    assert found.memory_end == 0x20_1000
    assert check_bootable(elf(bits=32), "x", 16, "riscv32").bits == 32


@pytest.mark.parametrize(
    ("data", "arch", "complaint"),
    [
        (image(size=20 << 20), "riscv64", "needs memory up to 22 MiB but the machine has 16"),
        (image(), "riscv32", "it is a 64-bit kernel, but the machine is riscv32"),
        (tiny_elf(), "riscv64", "it is an ELF for x86_64, not for riscv64"),
        (elf(bits=32), "riscv64", "it is a 32-bit ELF, but the machine is riscv64"),
        (elf(kind=1), "riscv64", "it is an object file: link it first"),
        (elf(address=0x10000), "riscv64", "load address 0x10000 is outside the machine's"),
        (elf(memory=0), "riscv64", "it has no segment to load"),
        (elf()[:70], "riscv64", "a damaged ELF file"),
        (b"hello", "riscv64", "is not a kernel: it is text"),
        (image(), "x86_64", "it is a RISC-V Linux image, but the manifest's boot.arch differs"),
    ],
)
def test_kernel_that_does_not_boot_is_reported(data: bytes, arch: str, complaint: str) -> None:
    with pytest.raises(ImageError) as caught:
        check_bootable(data, "x", 16, arch)  # type: ignore[arg-type]
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_architecture_decides_what_an_image_is() -> None:
    assert identify(elf(), "x").obstacle == "it is an ELF for riscv, not for x86_64"
    assert identify(elf(), "x", "riscv64").obstacle is None


def test_the_machine_is_as_the_manifest_says() -> None:
    spec = MachineSpec("virt", 512, Path("k"), "console=ttyS0", cpu="rv64")
    argv = build_argv(spec, CLOCKS["exact"], "qemu-system-riscv64", 3)
    assert argv[argv.index("-cpu") + 1] == "rv64"
    assert "pvpanic" not in argv
    assert argv[argv.index("-icount") + 1] == "shift=0,sleep=off,rr=record,rrfile=/dev/null"


def riscv(kernel_id: str, order: int) -> str:
    text = manifest(kernel_id, "peer", order).replace('arch = "x86_64"', 'arch = "riscv64"')
    return text.replace('machine = "pc"', 'machine = "virt"\ncpu = "rv64"')


def write(root: Path, kernel_id: str, text: str) -> None:
    folder = root / "kernels" / kernel_id
    folder.mkdir(exist_ok=True)
    (folder / "kernel.toml").write_text(text)


def test_cpu_model_is_required_except_on_x86_64(checkout: Checkout) -> None:
    root = checkout()
    write(root, "two", riscv("two", 5).replace('cpu = "rv64"\n', ""))
    with pytest.raises(CatalogError, match=r"boot.cpu: .*`qemu-system-riscv64 -cpu help` lists"):
        load(root)


def test_a_run_is_of_one_architecture(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout()
    write(root, "two", riscv("two", 5))
    assert run(["compare", "--no-report", "--kernels", "one,two"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "riscv64 and x86_64: results of different architectures can't be compared" in said
    # Asked for together with everything else, it is left out, and said so.
    assert run(["compare", "--no-report", "--kernels", "all"]) == 0
    assert "skipping Kernel two: its architecture is riscv64, not x86_64" in (
        "".join(capsys.readouterr())
    )
    assert load_run(find_run(root / "results", None)).kernels == ("one",)


def test_kvm_is_of_the_host(checkout: Checkout) -> None:
    root = checkout()
    write(root, "two", riscv("two", 5))
    request = Request(clock="kvm", kernels=("two",))
    with pytest.raises(CatalogError, match="not riscv64: --clock exact"):
        prepare(load(root), request, NullObserver())


@pytest.mark.boot
@pytest.mark.skipif(not shutil.which(COMPILER), reason=f"{COMPILER} is not installed")
@pytest.mark.skipif(not shutil.which("qemu-system-riscv64"), reason="no QEMU for riscv64")
def test_linux_gives_the_same_numbers_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("kernels", "workloads", ".cache"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setenv("RINGSIDE_ROOT", str(tmp_path))
    found = next(
        k for k in load(ROOT).kernels if k.boot and k.boot.arch == "riscv64" and k.role != "peer"
    )
    mirror.needs(found.id)
    runs = []
    for _ in range(2):
        chosen = "syscall/null,memory/copy,ipc/pipe_latency,process/fork_exec_wait"
        arguments = ("--kernels", found.id, "--workloads", chosen, "--no-probes", "--no-report")
        assert run(["compare", *arguments]) == 0
        runs.append(load_run(find_run(tmp_path / "results", None)))
    first, second = runs
    assert all(len(m.ticks) == 15 for m in first.measurements)
    assert [m.ticks for m in first.measurements] == [m.ticks for m in second.measurements]
    assert first.boots[0].settle is not None and first.boots[0].settle.ok
    # What knows the processor: on the reference kernel everything works.
    asked = "process/name,signal,thread/local_storage,security/privileged_instructions"
    assert run(["probe", "--kernels", found.id, "--probes", asked, "--no-report"]) == 0
