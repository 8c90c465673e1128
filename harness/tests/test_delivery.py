"""How the workloads get in: what a manifest may say of it, and what each method makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Checkout

from ringside.catalog import load, load_workloads
from ringside.catalog.delivery import InitrdDelivery
from ringside.errors import CatalogError, ImageError
from ringside.image.delivery import Cargo, deliver
from ringside.image.obtain import obtain


def _rewritten(checkout: Checkout, old: str, new: str) -> Path:
    root = checkout()
    file = root / "kernels" / "one" / "kernel.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return root


def test_a_name_and_a_table_say_the_same(checkout: Checkout) -> None:
    root = _rewritten(checkout, 'workloads = "initrd"', 'workloads = { method = "initrd" }')
    for kernel in load(root).kernels:
        assert kernel.boot is not None
        assert kernel.boot.workloads == InitrdDelivery()


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ('"initrdd"', "boot.workloads: input tag 'initrdd'"),
        ('{ method = "initrd", promt = "#" }', "boot.workloads.initrd.promt: there is no such key"),
        ("{}", "boot.workloads: unable to extract tag using discriminator 'method'"),
    ],
)
def test_a_typo_is_one_line(checkout: Checkout, said: str, complaint: str) -> None:
    root = _rewritten(checkout, 'workloads = "initrd"', f"workloads = {said}")
    with pytest.raises(CatalogError) as caught:
        load(root)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_kernel_that_takes_none_is_given_none(checkout: Checkout) -> None:
    root = _rewritten(checkout, 'workloads = "initrd"', 'workloads = "none"')
    kernel = next(k for k in load(root).kernels if k.id == "one")
    assert kernel.boot is not None
    image = obtain(kernel, root, root / ".cache")
    workloads = load_workloads(root, "linux-x86_64")
    cargo = Cargo(workloads, ("a/ok",), "quick", image, image.path, root / ".cache")
    with pytest.raises(ImageError, match="one takes no workloads"):
        deliver(kernel.boot.workloads, cargo)
