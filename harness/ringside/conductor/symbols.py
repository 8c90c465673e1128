"""Obtain the symbols of a kernel.

From, in this order: a file named by the user; the symbol table of the image; a System.map next to
it; /proc/kallsyms of the kernel, booted once for this (cached by the SHA-256 of the image).
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from ringside.catalog.model import Arch
from ringside.conductor.prepare import Candidate
from ringside.errors import ImageError, ProfileError
from ringside.image import Symbols
from ringside.image.cpio import CpioWriter
from ringside.image.files import sha256_file, write_atomic
from ringside.machine import CLOCKS, MachineSpec, Qemu
from ringside.machine.argv import cpu_model

# A placeholder for a System.map has one line; a real one has thousands.
_FUNCTIONS_MIN = 64
_DEADLINE_S = 120.0


def kernel_symbols(
    candidate: Candidate, qemu: Qemu, cache: Path, init: Path, symbols_file: Path | None = None
) -> Symbols:
    """Symbols of the candidate's kernel; empty if there is no source of them.

    `init` is the program that prints /proc/kallsyms. Raises ProfileError if `symbols_file` has no
    symbols.
    """
    if symbols_file is not None:
        return read_symbols(symbols_file)
    for file in (candidate.image.path, candidate.file):
        found = Symbols.read(file)
        if found:
            return found
    for file in sorted(candidate.image.path.parent.glob("System.map*")):
        found = Symbols.parse_map(file.read_text(encoding="ascii", errors="replace"))
        if len(found.starts) > _FUNCTIONS_MIN:
            return found
    cached = cache / "symbols" / f"{sha256_file(candidate.file)}.map"
    if not cached.is_file():
        write_atomic(cached, _read_kallsyms(candidate, qemu, init))
    return Symbols.parse_map(cached.read_text(encoding="ascii", errors="replace"))


def read_symbols(path: Path) -> Symbols:
    """The symbols of an ELF or System.map. Raises ProfileError if it has none."""
    try:
        found = Symbols.read(path) or Symbols.parse_map(path.read_text("utf-8", "replace"))
    except OSError as error:
        raise ProfileError(f"{path}: can't be read: {error.strerror}") from error
    if not found:
        raise ProfileError(f"{path}: neither an ELF with a symbol table nor a System.map")
    return found


def _read_kallsyms(candidate: Candidate, qemu: Qemu, init: Path) -> bytes:
    """The functions in the kernel's /proc/kallsyms; empty if it has none.

    The addresses are valid in other boots because the manifests' command lines disable KASLR.
    """
    archive = CpioWriter()
    archive.directory("dev")
    archive.char_device("dev/console", 5, 1, 0o600)
    try:
        archive.file("init", init.read_bytes(), 0o755)
    except OSError as error:
        raise ImageError(f"{init}: can't be read: {error.strerror}") from error
    with tempfile.TemporaryDirectory(prefix="ringside-") as folder:
        initrd, out = Path(folder) / "initrd", Path(folder) / "symbols"
        initrd.write_bytes(archive.finish())
        spec = MachineSpec(
            machine=candidate.boot.machine,
            memory_mib=candidate.boot.memory_mib,
            kernel=candidate.file,
            cmdline=candidate.way.cmdline,
            initrd=initrd,
            cpu=candidate.boot.cpu,
        )
        argv = _argv(spec, qemu.binary, candidate.boot.arch, out)
        try:
            subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_DEADLINE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return b""
        return out.read_bytes() if out.is_file() else b""


def _argv(spec: MachineSpec, binary: str, arch: Arch, out: Path) -> list[str]:
    # Nothing is measured here, so the fastest clock is used.
    clock = CLOCKS["tcg"]
    argv = [binary, "-M", spec.machine, "-cpu", cpu_model(spec.cpu, clock), *clock.options]
    argv += ["-m", str(spec.memory_mib), "-nodefaults", "-no-user-config", "-display", "none"]
    argv += ["-no-reboot", "-kernel", str(spec.kernel), "-initrd", str(spec.initrd)]
    argv += ["-append", spec.cmdline]
    argv += ["-chardev", f"file,id=symbols,path={out}"]
    if arch == "x86_64":
        argv += ["-device", "isa-debugcon,iobase=0xe9,chardev=symbols"]
    else:
        argv += ["-serial", "chardev:symbols"]
    return argv
