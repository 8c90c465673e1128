"""The report as Markdown (GitHub's), whose every value is escaped unless it is marked safe."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ringside.report import template, text
from ringside.report.charts import Chart
from ringside.report.page import Page


def render(page: Page, charts: Sequence[Chart], notice: str | None) -> str:
    """The report's text."""
    environment = template.environment(html=False, finalize=_finalize)
    environment.filters.update(
        url=lambda value: Markup(text.markdown_url(value)),
        block=_block,
    )
    page_template = environment.get_template("report.md.j2")
    return page_template.render(page=page, charts=charts, notice=notice)


def _finalize(value: object) -> object:
    """Escape what a template prints, text that an own filter made aside."""
    return value if isinstance(value, Markup) else text.markdown(str(value))


def _block(lines: Sequence[str]) -> Markup:
    """Lines as an indented block, in which nothing is markup and which nothing in it can end."""
    return Markup("\n".join(f"    {text.plain_line(line)}" for line in lines))
