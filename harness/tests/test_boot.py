"""Real QEMU, real guests: tiny misbehaving ones, and the kernels of the catalog."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import guests
import pytest
from conftest import ROOT

from ringside.catalog import load
from ringside.machine import CLOCKS, MachineSpec, QemuMachine, build_argv, find_qemu
from ringside.machine.probe import probe
from ringside.records import Transcript
from ringside.session import Ending, Limits, Outcome, run_session

pytestmark = pytest.mark.boot

REFERENCE = next(k.id for k in load(ROOT).kernels if k.role == "reference")
SUBJECT = next(k.id for k in load(ROOT).kernels if k.role == "subject")
BOOT_INSTRUCTIONS = 30_000_000


def boot(kernel: Path, *, seconds: float = 3.0, console_bytes: int = 1 << 20) -> Ending:
    """Boot a tiny guest under the exact clock with short deadlines."""
    spec = MachineSpec("pc", 32, kernel)
    binary = find_qemu("x86_64").binary

    async def scenario() -> Ending:
        machine = QemuMachine(lambda fd: build_argv(spec, CLOCKS["exact"], binary, fd))
        limits = Limits(seconds, seconds, 1e6, console_bytes)
        async with machine:
            return await run_session(machine, Transcript(["a/x"]), limits, ["^panic: "])

    return asyncio.run(scenario())


def test_a_guest_that_never_speaks(tmp_path: Path) -> None:
    assert boot(guests.build(tmp_path, guests.HALT)).outcome is Outcome.SILENT


def test_a_guest_that_spins(tmp_path: Path) -> None:
    ending = boot(guests.build(tmp_path, guests.SPIN, "hello\\n"))
    assert ending.outcome is Outcome.HUNG
    assert ending.last_lines == ("hello",)
    assert ending.program_counter is not None
    assert 0x100000 <= ending.program_counter < 0x101000


def test_a_guest_that_panics_and_spins(tmp_path: Path) -> None:
    ending = boot(guests.build(tmp_path, guests.SPIN, "panic: made up\\n"))
    assert (ending.outcome, ending.detail) == (Outcome.PANICKED, "panic: made up")


def test_a_guest_that_panics_through_the_device(tmp_path: Path) -> None:
    assert boot(guests.build(tmp_path, guests.PVPANIC)).outcome is Outcome.PANICKED


def test_a_guest_that_triple_faults(tmp_path: Path) -> None:
    ending = boot(guests.build(tmp_path, guests.TRIPLE_FAULT, "bye\\n"))
    assert ending.outcome is Outcome.REBOOTED
    assert ending.last_lines == ("bye",)


def test_a_guest_that_floods(tmp_path: Path) -> None:
    ending = boot(guests.build(tmp_path, guests.FLOOD), seconds=30, console_bytes=100_000)
    assert ending.outcome is Outcome.FLOODED


def test_the_probe_guest_runs() -> None:
    assert probe(CLOCKS["exact"], find_qemu("x86_64"), deadline_s=20).works


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real kernels and workloads, with results of its own."""
    root = tmp_path_factory.mktemp("boot")
    for name in ("kernels", "workloads", "kernel-under-test", ".cache"):
        (root / name).symlink_to(ROOT / name)
    return root


def command(checkout: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ringside", *arguments],
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str], status: int = 0) -> str:
    output, errors = process.communicate(timeout=280)
    assert process.returncode == status, errors
    assert "Traceback" not in errors
    return output


@pytest.fixture
def busy_core() -> Iterator[None]:
    """Something else that takes all of a core."""
    spinner = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    yield
    spinner.kill()
    spinner.wait()


def test_two_exact_runs_are_identical(checkout: Path, busy_core: None) -> None:
    first, second = (
        finish(command(checkout, "compare", "--no-report", "--json", "-")) for _ in range(2)
    )
    assert first == second
    measurements = [json.loads(line) for line in first.splitlines()]
    assert {m["status"] for m in measurements} == {"ok"}
    hashes: dict[str, set[str]] = {}
    for m in measurements:
        hashes.setdefault(m["workload"], set()).add(m["elf_sha256"])
        assert m["value"] > 1
        assert len(m["samples"]) >= 11
    assert len(hashes) >= 10
    assert all(len(found) == 1 for found in hashes.values())
    assert len({m["kernel"] for m in measurements}) >= 3


def test_a_kernel_alone_costs_what_it_costs_in_company(checkout: Path) -> None:
    args = ("compare", "--no-report", "--json", "-", "--kernels", f"{REFERENCE},{SUBJECT}")
    together = finish(command(checkout, *args)).splitlines()
    alone = finish(command(checkout, *args[:-1], SUBJECT)).splitlines()
    assert [line for line in together if json.loads(line)["kernel"] == SUBJECT] == alone
    run = json.loads((checkout / "results" / "latest" / "run.json").read_text())
    # From the machine's reset, the firmware's work included, to where the runner reads the clock.
    assert all(boot["ready_ticks"] < BOOT_INSTRUCTIONS for boot in run["boots"])


def test_the_other_way_of_booting_runs_the_same_workloads(checkout: Path) -> None:
    args = ("compare", "--no-report", "--json", "-", "--kernels", REFERENCE, "--boot", "stock")
    output = finish(command(checkout, *args, "--workloads", "syscall/null"))
    (measurement,) = [json.loads(line) for line in output.splitlines()]
    assert measurement["status"] == "ok"
    assert 100 < measurement["value"] < 1000


def test_plain_emulation_gives_nanoseconds(checkout: Path) -> None:
    args = ("compare", "--no-report", "--json", "-", "--clock", "tcg", "--kernels", SUBJECT)
    output = finish(command(checkout, *args, "--workloads", "syscall/null"))
    (measurement,) = [json.loads(line) for line in output.splitlines()]
    assert (measurement["unit"], measurement["status"]) == ("ns", "ok")


def test_a_check_passes_its_own_baseline(checkout: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.txt"
    finish(command(checkout, "check", "--update", "--baseline", str(baseline)))
    finish(command(checkout, "check", "--baseline", str(baseline)))


def test_ctrl_c_leaves_no_qemu(checkout: Path) -> None:
    process = command(checkout, "compare", "--no-report", "--kernels", REFERENCE)
    deadline = time.monotonic() + 120
    while not (pids := qemus(checkout)):
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    finish(process, status=130)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not qemus(checkout)


def qemus(checkout: Path) -> list[int]:
    """QEMU processes that work in this checkout."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes()
        except OSError:
            continue
        if b"qemu-system" in words.split(b"\0")[0] and str(checkout).encode() in words:
            found.append(int(file.parent.name))
    return found
