"""Bring the generated part of a document up to date, in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from ringside.errors import ReportError


def put_into(path: Path, change: Callable[[str], str]) -> None:
    """Have `change` make the text of `path` anew, and say whether it did. Raises ReportError."""
    try:
        before = path.read_text(encoding="utf-8")
        after = change(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReportError(f"{path}: not a text file") from error
    click.echo(f"{path}: {'brought up to date' if after != before else 'is up to date'}")
