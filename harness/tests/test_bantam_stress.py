"""stress-ng, as Debian ships it: no stressor fails, and all memory comes back.

BANTAM_STRESS_SECONDS=60 runs each for so long instead of a few operations.
"""

from __future__ import annotations

import os
from pathlib import Path

import bantam_boot as bantam
import debian
import pytest
from conftest import DATA

from ringside.machine import MachineSpec
from ringside.session import Outcome

pytestmark = pytest.mark.boot

PACKAGES = (
    *("busybox-static", "stress-ng", "libc6", "libcrypt1", "zlib1g", "libapparmor1", "libbsd0"),
    *("libmd0", "libegl1", "libglvnd0", "libgbm1", "libdrm2", "libwayland-server0", "libffi8"),
    *("libgles2", "libipsec-mb1", "libjpeg62-turbo", "libjudydebian1", "libkmod2", "libsctp1"),
    *("libxxhash0", "libssl3", "liblzma5", "libzstd1", "libxcb1", "libxcb-randr0", "libxau6"),
    *("libxdmcp6", "libexpat1", "libatomic1"),
)
SECONDS = int(os.environ.get("BANTAM_STRESS_SECONDS", "0"))
# A second's work or so.
STRESSORS = {
    "cpu": "--cpu-ops 2 --cpu-method fft",
    "fork": "--fork-ops 20",
    "futex": "--futex-ops 100",
    "mmap": "--mmap-ops 2 --mmap-bytes 2m",
    "pipe": "--pipe-ops 1000",
    "signal": "--signal-ops 1000",
    "sock": "--sock-ops 5",
}
_SCRIPT = """#!/bin/busybox sh
exec stress-ng --quiet --temp-path /tmp/work --{name} 2 {bound}
"""


@pytest.mark.timeout(0)
@pytest.mark.parametrize("cpus", [1, 4])
def test_stressors_do_their_work_and_give_all_back(cpus: int, tmp_path: Path) -> None:
    root = debian.tree(PACKAGES)
    wanted = debian.closure(root, ("bin/busybox", "usr/bin/stress-ng"))
    more = {"init": (DATA / "programs" / "init.sh").read_bytes()}
    for name, little in STRESSORS.items():
        bound = f"--timeout {SECONDS}" if SECONDS else little
        more[f"scripts/{name}"] = _SCRIPT.format(name=name, bound=bound).encode()
    archive = tmp_path / "initrd.cpio"
    archive.write_bytes(debian.initrd(root, wanted, more))
    bantam.make()
    spec = MachineSpec("pc", 512, bantam.SOURCE / "build/bantam.elf", "quiet", archive)
    seconds = 120.0 + 60 * SECONDS
    lines, ending = bantam.boot(spec, cpu="max", cpus=cpus, exact=False, seconds=seconds)
    assert ending.outcome is Outcome.FINISHED, "\n".join((ending.detail, *lines[-30:]))
    said = [line for line in lines if not line.startswith("free ")]
    expected = [f for name in STRESSORS for f in (f"== {name}", "-- 0")]
    assert said[: said.index("done")] == expected
    free = [line.split()[1:] for line in lines if line.startswith("free ")]
    # The first one filled caches that stay.
    assert int(free[-1][1]) >= int(free[0][1]) * 0.99
