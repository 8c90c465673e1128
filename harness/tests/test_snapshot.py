"""Guests that are saved once and copied for each workload."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Checkout

from ringside.catalog import load
from ringside.cli.main import run
from ringside.conductor.boot import BootResult
from ringside.conductor.saved import SavedGuest
from ringside.errors import ImageError, MachineError
from ringside.image.snapshot import EMPTY, SnapshotPoint, snapshot_point
from ringside.machine import CLOCKS, MachineSpec, build_argv, find_qemu
from ringside.machine.debugger import Debugger
from ringside.machine.probe import probe_guest
from ringside.machine.snapshot import RestoredMachine
from ringside.store import Run, find_run, load_run

SUBJECT = next(k.id for k in load(ROOT).kernels if k.role == "subject")
REFERENCE = next(k.id for k in load(ROOT).kernels if k.role == "reference")
RUNNER = ROOT / "workloads" / "build" / "linux-x86_64" / "init"
# Of the kinds that remember: free lists, the page cache, RCU, the scheduler.
SOME = "file/delete/0k,file/open_close,ipc/context_switch,process/fork_exit_wait,syscall/null"


async def answered(answers: Mapping[bytes, bytes], length: int = 4) -> bytes:
    """What a debugger reads and writes when the stub answers so."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    reader, writer = await asyncio.open_unix_connection(sock=theirs)

    async def stub() -> None:
        while True:
            await reader.readuntil(b"$")
            command = (await reader.readuntil(b"#"))[:-1]
            check = await reader.readexactly(2)
            assert int(check, 16) == sum(command) & 0xFF
            answer = answers[command]
            writer.write(b"+$T05thread:01;#00" + b"$%s#%02x" % (answer, sum(answer) & 0xFF))

    task = asyncio.create_task(stub())
    debugger = Debugger(ours)
    try:
        await debugger.stop_at(0x1000)
        await debugger.write(0x2000, b"\x00\xff")
        return await debugger.read(0x2000, length)
    finally:
        task.cancel()
        await debugger.close()
        writer.close()


GOOD = {b"Z1,1000,1": b"OK", b"M2000,2:00ff": b"OK", b"m2000,4": b"00ff1234"}


def test_the_debugger_speaks_the_remote_protocol() -> None:
    assert asyncio.run(answered(GOOD)) == b"\x00\xff\x12\x34"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({b"Z1,1000,1": b"E22"}, "rejected Z1,1000,1"),
        ({b"M2000,2:00ff": b""}, "rejected M2000,2"),
        ({b"m2000,4": b"E14"}, "no memory at 0x2000"),
    ],
)
def test_what_the_stub_refuses(change: dict[bytes, bytes], says: str) -> None:
    with pytest.raises(MachineError, match=says):
        asyncio.run(answered({**GOOD, **change}))


def test_the_runner_says_where_it_can_be_stopped() -> None:
    point = snapshot_point(RUNNER)
    assert point.room == 128
    # In one page: a debugger's write goes where the first byte is.
    assert point.line % point.room == 0
    assert point.stop != point.line


def test_a_runner_without_symbols_is_refused_before_anything_boots(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout()
    with pytest.raises(ImageError, match="use --isolate boot"):
        snapshot_point(root / "workloads" / "build" / "linux-x86_64" / "init")
    assert run(["compare", "--isolate", "snapshot"]) == 2
    console = capsys.readouterr().err
    assert "has no symbols snapshot_point and snapshot_line" in console
    assert "Traceback" not in console
    assert not (root / "results" / "runs").exists()


def test_the_order_is_the_seeds(checkout: Checkout) -> None:
    names = tuple(f"a/ok{number}" for number in range(8))

    def order(*arguments: str) -> list[str]:
        status = run(["compare", "--no-report", "--no-probes", *arguments])
        result = load_run(find_run(root / "results", None))
        assert status == 0
        # Reported in the catalog's order, whatever it ran in.
        assert result.workloads == names
        assert result.shuffle == (int(arguments[1]) if arguments else None)
        console = (find_run(root / "results", None) / result.boots[0].console).read_text()
        return [
            line.split("name=")[1].split()[0] for line in console.splitlines() if " begin " in line
        ]

    root = checkout(workloads=names)
    assert order() == list(names)
    shuffled = order("--shuffle", "1")
    assert shuffled != list(names)
    assert sorted(shuffled) == list(names)
    assert order("--shuffle", "1") == shuffled
    assert order("--shuffle", "2") != shuffled


@pytest.mark.boot
def test_a_copy_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    guest = tmp_path / "guest"
    guest.write_bytes(probe_guest())
    spec = MachineSpec("pc", 32, guest)
    binary = find_qemu("x86_64").binary
    point = SnapshotPoint(stop=0x1000, line=0x2000, room=16)

    def argv(qmp: int, debugger: int) -> tuple[str, ...]:
        return build_argv(spec, CLOCKS["exact"], binary, qmp, debugger, incoming=True)

    async def scenario() -> None:
        async with RestoredMachine(argv, point, tmp_path / "none", "a/b") as machine:
            await machine.resume()

    with pytest.raises(MachineError, match=r"restoring the guest failed: .*No such file"):
        asyncio.run(scenario())
    (tmp_path / "none").write_text("nothing of the kind")
    with pytest.raises(MachineError, match="is not a snapshot"):
        asyncio.run(scenario())
    with pytest.raises(MachineError, match="longer than the 15 bytes"):
        RestoredMachine(argv, point, tmp_path / "none", "a/b/0123456789012")


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real kernels and workloads, with results of its own."""
    for name in ("kernels", "workloads", "kernel-under-test", ".cache"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.setenv("RINGSIDE_ROOT", str(tmp_path))
    return tmp_path


def snapshots(
    root: Path,
    kernel: str,
    capsys: pytest.CaptureFixture[str],
    *arguments: str,
    workloads: str = SOME,
) -> Run:
    argv = ["compare", "--kernels", kernel, "--isolate", "snapshot", "--no-report", "--json", "-"]
    status = run([*argv, "--workloads", workloads, *arguments])
    assert status == 0, capsys.readouterr()
    capsys.readouterr()
    return load_run(find_run(root / "results", None))


def ticks(result: Run) -> dict[str, object]:
    return {m.workload: (m.ticks, m.overhead) for m in result.measurements}


@pytest.mark.boot
@pytest.mark.parametrize("kernel", [SUBJECT, REFERENCE])
def test_no_number_depends_on_what_ran_before(
    real: Path, kernel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    once = snapshots(real, kernel, capsys)
    assert once.isolation == "snapshot"
    assert [boot.restored for boot in once.boots] == [False] + [True] * 5
    assert {boot.outcome for boot in once.boots} == {"finished"}
    assert sorted(m.boot or 0 for m in once.measurements) == [1, 2, 3, 4, 5]
    shuffled = snapshots(real, kernel, capsys, "--shuffle", "3")
    assert [m.boot for m in shuffled.measurements] != [m.boot for m in once.measurements]
    assert ticks(shuffled) == ticks(once)
    alone = snapshots(real, kernel, capsys, workloads="process/fork_exit_wait")
    assert ticks(alone).items() <= ticks(once).items()


@pytest.mark.boot
def test_probes_get_a_boot_of_their_own_and_nothing_is_left(
    real: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["compare", "--kernels", SUBJECT, "--isolate", "snapshot", "--no-report"]
    before = set((ROOT / ".cache").glob("saved-*"))
    assert run([*argv, "--json", "-", "--workloads", "syscall/null"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any(line.get("workload") == "syscall/null" for line in lines)
    assert set((ROOT / ".cache").glob("saved-*")) == before


@pytest.mark.boot
def test_on_several_cpus_two_copies_must_agree(
    real: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ends a CPU's turn now and then comes at the host's time: here at every second copy, and
    then at each."""
    honest = SavedGuest._copy
    copies = 0
    every = 2

    async def disturbed(self: SavedGuest, *arguments: Any) -> BootResult:
        nonlocal copies
        done = await honest(self, *arguments)
        copies += 1
        result = done.transcript.result(0)
        if copies % every == 0:
            ticks = (result.ticks[0] + copies, *result.ticks[1:])
            result = dataclasses.replace(result, ticks=ticks)
        monkeypatch.setattr(done.transcript, "result", lambda index: result)
        return done

    def null_call() -> Run:
        run(["compare", "--kernels", SUBJECT, "--isolate", "snapshot", "--no-report", "--no-probes",
             "--cpus", "2", "--workloads", "syscall/null"])  # fmt: skip
        return load_run(find_run(real / "results", None))

    plain = null_call()
    assert plain.boots[1].copies == 2
    monkeypatch.setattr(SavedGuest, "_copy", disturbed)
    confirmed = null_call()
    assert confirmed.boots[1].copies == 3
    assert ticks(confirmed) == ticks(plain)
    every = 1
    assert null_call().measurements[0].status == "skipped"
    assert "no two of 6 copies had the same counts" in capsys.readouterr().out


@pytest.mark.boot
@pytest.mark.parametrize(
    ("point", "detail"),
    [
        # Never executed; and executed by the kernel, before there is a runner.
        (SnapshotPoint(0x10, 0x2000, 128), "never reached the snapshot point"),
        (SnapshotPoint(0xFFF0, 0x2000, 128), "never reached the snapshot point"),
    ],
)
def test_a_guest_that_is_not_stopped_is_not_run_on(
    real: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    point: SnapshotPoint,
    detail: str,
) -> None:
    monkeypatch.setattr("ringside.conductor.saved.snapshot_point", lambda runner: point)
    argv = ["compare", "--kernels", SUBJECT, "--isolate", "snapshot", "--no-report"]
    assert run([*argv, "--workloads", "syscall/null,syscall/yield"]) == 1
    assert detail in capsys.readouterr().out
    result = load_run(find_run(real / "results", None))
    assert len(result.boots) == 1
    assert {m.status for m in result.measurements} == {"skipped"}


def test_what_stands_in_the_runner_is_what_the_harness_looks_for() -> None:
    assert EMPTY.rstrip(b"\0") in RUNNER.read_bytes()
