"""Records sent by the guest: parse a line, and collect the lines of a boot into results."""

from ringside.records.line import Record, Text, Torn, parse_line
from ringside.records.result import Result, Verdict
from ringside.records.transcript import Transcript

__all__ = ["Record", "Result", "Text", "Torn", "Transcript", "Verdict", "parse_line"]
