"""Parse the QEMU plugin's output: one JSON object per line (harness/plugin)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ringside.errors import ProfileError
from ringside.profile.boot import BootView

NodeKind = Literal["user", "syscall", "fault", "interrupt", "thread", "entry", "exit", "call"]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Head(_Line):
    """The first line: the guest's architecture and the version of QEMU's plugin interface."""

    type: Literal["head"]
    version: Literal[1]
    target: str
    api: int


class Node(_Line):
    """A node of the call tree.

    `value` is the address space (user), the number (syscall, fault, interrupt) or the callee's
    address (call). `site` is the call site or the interrupted address, 0 for user code, and the
    gate of a system call.
    """

    type: Literal["node"]
    id: int
    parent: int | None
    kind: NodeKind
    site: int
    value: int


class Window(_Line):
    """The instructions executed between an opening and a closing marker.

    cells      (node, block address, instructions, of these repetitions of string instructions)
    entered    (node, number of entries)
    appeared   first returns to user mode of a thread that never left it
    elsewhere  returns to an address other than the one that was left
    """

    type: Literal["window"]
    number: int
    opened: int
    closed: int
    appeared: int
    elsewhere: int
    cells: tuple[tuple[int, int, int, int], ...]
    entered: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """Instructions of all CPUs in the window, excluding the markers."""
        return self.closed - self.opened


class _Boot(BootView, _Line):
    type: Literal["boot"]


_LINE: TypeAdapter[Head | Node | Window | _Boot] = TypeAdapter(
    Annotated[Head | Node | Window | _Boot, Field(discriminator="type")]
)


class PluginLog(BaseModel):
    """The complete output of the plugin. `boot` is None if QEMU was killed."""

    model_config = ConfigDict(frozen=True)

    nodes: dict[int, Node]
    windows: tuple[Window, ...]
    boot: BootView | None


def read_log(path: Path) -> PluginLog:
    """Read the plugin's output. Raises ProfileError if it is missing or damaged."""
    nodes: dict[int, Node] = {}
    windows: list[Window] = []
    boot: BootView | None = None
    try:
        with path.open("rb") as stream:
            for number, text in enumerate(stream, 1):
                match _parse(path, number, text):
                    case Node() as node:
                        nodes[node.id] = node
                    case Window() as window:
                        windows.append(window)
                    case _Boot() as found:
                        boot = BootView.model_validate(found.model_dump(exclude={"type"}))
    except OSError as error:
        raise ProfileError(f"the plugin left no {path.name}: {error.strerror}") from error
    return PluginLog.model_construct(nodes=nodes, windows=tuple(windows), boot=boot)


def _parse(path: Path, number: int, text: bytes) -> Head | Node | Window | _Boot:
    try:
        return _LINE.validate_json(text)
    except ValidationError as error:
        why = error.errors(include_url=False)[0]["msg"]
        raise ProfileError(f"{path.name}:{number}: not a valid line: {why}") from error
