"""Guests of a few instructions for boot tests: each prints a line or not, then misbehaves."""

from __future__ import annotations

import subprocess
from pathlib import Path

_SOURCE = """
	.code32
	.section .text
	.long 0x1BADB002, 0, -0x1BADB002
	.globl _start
_start:
	mov $text, %esi
	mov $0x3f8, %dx
1:	lodsb
	test %al, %al
	jz 2f
	outb %al, %dx
	jmp 1b
2:
{body}
text:	.asciz "{text}"
"""

# What a guest does after its text.
SPIN = "3:\tjmp 3b"
HALT = "\tcli\n3:\thlt\n\tjmp 3b"
TRIPLE_FAULT = "\tlidt 0\n\tint3"
PVPANIC = "\tmov $0x505, %dx\n\tmov $1, %al\n\toutb %al, %dx\n3:\tjmp 3b"
FLOOD = "\tmov $0x3f8, %dx\n3:\tmov $'x', %al\n\toutb %al, %dx\n\tjmp 3b"


def build(folder: Path, body: str, text: str = "") -> Path:
    """Assemble a multiboot ELF that prints `text` on the serial port and goes on with `body`."""
    source, object_file, guest = folder / "g.s", folder / "g.o", folder / "guest"
    source.write_text(_SOURCE.format(body=body, text=text))
    subprocess.run(["as", "--32", "-o", object_file, source], check=True)
    subprocess.run(
        ["ld", "-m", "elf_i386", "-N", "-Ttext=0x100000", "-o", guest, object_file], check=True
    )
    return guest
