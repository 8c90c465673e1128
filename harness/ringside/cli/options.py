"""Options shared by several commands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ringside.catalog import Catalog
from ringside.catalog.names import split_list
from ringside.errors import MachineError
from ringside.image.user_images import find_user_images
from ringside.machine import CLOCKS, Clock
from ringside.machine.probe import choose_clock, probe_kvm

_F = TypeVar("_F", bound=Callable[..., Any])


def clock_option(*, auto: bool) -> Callable[[_F], _F]:
    """`--clock`; `auto` adds a choice that lets the host decide."""
    choices = [*CLOCKS, "auto"] if auto else list(CLOCKS)
    return click.option(
        "--clock",
        type=click.Choice(choices),
        default="exact",
        show_default=True,
        help="The clock to measure with; `ringside clocks` explains.",
    )


def kernels_option(function: _F) -> _F:
    """`--kernels`."""
    return click.option(
        "--kernels",
        "patterns",
        multiple=True,
        metavar="A,B",
        help="Kernels to run: ids or globs; `all` selects every one that can run.",
    )(function)


def workloads_option(function: _F) -> _F:
    """`--workloads`."""
    return click.option(
        "--workloads",
        multiple=True,
        metavar="X,Y",
        help="Workloads to run: full names, unique last components or globs.",
    )(function)


def profile_option(function: _F) -> _F:
    """`--profile`."""
    return click.option(
        "--profile",
        type=click.Choice(["quick", "full"]),
        default="quick",
        show_default=True,
        help="Number of repetitions.",
    )(function)


def patience_option(function: _F) -> _F:
    """`--patience`."""
    return click.option(
        "--patience",
        type=click.FloatRange(min=0.0, min_open=True),
        default=1.0,
        metavar="FACTOR",
        help="Multiply all host-time deadlines, for slow machines.",
    )(function)


def cpus_option(*, default: int | None) -> Callable[[_F], _F]:
    """`--cpus`; without a default the command chooses."""
    return click.option(
        "--cpus",
        type=click.IntRange(min=1, max=64),
        default=default,
        metavar="N",
        help="Number of guest CPUs.  [default: 1]",
    )


def images_option(function: _F) -> _F:
    """`--image`."""
    return click.option(
        "--image",
        "images",
        multiple=True,
        metavar="ID=PATH",
        callback=parse_images,
        help="Boot this file as kernel ID instead of the manifest's image.",
    )(function)


def user_images(catalog: Catalog, named: dict[str, Path]) -> dict[str, Path]:
    """The images of `--image`, and those in the directory $RINGSIDE_IMAGES."""
    return dict(find_user_images((kernel.id for kernel in catalog.kernels), named).images)


def names(values: tuple[str, ...]) -> tuple[str, ...]:
    """The names in a repeatable, comma-separated option."""
    return split_list(values)


def resolve_clock(name: str, root: Path) -> Clock:
    """A clock by name; `auto` is kvm if a probe guest boots under it, else exact.

    Raises MachineError for `kvm` if no guest runs under it.
    """
    if name == "auto":
        return choose_clock(root / ".cache")
    clock = next(clock for clock in CLOCKS if clock == name)
    if clock == "kvm":
        probe = probe_kvm(root / ".cache")
        if not probe.works:
            raise MachineError(
                f"kvm does not work on this host ({probe.reason}): use --clock exact"
            )
    return clock


def parse_images(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> dict[str, Path]:
    """Files by kernel id, from `ID=PATH` values."""
    images = {}
    for value in values:
        kernel_id, equals, path = value.partition("=")
        if not (kernel_id and equals and path):
            raise click.BadParameter(f"{value!r} is not ID=PATH", context, parameter)
        images[kernel_id] = Path(path).expanduser()
    return images
