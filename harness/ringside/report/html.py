"""The report as one HTML page: style and charts inlined, no script, no request."""

from __future__ import annotations

from collections.abc import Sequence

import jinja2
from markupsafe import Markup

from ringside.report import charts as chart_files
from ringside.report import text
from ringside.report.charts import Chart
from ringside.report.page import Page


def render(page: Page, charts: Sequence[Chart], notice: str | None) -> str:
    """The page's text."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ringside.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(
        cost=text.cost,
        count=text.count,
        ratio=text.ratio,
        seconds=text.seconds,
        spread=text.spread,
        # The charts are this program's own drawing, and gnuplot escapes the labels in them.
        inline=lambda chart: Markup(chart_files.inline(chart)),
    )
    return environment.get_template("report.html.j2").render(
        page=page, charts=charts, notice=notice
    )
