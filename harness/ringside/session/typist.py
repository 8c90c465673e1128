"""Types a script into a guest's console, each step once the one before it was answered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringside.image.delivery import Step
from ringside.session.text import without_escapes

# A prompt is at the end of what was said; more than this before it says nothing.
_KEPT = 16 << 10
_SHOWN = 120


class Typist:
    """Feed it what the console says, and type what it gives. Times are of one monotonic clock."""

    def __init__(self, script: Sequence[Step], now: float) -> None:
        self._script = script
        self._at = 0
        self._since = now
        self._said = b""
        self._refused: str | None = None

    @property
    def done(self) -> bool:
        """All is typed, and the last step was answered."""
        return self._at >= len(self._script)

    def start(self) -> bytes:
        """What the first step sends."""
        return b"" if self.done else self._script[0].send

    def hear(self, data: bytes, now: float) -> bytes:
        """Take console bytes; what is to be typed now, if anything."""
        self._said = (self._said + data)[-_KEPT:]
        while not self.done and self._refused is None:
            step = self._script[self._at]
            said = without_escapes(self._said)
            answer = re.search(step.expect, said)
            if answer is None:
                if step.refuse is not None and re.search(step.refuse, said):
                    self._refused = f"{step.what}: {_last_words(said, step)}"
                break
            self._at += 1
            self._since = now
            self._said = said[answer.end() :].encode()
            if not self.done and self._script[self._at].send:
                # What was said before it was typed is no answer to it.
                self._said = b""
                send = self._script[self._at].send
                # What is to be answered by nothing is done as soon as it is typed.
                self._at += not self._script[self._at].expect
                return send
        return b""

    def complaint(self, now: float) -> str | None:
        """Why the script can't go on, in a line; None while it can."""
        if self._refused is not None or self.done:
            return self._refused
        step = self._script[self._at]
        if now - self._since <= step.seconds:
            return None
        said = _last_words(without_escapes(self._said), step)
        return f"{step.what}: no answer in {step.seconds:g} s; the last console output: {said}"


def _last_words(said: str, step: Step) -> str:
    """The last line that is neither empty nor what was typed, as the guest's echo repeats it."""
    sent = step.send.decode("ascii", "replace").strip()
    lines = [line.strip() for line in said.splitlines()]
    told = [line for line in lines if line and not (sent and line.endswith(sent))]
    return (told[-1] if len(told) == 1 else " / ".join(told[-2:]))[:_SHOWN] or "(nothing)"
