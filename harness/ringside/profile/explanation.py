"""One workload on one kernel: its median repetition, split by phase and by function.

Everything is counted in instructions and adds up, or a ProfileError says that it does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ringside.errors import ProfileError
from ringside.profile.log import Node, PluginLog, Window
from ringside.profile.names import Names
from ringside.profile.tree import PHASES, Phase, Stack, Tree
from ringside.records import Result


@dataclass(frozen=True)
class FunctionCost:
    """A function's own instructions in the window, and how often it was called (0: only jumped
    to, or interrupted code that was running before)."""

    name: str
    instructions: int
    calls: int


@dataclass(frozen=True)
class Explanation:
    """The window of the median repetition. All counts are of the whole window: divide by
    `iterations` for one operation.

    `total` is what the phases, the functions and the stacks each sum to. It is the workload's own
    reading `ticks`, and `readings` instructions between the markers and the two clock readings
    more, and `idle` less: time that passed while the CPU was halted. `repeats` of it are
    repetitions of string instructions.
    """

    kernel: str
    workload: str
    op: str
    iterations: int
    ticks: int
    readings: int
    idle: int
    total: int
    repeats: int
    new_rows: int
    elsewhere: int
    phases: Mapping[Phase, int]
    functions: tuple[FunctionCost, ...]
    stacks: Mapping[Stack, int]
    # Of every repetition, in the order taken.
    all_ticks: tuple[int, ...]


def explain(
    kernel: str, log: PluginLog, result: Result, names: Names, scheduler: Sequence[str]
) -> Explanation:
    """Explain `result`, whose process was the only one in `log` with windows."""
    windows = _windows(log, result)
    readings = _readings(windows[len(windows) - len(result.overhead) :], result)
    samples = windows[result.warmup : result.warmup + len(result.ticks)]
    median = sorted(range(len(samples)), key=lambda i: result.ticks[i])[(len(samples) - 1) // 2]
    for window, ticks in zip(samples, result.ticks, strict=True):
        _check(window, ticks, readings)
    window, ticks = samples[median], result.ticks[median]

    tree = Tree(log.nodes, names, scheduler, _owner(log.nodes, window))
    phases: Counter[Phase] = Counter()
    functions: Counter[str] = Counter()
    stacks: Counter[Stack] = Counter()
    for node, address, count, _ in window.cells:
        place = tree.cell(node, address)
        phases[place.phase] += count
        functions[place.function or place.stack[-1]] += count
        stacks[place.stack] += count
    calls = _calls(window, log.nodes, tree)
    return Explanation(
        kernel=kernel,
        workload=result.name,
        op=result.op,
        iterations=result.iterations,
        ticks=ticks,
        readings=readings,
        idle=ticks - (window.total - readings),
        total=window.total,
        repeats=sum(repeats for _, _, _, repeats in window.cells),
        new_rows=window.new_rows,
        elsewhere=window.elsewhere,
        phases={phase: phases[phase] for phase in PHASES if phases[phase]},
        functions=tuple(
            FunctionCost(name, count, calls[name]) for name, count in functions.most_common()
        ),
        stacks=dict(stacks),
        all_ticks=result.ticks,
    )


def _windows(log: PluginLog, result: Result) -> tuple[Window, ...]:
    """One window for each time the clock was read: warm-up, repetitions, overhead."""
    expected = result.warmup + len(result.ticks) + len(result.overhead)
    if not result.ticks or not result.overhead:
        raise ProfileError(f"{result.name} has no samples")
    if len(log.windows) != expected:
        raise ProfileError(
            f"{result.name} read its clock {expected} times, the plugin saw {len(log.windows)} "
            f"windows: rebuild the workloads"
        )
    for window in log.windows:
        if sum(cell[2] for cell in window.cells) != window.total:
            raise ProfileError(f"window {window.number} does not add up: a bug in the plugin")
    return log.windows


def _readings(empty: Sequence[Window], result: Result) -> int:
    """What lies between markers and readings: the same in each window of an ELF."""
    found = {w.total - ticks for w, ticks in zip(empty, result.overhead, strict=True)}
    if len(found) != 1:
        raise ProfileError(f"{result.name}: windows and readings differ by {sorted(found)}")
    return found.pop()


def _check(window: Window, ticks: int, readings: int) -> None:
    # A halted CPU lets the clock go on; nothing makes it stand while instructions run.
    if window.total - readings > ticks:
        raise ProfileError(
            f"window {window.number} has {window.total - readings} instructions, the workload "
            f"counted {ticks}: a bug in the plugin"
        )


def _owner(nodes: Mapping[int, Node], window: Window) -> int | None:
    """The address space that opened the window: where its first cell is."""
    for node, _, _, _ in window.cells:
        if node in nodes and nodes[node].kind == "user":
            return nodes[node].value
    return None


def _calls(window: Window, nodes: Mapping[int, Node], tree: Tree) -> Counter[str]:
    calls: Counter[str] = Counter()
    for node, times in window.entered:
        if nodes[node].kind == "call":
            calls[tree.place(node).function or ""] += times
    return calls
