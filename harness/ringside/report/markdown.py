"""The report as GitHub Markdown; every value is escaped unless it is marked safe."""

from __future__ import annotations

from collections.abc import Sequence

import jinja2
from markupsafe import Markup

from ringside.report import template, text
from ringside.report.charts import Chart
from ringside.report.page import Page
from ringside.report.systems import replace_between

MARKS = ("<!-- ringside costs -->", "<!-- /ringside costs -->")


def render(page: Page, charts: Sequence[Chart], notice: str | None) -> str:
    """The report as Markdown."""
    page_template = _environment().get_template("report.md.j2")
    return page_template.render(page=page, charts=charts, notice=notice)


def insert_costs(document: str, page: Page, what: str) -> str:
    """`document` with the table of costs between the lines MARKS, its conditions, and notes on each
    kernel. Raises ReportError; `what` names the document there."""
    costs = _environment().get_template("costs.md.j2").render(page=page)
    return replace_between(document, costs, what, MARKS)


def _environment() -> jinja2.Environment:
    environment = template.environment(html=False, finalize=_finalize)
    environment.filters.update(
        url=lambda value: Markup(text.markdown_url(value)),
        block=_block,
    )
    return environment


def _finalize(value: object) -> object:
    """Escape a printed value unless one of our filters has marked it safe."""
    return value if isinstance(value, Markup) else text.markdown(str(value))


def _block(lines: Sequence[str]) -> Markup:
    """Lines as an indented code block, which its contents can't end."""
    return Markup("\n".join(f"    {text.plain_line(line)}" for line in lines))
