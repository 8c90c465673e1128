"""Kernels that speak by a VGA screen and come as a disk."""

from __future__ import annotations

import json
from pathlib import Path

import guests
import pytest
from conftest import manifest

from ringside.cli.main import run
from ringside.machine.screen import new_rows, screen_rows

ROWS, COLUMNS = 25, 80


def screen(*rows: str) -> tuple[str, ...]:
    return (*rows, *("",) * (ROWS - len(rows)))


def cells(rows: tuple[str, ...]) -> bytes:
    text = "".join(row.ljust(COLUMNS) for row in rows).encode("cp437")
    return bytes(byte for character in text for byte in (character, 0x07))


def test_rows_are_what_the_memory_says() -> None:
    rows = screen("one", "", "  two é")
    assert screen_rows(cells(rows)) == rows
    assert screen_rows(bytes(ROWS * COLUMNS * 2)) == screen()


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        (screen(), screen("one"), ("one",)),
        (screen("one"), screen("one"), ()),
        (screen("one", "tw"), screen("one", "two", "three"), ("two", "three")),
        (screen(*"abc"), screen(*"bcd"), ("d",)),
        (tuple("abcdefghijklmnopqrstuvwxy"), tuple("cdefghijklmnopqrstuvwxyz!"), ("z", "!")),
        (screen("menu"), screen("kernel", "up"), ("kernel", "up")),
    ],
)
def test_only_new_screen_rows_become_lines(
    before: tuple[str, ...], now: tuple[str, ...], new: tuple[str, ...]
) -> None:
    assert new_rows(before, now) == new


@pytest.fixture
def disk_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one kernel that comes as a disk and writes to the screen."""
    text = manifest("one").replace('port = "linux-x86_64"', "").replace("same-bytes", "observed")
    text = text.replace('workloads = "initrd"', 'workloads = "none"')
    text = text.replace('image = "kernel", cmdline = "console=ttyS0"', 'image = "disk"')
    text = text.replace(
        'image = { source = "make", directory = "src", kernel = "kernel.elf" }',
        'image = { source = "file", offers = "a disk" }',
    )
    text = text.replace(
        'panic = ["Kernel panic"]', "device = 'screen'\nready = '^up:'\npanic = ['^panic:']"
    )
    file = tmp_path / "root" / "kernels" / "one" / "kernel.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    monkeypatch.setenv("RINGSIDE_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "root"


@pytest.mark.boot
def test_a_disk_that_speaks_by_the_screen(
    disk_kernel: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["boot", "one", "--image", f"one={guests.disk(tmp_path, 'up: all')}"]) == 0
    assert capsys.readouterr().out.strip().endswith(" s (host time): up: all")
    log = (disk_kernel / "results" / "boots" / "one.log").read_text()
    assert log.splitlines()[-1] == "up: all" and log.count("up: all") == 1
    kept = json.loads((disk_kernel / "results" / "boots" / "one.json").read_text())
    assert "-drive" in kept["boot"]["argv"] and "-kernel" not in kept["boot"]["argv"]


@pytest.mark.boot
def test_a_panic_on_the_screen_is_one(
    disk_kernel: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["boot", "one", "--image", f"one={guests.disk(tmp_path, 'panic: no')}"]) == 1
    assert capsys.readouterr().out.startswith("one: panicked: panic: no")


def test_non_disk_is_reported_in_one_line(
    disk_kernel: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    image = tmp_path / "kernel"
    image.write_bytes(bytes(2048))
    assert run(["boot", "one", "--image", f"one={image}"]) == 2
    assert "not a bootable raw disk image" in capsys.readouterr().err
    disk = guests.disk(tmp_path, "up: all")
    assert run(["kernels", "check", "one", "--image", str(disk)]) == 0
    assert "raw disk image with a boot sector" in capsys.readouterr().out
