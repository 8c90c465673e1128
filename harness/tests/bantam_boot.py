"""Boots the kernel under test, and any other, without the runner: for tests of the kernel."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ringside.catalog import load
from ringside.conductor.cpus import host_cpus
from ringside.image import boot_file, obtain
from ringside.image.cpio import CpioWriter
from ringside.image.make import make as make_target
from ringside.machine import CLOCKS, MachineSpec, QemuMachine, build_argv, find_qemu
from ringside.session import Ending, Limits, run_session

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "kernel-under-test"
REFERENCE = "linux-6.1"
PANIC = (r"^Bantam panic: ", r"^Kernel panic - not syncing: ", r"end Kernel panic")
CONSOLE_DEVICES = {"console": (5, 1), "null": (1, 3), "zero": (1, 5), "full": (1, 7)}
CONSOLE_DEVICES |= {"random": (1, 8), "urandom": (1, 9)}


def make(*variables: str, target: str = "all") -> None:
    """`make target` in the kernel's folder, with `variables` as `NAME=value`."""
    make_target(SOURCE, target, ROOT, *variables)


def reference() -> tuple[Path, str]:
    """The kernel that Bantam is to be like, and its command line. Skips when it is not here."""
    cache = ROOT / ".cache"
    if not (cache / "images" / f"{REFERENCE}.json").is_file():
        pytest.skip(f"{REFERENCE} is not here yet: run `make fetch`")
    kernel = load(ROOT).kernel(REFERENCE)
    assert kernel.boot is not None
    way = kernel.boot.ways["direct"]
    return boot_file(obtain(kernel, ROOT, cache), way, cache), way.cmdline


def initrd(files: Mapping[str, bytes]) -> bytes:
    """An archive of executable `files` and the usual device nodes."""
    archive = CpioWriter()
    archive.directory("dev")
    for name, (major, minor) in CONSOLE_DEVICES.items():
        archive.char_device(f"dev/{name}", major, minor)
    for path, data in files.items():
        archive.file(path, data, 0o755)
    return archive.finish()


class Console:
    """Keeps every line; the guest is through when it says `last`."""

    def __init__(self, last: str) -> None:
        self.lines: list[str] = []
        self._last = last
        self.done = False

    @property
    def ready(self) -> bool:
        return bool(self.lines)

    @property
    def sampled(self) -> bool:
        return False

    @property
    def progress(self) -> int:
        return len(self.lines)

    def feed(self, line: bytes) -> bool:
        text = line.decode("utf-8", "replace")
        self.lines.append(text)
        self.done = self.done or text == self._last
        return True


def boot(
    spec: MachineSpec,
    *,
    cpu: str = "qemu64",
    cpus: int = 1,
    exact: bool = True,
    last: str = "done",
    seconds: float = 120.0,
    guest_s: float = 3000.0,
) -> tuple[list[str], Ending]:
    """Boot until the machine goes down: the lines and the end.

    It is ended when `seconds` pass without a line, and after `guest_s` of the guest's own time.

    One CPU runs by the exact clock, the same in every boot. Several run side by side, each a thread
    of the host's, by the host's clock; so does one that is not to be `exact`, which is faster.
    """
    exact = exact and cpus == 1
    clock = dataclasses.replace(CLOCKS["exact" if exact else "tcg"], cpu_model=cpu)
    spec = dataclasses.replace(spec, cpus=cpus)
    qemu = find_qemu("x86_64")
    console = Console(last)
    limits = Limits(boot_s=seconds, silence_s=seconds, guest_s=guest_s)

    async def run() -> Ending:
        machine = QemuMachine(lambda fd: build_argv(spec, clock, qemu.binary, fd))
        async with machine:
            return await run_session(machine, console, limits, PANIC)

    if exact:
        return console.lines, _on_one_cpu(lambda: asyncio.run(run()))
    return console.lines, asyncio.run(run())


def _on_one_cpu(run: Callable[[], Ending]) -> Ending:
    """QEMU's two threads on one host CPU: then its virtual clock is the same in every boot."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {host_cpus()[0]})
    try:
        return run()
    finally:
        os.sched_setaffinity(0, allowed)
