"""Kernels without user space: the workloads are linked into them, in C and in Rust."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, manifest

from ringside.cli.main import run
from ringside.errors import ImageError
from ringside.image.make import make
from ringside.image.mono import embed_plan, workloads_hash

PORT = "linked-x86_64"
FOLDER = ROOT / "workloads" / "ports" / PORT
SOURCES = ROOT / "harness" / "tests" / "data" / "linked"


@pytest.fixture(scope="module")
def library() -> Path:
    """The workloads as a library, up to date."""
    make(ROOT / "workloads", "all", ROOT, f"PORT={PORT}")
    return ROOT / "workloads" / "build" / PORT / "libringside.a"


@pytest.fixture(scope="module")
def image(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A kernel with it."""
    kernel = tmp_path_factory.mktemp("linked") / "kernel"
    flags = ["-ffreestanding", "-mno-red-zone", "-mgeneral-regs-only", "-fno-pie", "-no-pie"]
    link = ["-nostdlib", "-static", "-Wl,-Ttext=0x200000", "-Wl,-e,start", "-Wl,-z,noexecstack"]
    files = [SOURCES / "start.S", SOURCES / "main.c", library]
    subprocess.run(["gcc", *flags, f"-I{FOLDER}", *link, "-o", kernel, *files], check=True)
    return kernel


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one kernel of that kind, the workloads of this one, and the real QEMU."""
    text = manifest("one").replace('port = "linux-x86_64"', f'port = "{PORT}"')
    text = text.replace('workloads = "initrd"', 'workloads = "linked"')
    text = text.replace(
        'image = { source = "make", directory = "src", kernel = "kernel.elf" }',
        'image = { source = "file", offers = "an ELF" }',
    )
    text = text.replace(
        "[boot]", '[boot]\ndevices = ["-device", "isa-debug-exit,iobase=0xf4,iosize=1"]'
    )
    root = tmp_path / "root"
    (root / "kernels" / "one").mkdir(parents=True)
    (root / "kernels" / "one" / "kernel.toml").write_text(text)
    (root / "workloads").symlink_to(ROOT / "workloads")
    monkeypatch.setenv("RINGSIDE_ROOT", str(root))
    monkeypatch.setenv("COLUMNS", "200")
    return root


@pytest.mark.boot
def test_kernel_runs_linked_workloads(
    checkout: Path, image: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--image", f"one={image}"]
    assert run(["compare", "--kernels", "one", *given, "--json", str(checkout / "run.json")]) == 0
    lines = [json.loads(line) for line in (checkout / "run.json").read_text().splitlines()]
    found = {m["workload"]: m for m in lines if "workload" in m}
    assert found["memory/copy"]["status"] == found["trap/breakpoint"]["status"] == "ok"
    assert found["syscall/yield"]["status"] == found["time/sleep"]["status"] == "absent"
    samples = found["trap/breakpoint"]["samples"]
    # int3, nop and iretq, and what is around them.
    assert len(set(samples)) == 1 and 3 < found["trap/breakpoint"]["value"] < 15
    capsys.readouterr()


@pytest.mark.boot
def test_a_kernel_is_checked(
    checkout: Path, image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["kernels", "check", "one", "--image", str(image)]) == 0
    text = capsys.readouterr().out
    assert "linked in: build " in text and "it ran memory/copy" in text
    other = tmp_path / "other"
    data = image.read_bytes()
    other.write_bytes(data.replace(workloads_hash(data, "x").encode(), b"0" * 64))
    assert run(["compare", "--kernels", "one", "--image", f"one={other}"]) == 2
    assert "other contains another build of the workloads" in capsys.readouterr().err


def test_the_library_has_one_name(library: Path) -> None:
    listed = subprocess.run(
        ["nm", "--defined-only", "--extern-only", library],
        capture_output=True,
        text=True,
        check=True,
    )
    names = [line.split()[-1] for line in listed.stdout.splitlines() if " " in line]
    assert names == ["ringside_run"]
    assert len(workloads_hash(library.read_bytes(), "it")) == 64


def test_an_image_without_the_library_is_refused() -> None:
    with pytest.raises(ImageError, match="it has no space for a plan"):
        workloads_hash(b"nothing", "it")


PROGRAM = """
use std::io::Write;

fn write(bytes: &[u8]) {
    std::io::stdout().write_all(bytes).unwrap();
}

extern "C" fn yield_now() {
    std::thread::yield_now();
}

fn main() {
    let kernel = ringside::Kernel { yield_now: Some(yield_now), ..ringside::Kernel::new(write) };
    ringside::run(&kernel);
}
"""


@pytest.mark.skipif(shutil.which("cargo") is None, reason="no Rust here")
def test_the_crate(library: Path, tmp_path: Path) -> None:
    """In a program of this host: the library needs nothing that user mode has not."""
    folder = tmp_path / "program"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.rs").write_text(PROGRAM)
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "program"\nversion = "0.0.0"\nedition = "2021"\n'
        f'[dependencies]\nringside = {{ path = "{FOLDER / "crate"}" }}\n'
    )
    payload = ["cargo", "build", "--offline", "--quiet", "--manifest-path", folder / "Cargo.toml"]
    subprocess.run([*payload, "--target-dir", tmp_path / "target"], check=True, timeout=250)
    program = tmp_path / "target" / "debug" / "program"

    def output() -> str:
        done = subprocess.run([program], capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    assert output() == ""
    plan = ("memory/copy", "syscall/yield", "trap/breakpoint")
    program.write_bytes(embed_plan(program.read_bytes(), plan, "quick", "the program"))
    said = output()
    assert "port=linked-x86_64" in said and "ran=3" in said
    assert said.count(" done samples=15 ") == 2
    assert "absent what=breakpoint errno=38" in said
