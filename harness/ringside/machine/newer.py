"""A QEMU that can do more: the system's when it is new enough, else a newer one beside it."""

from __future__ import annotations

import platform
from pathlib import Path

from ringside.errors import ImageError, MachineError
from ringside.image.qemu_package import SUITE, obtain_qemu
from ringside.machine.version import PACKAGES, Qemu, ask_version, find_qemu, version_tuple

# Plugins can read memory from 9.2 on.
OLDEST_FOR_PLUGINS = (9, 2)
# Before 8.1 one CPU may starve the others in the exact clock: they take turns, and it never ends
# its own while it waits for them.
OLDEST_FOR_TURNS = (8, 1)


def find_qemu_for_plugins(arch: str, cache: Path) -> Qemu:
    """The system's QEMU, or a newer one fetched into `cache` beside it.

    Raises MachineError with what to do when neither can be had.
    """
    return _find(arch, cache, OLDEST_FOR_PLUGINS, "observing a guest")


def find_qemu_for_turns(arch: str, cache: Path) -> Qemu:
    """One on which several CPUs share the exact clock fairly; as `find_qemu_for_plugins`."""
    return _find(arch, cache, OLDEST_FOR_TURNS, "more than one CPU in the exact clock")


def _find(arch: str, cache: Path, oldest: tuple[int, int], what: str) -> Qemu:
    qemu = find_qemu(arch)
    if version_tuple(qemu)[:2] >= oldest:
        return qemu
    wanted = ".".join(str(part) for part in oldest)
    if platform.machine() != "x86_64" or arch not in PACKAGES:
        raise MachineError(
            f"{what} needs QEMU {wanted} or newer for {arch}, but this is "
            f"{qemu.version}: install a newer QEMU"
        )
    try:
        program = obtain_qemu(PACKAGES[arch], f"qemu-system-{arch}", cache)
    except ImageError as error:
        raise MachineError(
            f"{what} needs QEMU {wanted} or newer, but this is {qemu.version}, and "
            f"Debian {SUITE}'s is not available ({error}): install a newer QEMU"
        ) from error
    found = ask_version(str(program))
    if version_tuple(found)[:2] < oldest:
        raise MachineError(f"{program} is QEMU {found.version}: {wanted} or newer is needed")
    return found


def new_enough(qemu: Qemu) -> bool:
    """Whether its plugin interface has what Ringside's plugin uses."""
    return version_tuple(qemu)[:2] >= OLDEST_FOR_PLUGINS
