"""Kernels that run no workloads: booted until they say that they are up, or it is told why not."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import elves
import guests
import pytest
from conftest import Checkout, manifest

from ringside.catalog import load
from ringside.catalog.load import missing_key
from ringside.cli.main import run
from ringside.errors import ImageError
from ringside.image import obtain
from ringside.image.debian import DebKernel
from ringside.image.multiboot import relabel_as_i386
from ringside.session import ReadyText


def bare_manifest(ready: str = "^up:", way: str = "kernel") -> str:
    """The manifest of a kernel without workloads: up with the line `ready`, booted `way`."""
    text = manifest("one").replace('port = "linux-x86_64"', "").replace("same-bytes", "boots")
    text = text.replace('workloads = "initrd"', 'workloads = "none"')
    text = text.replace('image = "kernel"', f'image = "{way}"')
    text = text.replace(
        'image = { source = "make", directory = "src", kernel = "kernel.elf" }',
        'image = { source = "file", offers = "an ELF" }',
    )
    text = text.replace("boot_host_s = 8", "boot_host_s = 3")
    return text.replace('["Kernel panic"]', f"['^panic:']\nready = '{ready}'")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one such kernel, and the real QEMU."""
    file = tmp_path / "root" / "kernels" / "one" / "kernel.toml"
    file.parent.mkdir(parents=True)
    file.write_text(bare_manifest())
    monkeypatch.setenv("RINGSIDE_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "root"


def boot(capsys: pytest.CaptureFixture[str], image: Path) -> tuple[int, str]:
    capsys.readouterr()
    status = run(["boot", "one", "--image", f"one={image}"])
    return status, capsys.readouterr().out.strip()


@pytest.mark.boot
def test_kernel_that_becomes_ready(
    bare: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, output = boot(capsys, guests.build(tmp_path, guests.SPIN, "one\\nup: two\\n"))
    assert status == 0
    assert output.startswith("one: up after ") and output.endswith(" s (host time): up: two")
    kept = json.loads((bare / "results" / "boots" / "one.json").read_text())
    assert 0 < kept["boot"]["ready_host_s"] < 3
    assert kept["boot"]["outcome"] == "finished"
    assert (bare / "results" / "boots" / "one.log").read_bytes() == b"one\nup: two\n"
    assert not (bare / "results" / "latest").exists()
    assert run(["kernels"]) == 0
    assert "one boots " in capsys.readouterr().out
    assert run(["table", "--format", "csv"]) == 0
    assert "one,Kernel one,,boots,boots," in capsys.readouterr().out


@pytest.mark.boot
@pytest.mark.parametrize(
    ("body", "text", "says"),
    [
        (guests.SPIN, "", "one: silent: no console output within 3 s; the CPU was at 0x1000"),
        (guests.SPIN, "soon\\n", "one: hung: not ready within 3 s; the CPU was at 0x1000"),
        (guests.SPIN, "panic: no\\n", "one: panicked: panic: no"),
        (guests.TRIPLE_FAULT, "soon\\n", "one: rebooted: the guest reset the machine before"),
    ],
)
def test_a_kernel_that_does_not(
    bare: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    body: str,
    text: str,
    says: str,
) -> None:
    status, output = boot(capsys, guests.build(tmp_path, body, text))
    assert status == 1
    assert output.startswith(says)
    assert run(["kernels"]) == 0
    assert "one listed (boots)" in capsys.readouterr().out


@pytest.mark.boot
def test_a_64_bit_multiboot_elf_boots_when_the_manifest_says_so(
    bare: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    image = elves.link(tmp_path, pvh=False, header=elves.MULTIBOOT_1, text="up: 64\\n")
    assert run(["boot", "one", "--image", f"one={image}"]) == 2
    assert "QEMU finds its multiboot header before anything else" in capsys.readouterr().err
    (bare / "kernels" / "one" / "kernel.toml").write_text(bare_manifest(way="multiboot64"))
    status, output = boot(capsys, image)
    assert status == 0 and output.endswith("up: 64")
    image = elves.link(tmp_path, text="up: 64\\n")
    assert run(["boot", "one", "--image", f"one={image}"]) == 2
    assert "no multiboot header, which this boot configuration" in capsys.readouterr().err


def test_only_the_machine_of_an_elf_is_changed(tmp_path: Path) -> None:
    data = elves.link(tmp_path).read_bytes()
    made = relabel_as_i386(data)
    assert [at for at in range(len(data)) if data[at] != made[at]] == [18]
    assert relabel_as_i386(made) == made
    assert relabel_as_i386(b"text") == b"text"


def test_what_can_not_be_booted_is_one_line(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout(ids=("one", "two"))
    (root / "kernels" / "one" / "kernel.toml").write_text(bare_manifest())

    def line(*arguments: str) -> str:
        assert run(list(arguments)) == 2
        return capsys.readouterr().err.strip().splitlines()[-1]

    assert "no kernel to boot" in line("boot")
    assert "one has no image here: pass one with --image one=PATH" in line("boot", "one")
    assert "`ringside compare --kernels two` runs it" in line("boot", "two")
    assert "one can't boot 'side'" in line("boot", "one", "--boot", "side", "--image", "one=x")
    assert "one runs no workloads: `ringside boot one`" in line("compare", "--kernels", "one")
    assert [kernel.id for kernel in load(root).select(())] == ["two"]
    kept = root / "results" / "boots"
    kept.mkdir(parents=True)
    (kept / "one.json").write_text("{")
    assert run(["kernels"]) == 0


def test_a_ready_text_is_needed_and_must_compile(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    file = checkout() / "kernels" / "one" / "kernel.toml"
    text = bare_manifest()
    file.write_text(text.replace("ready = '^up:'", ""))
    missing = missing_key(load(file.parents[2]).kernel("one"))
    assert missing is not None and "console.ready" in missing
    file.write_text(text.replace("'^up:'", "'('"))
    assert run(["kernels"]) == 2
    assert "console.ready: value error, '(' is not a regular expression" in capsys.readouterr().err


def test_the_ready_text_is_looked_for_in_lines() -> None:
    sink = ReadyText("^up")
    assert sink.feed(b"not up\r") and not sink.ready
    assert sink.feed(b"\x1b[1mup\r") and sink.done
    assert (sink.progress, sink.sampled) == (2, False)


def test_a_packed_kernel_in_a_package_is_unpacked(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout()
    packed = tmp_path / "kernel.gz"
    packed.write_bytes(gzip.compress(elves.link(tmp_path).read_bytes()))

    deb_kernel = DebKernel(packed, version="1", package="p", package_sha256="0" * 64, proven={})
    module = sys.modules["ringside.image.obtain"]
    monkeypatch.setattr(module, "obtain_deb", lambda *_, **__: deb_kernel)
    file = root / "kernels" / "one" / "kernel.toml"
    deb = 'image = { source = "deb", suite = "s", package = "p", kernel = "k" }'
    made = 'image = { source = "make", directory = "src", kernel = "kernel.elf" }'
    file.write_text(file.read_text().replace(made, deb))
    image = obtain(load(root).kernel("one"), root, root / ".cache")
    assert image.path.read_bytes() == (tmp_path / "kernel.elf").read_bytes()
    packed.write_bytes(packed.read_bytes()[:40])
    with pytest.raises(ImageError, match="damaged"):
        obtain(load(root).kernel("one"), root, root / ".cache")
