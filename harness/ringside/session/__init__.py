"""One boot from power-on to its end: console output to a sink, time limits, and the outcome."""

from ringside.session.outcome import Ending, Outcome
from ringside.session.ready import ReadyText
from ringside.session.run import Limits, Sink, run_session
from ringside.session.text import printable

__all__ = ["Ending", "Limits", "Outcome", "ReadyText", "Sink", "printable", "run_session"]
