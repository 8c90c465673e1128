"""Convert the plugin's call tree to stacks of function names, and to phases."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

from ringside.errors import ProfileError
from ringside.profile.log import Node
from ringside.profile.names import OTHER, Names

Phase = Literal[
    "user", "entry", "syscall", "scheduler", "fault", "interrupt", "exit", "kernel thread"
]
# In display order.
PHASES: tuple[Phase, ...] = (
    "user",
    "entry",
    "syscall",
    "scheduler",
    "fault",
    "interrupt",
    "exit",
    "kernel thread",
)

# Phases in which the kernel may call the scheduler; entry and exit code does not.
_SCHEDULING_PHASES: tuple[Phase, ...] = ("syscall", "fault", "interrupt", "kernel thread")
Stack = tuple[str, ...]


@dataclass(frozen=True)
class Frame:
    """A symbolized node: its stack, the function on top (None if the top is no function), and its
    phase."""

    stack: Stack
    function: str | None
    phase: Phase


class Tree:
    """The symbolized nodes of one log. `owner` is the address space of the measured program."""

    def __init__(
        self,
        nodes: Mapping[int, Node],
        names: Names,
        scheduler: Sequence[str],
        owner: int | None,
    ) -> None:
        self._nodes = nodes
        self._names = names
        self._scheduler = [re.compile(pattern) for pattern in scheduler]
        self._owner = owner
        self._frames: dict[int, Frame] = {}

    def frame(self, node_id: int) -> Frame:
        """The frame of a node. Raises ProfileError if the log has no such node."""
        frame = self._frames.get(node_id)
        if frame is None:
            node = self._nodes.get(node_id)
            if node is None:
                raise ProfileError(f"the plugin's log has no node {node_id}")
            frame = self._frames[node_id] = self._symbolize(node)
        return frame

    def cell(self, node_id: int, address: int) -> Frame:
        """The frame of a code block that was executed at a node."""
        node = self._nodes.get(node_id)
        frame = self.frame(node_id)
        if node is None or node.kind == "user":
            return self._in_user(node, address)
        return self._push(frame, self._names.kernel_function(address))

    def _in_user(self, node: Node | None, address: int) -> Frame:
        if node is None or node.value != self._owner:
            return Frame(("user", OTHER), OTHER, "user")
        function = self._names.user_function(address)
        return Frame(("user", function), function, "user")

    def _symbolize(self, node: Node) -> Frame:
        parent = self.frame(node.parent) if node.parent is not None else Frame((), None, "user")
        match node.kind:
            case "user":
                return Frame(("user",), None, "user")
            case "syscall":
                return Frame((*parent.stack, f"syscall {node.value}"), None, "syscall")
            case "fault" | "interrupt":
                if node.site and parent.stack:
                    parent = self._push(parent, self._names.kernel_function(node.site))
                return Frame((*parent.stack, f"{node.kind} {node.value}"), None, node.kind)
            case "thread":
                return Frame(("kernel thread",), None, "kernel thread")
            case "entry" | "exit":
                return Frame((*parent.stack, f"[{node.kind}]"), None, node.kind)
            case "call":
                caller = self._push(parent, self._names.kernel_function(node.site))
                callee = self._names.kernel_function(node.value) if node.value else "[unknown]"
                return self._push(caller, callee)
        assert_never(node.kind)

    def _push(self, frame: Frame, function: str) -> Frame:
        """`frame` with `function` pushed, unless it is already on top."""
        if frame.function == function:
            return frame
        phase = frame.phase
        if phase in _SCHEDULING_PHASES and any(p.fullmatch(function) for p in self._scheduler):
            phase = "scheduler"
        return Frame((*frame.stack, function), function, phase)
