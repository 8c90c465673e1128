"""The report as one HTML page with inline style and charts, without scripts or requests."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ringside.report import charts as chart_files
from ringside.report import template
from ringside.report.charts import Chart
from ringside.report.page import Page


def render(page: Page, charts: Sequence[Chart], notice: str | None) -> str:
    """The page as HTML."""
    environment = template.environment(html=True)
    environment.filters.update(
        # The charts are our own drawings, and gnuplot escapes the labels.
        inline=lambda chart: Markup(chart_files.inline(chart)),
    )
    return environment.get_template("report.html.j2").render(
        page=page, charts=charts, notice=notice
    )
