"""Find a QEMU with newer features: the system's, or one installed in the cache."""

from __future__ import annotations

import platform
from pathlib import Path

from ringside.errors import ImageError, MachineError
from ringside.image.qemu_package import SUITE, obtain_qemu
from ringside.machine.version import PACKAGES, Qemu, ask_version, find_qemu, version_tuple

# Since 9.2 plugins can read guest memory.
OLDEST_FOR_PLUGINS = (9, 2)
# Until 8.1 a CPU that spins while it waits for another could starve it in the exact clock.
OLDEST_FOR_SMP = (8, 1)


def find_qemu_for_plugins(arch: str, cache: Path) -> Qemu:
    """The system's QEMU if it is new enough, else a newer one installed in `cache`.

    Raises MachineError if neither is available.
    """
    return _find(arch, cache, OLDEST_FOR_PLUGINS, "observing a guest")


def find_qemu_for_smp(arch: str, cache: Path) -> Qemu:
    """A QEMU that schedules CPUs fairly in the exact clock; see `find_qemu_for_plugins`."""
    return _find(arch, cache, OLDEST_FOR_SMP, "more than one CPU in the exact clock")


def _find(arch: str, cache: Path, oldest: tuple[int, int], what: str) -> Qemu:
    qemu = find_qemu(arch)
    if version_tuple(qemu)[:2] >= oldest:
        return qemu
    required = ".".join(str(part) for part in oldest)
    if platform.machine() != "x86_64" or arch not in PACKAGES:
        raise MachineError(
            f"{what} needs QEMU {required} or newer for {arch}, but this is "
            f"{qemu.version}: install a newer QEMU"
        )
    try:
        program = obtain_qemu(PACKAGES[arch], f"qemu-system-{arch}", cache)
    except ImageError as error:
        raise MachineError(
            f"{what} needs QEMU {required} or newer, but this is {qemu.version}, and "
            f"Debian {SUITE}'s is not available ({error}): install a newer QEMU"
        ) from error
    found = ask_version(str(program))
    if version_tuple(found)[:2] < oldest:
        raise MachineError(f"{program} is QEMU {found.version}: {required} or newer is needed")
    return found
