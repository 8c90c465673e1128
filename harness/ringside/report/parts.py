"""A table for a terminal: in several parts, one below the other, where it is too narrow for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

_BOUNDLESS = 100_000


@dataclass(frozen=True)
class Parted:
    """A table that `draw` makes of some of `columns` columns, given by their places.

    A part has as many columns as fit without a cell cut, and one more than `first`, which stands in
    every part for the others are read beside it. Where not even those two fit, `draw` is asked to
    be lean: to leave out what one can do without.
    """

    title: str
    caption: str
    columns: int
    draw: Callable[[Sequence[int], bool], Table]
    first: int | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # Asked for more than there is, a measurement would be cut to what there is.
        boundless = options.update(width=_BOUNDLESS)

        def fits(places: Sequence[int]) -> bool:
            least = Measurement.get(console, boundless, self.draw(places, False)).minimum
            return least <= options.max_width

        parts = self._parts(fits)
        yield Text(self.title, style="italic")
        for number, places in enumerate(parts):
            yield self.draw(places, not fits(places))
            if number < len(parts) - 1:
                yield ""
        if self.caption:
            yield Text(self.caption, style="dim italic")

    def _parts(self, fits: Callable[[Sequence[int]], bool]) -> list[list[int]]:
        again = [] if self.first is None else [self.first]
        parts = [again.copy()]
        for place in range(self.columns):
            if place == self.first:
                continue
            wider = sorted([*parts[-1], place])
            if len(wider) <= len(again) + 1 or fits(wider):
                parts[-1] = wider
            else:
                parts.append(sorted([*again, place]))
        return parts
