"""From a plugin's view of a boot to what people read."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from conftest import ROOT, Checkout
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from watching import KERNELS

from ringside.cli.main import run
from ringside.conductor.watch import plugin_option
from ringside.errors import ImageError, MachineError
from ringside.image.qemu_package import wrapper
from ringside.machine import newer
from ringside.machine.version import Qemu
from ringside.profile import BootView, EntryPoint
from ringside.profile.boot import Counts, count, median, total
from ringside.report.observed import remarks, terminal

READ = EntryPoint(
    kind="syscall",
    number=0,
    mnemonic="",
    gate=0,
    shared=False,
    from_user=True,
    entered=9,
    elsewhere=2,
    wall=((100, 3), (900, 2)),
    own=((90, 3), (110, 2)),
    elsewhere_own=((77, 2),),
)
FAULT = READ.model_copy(
    update={
        "kind": "fault",
        "number": 14,
        "mnemonic": "#PF",
        "entered": 5,
        "elsewhere": 0,
        "elsewhere_own": (),
    }
)
VIEW = BootView(
    ended_by="done",
    blind=False,
    vcpus=1,
    instructions=10_000,
    user=1_000,
    kernel=9_000,
    first_user=7_000,
    ready=7_100,
    appeared=3,
    space_writes=8,
    space_changes=6,
    switches=((500, 1), (700, 1)),
    doors=(READ, FAULT),
)


def shown(view: BootView) -> str:
    console = Console(file=io.StringIO(), width=140)
    console.print(terminal(view))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@given(st.dictionaries(st.integers(0, 2**63), st.integers(1, 50), min_size=1))
def test_counts_are_what_their_values_are(values: dict[int, int]) -> None:
    counts: Counts = tuple(sorted(values.items()))
    flat = sorted(value for value, times in values.items() for _ in range(times))
    assert count(counts) == len(flat)
    assert total(counts) == sum(flat)
    assert median(counts) == flat[(len(flat) - 1) // 2]


def test_no_values_have_no_median() -> None:
    with pytest.raises(ValueError, match="no values"):
        median(())


def test_every_entry_is_accounted_for() -> None:
    assert (READ.returned, READ.elsewhere, READ.open) == (5, 2, 2)
    assert (FAULT.returned, FAULT.open) == (5, 0)


def test_names_of_doors() -> None:
    assert READ.name == "syscall 0"
    assert FAULT.name == "fault 14 #PF"
    assert READ.model_copy(update={"gate": 1}).name == "syscall 0 by sysenter"
    assert READ.model_copy(update={"gate": 2 + 0x80}).name == "syscall 0 by int 0x80"
    assert FAULT.model_copy(update={"shared": True}).name.endswith("or another of its handler")


def test_the_table_and_the_remarks() -> None:
    text = shown(VIEW)
    row = next(line for line in text.splitlines() if "syscall 0" in line and "user" in line)
    assert re.split(r"\s{2,}", row.strip()) == [
        "syscall 0",
        "user",
        "5",
        "90",
        "90",
        "110",
        "490",
        "100",
    ]
    narrow = Console(file=io.StringIO(), width=40)
    narrow.print(terminal(VIEW), crop=False)
    assert isinstance(narrow.file, io.StringIO)
    assert "…" not in narrow.file.getvalue().partition("10,000 instructions")[0].partition("─")[2]
    said = "\n".join(remarks(VIEW))
    for words in (
        "10,000 instructions: 1,000 in user code, 9,000 in the kernel",
        "first user code after 7,000",
        "runner ready after 7,100",
        "set 8 times, 6 times to another one",
        "2 times, min 500, median 500, max 700, sum 1,200",
        "syscall 0: 2 returned elsewhere",
        "syscall 0: 2 did not return",
        "3 returns to user code without an entry",
    ):
        assert words in said


def test_a_view_without_user_code_says_nothing_of_it() -> None:
    bare = VIEW.model_copy(
        update={"first_user": 0, "ready": 0, "appeared": 0, "switches": (), "ended_by": "end"}
    )
    assert "32-bit" not in "\n".join(remarks(bare))
    bare = bare.model_copy(update={"blind": True})
    said = "\n".join(remarks(bare))
    assert "the kernel runs in 32-bit mode" in said
    assert "user code first" not in said and "ready" not in said
    assert "may differ by a few" in said


def test_commas_in_paths_are_doubled() -> None:
    option = plugin_option(Path("/a,b/x.so"), Path("/c,d"), profile=True)
    assert option == "file=/a,,b/x.so,out=/c,,d,profile=on"


def test_the_wrapper_quotes_its_paths() -> None:
    text = wrapper(Path("/with space/root"), "qemu")
    assert "export LD_LIBRARY_PATH='/with space/root/usr/lib/" in text
    assert "exec '/with space/root/usr/bin/qemu' -L '/with space/root/usr/share/qemu'" in text


def test_a_new_enough_qemu_is_used_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    system = Qemu("/usr/bin/qemu", "9.2.0", "")
    monkeypatch.setattr(newer, "find_qemu", lambda arch: system)
    assert newer.find_qemu_for_plugins("x86_64", tmp_path) is system


def test_a_qemu_that_cant_be_had_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = Qemu("/usr/bin/qemu", "9.1.5", "")

    def unreachable(package: str, name: str, cache: Path) -> Path:
        raise ImageError("no way there")

    monkeypatch.setattr(newer, "find_qemu", lambda arch: old)
    monkeypatch.setattr(newer, "obtain_qemu", unreachable)
    with pytest.raises(MachineError, match=r"needs QEMU 9\.2.*but this is 9\.1\.5.*no way there"):
        newer.find_qemu_for_plugins("x86_64", tmp_path)
    with pytest.raises(MachineError, match="for sparc64"):
        newer.find_qemu_for_plugins("sparc64", tmp_path)


def test_bad_input_is_one_line(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    checkout(("one",))
    for arguments, words in (
        (["nobody"], "nobody"),
        (["one", "--image", "/nowhere"], "does not exist"),
        (["one", "--seconds", "0"], "--seconds"),
        (["one", "--workloads", "nothing"], "nothing"),
    ):
        assert run(["observe", *arguments]) == 2
        error = capsys.readouterr().err
        assert "Traceback" not in error
        assert words in error.strip().splitlines()[-1]


@pytest.mark.boot
@pytest.mark.parametrize("kernel", KERNELS)
def test_a_boot_is_observed(
    kernel: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGSIDE_ROOT", str(ROOT))
    out = tmp_path / "boot.json"
    assert run(["observe", kernel, "--json", str(out)]) == 0
    view = BootView.model_validate_json(out.read_bytes())
    assert view.ended_by == "done"
    assert 0 < view.first_user < view.ready
    assert {"syscall", "fault"} <= {door.kind for door in view.doors}
    assert "syscall" in capsys.readouterr().out


@pytest.mark.boot
def test_an_image_without_user_code_is_observed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The plugin's own proof guest, as somebody's kernel that no manifest knows much of."""
    from ringside.conductor.watch import build_plugin

    monkeypatch.setenv("RINGSIDE_ROOT", str(ROOT))
    image = build_plugin(ROOT, "x86_64").with_name("proof")
    out = tmp_path / "boot.json"
    arguments = ["--alone", "--image", str(image), "--seconds", "2", "--json", str(out)]
    assert run(["observe", KERNELS[0], *arguments]) == 0
    view = BootView.model_validate_json(out.read_bytes())
    timer = next(d for d in view.doors if (d.kind, d.number) == ("interrupt", 32))
    assert timer.own == ((6, 5),)
    capsys.readouterr()
