"""The observation of a boot, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ringside.profile import BootView, EntryPoint
from ringside.profile.boot import Counts, count, median, total
from ringside.report.text import NO_VALUE

# Wider than any table.
_WIDTH_MAX = 1000
_NUMBERS = ("entered", "min", "median", "max", "sum", "wall")


def terminal(view: BootView) -> Group:
    """The table of kernel entries, followed by remarks."""
    returned = [door for door in view.doors if door.returned]
    parts: list[RenderableType] = [_doors(returned)] if returned else []
    parts += [Text(line) for line in remarks(view)]
    return Group(*parts)


def _doors(doors: Sequence[EntryPoint]) -> Table:
    table = Table(
        title="Kernel entries: own cost in instructions; wall: median until return",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for head in ("entry", "from", *_NUMBERS):
        table.add_column(head, justify="right" if head in _NUMBERS else "left", no_wrap=True)
    for door in sorted(doors, key=lambda door: (-total(door.own), door.name)):
        table.add_row(*_row(door))
    # An overlong line is better than a truncated number.
    table.width = Console(width=_WIDTH_MAX).measure(table).maximum
    return table


def _row(door: EntryPoint) -> tuple[str, ...]:
    own = door.own
    return (
        door.name,
        "user" if door.from_user else "kernel",
        f"{door.returned:,}",
        f"{own[0][0]:,}",
        f"{median(own):,}",
        f"{own[-1][0]:,}",
        f"{total(own):,}",
        f"{median(door.wall):,}" if door.wall else NO_VALUE,
    )


def remarks(view: BootView) -> tuple[str, ...]:
    """Totals, the cost of the boot, address space switches, and entries that were not matched."""
    lines = [
        f"{view.instructions:,} instructions: {view.user:,} in user code, {view.kernel:,} in the "
        f"kernel" + (f", on {view.vcpus} CPUs" if view.vcpus > 1 else "")
    ]
    if not any(door.returned for door in view.doors):
        lines.append("no kernel entry returned to user mode")
    if view.blind:
        lines.append(
            "exceptions and interrupts were not seen: the kernel runs in 32-bit mode, and only "
            "vectors of 64-bit kernels are understood"
        )
    if view.ended_by == "end":
        lines.append("to the end of QEMU, which may differ by a few from run to run")
    if view.first_user:
        lines.append(f"first user code after {view.first_user:,} instructions")
    if view.ready:
        lines.append(f"runner ready after {view.ready:,} instructions")
    lines.append(
        f"the address space was set {view.space_writes:,} times, {view.space_changes:,} times to "
        f"another one"
    )
    if view.switches:
        lines.append(f"switches between user address spaces: {_words(view.switches)}")
    for door in view.doors:
        if door.elsewhere:
            lines.append(
                f"{door.name}: {door.elsewhere:,} returned elsewhere (a signal handler, a new "
                f"program); own cost {_words(door.elsewhere_own)}"
            )
        if door.open:
            lines.append(f"{door.name}: {door.open:,} did not return")
    if view.appeared:
        lines.append(
            f"{view.appeared:,} returns to user code without an entry: new processes and threads"
        )
    return tuple(lines)


def _words(counts: Counts) -> str:
    return (
        f"{count(counts):,} times, min {counts[0][0]:,}, median {median(counts):,}, "
        f"max {counts[-1][0]:,}, sum {total(counts):,}"
    )
