"""The sink for a boot without workloads, which ends when the kernel reports that it is up."""

from __future__ import annotations

import re

from ringside.session.text import printable


class ReadyText:
    """Waits for a console line that matches the regular expression `pattern`."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        self._lines = 0
        self._ready = False

    def feed(self, line: bytes) -> bool:
        """Consume a line; returns True as every line is ordinary text."""
        self._lines += 1
        self._ready = self._ready or self._pattern.search(printable(line)) is not None
        return True

    @property
    def ready(self) -> bool:
        """Whether the line has appeared."""
        return self._ready

    @property
    def sampled(self) -> bool:
        """False: nothing is measured in the guest."""
        return False

    @property
    def done(self) -> bool:
        """The same as `ready`."""
        return self._ready

    @property
    def progress(self) -> int:
        """The number of lines so far."""
        return self._lines
