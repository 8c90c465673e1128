"""The functions of a kernel, from wherever they can be had.

In this order: a file that the user names; the symbol table of the image; a System.map beside it;
the kernel itself, booted once to tell what /proc/kallsyms says (kept by the image's SHA-256).
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

# A stub of a System.map has a line; a real one has thousands.
_FEW = 64
_DEADLINE_S = 120.0


def kernel_symbols(
    candidate: Candidate, qemu: Qemu, cache: Path, teller: Path, user_image: Path | None = None
) -> Symbols:
    """Functions of the candidate's kernel; empty when nothing tells them.

    `teller` is the /init that prints /proc/kallsyms. Raises ProfileError for a `user_image` file
    without symbols.
    """
    if user_image is not None:
        return read_symbols(user_image)
    for file in (candidate.image.path, candidate.file):
        found = Symbols.read(file)
        if found:
            return found
    for beside in sorted(candidate.image.path.parent.glob("System.map*")):
        found = Symbols.parse_map(beside.read_text(encoding="ascii", errors="replace"))
        if len(found.starts) > _FEW:
            return found
    kept = cache / "symbols" / f"{sha256_file(candidate.file)}.map"
    if not kept.is_file():
        write_atomic(kept, _ask(candidate, qemu, teller))
    return Symbols.parse_map(kept.read_text(encoding="ascii", errors="replace"))


def read_symbols(path: Path) -> Symbols:
    """Functions of an ELF or a System.map. Raises ProfileError when it has none."""
    try:
        found = Symbols.read(path) or Symbols.parse_map(path.read_text("utf-8", "replace"))
    except OSError as error:
        raise ProfileError(f"{path}: can't be read: {error.strerror}") from error
    if not found:
        raise ProfileError(f"{path}: neither an ELF with a symbol table nor a System.map")
    return found


def _ask(candidate: Candidate, qemu: Qemu, teller: Path) -> bytes:
    """What the kernel's /proc/kallsyms says of functions; nothing when it says nothing.

    The addresses hold in other boots because the manifests' command lines keep kernels in place.
    """
    archive = CpioWriter()
    archive.directory("dev")
    archive.char_device("dev/console", 5, 1, 0o600)
    try:
        archive.file("init", teller.read_bytes(), 0o755)
    except OSError as error:
        raise ImageError(f"{teller}: can't be read: {error.strerror}") from error
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
    # Nothing is measured here, so the fastest clock will do.
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
