"""A made-up checkout with a fake QEMU, and access to the real one for boot tests."""

from __future__ import annotations

import os
import signal
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from ringside.catalog.model import FACT_COLUMNS

HERE = Path(__file__).parent
DATA = HERE / "data"
ROOT = HERE.parents[1]

# A machine that also boots kernels is no place for deadlines on examples.
settings.register_profile("ringside", deadline=None)
settings.load_profile("ringside")

_MANIFEST = """
schema = 1
name = "Kernel {id}"
summary = "Made up."
role = "{role}"
order = {order}
target = "same-bytes"
port = "linux-x86_64"
image = {{ source = "make", directory = "src", kernel = "kernel.elf" }}

[boot]
arch = "x86_64"
machine = "pc"
memory_mib = 64
workloads = "initrd"
ways.direct = {{ image = "kernel", cmdline = "console=ttyS0" }}

[console]
panic = ["Kernel panic"]

[deadlines]
boot_host_s = 8
silence_host_s = 2
guest_s = 100

[facts]
"""


def manifest(kernel_id: str, role: str = "peer", order: int = 100) -> str:
    """A whole manifest of a kernel that `make` builds."""
    text = _MANIFEST.format(id=kernel_id, role=role, order=order)
    for name in FACT_COLUMNS:
        text += f'{name} = {{ value = "x", source = "this repository", read = 2026-11-23 }}\n'
    return text


def tiny_elf(extra: bytes = b"") -> bytes:
    """An ELF header for x86-64 without segments or sections, then `extra`."""
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    return ident + struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 0, 0, 0, 64, 56, 0, 64, 0, 0) + extra


def multiboot_elf() -> bytes:
    """An ELF that passes for a kernel: its multiboot header says that it has load addresses."""
    flags = 1 << 16
    return tiny_elf(struct.pack("<III", 0x1BADB002, flags, -(0x1BADB002 + flags) & 0xFFFFFFFF))


Checkout = Callable[..., Path]


# A shell's job in the background ignores SIGINT, and so would all that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    """Make a checkout with kernels `ids`, `workloads` and `facts`, and a fake QEMU on PATH."""

    def make(
        ids: Sequence[str] = ("one",),
        workloads: Sequence[str] = ("a/ok", "b/ok2"),
        facts: Mapping[str, str] | None = None,
    ) -> Path:
        root = tmp_path / "checkout"
        for order, kernel_id in enumerate(ids):
            folder = root / "kernels" / kernel_id
            folder.mkdir(parents=True)
            role = ("reference", "subject", "peer")[min(order, 2)]
            (folder / "kernel.toml").write_text(manifest(kernel_id, role, order))
        for name in ("src", "workloads"):
            (root / name).mkdir()
            (root / name / "Makefile").write_text("all:\n\t@true\n")
        (root / "src" / "kernel.elf").write_bytes(multiboot_elf())
        build = root / "workloads" / "build" / "linux-x86_64"
        for name in ("init", *workloads):
            (build / name).parent.mkdir(parents=True, exist_ok=True)
            (build / name).write_bytes(tiny_elf(name.encode()))
        for name, text in (facts or {}).items():
            (build / f"{name}.facts").write_text(text)
        programs = tmp_path / "bin"
        programs.mkdir()
        fake = programs / "qemu-system-x86_64"
        fake.write_text(f"#!{sys.executable}\n" + (HERE / "fake_qemu.py").read_text())
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
        monkeypatch.setenv("RINGSIDE_ROOT", str(root))
        monkeypatch.setenv("FAKE_QEMU_PIDS", str(tmp_path / "pids"))
        monkeypatch.setenv("COLUMNS", "200")
        return root

    return make


@pytest.fixture
def no_qemu_left(tmp_path: Path) -> Callable[[], None]:
    """A check that every fake QEMU that was started is gone."""

    def check() -> None:
        pids = [int(line) for line in (tmp_path / "pids").read_text().split()]
        assert pids
        for pid in pids:
            assert not Path(f"/proc/{pid}").exists(), f"QEMU {pid} is still there"

    return check
