"""The debug build finds each kind of mistake, and says so in one line; it makes none of its own."""

from __future__ import annotations

import re
from pathlib import Path

import bantam_boot as bantam
import pytest

from ringside.machine import MachineSpec
from ringside.session import Outcome

pytestmark = pytest.mark.boot

# What is written to /dev/crash, and what the panic line says then.
MISTAKES = {
    "overrun": r"mm: object \w+ of 40 bytes, made at \w+, was written past its end at offset 40",
    "use-after-free": r"mm: object \w+ of 40 bytes, made at \w+, was written at offset 20 after "
    r"it was freed at \w+",
    "double-free": r"mm: object \w+ of 40 bytes, made at \w+ and freed at \w+, is freed again "
    r"at \w+",
    "page-after-free": r"mm: the page at \w+ was written at offset 100 after it was freed",
    "page-twice": r"mm/page\.c:\d+: assertion failed: p->refs > 0",
    "list": r"\S*lib/list\.h:\d+: assertion failed: n->prev->next == n && n->next->prev == n",
    "shift": r"drivers/crash\.c:\d+: undefined behaviour: a shift by too much, .*",
    "index": r"drivers/crash\.c:\d+: undefined behaviour: an index past the end of an array",
    "overflow": r"drivers/crash\.c:\d+: undefined behaviour: a sum overflows",
    "stack": r"stack overflow in the kernel, vector 8, code 0, at rip \w+",
    "assertion": r"drivers/crash\.c:\d+: assertion failed: fine",
}


@pytest.fixture(scope="module")
def crash() -> bytes:
    bantam.make("DEBUG=1")
    bantam.make(target="guest")
    return (bantam.SOURCE / "build/tests/guest/crash").read_bytes()


def _boot(program: bytes, word: str, folder: Path) -> tuple[list[str], Outcome]:
    archive = folder / "initrd.cpio"
    archive.write_bytes(bantam.initrd({"init": program}))
    kernel = bantam.SOURCE / "build/bantam-debug.elf"
    spec = MachineSpec("pc", 64, kernel, f"quiet -- {word}", archive)
    lines, ending = bantam.boot(spec, seconds=30)
    return lines, ending.outcome


@pytest.mark.parametrize("word", MISTAKES)
def test_a_mistake_is_found(crash: bytes, word: str, tmp_path: Path) -> None:
    lines, outcome = _boot(crash, word, tmp_path)
    assert outcome is Outcome.PANICKED, "\n".join(lines)
    said = [line for line in lines if line.startswith("Bantam panic: ")]
    assert len(said) == 1
    assert re.fullmatch(f"Bantam panic: {MISTAKES[word]}", said[0])


def test_who_makes_no_mistake_survives(crash: bytes, tmp_path: Path) -> None:
    lines, outcome = _boot(crash, "nothing", tmp_path)
    assert outcome is Outcome.FINISHED
    assert lines == ["crash: Invalid argument", "survived", "done"]
