"""The file that the QEMU plugin writes: one JSON object a line (harness/plugin)."""

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
    """First line: what was watched, and with which version of QEMU's interface."""

    type: Literal["head"]
    version: Literal[1]
    target: str
    api: int


class Node(_Line):
    """A place in the tree of calls. `value` is the address space (user), the number (syscall,
    fault, interrupt) or the callee's address (call); `site` where it was called from or
    interrupted at, 0 when that was user code, and the gate of a system call."""

    type: Literal["node"]
    id: int
    parent: int | None
    kind: NodeKind
    site: int
    value: int


class Window(_Line):
    """What was executed between an opening and a closing marker.

    `cells` are (node, address of the block, instructions, repetitions of string instructions
    among them); `entered` are (node, how often). `new_rows` counts first returns to user code by
    something that never left it, `elsewhere` returns to another place than was left.
    """

    type: Literal["window"]
    number: int
    opened: int
    closed: int
    new_rows: int
    elsewhere: int
    cells: tuple[tuple[int, int, int, int], ...]
    entered: tuple[tuple[int, int], ...]

    @property
    def total(self) -> int:
        """Instructions of all CPUs in the window, without its two markers."""
        return self.closed - self.opened


class _Boot(BootView, _Line):
    type: Literal["boot"]


_LINE: TypeAdapter[Head | Node | Window | _Boot] = TypeAdapter(
    Annotated[Head | Node | Window | _Boot, Field(discriminator="type")]
)


class PluginLog(BaseModel):
    """All that one run of the plugin wrote. `boot` is None when QEMU was killed."""

    model_config = ConfigDict(frozen=True)

    nodes: dict[int, Node]
    windows: tuple[Window, ...]
    boot: BootView | None


def read_log(path: Path) -> PluginLog:
    """Read the plugin's file. Raises ProfileError for a missing or damaged one."""
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
