"""Test whether hardware virtualization works, by booting a guest.

On some nested hosts /dev/kvm opens but guests hang. The guest is a multiboot image of a few bytes,
which exits through the isa-debug-exit port.
"""

from __future__ import annotations

import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ringside.errors import MachineError
from ringside.machine.clock import CLOCKS, Clock, ClockSpec
from ringside.machine.version import Qemu, find_qemu

DEADLINE_S = 3.0
_LOAD_AT = 0x100000
_EXIT_PORT = 0xF4
_MESSAGE_MAX = 160
_EXIT_VALUE = 0x2A
_EXIT_STATUS = _EXIT_VALUE << 1 | 1
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Probe:
    """Whether an accelerator runs guests, and the reason if not."""

    works: bool
    reason: str


class _CachedProbe(BaseModel):
    """A probe's result, valid until the host reboots or QEMU changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    boot_id: str
    qemu: str
    works: bool
    reason: str


def probe_guest() -> bytes:
    """A multiboot image that ends QEMU with an exit status that has no other cause."""
    flags = 1 << 16  # the address fields below are valid: no ELF needed
    magic = 0x1BADB002
    header = struct.Struct("<8I")
    code = bytes([0xB0, _EXIT_VALUE, 0xE6, _EXIT_PORT, 0xF4, 0xEB, 0xFD])
    end = _LOAD_AT + header.size + len(code)
    fields = (magic, flags, -(magic + flags) & 0xFFFFFFFF, _LOAD_AT, _LOAD_AT, end, end)
    return header.pack(*fields, _LOAD_AT + header.size) + code


def probe(clock: ClockSpec, qemu: Qemu, deadline_s: float = DEADLINE_S) -> Probe:
    """Boot the probe guest under `clock` within `deadline_s` host seconds."""
    with tempfile.TemporaryDirectory(prefix="ringside-") as folder:
        guest = Path(folder) / "probe"
        guest.write_bytes(probe_guest())
        argv = [qemu.binary, "-M", "pc", "-cpu", clock.cpu_model, "-m", "16", *clock.options]
        argv += ["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
        argv += ["-device", f"isa-debug-exit,iobase={_EXIT_PORT:#x},iosize=1"]
        argv += ["-kernel", str(guest)]
        try:
            done = subprocess.run(
                argv,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=deadline_s,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return Probe(False, f"a trivial guest did not finish in {deadline_s:g} s")
        except OSError as error:
            return Probe(False, f"{qemu.binary}: {error.strerror}")
    if done.returncode == _EXIT_STATUS:
        return Probe(True, "a guest ran")
    errors = done.stderr.strip().splitlines()
    how = "signal" if done.returncode < 0 else "status"
    reason = f"QEMU ended with {how} {abs(done.returncode)}"
    return Probe(False, f"{reason}: {errors[-1][:_MESSAGE_MAX]}" if errors else reason)


def probe_kvm(cache: Path) -> Probe:
    """Whether KVM runs guests here; cached per boot of the host and QEMU version."""
    if not Path("/dev/kvm").exists():
        return Probe(False, "there is no /dev/kvm")
    try:
        qemu = find_qemu("x86_64")
    except MachineError as error:
        return Probe(False, str(error))
    boot_id = _BOOT_ID.read_text().strip() if _BOOT_ID.is_file() else ""
    file = cache / "probe-kvm.json"
    try:
        cached = _CachedProbe.model_validate_json(file.read_bytes())
        if boot_id and (cached.boot_id, cached.qemu) == (boot_id, qemu.full_version):
            return Probe(cached.works, cached.reason)
    except (OSError, ValidationError):
        pass
    found = probe(CLOCKS["kvm"], qemu)
    fresh = _CachedProbe(
        boot_id=boot_id, qemu=qemu.full_version, works=found.works, reason=found.reason
    )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(fresh.model_dump_json() + "\n")
    except OSError as error:
        raise MachineError(f"{file}: {error.strerror}") from error
    return found


def choose_clock(cache: Path) -> Clock:
    """`kvm` if it runs guests here, else `exact`."""
    return "kvm" if probe_kvm(cache).works else "exact"
