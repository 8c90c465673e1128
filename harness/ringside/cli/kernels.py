"""`ringside kernels`: list the kernels, show one, and check an image."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ringside.catalog import Catalog, Kernel, find_root, load
from ringside.catalog.load import missing_key
from ringside.catalog.model import FACT_COLUMNS, FileImage
from ringside.cli.levels import levels_reached
from ringside.cli.options import patience_option
from ringside.cli.trial import try_boot
from ringside.errors import ImageError
from ringside.image import obtain
from ringside.image.inspect import inspect
from ringside.image.state import ImageState, image_state
from ringside.image.user_images import find_user_images

_CACHE = ".cache"


@click.group(invoke_without_command=True)
@click.pass_context
def kernels(context: click.Context) -> None:
    """List the kernels; `ringside kernels show ID` shows one in detail."""
    if context.invoked_subcommand is not None:
        return
    catalog = load(find_root())
    given = find_user_images((k.id for k in catalog.kernels), {})
    reached = levels_reached(catalog, None)
    table = Table("id", "level", "runs", "image", box=None, pad_edge=False, collapse_padding=True)
    for kernel in catalog.kernels:
        state = image_state(
            kernel, catalog.root, catalog.root / _CACHE, given.images.get(kernel.id)
        )
        table.add_row(
            kernel.id,
            level_text(reached[kernel.id], kernel.target),
            _runs(kernel, state),
            Text(state.text),
        )
    console = Console()
    console.print(table)
    console.print(
        "level: reached in the newest runs (target in parentheses); "
        "for details: `ringside kernels show ID`",
        style="dim",
        soft_wrap=True,
    )
    for name in given.unmatched:
        console.print(f"{name}: no kernel has this name", markup=False, highlight=False)


def level_text(reached: str, target: str) -> str:
    """The level reached, and the target level if it differs."""
    return reached if reached == target else f"{reached} ({target})"


def lacking(kernel: Kernel, state: ImageState) -> tuple[str, ...]:
    """What is missing before the kernel can run."""
    parts = []
    if not (state.here or state.obtainable):
        parts.append("image")
    if kernel.boot is None:
        parts.append("boot")
    if kernel.boot_only and kernel.console.ready is None:
        parts.append("ready pattern")
    if kernel.port is None and not kernel.boot_only:
        parts.append("port")
    return tuple(parts)


def _runs(kernel: Kernel, state: ImageState) -> str:
    missing = lacking(kernel, state)
    if missing:
        return f"no {', '.join(missing)}"
    if kernel.boot_only:
        return "boots only"
    asked_for = not kernel.default and not state.text.startswith("given")
    return "on request" if asked_for else "by default"


@kernels.command()
@click.argument("kernel_id", metavar="ID")
def show(kernel_id: str) -> None:
    """Show the manifest of kernel ID."""
    catalog = load(find_root())
    kernel = catalog.kernel(kernel_id)
    table = Table("what", "value", show_header=False, box=None)
    for key, value in _rows(kernel, catalog):
        table.add_row(Text(key, style="bold"), Text(value, overflow="fold"))
    Console().print(table)


def _words(value: object) -> str:
    """A manifest value for display: tables as `key=value`, lists as words."""
    if isinstance(value, dict):
        return " ".join(f"{key}={word}" for key, word in value.items())
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _rows(kernel: Kernel, catalog: Catalog) -> list[tuple[str, str]]:
    rows = [("id", kernel.id), ("name", kernel.name), ("summary", kernel.summary)]
    reached = levels_reached(catalog, None)[kernel.id]
    rows += [("role", kernel.role), ("level", level_text(reached, kernel.target))]
    if kernel.homepage is not None:
        rows.append(("homepage", str(kernel.homepage)))
    if kernel.image is not None:
        values = kernel.image.model_dump(mode="json", exclude_none=True)
        told = (f"{key}: {_words(value)}" for key, value in values.items() if value)
        rows.append(("image", "\n".join(told)))
    given = find_user_images((k.id for k in catalog.kernels), {}).images.get(kernel.id)
    state = image_state(kernel, catalog.root, catalog.root / _CACHE, given)
    rows.append(("image here", state.text))
    if kernel.boot is not None:
        rows.append(("machine", f"{kernel.boot.machine}, {kernel.boot.memory_mib} MiB"))
        for name, way in kernel.boot.ways.items():
            rows.append((f"boot {name}", way.cmdline or "(no command line)"))
            rows += [("", f"- {effect}") for effect in way.effects]
    for key, heading in FACT_COLUMNS.items():
        fact = getattr(kernel.facts, key)
        if fact is None:
            rows.append((heading, "not declared"))
            continue
        note = f"; {fact.note}" if fact.note else ""
        rows.append((heading, f"{fact.value}{note} ({fact.source}, {fact.read})"))
    rows += [("note", note) for note in kernel.notes]
    rows.append(("next step", next_step(kernel, state)))
    return rows


def next_step(kernel: Kernel, state: ImageState) -> str:
    """The next step towards running this kernel."""
    missing = missing_key(kernel)
    if missing is not None:
        return f"add {missing}"
    if not (state.here or state.obtainable):
        offers = f": {kernel.image.offers}" if isinstance(kernel.image, FileImage) else ""
        return f"`ringside kernels check {kernel.id} --image PATH`{offers}"
    return (
        f"`ringside boot {kernel.id}`"
        if kernel.boot_only
        else f"`ringside compare --kernels {kernel.id}`"
    )


@kernels.command(name="check")
@click.argument("kernel_id", metavar="ID")
@click.option("--image", "path", type=click.Path(path_type=Path), help="The image file.")
@click.option("--no-boot", is_flag=True, help="Inspect the file only.")
@patience_option
def check_image(kernel_id: str, path: Path | None, no_boot: bool, patience: float) -> int:
    """Inspect an image for kernel ID, boot it once, and report problems.

    Exits 0 if it ran a workload, 1 if there is a problem, 2 if the test was not possible.
    """
    catalog = load(find_root())
    kernel = catalog.kernel(kernel_id)
    named = {kernel_id: path} if path is not None else {}
    image = find_user_images((k.id for k in catalog.kernels), named).images.get(kernel_id)
    if image is None:
        state = image_state(kernel, catalog.root, catalog.root / _CACHE, None)
        if not state.obtainable:
            raise ImageError(f"no image: run `ringside kernels check {kernel_id} --image PATH`")
        image = obtain(kernel, catalog.root, catalog.root / _CACHE).path
        named = {}
    found = inspect(image, kernel)
    console = Console()
    table = Table("what", "value", show_header=False, box=None)
    for heading, words in found.facts:
        table.add_row(Text(heading, style="bold"), Text(words))
    console.print(table)
    problem = found.problem
    if problem is None and not no_boot:
        missing = missing_key(kernel)
        if missing is not None:
            _say(console, f"the file is bootable, but the manifest lacks {missing}")
            return 0
        if kernel.boot_only:
            _say(console, f"the file is bootable: run `{boot_command(kernel, path)}`")
            return 0
        problem = _tried(console, catalog, kernel, named, patience)
    if problem is not None:
        _say(console, f"problem: {problem}")
        return 1
    return 0


def boot_command(kernel: Kernel, path: Path | None) -> str:
    """The command that boots a kernel without workloads."""
    image = f" --image {kernel.id}={path}" if path is not None else ""
    return f"ringside boot {kernel.id}{image}"


def _tried(
    console: Console, catalog: Catalog, kernel: Kernel, images: dict[str, Path], patience: float
) -> str | None:
    """Boot it, and print its last console lines on failure. The problem in a line, or None."""
    with Console(stderr=True).status("booting with one workload"):
        trial = try_boot(catalog, kernel, images, patience)
    if trial.problem is not None:
        for line in trial.last_lines:
            _say(console, f"  | {line}")
    else:
        _say(console, f"boot {trial.way}: it ran {trial.workload}; everything is in place")
    return trial.problem


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
