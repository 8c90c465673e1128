"""Type a script into a guest's console, waiting for the answer to each step."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringside.image.delivery import Step
from ringside.session.text import without_escapes

# Only the end of the output can be a prompt.
_OUTPUT_MAX = 16 << 10
_MESSAGE_MAX = 120


class Typist:
    """Consumes console output and returns input. Times are of one monotonic clock."""

    def __init__(self, script: Sequence[Step], now: float) -> None:
        self._script = script
        self._at = 0
        self._since = now
        self._output = b""
        self._refused: str | None = None

    @property
    def done(self) -> bool:
        """Whether the last step has been answered."""
        return self._at >= len(self._script)

    def start(self) -> bytes:
        """The input of the first step."""
        return b"" if self.done else self._script[0].send

    def feed(self, data: bytes, now: float) -> bytes:
        """Consume console output; returns the input to send now, or empty bytes."""
        self._output = (self._output + data)[-_OUTPUT_MAX:]
        while not self.done and self._refused is None:
            step = self._script[self._at]
            output = without_escapes(self._output)
            answer = re.search(step.expect, output)
            if answer is None:
                if step.refuse is not None and re.search(step.refuse, output):
                    self._refused = f"{step.what}: {_last_output(output, step)}"
                break
            self._at += 1
            self._since = now
            self._output = output[answer.end() :].encode()
            if not self.done and self._script[self._at].send:
                # Output from before the step is not its answer.
                self._output = b""
                send = self._script[self._at].send
                # A step that expects no answer is complete once it is typed.
                self._at += not self._script[self._at].expect
                return send
        return b""

    def failure(self, now: float) -> str | None:
        """Why the script can't continue, in one line; None if it can."""
        if self._refused is not None or self.done:
            return self._refused
        step = self._script[self._at]
        if now - self._since <= step.seconds:
            return None
        last = _last_output(without_escapes(self._output), step)
        return f"{step.what}: no answer in {step.seconds:g} s; the last console output: {last}"


def _last_output(output: str, step: Step) -> str:
    """The last lines that are neither empty nor the echo of the step's input."""
    sent = step.send.decode("ascii", "replace").strip()
    lines = [line.strip() for line in output.splitlines()]
    shown = [line for line in lines if line and not (sent and line.endswith(sent))]
    return " / ".join(shown[-2:])[:_MESSAGE_MAX] or "(nothing)"
