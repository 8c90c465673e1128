"""The command group, and the one place that turns errors into a message and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from typing import NoReturn

import click

import ringside
from ringside.cli.boot import boot
from ringside.cli.check import check
from ringside.cli.compare import compare
from ringside.cli.diff import diff
from ringside.cli.explain import explain
from ringside.cli.history import history_command
from ringside.cli.kernels import kernels
from ringside.cli.lists import clocks, fetch, workloads
from ringside.cli.new import new
from ringside.cli.observe import observe
from ringside.cli.probe import probe
from ringside.cli.report import report
from ringside.cli.table import table
from ringside.errors import RingsideError

FAILED = 2
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(ringside.__version__, message="ringside %(version)s")
@click.option("--debug", is_flag=True, help="Show a traceback on errors.")
def cli(debug: bool) -> None:
    """Compare operating system kernels: run the same binaries on each, and show the costs."""


for _command in (
    compare,
    check,
    diff,
    history_command,
    explain,
    observe,
    probe,
    report,
    boot,
    fetch,
    kernels,
    new,
    table,
    workloads,
    clocks,
):
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command line; returns its exit status."""
    debug = "--debug" in arguments[:1]
    try:
        status = cli.main(args=arguments, prog_name="ringside", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        _say(error.format_message())
        return FAILED
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted")
        return INTERRUPTED
    except RingsideError as error:
        if debug:
            traceback.print_exc()
        _say(str(error))
        return FAILED
    except BrokenPipeError:
        # The reader has closed the pipe: suppress further output, also at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        if debug:
            traceback.print_exc()
        _say(f"{type(error).__name__}: {error}: this is a bug; `ringside --debug ...` shows where")
        return FAILED


def _say(text: str) -> None:
    click.echo(f"ringside: {' '.join(text.split())}", err=True)
