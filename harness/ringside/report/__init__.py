"""The report of a run: Markdown, a self-contained HTML page, and charts for both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ringside.catalog.model import Kernel
from ringside.errors import ReportError
from ringside.store.schema import Run


@dataclass(frozen=True)
class Report:
    """The written files; `notice` says why there are no charts, if so."""

    markdown: Path
    html: Path
    charts: tuple[Path, ...]
    notice: str | None = None


def write(run: Run, kernels: Sequence[Kernel], folder: Path) -> Report:
    """Write `report.md`, `report.html` and the charts of a run into `folder`.

    `kernels` is the whole catalog. Without gnuplot the report has no charts and says so. Raises
    ReportError if a file can't be written.
    """
    # Imported here because jinja2 is slow to import and most commands write no report.
    from ringside.report import charts, html, markdown, page

    content = page.build(run, kernels)
    notice: str | None = None
    drawn: tuple[charts.Chart, ...] = ()
    try:
        drawn = charts.draw(content.latency, content.scaling)
    except ReportError as error:
        notice = str(error)
    report = Report(
        markdown=folder / "report.md",
        html=folder / "report.html",
        charts=tuple(folder / f"{chart.name}.svg" for chart in drawn),
        notice=notice,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        charts.write(drawn, folder)
        report.markdown.write_text(markdown.render(content, drawn, notice), encoding="utf-8")
        report.html.write_text(html.render(content, drawn, notice), encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{folder}: the report can't be written: {error.strerror}") from error
    return report
