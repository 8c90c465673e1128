"""Which CPUs of the host guests run on."""

from __future__ import annotations

import os
import random


def host_cpus() -> tuple[int, ...]:
    """The CPUs that are allowed to us, in turn from one by chance on: commands that run side by
    side must not all begin on the first."""
    allowed = sorted(os.sched_getaffinity(0))
    start = random.randrange(len(allowed))
    return (*allowed[start:], *allowed[:start])
