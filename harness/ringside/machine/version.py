"""Find QEMU and check its version."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass

from ringside.errors import MachineError

OLDEST = (7, 2)
_VERSION = re.compile(r"version (\d+)\.(\d+)(?:\.(\d+))?(?:\s+\(([^)]+)\))?")
# Debian packages by architecture.
PACKAGES = {
    "x86_64": "qemu-system-x86",
    "riscv64": "qemu-system-misc",
    "riscv32": "qemu-system-misc",
}


@dataclass(frozen=True)
class Qemu:
    """A QEMU binary; `version` is `major.minor.micro` and `build` the distributor's version."""

    binary: str
    version: str
    build: str

    @property
    def full_version(self) -> str:
        """Version and build, which must be equal for results to be comparable."""
        return f"{self.version} ({self.build})" if self.build else self.version


def find_qemu(arch: str) -> Qemu:
    """The QEMU for `arch` on PATH. Raises MachineError if it is missing, broken or too old."""
    name = f"qemu-system-{arch}"
    package = PACKAGES.get(arch, name)
    binary = shutil.which(name)
    if binary is None:
        raise MachineError(f"{name} is not installed: run `apt-get install {package}`")
    qemu = ask_version(binary)
    if version_tuple(qemu)[:2] < OLDEST:
        raise MachineError(
            f"{binary} is version {qemu.version}, but Ringside needs "
            f"{OLDEST[0]}.{OLDEST[1]} or newer: install a newer {package}"
        )
    return qemu


def version_tuple(qemu: Qemu) -> tuple[int, ...]:
    """Its version as a tuple, for comparisons."""
    return tuple(int(part) for part in qemu.version.split("."))


def ask_version(binary: str) -> Qemu:
    """The QEMU at `binary`, of any version. Raises MachineError if it is missing or broken."""
    try:
        done = subprocess.run(
            [binary, "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=20,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MachineError(f"{binary} --version does not work: {error}") from error
    match = _VERSION.search(done.stdout)
    if done.returncode != 0 or match is None:
        output = (done.stdout + done.stderr).strip().splitlines()
        raise MachineError(
            f"{binary} --version prints no version: {output[0] if output else 'nothing'}"
        )
    version = f"{match[1]}.{match[2]}.{match[3] or 0}"
    return Qemu(binary=binary, version=version, build=match[4] or "")
