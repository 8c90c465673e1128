"""Update the generated part of a document in place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from ringside.errors import ReportError


def put_into(path: Path, change: Callable[[str], str]) -> None:
    """Update the text of `path` with `change`, and print whether it changed. Raises ReportError."""
    try:
        before = path.read_text(encoding="utf-8")
        after = change(before)
        if after != before:
            path.write_text(after, encoding="utf-8")
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ReportError(f"{path}: not a text file") from error
    click.echo(f"{path}: {'updated' if after != before else 'is up to date'}")
