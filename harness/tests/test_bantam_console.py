"""A session at the console: an interactive shell with job control, on Bantam and on Linux."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from pathlib import Path

import bantam_boot as bantam
import debian
import pytest

from ringside.machine import CLOCKS, MachineSpec, QemuMachine, build_argv, find_qemu

pytestmark = pytest.mark.boot

# No answer for so long is no answer.
DEADLINE_S = 60.0
# How often a key is typed in that time.
PRESSES = 12
PROMPT = "ready> "
INIT = b"""#!/bin/busybox sh
/bin/busybox mkdir -p /bin /proc
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ PS1='ready> '
mount -t proc proc /proc
mknod /dev/ttyS0 c 4 64 2>/dev/null
mknod /dev/tty c 5 0 2>/dev/null
dmesg -n 1 2>/dev/null
setsid -c sh -i < /dev/ttyS0 > /dev/ttyS0 2>&1
echo over
reboot -f
"""


class Dialogue:
    """Types at the console of a machine, and waits for what it says."""

    def __init__(self, machine: QemuMachine) -> None:
        self._machine = machine
        self._heard = ""
        self.transcript = ""

    async def expect(self, pattern: str) -> str:
        """Wait for `pattern` in what came since the last match; fails after the deadline."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await self._hear(pattern)
        except TimeoutError:
            pytest.fail(f"no {pattern!r} in:\n{self.transcript}")

    async def _hear(self, pattern: str) -> str:
        while (match := re.search(pattern, self._heard)) is None:
            data = (await self._machine.read()).decode("utf-8", "replace")
            assert data, f"the machine is gone:\n{self.transcript}"
            self._heard += data
            self.transcript += data
        self._heard = self._heard[match.end() :]
        return match[0]

    async def type(self, text: str) -> None:
        await self._machine.write(text.encode())

    async def at_prompt(self, command: str, answer: str) -> None:
        """Give a command at the prompt; its answer comes before the next prompt."""
        await self.type(command + "\n")
        await self.expect(answer)
        await self.expect(PROMPT)

    async def press(self, key: str, answer: str) -> None:
        """Type `key` until `answer` comes: a shell puts a job in front a moment after it started
        it, and before that the key is for nobody, on any kernel."""
        for _ in range(PRESSES):
            await self.type(key)
            try:
                async with asyncio.timeout(DEADLINE_S / PRESSES):
                    await self._hear(answer)
                    return
            except TimeoutError:
                continue
        pytest.fail(f"no {answer!r} in:\n{self.transcript}")

    async def interrupted(self, command: str, key: str, answer: str) -> None:
        """Type `key` when `command` is running for certain, which it says itself."""
        await self.type(command + "\n")
        await self.expect(r"running\r?\n")
        await self.press(key, answer)


async def _session(d: Dialogue) -> None:
    forever = "sh -c 'echo run\"\"ning; exec sleep 1000'"
    await d.expect(PROMPT)
    await d.at_prompt("echo $((6 * 7))", r"\n42\r?\n")
    # ^C ends what is in front, and nothing else.
    await d.interrupted(forever, "\x03", PROMPT)
    await d.at_prompt("echo status $?", r"\nstatus 130\r?\n")
    # The last of a pipeline says it, so that all of them run.
    last = '{ read -r line; echo run""ning >&2; exec cat > /dev/null; }'
    await d.interrupted(f"yes | cat | {last}", "\x03", PROMPT)
    await d.at_prompt("echo status $?", r"\nstatus 130\r?\n")
    # ^Z stops it; it goes on behind and in front.
    await d.interrupted(forever, "\x1a", r"Stopped")
    await d.expect(PROMPT)
    await d.at_prompt("jobs", r"\[1\]\+ +Stopped")
    await d.at_prompt("bg", r"\[1\]")
    await d.at_prompt("jobs", r"\[1\]\+ +Running")
    await d.type("fg\n")
    await d.expect(r"fg\r?\n.*sleep.*\n")
    await d.press("\x03", PROMPT)
    await d.at_prompt("jobs; echo none", r"jobs; echo none\r?\nnone\r?\n")
    # What runs behind gets no ^C, and may not read.
    await d.at_prompt("sleep 1000 &", "")
    await d.interrupted(forever, "\x03", PROMPT)
    await d.at_prompt("jobs", r"Running +sleep 1000")
    await d.at_prompt("kill %1; wait; echo waited", r"\nwaited\r?\n")
    await d.at_prompt("cat & wait; jobs", r"Stopped \(tty input\)")
    await d.at_prompt("kill -9 %1; wait; echo waited", r"\nwaited\r?\n")
    # Lines of the terminal itself: erasing, and the end of a file.
    await d.type("sh -c 'echo run\"\"ning; exec cat'\n")
    await d.expect(r"running\r?\n")
    await d.type("abd\x7fc\n")
    await d.expect(r"\nabc\r?\n")
    await d.type("\x04")
    await d.expect(PROMPT)
    await d.at_prompt("echo one | tr o 0 | rev", r"\nen0\r?\n")
    await d.type("exit\n")
    await d.expect("over")


async def _converse(spec: MachineSpec) -> None:
    # The clock of the host: with the other one a sleep of 1000 s would be over at once.
    clock = dataclasses.replace(CLOCKS["tcg"], cpu_model="max")
    qemu = find_qemu("x86_64")
    keyed = QemuMachine(lambda fd: build_argv(spec, clock, qemu.binary, fd))
    keyed.has_keyboard = True
    async with keyed as machine:
        await machine.resume()
        await _session(Dialogue(machine))


@pytest.mark.parametrize("system", ["bantam", "reference"])
def test_a_shell_controls_its_jobs(system: str, tmp_path: Path) -> None:
    bantam.make()
    kernel, cmdline = bantam.SOURCE / "build/bantam.elf", "quiet"
    if system == "reference":
        kernel, cmdline = bantam.reference()
    archive = tmp_path / "initrd.cpio"
    root = debian.tree(("busybox-static",))
    archive.write_bytes(debian.initrd(root, ("bin/busybox",), {"init": INIT}))
    asyncio.run(_converse(MachineSpec("pc", 192, kernel, cmdline, archive)))
