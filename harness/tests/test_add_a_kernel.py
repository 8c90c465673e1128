"""docs/add-a-kernel.md does what it says, typed to the letter."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT, manifest

from ringside.catalog import load
from ringside.catalog.load import missing_key, read_manifest
from ringside.image.elf import check_bootable
from ringside.image.obtain import obtain

DOCUMENT = (ROOT / "docs" / "add-a-kernel.md").read_text(encoding="utf-8")
KERNELS = load(ROOT)
SUBJECT = next(k for k in KERNELS.kernels if k.role == "subject")


def section(heading: str) -> str:
    """What stands under a second-level heading."""
    return DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.boot
def test_the_first_case_to_the_letter(tmp_path: Path) -> None:
    """The kernel under test, under another name, is the reader's kernel."""
    image = obtain(SUBJECT, ROOT, ROOT / ".cache").path
    mine = tmp_path / "mine.elf"
    shutil.copy(image, mine)
    root = tmp_path / "checkout"
    root.mkdir()
    for name in ("workloads", "kernel-under-test", ".cache"):
        (root / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "kernels", root / "kernels")
    script = "".join(blocks(section("It runs Linux ELFs"), "sh"))
    assert script.count("ringside ") >= 5
    programs = tmp_path / "bin"
    programs.mkdir()
    command = programs / "ringside"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m ringside "$@"\n')
    command.chmod(0o755)
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "harness"),
        "COLUMNS": "120",
    }
    environment.pop("RINGSIDE_IMAGES", None)
    done = subprocess.run(
        ["sh", "-e", "-c", script.replace("/path/to/mine.elf", str(mine))],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "it ran syscall/null; everything is in place" in done.stdout
    assert done.stdout.count("Linux 6.1 ┃") >= 2
    assert re.search(r"^\| my-kernel \| same-bytes \|", done.stdout, re.MULTILINE)


def test_the_note_and_the_script_make_an_elf_that_qemu_takes(tmp_path: Path) -> None:
    (code,), (script,) = blocks(DOCUMENT, "asm"), blocks(DOCUMENT, "ld")
    (tmp_path / "k.s").write_text(code)
    (tmp_path / "k.ld").write_text(script)
    subprocess.run(["as", "--64", "-o", "k.o", "k.s"], cwd=tmp_path, check=True)
    subprocess.run(["ld", "-T", "k.ld", "-o", "kernel", "k.o"], cwd=tmp_path, check=True)
    found = check_bootable((tmp_path / "kernel").read_bytes(), "kernel")
    assert (found.entry, found.entry_address, found.bits) == ("pvh", 0x100000, 64)


def test_manifest_for_kernel_without_user_space_loads(tmp_path: Path) -> None:
    lines, _ = blocks(section("It has no user space"), "toml")
    written = tomllib.loads(lines)
    text = manifest("mine").replace('port = "linux-x86_64"', "").replace("same-bytes", "boots")
    text = text.replace('workloads = "initrd"', f'workloads = "{written["boot"]["workloads"]}"')
    text = text.replace("[console]", f"[console]\nready = '{written['console']['ready']}'")
    file = tmp_path / "kernels" / "mine" / "kernel.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    kernel = read_manifest(file, tmp_path)
    assert kernel.bootable and not kernel.runnable and missing_key(kernel) is None


def test_manifest_for_kernel_with_linked_workloads_loads(tmp_path: Path) -> None:
    _, lines = blocks(section("It has no user space"), "toml")
    written = tomllib.loads(lines)
    text = manifest("mine").replace('"linux-x86_64"', f'"{written["port"]}"')
    text = text.replace('workloads = "initrd"', f'workloads = "{written["boot"]["workloads"]}"')
    file = tmp_path / "kernels" / "mine" / "kernel.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert read_manifest(file, tmp_path).runnable
    assert (ROOT / "workloads" / "ports" / written["port"] / "port.mk").is_file()


def test_every_place_the_document_points_to_is_there() -> None:
    headings = re.findall(r"^#+ (.*)$", DOCUMENT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings}
    for target in re.findall(r"\]\(([^)]+)\)", DOCUMENT):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        else:
            assert (ROOT / "docs" / target).is_file(), target
