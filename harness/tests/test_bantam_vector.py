"""Vector registers are each thread's own, on CPUs with AVX and without, as they are on Linux."""

from __future__ import annotations

from pathlib import Path

import bantam_boot as bantam
import pytest

from ringside.catalog import load
from ringside.image import boot_file, obtain
from ringside.machine import MachineSpec
from ringside.session import Outcome

pytestmark = pytest.mark.boot

REFERENCE = "linux-6.1"


def _run(kernel: Path, cmdline: str, folder: Path, cpu: str, cpus: int = 1) -> list[str]:
    bantam.make(target="guest")
    program = bantam.SOURCE / "build/tests/guest/vector"
    archive = folder / "initrd.cpio"
    archive.write_bytes(bantam.initrd({"init": program.read_bytes()}))
    spec = MachineSpec("pc", 192, kernel, cmdline, archive)
    lines, ending = bantam.boot(spec, cpu=cpu, cpus=cpus)
    assert ending.outcome is Outcome.FINISHED, "\n".join((ending.detail, *lines[-30:]))
    assert "done" in lines, "\n".join(lines[-30:])
    return lines


@pytest.mark.parametrize(("cpu", "avx"), [("qemu64", "no"), ("max", "yes")])
@pytest.mark.parametrize("cpus", [1, 2])
def test_on_bantam(tmp_path: Path, cpu: str, avx: str, cpus: int) -> None:
    bantam.make()
    lines = _run(bantam.SOURCE / "build/bantam.elf", "quiet", tmp_path, cpu, cpus)
    assert f"AVX {avx}" in lines


def test_on_linux(tmp_path: Path) -> None:
    cache = bantam.ROOT / ".cache"
    if not (cache / "images" / f"{REFERENCE}.json").is_file():
        pytest.skip(f"{REFERENCE} is not here yet: run `make fetch`")
    kernel = load(bantam.ROOT).kernel(REFERENCE)
    assert kernel.boot is not None
    way = kernel.boot.ways["direct"]
    image = boot_file(obtain(kernel, bantam.ROOT, cache), way, cache)
    assert "AVX yes" in _run(image, way.cmdline, tmp_path, "max")
