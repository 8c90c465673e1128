"""The report as Markdown (GitHub's), whose every value is escaped unless it is marked safe."""

from __future__ import annotations

from collections.abc import Sequence

import jinja2
from markupsafe import Markup

from ringside.report import text
from ringside.report.charts import Chart
from ringside.report.page import Page


def render(page: Page, charts: Sequence[Chart], notice: str | None) -> str:
    """The report's text."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ringside.report"),
        finalize=_finalize,
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
        url=lambda value: Markup(text.markdown_url(value)),
        block=_block,
    )
    template = environment.get_template("report.md.j2")
    return template.render(page=page, charts=charts, notice=notice)


def _finalize(value: object) -> object:
    """Escape what a template prints, text that an own filter made aside."""
    return value if isinstance(value, Markup) else text.markdown(str(value))


def _block(lines: Sequence[str]) -> Markup:
    """Lines as an indented block, in which nothing is markup and which nothing in it can end."""
    return Markup("\n".join(f"    {text.plain_line(line)}" for line in lines))
