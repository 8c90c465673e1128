"""QEMU's command line, its version, its probe, and its end: no real guest needed."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Checkout

from ringside.errors import MachineError
from ringside.machine import CLOCKS, MachineSpec, Qemu, QemuMachine, build_argv, find_qemu
from ringside.machine.base import EventKind
from ringside.machine.probe import probe, probe_guest, probe_kvm

SPEC = MachineSpec("pc", 512, Path("k"), "console=ttyS0 quiet", Path("i"))


def options(argv: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word, value in zip(argv, [*argv[1:], ""], strict=True):
        if word.startswith("-"):
            found.setdefault(word, []).append(value)
    return found


def test_the_exact_clock_leaves_nothing_to_chance() -> None:
    argv = options(build_argv(SPEC, CLOCKS["exact"], "qemu", 7))
    assert argv["-accel"] == ["tcg,thread=single"]
    assert argv["-icount"] == ["shift=0,sleep=off,rr=record,rrfile=/dev/null"]
    assert argv["-rtc"] == ["clock=vm,base=2026-01-01T00:00:00"]
    assert argv["-cpu"] == ["qemu64"]
    assert argv["-seed"] == ["1"]
    assert argv["-smp"] == ["1"]
    assert argv["-m"] == ["512"]
    assert argv["-kernel"] == ["k"]
    assert argv["-initrd"] == ["i"]
    assert argv["-append"] == ["console=ttyS0 quiet"]
    assert {"-S", "-no-reboot", "-nodefaults", "-no-user-config"} <= set(argv)


def test_what_qemu_can_not_record_is_not_recorded() -> None:
    exact = CLOCKS["exact"]
    plain, recorded = ["shift=0,sleep=off"], ["shift=0,sleep=off,rr=record,rrfile=/dev/null"]
    for change in ({"cpus": 2}, {"extra": ("-drive", "file=disk")}, {"typed": True}):
        spec = dataclasses.replace(SPEC, **change)
        assert options(build_argv(spec, exact, "qemu", 7))["-icount"] == plain
    assert options(build_argv(SPEC, exact, "qemu", 7, 8))["-icount"] == plain
    assert options(build_argv(SPEC, exact, "qemu", 7, 8, incoming=True))["-icount"] == recorded


def test_other_clocks_do_not_count_instructions() -> None:
    for name in ("kvm", "tcg"):
        assert "-icount" not in options(build_argv(SPEC, CLOCKS[name], "qemu", 7))


def test_panic_device_requires_isa_bus() -> None:
    assert "pvpanic" in build_argv(SPEC, CLOCKS["exact"], "qemu", 7)
    virt = MachineSpec("virt", 512, Path("k"))
    argv = build_argv(virt, CLOCKS["exact"], "qemu", 7)
    assert "pvpanic" not in argv
    assert "-append" not in argv and "-initrd" not in argv


def test_a_kernel_s_own_cpu_model_is_emulated_only() -> None:
    spec = dataclasses.replace(SPEC, cpu="EPYC")
    assert options(build_argv(spec, CLOCKS["exact"], "qemu", 7))["-cpu"] == ["EPYC"]
    assert options(build_argv(spec, CLOCKS["kvm"], "qemu", 7))["-cpu"] == ["host"]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)", "7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)"),
        ("10.0.2", "10.0.2"),
        ("9.1", "9.1.0"),
    ],
)
def test_versions_that_are_new_enough(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, version: str, expected: str
) -> None:
    checkout()
    monkeypatch.setenv("FAKE_QEMU_VERSION", version)
    assert find_qemu("x86_64").full_version == expected


def test_qemu_too_old(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout()
    monkeypatch.setenv("FAKE_QEMU_VERSION", "6.2.0")
    with pytest.raises(MachineError, match=r"version 6\.2\.0, but Ringside needs 7\.2 or newer"):
        find_qemu("x86_64")
    monkeypatch.setenv("FAKE_QEMU_VERSION", "strange")
    with pytest.raises(MachineError, match="prints no version: QEMU emulator version strange"):
        find_qemu("x86_64")


def test_qemu_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MachineError, match="run `apt-get install qemu-system-x86`"):
        find_qemu("x86_64")


def test_the_probe_guest_is_a_multiboot_image() -> None:
    words = [int.from_bytes(probe_guest()[at : at + 4], "little") for at in (0, 4, 8)]
    assert words[0] == 0x1BADB002
    assert sum(words) % 2**32 == 0


def script(tmp_path: Path, body: str) -> Qemu:
    file = tmp_path / "qemu"
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)
    return Qemu(str(file), "9.0.0", "")


def test_a_probe_that_hangs_or_fails(tmp_path: Path) -> None:
    hung = probe(CLOCKS["kvm"], script(tmp_path, "exec sleep 60"), deadline_s=0.3)
    assert not hung.works and "did not finish in 0.3 s" in hung.reason
    refused = probe(CLOCKS["kvm"], script(tmp_path, "echo no access >&2; exit 1"))
    assert (refused.works, refused.reason) == (False, "QEMU ended with status 1: no access")
    killed = probe(CLOCKS["kvm"], script(tmp_path, "kill -6 $$"))
    assert (killed.works, killed.reason) == (False, "QEMU ended with signal 6")
    assert probe(CLOCKS["kvm"], script(tmp_path, "exit 85")).works
    # A guest that merely ended QEMU well did not run the probe's instructions.
    assert not probe(CLOCKS["kvm"], script(tmp_path, "exit 0")).works


def test_a_probe_is_asked_once_a_host_boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/kvm").exists():
        assert probe_kvm(tmp_path).reason == "there is no /dev/kvm"
        return
    programs = tmp_path / "bin"
    programs.mkdir()
    fake = programs / "qemu-system-x86_64"
    asked = tmp_path / "asked"
    fake.write_text(
        f'#!/bin/sh\ncase "$1" in --version) echo QEMU emulator version 9.0.0;;\n'
        f"*) echo x >> {asked}; exit 85;; esac\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    assert probe_kvm(tmp_path / "cache").works
    assert probe_kvm(tmp_path / "cache").works
    assert asked.read_text() == "x\n"
    (tmp_path / "cache" / "probe-kvm.json").write_text("not json")
    assert probe_kvm(tmp_path / "cache").works
    assert asked.read_text() == "x\nx\n"


def fake_argv(root: Path, tmp_path: Path) -> Callable[[int], tuple[str, ...]]:
    initrd = tmp_path / "initrd"
    initrd.write_bytes(b"profile quick\na/ok\n")
    spec = MachineSpec("pc", 64, root / "src" / "kernel.elf", initrd=initrd)
    binary = find_qemu("x86_64").binary
    return lambda fd: build_argv(spec, CLOCKS["exact"], binary, fd)


def test_a_machine_runs_talks_and_leaves(
    checkout: Checkout, tmp_path: Path, no_qemu_left: Callable[[], None]
) -> None:
    argv_for = fake_argv(checkout(), tmp_path)

    async def scenario() -> bytes:
        async with QemuMachine(argv_for) as machine:
            await machine.resume()
            assert (await machine.next_event()).kind is EventKind.SHUTDOWN
            assert await machine.program_counter() == 0xFFFFFFFF81000010
            assert await machine.guest_seconds() == 5.0
            await machine.stop()
            await machine.stop()
            output = b""
            while data := await machine.read():
                output += data
            assert (await machine.next_event()).kind is EventKind.GONE
            assert await machine.guest_seconds() is None
            with pytest.raises(MachineError, match="exited unexpectedly"):
                await machine.resume()
            return output

    assert b"bye ran=1" in asyncio.run(scenario())
    no_qemu_left()


def test_a_machine_is_gone_after_an_exception(
    checkout: Checkout, tmp_path: Path, no_qemu_left: Callable[[], None]
) -> None:
    argv_for = fake_argv(checkout(), tmp_path)

    async def scenario() -> None:
        async with QemuMachine(argv_for) as machine:
            await machine.resume()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(scenario())
    no_qemu_left()


def test_a_machine_that_cannot_be_started(tmp_path: Path) -> None:
    async def scenario(*argv: str) -> None:
        async with QemuMachine(lambda fd: argv):
            raise AssertionError("it started")

    with pytest.raises(MachineError, match="QEMU did not start"):
        asyncio.run(scenario(str(tmp_path / "none")))
    with pytest.raises(MachineError, match="QEMU did not start: bad option"):
        asyncio.run(
            scenario(sys.executable, "-c", "import sys; sys.exit('qemu banner\\nbad option')")
        )
    with pytest.raises(MachineError, match="it ended with status 7"):
        asyncio.run(scenario(sys.executable, "-c", "raise SystemExit(7)"))
