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


_DISK = """
	.code16
	.section .text
	.globl _start
_start:
	ljmp $0x7c0, $1f
1:	mov $0xb800, %ax
	mov %ax, %es
	mov %cs, %ax
	mov %ax, %ds
	mov ${row} * 160, %di
	mov $text, %si
	mov $7, %ah
2:	lodsb
	test %al, %al
	jz 3f
	stosw
	jmp 2b
3:	jmp 3b
text:	.asciz "{text}"
	.org 510
	.word 0xaa55
	.org 1024
"""


def disk(folder: Path, text: str, row: int = 20) -> Path:
    """Assemble a raw disk image whose boot sector writes `text` to a row of the VGA screen."""
    source, object_file, image = folder / "d.s", folder / "d.o", folder / "disk"
    source.write_text(_DISK.format(row=row, text=text))
    subprocess.run(["as", "--32", "-o", object_file, source], check=True)
    script = ["-m", "elf_i386", "-N", "-Ttext=0", "--oformat=binary"]
    subprocess.run(["ld", *script, "-o", image, object_file], check=True)
    return image
