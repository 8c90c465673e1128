"""Split a table for a terminal into several parts if it is too wide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

_UNLIMITED = 100_000


@dataclass(frozen=True)
class SplitTable:
    """A table that `draw` makes of a subset of `columns` columns, given by index.

    Each part has as many columns as fit without truncating a cell, and at least one in addition to
    `first`, which is repeated in every part for comparison. If even that does not fit, `draw` is
    called with True, to omit optional contents.
    """

    title: str
    caption: str
    columns: int
    draw: Callable[[Sequence[int], bool], Table]
    first: int | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # A measurement is limited to the given width.
        unlimited = options.update(width=_UNLIMITED)

        def fits(places: Sequence[int]) -> bool:
            minimum = Measurement.get(console, unlimited, self.draw(places, False)).minimum
            return minimum <= options.max_width

        parts = self._parts(fits)
        yield Text(self.title, style="italic")
        for number, places in enumerate(parts):
            yield self.draw(places, not fits(places))
            if number < len(parts) - 1:
                yield ""
        if self.caption:
            yield Text(self.caption, style="dim italic")

    def _parts(self, fits: Callable[[Sequence[int]], bool]) -> list[list[int]]:
        repeated = [] if self.first is None else [self.first]
        parts = [repeated.copy()]
        for place in range(self.columns):
            if place == self.first:
                continue
            wider = sorted([*parts[-1], place])
            if len(wider) <= len(repeated) + 1 or fits(wider):
                parts[-1] = wider
            else:
                parts.append(sorted([*repeated, place]))
        return parts
