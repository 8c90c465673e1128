"""A new kernel: its first manifest loads, and each command says the one next thing to do."""

from __future__ import annotations

import datetime
import shutil
import tomllib
from pathlib import Path

import pytest
from conftest import Checkout, multiboot_elf
from hypothesis import given
from hypothesis import strategies as st

from ringside.catalog import load
from ringside.catalog.load import missing_key
from ringside.catalog.new import manifest_text
from ringside.cli.main import run


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err.strip().splitlines()[-1]


def test_a_new_manifest_loads_and_lacks_only_an_image(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout()
    assert run(["new", "my-kernel", "--name", 'My "Kernel"']) == 0
    output = capsys.readouterr().out
    assert "written: kernels/my-kernel/kernel.toml" in output
    assert "next: ringside kernels check my-kernel --image" in output
    kernel = load(root).kernel("my-kernel")
    assert (kernel.name, kernel.default, missing_key(kernel)) == ('My "Kernel"', False, None)
    assert load(root).kernels[-1] == kernel
    assert run(["compare", "--kernels", "my-kernel"]) == 2
    assert said(capsys) == (
        "ringside: my-kernel has no image here: pass one with --image my-kernel=PATH"
    )


def test_a_new_kernel_does_not_change_what_runs_by_default(checkout: Checkout) -> None:
    root = checkout()
    before = load(root).select(())
    assert run(["new", "my-kernel"]) == 0
    assert load(root).select(()) == before


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("port = ", "the key `port` in kernels/my-kernel/kernel.toml"),
        ("[boot", "a [boot] section in kernels/my-kernel/kernel.toml"),
        ("[image", "an [image] section in kernels/my-kernel/kernel.toml"),
    ],
)
def test_the_next_thing_is_said(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], section: str, says: str
) -> None:
    root = checkout()
    assert run(["new", "my-kernel"]) == 0
    file = root / "kernels" / "my-kernel" / "kernel.toml"
    kept = []
    skipping = False
    for line in file.read_text().splitlines():
        if line.startswith("["):
            skipping = line.startswith(section)
        if not skipping and not line.startswith(section):
            kept.append(line)
    file.write_text("\n".join(kept))
    assert run(["compare", "--kernels", "my-kernel"]) == 2
    assert f"my-kernel can't run yet: it lacks {says}" in said(capsys)
    assert run(["kernels", "show", "my-kernel"]) == 0
    assert f"add {says}" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("My Kernel", "use lower-case letters, digits, dots and hyphens"),
        ("../up", "use lower-case letters"),
        ("all", "use lower-case letters"),
        ("one", "kernels/one/kernel.toml already exists: edit it"),
    ],
)
def test_a_name_that_can_not_be(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], name: str, says: str
) -> None:
    checkout()
    assert run(["new", name]) == 2
    assert says in said(capsys)


@given(st.text(max_size=40))
def test_any_name_makes_a_manifest_that_reads_back(name: str) -> None:
    text = manifest_text("x", name, 10, datetime.date(2026, 1, 2))
    assert tomllib.loads(text)["name"] == " ".join(name.split())


def test_an_image_in_the_folder(
    checkout: Checkout,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    checkout()
    assert run(["new", "my-kernel"]) == 0
    images = tmp_path / "images"
    images.mkdir()
    monkeypatch.setenv("RINGSIDE_IMAGES", str(images))
    (images / "my-kernel.elf").write_bytes(multiboot_elf())
    (images / "notes.txt").write_text("what I did")
    capsys.readouterr()
    assert run(["kernels"]) == 0
    output = capsys.readouterr().out
    assert "my-kernel.elf" in output
    assert "notes.txt: no kernel has this name" in output
    assert run(["compare", "--no-report", "--kernels", "my-kernel"]) == 0
    assert run(["compare", "--no-report", "--kernels", "my-kernel", "--image", "my-kernel=x"]) == 2
    assert "--image my-kernel=x: no such file" in said(capsys)
    shutil.copy(images / "my-kernel.elf", images / "my-kernel")
    assert run(["compare", "--kernels", "my-kernel"]) == 2
    assert "my-kernel and my-kernel.elf both match my-kernel" in said(capsys)
    monkeypatch.setenv("RINGSIDE_IMAGES", str(tmp_path / "nothing"))
    assert run(["compare"]) == 2
    assert "nothing: No such file or directory" in said(capsys)
