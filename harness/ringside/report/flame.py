"""Flame graphs of instruction counts as SVG, and collapsed stacks for other tools.

The width of a frame is its instructions including callees, which are drawn above it. In a
differential graph the widths are those of the second side, and the colour shows how much more (red)
or less (blue) it executes than the first.
"""

from __future__ import annotations

import html
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

Stack = tuple[str, ...]

_WIDTH = 1200
_ROW = 17
_MARGIN = 10
_HEAD = 40
_CHAR = 6.6
_WIDTH_MIN = 0.3
# Warm hues for kernel code, cool ones for user code and kernel threads.
_HUES = {"user": 210, "kernel thread": 270}


@dataclass
class _Frame:
    name: str
    count: int = 0
    before: int = 0
    children: dict[str, _Frame] = field(default_factory=dict)

    def child(self, name: str) -> _Frame:
        return self.children.setdefault(name, _Frame(name))

    def depth(self, minimum: float) -> int:
        """The number of rows of frames with at least `minimum` instructions."""
        drawn = (child for child in self.children.values() if child.count >= minimum)
        return 1 + max((child.depth(minimum) for child in drawn), default=0)


def folded(stacks: Mapping[Stack, int]) -> str:
    """One line per stack: frames joined by semicolons, outermost first, and the instructions."""
    lines = (f"{';'.join(_plain(frame) for frame in stack)} {stacks[stack]}" for stack in stacks)
    return "".join(f"{line}\n" for line in sorted(lines))


def flame(
    stacks: Mapping[Stack, int],
    title: str,
    per: int,
    before: tuple[Mapping[Stack, int], int] | None = None,
) -> str:
    """The flame graph of `stacks`, with counts divided by `per` operations. `before` are the
    stacks and number of operations of the first side of a differential graph."""
    root = _Frame("all")
    for stack, count in stacks.items():
        _add(root, stack, count, before=False)
    if before is not None:
        for stack, count in before[0].items():
            _add(root, stack, count, before=True)
    scale = (_WIDTH - 2 * _MARGIN) / max(root.count, 1)
    height = _HEAD + root.depth(_WIDTH_MIN / scale) * _ROW + _MARGIN
    drawing = _Drawing(root, scale, height, per, before[1] if before else None)
    drawing.frame(root, _MARGIN, 0, "")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" font-family="monospace" font-size="11" role="img">'
        f"<title>{html.escape(_plain(title))}</title>"
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="{_WIDTH / 2:g}" y="22" text-anchor="middle" font-size="14">'
        f"{html.escape(_plain(title))}</text>"
        f"{''.join(drawing.parts)}</svg>\n"
    )


def _add(root: _Frame, stack: Stack, count: int, *, before: bool) -> None:
    frame = root
    for name in ("", *stack):
        frame = frame.child(name) if name else frame
        if before:
            frame.before += count
        else:
            frame.count += count


@dataclass
class _Drawing:
    root: _Frame
    scale: float
    height: int
    per: int
    per_before: int | None
    parts: list[str] = field(default_factory=list)

    def frame(self, frame: _Frame, x: float, level: int, top: str) -> None:
        width = frame.count * self.scale
        if width < _WIDTH_MIN:
            return
        y = self.height - _MARGIN - (level + 1) * _ROW
        label = _shortened(frame.name, width)
        text = f'<text x="{x + 3:.2f}" y="{y + 12}">{html.escape(label)}</text>' if label else ""
        self.parts.append(
            f"<g><title>{html.escape(self._description(frame))}</title>"
            f'<rect x="{x:.2f}" y="{y}" width="{width:.2f}" height="{_ROW - 1}" '
            f'fill="{self._colour(frame, top)}" rx="1"/>{text}</g>'
        )
        for child in sorted(frame.children.values(), key=lambda child: child.name):
            self.frame(child, x, level + 1, top or child.name)
            x += child.count * self.scale

    def _description(self, frame: _Frame) -> str:
        share = 100 * frame.count / max(self.root.count, 1)
        text = f"{_plain(frame.name)}: {frame.count / self.per:,.2f} per operation, {share:.1f} %"
        if self.per_before is not None:
            change = frame.count / self.per - frame.before / self.per_before
            text += f" ({change:+,.2f})"
        return text

    def _colour(self, frame: _Frame, top: str) -> str:
        if self.per_before is None:
            hue = _HUES.get(top, 30)
            spread = zlib.crc32(frame.name.encode()) % 24
            return f"hsl({hue - 12 + spread},75%,{68 + spread % 8}%)"
        now, before = frame.count / self.per, frame.before / self.per_before
        change = (now - before) / max(now, before, 1e-9)
        light = 96 - 36 * abs(change)
        return f"hsl({8 if change > 0 else 215},80%,{light:.0f}%)"


def _shortened(name: str, width: float) -> str:
    room = int((width - 6) / _CHAR)
    plain = _plain(name)
    if len(plain) <= room:
        return plain
    return f"{plain[: room - 2]}.." if room >= 4 else ""


def _plain(name: str) -> str:
    """`name`, which comes from an untrusted image, without unprintable characters and the
    separator."""
    return "".join(c if c.isprintable() and c != ";" else "?" for c in name)
