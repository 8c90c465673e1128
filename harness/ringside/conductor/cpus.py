"""The host CPUs that guests run on."""

from __future__ import annotations

import os
import random


def host_cpus() -> tuple[int, ...]:
    """The CPUs that this process may use, rotated at random so that concurrent commands don't all
    start with the first one."""
    allowed = sorted(os.sched_getaffinity(0))
    start = random.randrange(len(allowed))
    return (*allowed[start:], *allowed[:start])
