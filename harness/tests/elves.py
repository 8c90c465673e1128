"""Small x86-64 ELFs made with the real assembler and linker, right and wrong in known ways."""

from __future__ import annotations

import subprocess
from pathlib import Path

_NOTE = """
	.section .note.pvh, "a", @note
	.align 4
	.long 4, 8, 18
	.asciz "Xen"
	.quad {entry}
"""
_CODE = """
	.section .head, "ax"
	{header}
	.section .text
	.globl _start
_start:
	.code32
	mov $text, %esi
	mov $0x3f8, %dx
1:	lodsb
	test %al, %al
	jz 2f
	outb %al, %dx
	jmp 1b
2:	hlt
	jmp 2b
text:	.asciz "{text}"
"""
_SCRIPT = """
ENTRY(_start)
PHDRS {{ text PT_LOAD; {phdr} }}
SECTIONS
{{
	. = 0x100000;
	.head : {{ *(.head) }} :text
	.text : {{ *(.text) }} :text
	.note.pvh : {{ *(.note.pvh) }} {note}
	.bss : {{ . += {bss}; }} :text
}}
"""
MULTIBOOT_1 = ".align 4\n\t.long 0x1BADB002, 0, -0x1BADB002"
MULTIBOOT_2 = ".align 8\n\t.long 0xE85250D6, 0, 16, -(0xE85250D6 + 16)"


def link(
    folder: Path,
    *,
    pvh: bool = True,
    entry: str = "_start",
    segment: bool = True,
    header: str = "",
    bss: int = 0,
    text: str = "",
) -> Path:
    """Assemble and link a 64-bit ELF at 1 MiB that prints `text` on the serial port and halts.

    `segment` puts the PVH note in a PT_NOTE.
    """
    source, made = folder / "k.s", folder / "kernel.elf"
    source.write_text(
        _CODE.format(header=header, text=text) + (_NOTE.format(entry=entry) if pvh else "")
    )
    phdr, note = ("note PT_NOTE;", ":text :note") if segment else ("", ":text")
    (folder / "k.ld").write_text(_SCRIPT.format(phdr=phdr, note=note, bss=bss))
    subprocess.run(["as", "--64", "-o", folder / "k.o", source], check=True)
    subprocess.run(
        ["ld", "-n", "--no-warnings", "-T", folder / "k.ld", "-o", made, folder / "k.o"], check=True
    )
    return made
