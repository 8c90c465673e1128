"""A QEMU that plugins can look into a guest with: the system's when it is new enough."""

from __future__ import annotations

import platform
from pathlib import Path

from ringside.errors import ImageError, MachineError
from ringside.image.qemu_package import SUITE, obtain_qemu
from ringside.machine.version import PACKAGES, Qemu, ask_version, find_qemu, version_tuple

# Plugins can read memory from 9.2 on.
OLDEST_FOR_PLUGINS = (9, 2)


def find_qemu_for_plugins(arch: str, cache: Path) -> Qemu:
    """The system's QEMU, or a newer one fetched into `cache` beside it.

    Raises MachineError with what to do when neither can be had.
    """
    qemu = find_qemu(arch)
    if new_enough(qemu):
        return qemu
    wanted = ".".join(str(part) for part in OLDEST_FOR_PLUGINS)
    if platform.machine() != "x86_64" or arch not in PACKAGES:
        raise MachineError(
            f"watching a guest needs QEMU {wanted} or newer for {arch}, this one is "
            f"{qemu.version}: install a newer QEMU"
        )
    try:
        program = obtain_qemu(PACKAGES[arch], f"qemu-system-{arch}", cache)
    except ImageError as error:
        raise MachineError(
            f"watching a guest needs QEMU {wanted} or newer, this one is {qemu.version}, and "
            f"Debian {SUITE}'s can't be had ({error}): install a newer QEMU"
        ) from error
    found = ask_version(str(program))
    if not new_enough(found):
        raise MachineError(f"{program} is QEMU {found.version}: {wanted} or newer is needed")
    return found


def new_enough(qemu: Qemu) -> bool:
    """Whether its plugin interface has what Ringside's plugin uses."""
    return version_tuple(qemu)[:2] >= OLDEST_FOR_PLUGINS
