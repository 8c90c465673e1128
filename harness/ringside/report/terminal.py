"""Tables for a terminal. All text is passed as `Text`, so none of it is markup."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ringside.catalog.model import Kernel
from ringside.report import latency, probes, scaling, text
from ringside.report.parts import SplitTable
from ringside.stats.judge import Answer, Judgement, Verdict
from ringside.stats.ratio import percent
from ringside.store.schema import Run

_TINT_STYLES: dict[latency.Tint, str] = {
    "down3": "bold cyan",
    "down2": "cyan",
    "down1": "cyan",
    "even": "",
    "up1": "yellow",
    "up2": "yellow",
    "up3": "bold yellow",
}
_ANSWER_STYLES: dict[Answer, str] = {
    "better": "cyan",
    "worse": "bold red",
    "same": "dim",
    "new": "cyan",
    "missing": "yellow",
    "failed": "bold red",
    "unjudged": "yellow",
}


def latency_table(run: Run, kernels: Sequence[Kernel]) -> SplitTable:
    """The cost per operation of each workload on each kernel of a run, with its ratio. Workloads
    that no kernel supports are only counted."""
    whole = latency.build(run, kernels)
    view = dataclasses.replace(whole, rows=tuple(r for r in whole.rows if not r.absent_everywhere))
    environment = run.environment
    title = (
        f"{text.UNIT_WORDS[view.unit].capitalize()} per operation"
        f" ({environment.clock} clock, {text.plain(environment.cpu_model)},"
        f" QEMU {text.plain(environment.qemu_version).partition(' ')[0]})"
    )
    caption = "± interquartile range / median, if 0.1 % or more"
    if any(cell.rate for row in view.rows for cell in row.cells):
        caption += "; rates: more is better"
    if view.reference is not None and len(view.columns) > 1:
        caption = f"{text.TIMES} ratio to {view.reference.name}; {caption}"
    lacking = len(whole.rows) - len(view.rows)
    if lacking:
        caption += f"; not shown: {lacking} that no kernel supports"

    def draw(places: Sequence[int], compact: bool) -> Table:
        table = Table(header_style="bold", show_edge=False, pad_edge=False)
        names = [row.workload for row in view.rows]
        mean = f"geometric mean of {view.mean.rows}" if view.mean.rows >= 2 else ""
        # A column that does not wrap is as wide as its longest word at least.
        table.add_column("workload", no_wrap=True, min_width=max(map(len, [*names, mean])))
        cells = {}
        for place in places:
            column = [row.cells[place] for row in view.rows]
            cells[place] = dict(zip(names, _aligned(column, spreads=not compact), strict=True))
            # Names may wrap between words, numbers never.
            widest = max((cell.cell_len for cell in cells[place].values()), default=0)
            # The cells are already padded.
            table.add_column(Text(view.columns[place].name, justify="right"), min_width=widest)
        for _, rows in view.groups():
            for row in rows:
                table.add_row(Text(row.workload), *(cells[place][row.workload] for place in places))
            table.add_section()
        if mean:
            means = [view.mean.values[place] for place in places]
            table.add_row(
                Text(mean, style="bold"),
                *(
                    Text("" if m is None else text.ratio(m), style="bold", justify="right")
                    for m in means
                ),
            )
        return table

    first = view.columns.index(view.reference) if view.reference is not None else None
    return SplitTable(title, caption, len(view.columns), draw, first)


def scaling_table(run: Run, kernels: Sequence[Kernel]) -> Table | None:
    """The throughput of several tasks and their efficiency; None without such workloads."""
    view = scaling.build(run, kernels)
    if not view.rows:
        return None
    table = Table(
        title=Text(f"Scaling ({run.environment.clock} clock, {run.environment.smp} CPUs)"),
        caption=Text(view.meaning),
        header_style="bold",
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("workload", no_wrap=True)
    table.add_column("kernel", no_wrap=True)
    for number in view.tasks:
        tasks = f"{number} task" if number == 1 else f"{number} tasks"
        table.add_column(Text(f"{tasks}, {view.unit}"), justify="right", no_wrap=True)
    for row in view.rows:
        cells = (
            Text.assemble(
                c.description, f" {c.efficiency_text}" if number > 1 else "", style=_loss(c)
            )
            for number, c in zip(view.tasks, row.cells, strict=True)
        )
        table.add_row(Text(row.workload), Text(row.column.name), *cells)
    table.add_section()
    for column, kind, means in view.means:
        shown = ("" if mean is None else f"{mean * 100:.0f} %" for mean in means)
        table.add_row(
            Text(f"geometric mean, {kind}", style="bold"), Text(column.name, style="bold"), *shown
        )
    return table


def _loss(cell: scaling.Cell) -> str:
    return {"up1": "yellow", "up2": "yellow", "up3": "bold yellow"}.get(cell.tint, "")


def _aligned(cells: Sequence[latency.Cell], spreads: bool) -> list[Text]:
    """The cells of one column: costs, spreads and ratios, each below those above."""
    shown = [_pieces(cell, spreads) for cell in cells]
    measured = [pieces for cell, pieces in zip(cells, shown, strict=True) if cell.cost is not None]
    cost, spread, ratio = (max((len(p[i]) for p in measured), default=0) for i in range(3))
    aligned = []
    for cell, (words, width, times) in zip(cells, shown, strict=True):
        if cell.cost is None:
            style = "bold red" if cell.status else "dim"
            aligned.append(Text(words, style=style, justify="right"))
            continue
        piece = Text(words.rjust(cost))
        if spread:
            piece.append(f" {width.ljust(spread)}", style="dim")
        if ratio:
            piece.append(f" {times.rjust(ratio)}", style=_TINT_STYLES[cell.tint or "even"])
        aligned.append(piece)
    return aligned


def _pieces(cell: latency.Cell, spreads: bool) -> tuple[str, str, str]:
    """The cost, the spread and the ratio of a cell, empty where there is none to show."""
    spread = ""
    if spreads and cell.spread and cell.spread >= 0.001:
        spread = f"±{cell.spread_text.replace(' ', '')}"
    return cell.cost_text, spread, cell.ratio_text


def probe_table(run: Run, kernels: Sequence[Kernel]) -> SplitTable:
    """How many probes of each family pass on each kernel of a run."""
    view = probes.build(run, kernels, latency.column_order(run, kernels))

    def draw(places: Sequence[int], _lean: bool) -> Table:
        table = Table(header_style="bold", show_edge=False, pad_edge=False)
        table.add_column("family", no_wrap=True)
        for place in places:
            table.add_column(Text(view.kernels[place]), justify="right")
        for family in view.families:
            table.add_row(Text(family.name), *(_share(view, family, c) for c in places))
        table.add_section()
        sums = (_share(view, view, c) for c in places)
        table.add_row(Text("all", style="bold"), *sums)
        return table

    return SplitTable("Feature probes passed", "", len(view.kernels), draw)


def gaps(run: Run, kernels: Sequence[Kernel]) -> tuple[str, ...]:
    """A line for each probe that fails on a kernel, and one for a kernel that supports none."""
    view = probes.build(run, kernels, latency.column_order(run, kernels))
    lines: dict[str, list[str]] = {name: [] for name in view.kernels}
    for gap in view.gaps:
        lines[gap.kernel].append(f"{gap.kernel} {gap.row.name}: {gap.cell.description}")
    for column, name in enumerate(view.kernels):
        if view.all_are(column, "absent"):
            lines[name] = [
                f"{name}: supports none of the features that the {view.total} probes need"
            ]
    return tuple(line for found in lines.values() for line in found)


def _share(view: probes.Probed, of: probes.Probed | probes.Family, column: int) -> Text:
    """How many of `of` work on the kernel of a column; a dash if no probe could run."""
    if not view.asked(column):
        return Text(text.NO_VALUE, style="dim")
    share = probes.Share(of.works(column), of.total)
    return Text(str(share), style="" if share.works == share.asked else "yellow")


def verdict_table(verdict: Verdict, everything: bool = False) -> Group:
    """The results of the regression check, and a summary line.

    Workloads that are `same` are left out unless `everything` is asked for.
    """
    shown = [j for j in verdict.judgements if everything or j.answer != "same"]
    parts: list[RenderableType] = [
        Text(f"not compared: {text.plain(refusal)}", style="yellow") for refusal in verdict.refusals
    ]
    if shown:
        parts.append(_judgements(shown))
    counts = [(verdict.count(answer), answer) for answer in _ANSWER_STYLES]
    if verdict.judgements:
        said = ", ".join(f"{number} {answer}" for number, answer in counts if number)
        total = len(verdict.judgements)
        parts.append(Text(f"{total} workload{'s' * (total != 1)}: {said}"))
    hint = _hint(verdict)
    if hint:
        parts.append(Text(hint))
    return Group(*parts)


def _hint(verdict: Verdict) -> str:
    """What to do about it; empty if there is nothing to do."""
    if verdict.refusals or verdict.count("unjudged") or verdict.count("missing"):
        return "if this is intended, update the baseline with `ringside check --update`"
    if verdict.exit_code == 0 and (verdict.count("better") or verdict.count("new")):
        return "update the baseline with `ringside check --update`"
    return ""


def _judgements(judgements: Sequence[Judgement]) -> Table:
    table = Table(header_style="bold", show_edge=False, pad_edge=False)
    table.add_column("workload", no_wrap=True)
    for heading in ("baseline", "now", "change"):
        table.add_column(heading, justify="right")
    table.add_column("result")
    for judgement in judgements:
        change = judgement.change
        answer = Text(judgement.answer, style=_ANSWER_STYLES[judgement.answer])
        if judgement.why:
            answer.append(f": {text.plain(judgement.why)}", style="default")
        table.add_row(
            Text(text.plain(judgement.workload)),
            text.count(judgement.before),
            text.count(judgement.after),
            "" if not change else f"{'+' * (change > 0)}{percent(change)}",
            answer,
        )
    return table
