"""`ringside new`: write the manifest of a new kernel."""

from __future__ import annotations

import click

from ringside.catalog import find_root, load
from ringside.catalog.new import write_manifest


@click.command()
@click.argument("kernel_id", metavar="ID")
@click.option("--name", help="Display name (default: the id).")
def new(kernel_id: str, name: str | None) -> None:
    """Write kernels/ID/kernel.toml, a manifest to edit, and say what comes next."""
    catalog = load(find_root())
    file = write_manifest(catalog, kernel_id, name)
    click.echo(f"written: {file.relative_to(catalog.root)}")
    click.echo(f"next: ringside kernels check {kernel_id} --image PATH-OF-YOUR-KERNEL")
    click.echo("see docs/add-a-kernel.md")
