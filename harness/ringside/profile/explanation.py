"""Explain one workload on one kernel: its median repetition by phase and by function.

All counts are instructions, and the sums are checked: a mismatch is a ProfileError.
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
    """A function's own instructions in the window, and the number of calls to it, which is 0 if it
    was only jumped to or was already running."""

    name: str
    instructions: int
    calls: int


@dataclass(frozen=True)
class Explanation:
    """The window of the median repetition, of `iterations` operations.

    The phases, functions and stacks each sum to `total`. It is the workload's own count `ticks`,
    plus `readings`, the instructions between the markers and the clock readings, minus `idle`, time
    that passed while the CPU was halted. `repeats` of it are repetitions of string instructions.
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
    appeared: int
    elsewhere: int
    phases: Mapping[Phase, int]
    functions: tuple[FunctionCost, ...]
    stacks: Mapping[Stack, int]
    # Of every repetition, in order.
    all_ticks: tuple[int, ...]


def explain(
    kernel: str, log: PluginLog, result: Result, names: Names, scheduler: Sequence[str]
) -> Explanation:
    """Explain `result`, the only process in `log` that has windows. Raises ProfileError."""
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
        frame = tree.cell(node, address)
        phases[frame.phase] += count
        functions[frame.function or frame.stack[-1]] += count
        stacks[frame.stack] += count
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
        appeared=window.appeared,
        elsewhere=window.elsewhere,
        phases={phase: phases[phase] for phase in PHASES if phases[phase]},
        functions=tuple(
            FunctionCost(name, count, calls[name]) for name, count in functions.most_common()
        ),
        stacks=dict(stacks),
        all_ticks=result.ticks,
    )


def _windows(log: PluginLog, result: Result) -> tuple[Window, ...]:
    """The windows, one per clock interval: warm-up, repetitions, overhead."""
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
    """The instructions between markers and clock readings, constant for an ELF."""
    found = {w.total - ticks for w, ticks in zip(empty, result.overhead, strict=True)}
    if len(found) != 1:
        raise ProfileError(f"{result.name}: windows and readings differ by {sorted(found)}")
    return found.pop()


def _check(window: Window, ticks: int, readings: int) -> None:
    # A halted CPU lets the clock advance, but nothing stops it while instructions run.
    if window.total - readings > ticks:
        raise ProfileError(
            f"window {window.number} has {window.total - readings} instructions, the workload "
            f"counted {ticks}: a bug in the plugin"
        )


def _owner(nodes: Mapping[int, Node], window: Window) -> int | None:
    """The address space that opened the window, which is that of its first user cell."""
    for node, _, _, _ in window.cells:
        if node in nodes and nodes[node].kind == "user":
            return nodes[node].value
    return None


def _calls(window: Window, nodes: Mapping[int, Node], tree: Tree) -> Counter[str]:
    calls: Counter[str] = Counter()
    for node, times in window.entered:
        if nodes[node].kind == "call":
            calls[tree.frame(node).function or ""] += times
    return calls
