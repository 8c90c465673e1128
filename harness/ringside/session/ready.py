"""The sink of a boot without a runner: it is over when the kernel prints that it is up."""

from __future__ import annotations

import re

from ringside.session.text import printable


class ReadyText:
    """Waits for a console line in which `pattern`, a regular expression, is found."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        self._lines = 0
        self._ready = False

    def feed(self, line: bytes) -> bool:
        """Take one line; all of them are ordinary text."""
        self._lines += 1
        self._ready = self._ready or self._pattern.search(printable(line)) is not None
        return True

    @property
    def ready(self) -> bool:
        """The line has come."""
        return self._ready

    @property
    def sampled(self) -> bool:
        """Never: nothing is measured inside."""
        return False

    @property
    def done(self) -> bool:
        """That it is ready is all that was waited for."""
        return self._ready

    @property
    def progress(self) -> int:
        """Lines so far."""
        return self._lines
