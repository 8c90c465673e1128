"""The jinja2 environment of all templates: undefined names are errors; filters format numbers."""

from __future__ import annotations

from collections.abc import Callable

import jinja2

from ringside.report import text


def environment(
    *, html: bool, finalize: Callable[[object], object] | None = None
) -> jinja2.Environment:
    """An environment for this package's templates. With `html` all values are escaped, otherwise
    `finalize` is applied to each value."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("ringside.report"),
        autoescape=html,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters.update(
        cost=text.cost,
        count=text.count,
        ratio=text.ratio,
        seconds=text.seconds,
        spread=text.spread,
    )
    return made
