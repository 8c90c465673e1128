"""From the plugin's tree of places to stacks of function names, and to phases."""

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
# In the order shown.
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

# Where the kernel works on behalf of something; entry and exit code does no such work.
_INSIDE: tuple[Phase, ...] = ("syscall", "fault", "interrupt", "kernel thread")
Stack = tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A node with names: the stack of frames down to it, `function` its last frame if that is a
    function, and the phase it is in."""

    stack: Stack
    function: str | None
    phase: Phase


class Tree:
    """The nodes of one log, named. `owner` is the address space of the program measured."""

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
        self._places: dict[int, Place] = {}

    def place(self, node_id: int) -> Place:
        """The place of a node. Raises ProfileError when the log holds no such node."""
        known = self._places.get(node_id)
        if known is None:
            node = self._nodes.get(node_id)
            if node is None:
                raise ProfileError(f"the plugin's log has no node {node_id}")
            known = self._places[node_id] = self._make(node)
        return known

    def cell(self, node_id: int, address: int) -> Place:
        """The place of a block of code executed at a node."""
        node = self._nodes.get(node_id)
        place = self.place(node_id)
        if node is None or node.kind == "user":
            return self._in_user(node, address)
        return self._into(place, self._names.kernel_function(address))

    def _in_user(self, node: Node | None, address: int) -> Place:
        if node is None or node.value != self._owner:
            return Place(("user", OTHER), OTHER, "user")
        function = self._names.user_function(address)
        return Place(("user", function), function, "user")

    def _make(self, node: Node) -> Place:
        parent = self.place(node.parent) if node.parent is not None else Place((), None, "user")
        match node.kind:
            case "user":
                return Place(("user",), None, "user")
            case "syscall":
                return Place((*parent.stack, f"syscall {node.value}"), None, "syscall")
            case "fault" | "interrupt":
                if node.site and parent.stack:
                    parent = self._into(parent, self._names.kernel_function(node.site))
                return Place((*parent.stack, f"{node.kind} {node.value}"), None, node.kind)
            case "thread":
                return Place(("kernel thread",), None, "kernel thread")
            case "entry" | "exit":
                return Place((*parent.stack, f"[{node.kind}]"), None, node.kind)
            case "call":
                caller = self._into(parent, self._names.kernel_function(node.site))
                callee = self._names.kernel_function(node.value) if node.value else "[unknown]"
                return self._into(caller, callee)
        assert_never(node.kind)

    def _into(self, place: Place, function: str) -> Place:
        """`place` with `function` on top, unless it already is there."""
        if place.function == function:
            return place
        phase = place.phase
        if phase in _INSIDE and any(p.fullmatch(function) for p in self._scheduler):
            phase = "scheduler"
        return Place((*place.stack, function), function, phase)
