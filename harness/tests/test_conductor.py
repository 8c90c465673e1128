"""Whole runs against a fake QEMU: what a guest may do to a run, and what is kept of it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Checkout

from ringside.cli.main import run
from ringside.store import Run, find_run, load_run


def compare(root: Path, *arguments: str) -> tuple[int, Run]:
    status = run(["compare", "--no-report", *arguments])
    return status, load_run(find_run(root / "results", None))


def statuses(result: Run) -> dict[str, str]:
    return {m.workload: m.status for m in result.measurements}


def test_a_good_run(checkout: Checkout, no_qemu_left: Callable[[], None]) -> None:
    root = checkout(ids=("one", "two"))
    status, result = compare(root)
    assert status == 0
    assert result.complete
    assert result.reference == "one"
    assert [(m.kernel, m.workload) for m in result.measurements] == [
        ("one", "a/ok"),
        ("one", "b/ok2"),
        ("two", "a/ok"),
        ("two", "b/ok2"),
    ]
    first = result.measurements[0]
    assert first.ticks == (1000, 1010, 1020)
    assert first.value == 101.0
    assert first.overhead == 2.0
    assert first.unit == "instructions"
    assert first.op == "one thing"
    assert first.boot is not None
    assert result.boots[first.boot].outcome == "finished"
    assert len({boot.initrd_sha256 for boot in result.boots}) == 1
    no_qemu_left()


def test_what_a_manifest_leaves_out_is_not_run_and_says_why(checkout: Checkout) -> None:
    root = checkout(ids=("one",))
    file = root / "kernels" / "one" / "kernel.toml"
    file.write_text(file.read_text() + '\n[leave_out]\n"a/*" = "it stops at a call of theirs"\n')
    _, result = compare(root)
    said = {m.workload: (m.status, m.detail) for m in result.measurements}
    assert {name for name, (status, _) in said.items() if status == "skipped"} == {
        name for name in said if name.startswith("a/")
    }
    assert said["a/ok"] == ("skipped", "left out: it stops at a call of theirs")
    assert said["b/ok2"][0] == "ok"


def from_debian(root: Path, kernel_id: str) -> None:
    manifest = root / "kernels" / kernel_id / "kernel.toml"
    image = 'image = { source = "deb", suite = "bookworm", package = "x", kernel = "boot/*" }'
    manifest.write_text(re.sub(r"^image = .*$", image, manifest.read_text(), flags=re.MULTILINE))


def test_a_kernel_that_nobody_named_is_left_out_when_it_cannot_be_had(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = checkout(ids=("one", "two"))
    from_debian(root, "one")
    monkeypatch.setattr("ringside.image.mirror.KEYRING", root / "no-keyring.gpg")
    status, result = compare(root)
    assert status == 1
    assert result.kernels == ("two",)
    assert result.reference is None
    said = capsys.readouterr().err
    assert "ringside: " in said
    assert "was skipped: " in said

    before = find_run(root / "results", None)
    assert run(["compare", "--no-report", "--kernels", "one,two"]) == 2
    assert find_run(root / "results", None) == before


def test_ticks_become_ns_by_the_guests_own_clock(checkout: Checkout) -> None:
    root = checkout()
    status, result = compare(root, "--clock", "tcg")
    assert status == 0
    assert result.boots[0].ns_per_tick == 2.0
    assert result.measurements[0].value == 202.0
    assert result.measurements[0].unit == "ns"


@pytest.mark.parametrize(
    ("bad", "expected", "outcome"),
    [
        ("panic", "panicked", "panicked"),
        ("reboot", "panicked", "rebooted"),
        ("hang", "hung", "hung"),
    ],
)
def test_the_rest_runs_on_a_fresh_boot(
    checkout: Checkout,
    no_qemu_left: Callable[[], None],
    bad: str,
    expected: str,
    outcome: str,
) -> None:
    root = checkout(workloads=("a/ok", f"b/{bad}", "c/ok3"))
    status, result = compare(root)
    assert status == 1
    assert statuses(result) == {"a/ok": "ok", f"b/{bad}": expected, "c/ok3": "ok"}
    assert [boot.outcome for boot in result.boots] == [outcome, "finished"]
    assert [m.boot for m in result.measurements] == [0, 0, 1]
    assert "0xffffffff81000010" in (result.measurements[1].detail or "")
    no_qemu_left()


def test_what_ends_a_workload_but_not_the_guest(checkout: Checkout) -> None:
    root = checkout(workloads=("a/absent", "a/crash", "a/lose", "a/ok", "a/wrong"))
    status, result = compare(root)
    assert status == 1
    assert statuses(result) == {
        "a/absent": "absent",
        "a/crash": "crashed",
        "a/lose": "torn",
        "a/ok": "ok",
        "a/wrong": "wrong",
    }
    details = {m.workload: m.detail or "" for m in result.measurements}
    assert details["a/absent"] == "thing: ENOSYS (Function not implemented)"
    assert details["a/crash"] == "killed by signal 11"
    assert details["a/wrong"] == "bytes: expected 1, got 2"
    assert all(m.value is None and not m.ticks for m in result.measurements if m.status != "ok")
    assert len(result.boots) == 1


def test_last_console_lines_are_stored_without_escape_sequences(checkout: Checkout) -> None:
    root = checkout(workloads=("a/panic",))
    _, result = compare(root)
    assert result.boots[0].last_lines[-1] == "Kernel panic - not syncing: <b>made up</b>|"


@pytest.mark.parametrize(
    ("mode", "outcome", "words"),
    [("silent", "hung", "not ready within"), ("asleep", "hung", "on the guest's clock")],
)
def test_a_guest_that_never_becomes_ready(
    checkout: Checkout,
    monkeypatch: pytest.MonkeyPatch,
    no_qemu_left: Callable[[], None],
    mode: str,
    outcome: str,
    words: str,
) -> None:
    root = checkout()
    monkeypatch.setenv("FAKE_QEMU", mode)
    status, result = compare(root, "--patience", "0.4")
    assert status == 1
    assert result.boots[0].outcome == outcome
    assert words in (result.boots[0].detail or "")
    assert set(statuses(result).values()) == {"skipped"}
    assert len(result.boots) == 1
    no_qemu_left()


def test_runner_with_different_plan_is_reported(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = checkout(workloads=("a/hang",))
    monkeypatch.setenv("FAKE_QEMU", "odd")
    _, result = compare(root, "--patience", "0.2")
    assert result.boots[0].ready_host_s is None


def test_qemu_that_does_not_start(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout()
    monkeypatch.setenv("FAKE_QEMU", "broken")
    assert run(["compare", "--no-report"]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last == "ringside: QEMU did not start: qemu: it is out of order"


def test_qemu_that_ignores_everything_is_killed(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, no_qemu_left: Callable[[], None]
) -> None:
    root = checkout()
    monkeypatch.setenv("FAKE_QEMU", "deaf")
    status, _ = compare(root)
    assert status == 0
    no_qemu_left()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_keeps_what_it_has(
    checkout: Checkout, tmp_path: Path, no_qemu_left: Callable[[], None], name: str
) -> None:
    root = checkout(workloads=("a/ok", "b/hang"))
    process = subprocess.Popen(
        [sys.executable, "-m", "ringside", "compare", "--no-report", "--patience", "100"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not any(root.glob("results/runs/*/measurements.jsonl")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors.strip().splitlines()[-1] == "ringside: interrupted"
    assert "Traceback" not in errors
    result = load_run(find_run(root / "results", None))
    assert not result.complete
    assert statuses(result) == {"a/ok": "ok", "b/hang": "skipped"}
    assert result.boots[0].outcome == "interrupted"
    no_qemu_left()


def test_qemu_dies_with_a_harness_that_is_killed(
    checkout: Checkout, tmp_path: Path, no_qemu_left: Callable[[], None]
) -> None:
    root = checkout(workloads=("a/ok", "b/hang"))
    process = subprocess.Popen(
        [sys.executable, "-m", "ringside", "compare", "--no-report", "--patience", "100"],
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not any(root.glob("results/runs/*/measurements.jsonl")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.kill()
    process.wait()
    pid = int((tmp_path / "pids").read_text())
    while Path(f"/proc/{pid}").exists() and not _is_zombie(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_zombie(pid: int) -> bool:
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True


def test_json_to_stdout_is_only_json(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout()
    assert run(["compare", "--no-report", "--json", "-", "--workloads", "ok2"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 1
    assert lines[0]["workload"] == "b/ok2"
    assert lines[0]["samples"] == [100.0, 101.0, 102.0]
    assert set(lines[0]) >= {"kernel", "clock", "unit", "value", "elf_sha256", "status"}


def test_two_runs_in_one_second_have_folders_of_their_own(checkout: Checkout) -> None:
    root = checkout(workloads=("a/ok",))
    for _ in range(2):
        compare(root)
    assert len(list((root / "results" / "runs").iterdir())) == 2
    assert (root / "results" / "latest").readlink().parts[0] == "runs"
