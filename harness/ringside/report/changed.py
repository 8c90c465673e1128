"""The comparison of two runs, for a terminal. All text is `Text`, so that none is markup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ringside.catalog.model import Kernel
from ringside.report import text
from ringside.stats.changes import Change, Comparison, Kind
from ringside.stats.rate import rate_of
from ringside.stats.ratio import percent
from ringside.store.schema import Measurement

_STYLES: dict[Kind, str] = {
    "regressed": "bold red",
    "lost": "bold red",
    "improved": "cyan",
    "gained": "cyan",
    "unjudged": "yellow",
    "same": "dim",
}


def changes_shown(
    found: Comparison, kernels: Sequence[Kernel], everything: bool = False
) -> RenderableType:
    """Changed workloads and probes, largest increase first, and a summary line per kernel.
    `everything` includes unchanged workloads."""
    names = {kernel.id: kernel.name for kernel in kernels}
    parts: list[RenderableType] = []
    shown = [c for c in found.costs if everything or c.kind not in ("same", "unjudged")]
    for kernel in found.kernels:
        mine = sorted((c for c in shown if c.kernel == kernel), key=_order)
        if mine:
            parts += [_table(mine, _name(kernel, names)), ""]
    for turned in found.probes:
        detail = f": {text.plain(turned.detail)}" if turned.detail else ""
        parts.append(
            Text.assemble(
                f"{_name(turned.kernel, names)} {text.plain(turned.probe)}: ",
                f"{turned.before}, now ",
                (turned.after, "bold red" if turned.lost else "cyan"),
                detail,
            )
        )
    for kernel, old, new in found.images:
        versions = (
            "with the same version" if old == new else f"{text.plain(new)}, not {text.plain(old)}"
        )
        parts.append(Text(f"{_name(kernel, names)}: different image, {versions}"))
    parts += [Text(_sum(found, kernel, names)) for kernel in found.kernels]
    parts += [Text(line, style="yellow") for line in _unjudged(found, names)]
    return Group(*parts)


def _order(change: Change) -> tuple[int, float]:
    kinds = list(_STYLES)
    return kinds.index(change.kind), -abs(change.ratio.cost - 1) if change.ratio else 0.0


def _table(shown: Sequence[Change], name: str) -> Table:
    """The changes on one kernel."""
    table = Table(header_style="bold", show_edge=False, pad_edge=False)
    table.add_column(Text(name), overflow="fold")
    for heading in ("before", "after"):
        table.add_column(heading, justify="right", no_wrap=True)
    # A short text is kept on one line; a reason may wrap.
    words = [len(_words(change)) for change in shown if change.ratio]
    table.add_column("change", min_width=max(words, default=0))
    for change in shown:
        table.add_row(
            Text(text.plain(change.workload)),
            Text(_value(change.before)),
            Text(_value(change.after)),
            Text(_words(change), style=_STYLES[change.kind]),
        )
    return table


def _value(measurement: Measurement) -> str:
    rate = rate_of(measurement)
    if rate is not None:
        return f"{text.cost(rate.value)} {rate.unit}"
    return measurement.status if measurement.value is None else text.cost(measurement.value)


def _words(change: Change) -> str:
    ratio = change.ratio
    if ratio is None:
        return f"{change.kind}: {text.plain(change.why)}"
    if change.kind == "same":
        return ratio.text()
    sign = "+" if ratio.value > 1 else "\N{MINUS SIGN}"
    return f"{change.kind}, {sign}{percent(abs(ratio.value - 1))}"


def _sum(found: Comparison, kernel: str, names: Mapping[str, str]) -> str:
    counts = Counter(change.kind for change in found.costs if change.kernel == kernel)
    said = ", ".join(f"{counts[kind]} {kind}" for kind in _STYLES if counts[kind])
    mean = found.mean(kernel)
    whole = f"; geometric mean of {mean[1]} costs {text.ratio(mean[0])}" if mean else ""
    only = sum(name == kernel for name, _ in found.only)
    left = f"; {only} in one of the runs only" if only else ""
    return f"{_name(kernel, names)}: {said or 'nothing to compare'}{whole}{left}"


def _unjudged(found: Comparison, names: Mapping[str, str]) -> list[str]:
    """A line for each reason, not for each workload: most often there is one reason for all."""
    reasons = Counter((c.kernel, c.why) for c in found.costs if c.kind == "unjudged")
    return [
        f"{_name(kernel, names)}: {number} not compared: {text.plain(why)}"
        for (kernel, why), number in reasons.items()
    ]


def _name(kernel: str, names: Mapping[str, str]) -> str:
    return text.plain(names.get(kernel, kernel))
