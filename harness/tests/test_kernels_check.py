"""`ringside kernels check`: an image is looked at, booted once, and what is wrong is one line."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import elves
import guests
import pytest
from conftest import ROOT, Checkout, multiboot_elf

from ringside.catalog import load
from ringside.cli.main import run
from ringside.image.inspect import inspect

SUBJECT = next(k for k in load(ROOT).kernels if k.role == "subject")


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output and the last line of it."""
    status = run(["kernels", "check", *arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return status, captured.out, (captured.out.strip().splitlines() or [""])[-1]


def test_a_good_image_runs_a_workload(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], no_qemu_left: Callable[[], None]
) -> None:
    root = checkout(workloads=("syscall/null", "a/ok"))
    status, output, last = check(capsys, "one")
    assert status == 0
    assert last == "boot direct: it ran syscall/null; everything is in place"
    assert "64-bit ELF for x86_64" in output and "multiboot header" in output
    assert not (root / "results").exists()
    no_qemu_left()


def test_a_file_that_is_no_kernel(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    checkout()
    image = tmp_path / "kernel"
    image.write_bytes(b"\xfd7zXZ\x00")
    status, _, last = check(capsys, "one", "--image", str(image))
    assert status == 1
    assert last.startswith("problem: kernel is not a kernel: it is compressed with xz: unpack it")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["onne"], "did you mean one?"),
        (["one", "--image", "nothing"], "nothing: No such file or directory"),
    ],
)
def test_what_can_not_be_tried(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], says: str
) -> None:
    checkout()
    assert run(["kernels", "check", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_a_row_without_an_image_asks_for_one(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout()
    assert run(["new", "mine"]) == 0
    assert run(["kernels", "check", "mine"]) == 2
    assert "run `ringside kernels check mine --image PATH`" in capsys.readouterr().err


def test_a_row_that_is_only_listed_still_has_its_image_looked_at(
    checkout: Checkout, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    root = checkout()
    file = root / "kernels" / "one" / "kernel.toml"
    file.write_text(file.read_text().replace('port = "linux-x86_64"', ""))
    image = tmp_path / "kernel"
    image.write_bytes(multiboot_elf())
    status, _, last = check(capsys, "one", "--image", str(image))
    assert status == 0
    assert "but the manifest lacks the key `port`" in last


def test_unusable_boot_configuration_is_reported_per_configuration(tmp_path: Path) -> None:
    image = guests.build(tmp_path, guests.HALT)
    assert SUBJECT.boot is not None
    way = next(iter(SUBJECT.boot.ways.values()))
    both = {"plain": way, "inner": way.model_copy(update={"image": "vmlinux"})}
    kernel = SUBJECT.model_copy(
        update={"boot": SUBJECT.boot.model_copy(update={"ways": both})},
    )
    found = inspect(image, kernel)
    assert found.problem is None
    assert dict(found.facts)["boot plain"] == "possible"
    assert "needs a PVH note" in dict(found.facts)["boot inner"]
    only = SUBJECT.boot.model_copy(update={"ways": {"inner": both["inner"]}})
    found = inspect(image, SUBJECT.model_copy(update={"boot": only}))
    assert found.problem is not None and "needs a PVH note" in found.problem


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with the real workloads and one kernel of one's own, of short patience."""
    root = tmp_path / "root"
    (root / "kernels").mkdir(parents=True)
    shutil.copytree(ROOT / "kernels" / SUBJECT.id, root / "kernels" / SUBJECT.id)
    (root / "workloads").symlink_to(ROOT / "workloads")
    monkeypatch.setenv("RINGSIDE_ROOT", str(root))
    monkeypatch.setenv("COLUMNS", "200")
    assert run(["new", "mine"]) == 0
    return root


@pytest.mark.boot
@pytest.mark.parametrize(
    ("body", "text", "says"),
    [
        (guests.HALT, "", "it printed nothing: "),
        (guests.HALT, "hello\\n", "it prints, but the runner never spoke; unpack the initrd"),
        (guests.SPIN, "panic: no init\\n", "it panicked before it ran a program: panic: no init"),
        (guests.TRIPLE_FAULT, "hello\\n", "this is typical of an exception without a handler"),
    ],
)
def test_a_boot_that_goes_wrong(
    mine: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    body: str,
    text: str,
    says: str,
) -> None:
    image = str(guests.build(tmp_path, body, text))
    status, output, last = check(capsys, "mine", "--image", image, "--patience", "0.1")
    assert status == 1
    assert last.startswith("problem: ") and says in last
    if text:
        assert f"  | {text.removesuffix(chr(92) + 'n')}" in output


@pytest.mark.boot
def test_a_pvh_kernel_is_started(
    mine: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    image = str(elves.link(tmp_path))
    status, _, last = check(capsys, "mine", "--image", image, "--patience", "0.1")
    assert status == 1
    assert "the CPU was at 0x10001" in last and "(_start" in last
