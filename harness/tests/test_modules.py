"""The one program handed over as a multiboot module, and through a loader of the port's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Checkout, multiboot_elf, tiny_elf

from ringside.catalog import load, load_workloads
from ringside.catalog.delivery import Delivery, LoaderDelivery, MultibootModuleDelivery
from ringside.errors import CatalogError, ImageError
from ringside.image.delivery import Payload, deliver, describe
from ringside.image.delivery.multiboot_module import module
from ringside.image.mono import find_plan
from ringside.image.obtain import obtain

PLACE = b"# ringside plan 4096\n".ljust(4096, b"\n")
MODULE = MultibootModuleDelivery(words=("${host-port}", "$(task-create)"))
LOADER = LoaderDelivery(kernel_at="0xffffffff80000000", program_at="0x1000")


def payload(root: Path, one_program: bool = True) -> Payload:
    """What is to be handed to the made-up kernel: a program with a place for a plan, or ELFs."""
    build = root / "workloads" / "build" / "linux-x86_64"
    if one_program:
        (build / "init").unlink()
        (build / "mono").write_bytes(tiny_elf(PLACE))
    kernel = load(root).kernels[0]
    image = obtain(kernel, root, root / ".cache")
    workloads = load_workloads(root, "linux-x86_64")
    return Payload(workloads, ("a/ok",), "quick", image, image.path, root / ".cache")


def test_program_is_module_with_its_arguments(checkout: Checkout) -> None:
    what = payload(checkout())
    made = deliver(MODULE, what)
    assert (made.kernel, made.initrd, made.options[0]) == (what.file, None, "-initrd")
    path, *words = made.options[1].split(" ")
    assert words == ["${host-port}", "$(task-create)"]
    program = Path(path).read_bytes()
    at, size = find_plan(program, "it")
    assert b"profile quick\na/ok\n" in program[at : at + size]
    assert deliver(MODULE, what) == made


def test_module_paths_have_fixed_length(tmp_path: Path) -> None:
    short, long = Path("/a"), tmp_path / ("b" * 40)
    assert len(module(short)) == len(module(long))
    assert module(Path("/x,y")).endswith("/x,,y")
    with pytest.raises(ImageError, match="spaces in a module's path: move it"):
        module(Path("/my files/x"))


@pytest.mark.parametrize("how", [MODULE, LOADER])
def test_a_port_of_many_programs_can_not_be_handed_over(checkout: Checkout, how: Delivery) -> None:
    root = checkout()
    (root / "workloads" / "build" / "linux-x86_64" / "loader").write_bytes(b"")
    with pytest.raises(ImageError) as caught:
        deliver(how, payload(root, one_program=False))
    assert "\n" not in str(caught.value)


def test_a_loader_that_was_not_built_is_missed(checkout: Checkout) -> None:
    with pytest.raises(ImageError, match="port linux-x86_64 has no loader"):
        deliver(LOADER, payload(checkout()))


def test_kernel_without_multiboot_header_is_reported() -> None:
    assert describe(MODULE, multiboot_elf(), "it")
    with pytest.raises(ImageError, match="it has no multiboot header, so it can't receive a mod"):
        describe(MODULE, tiny_elf(), "it")


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ('{ method = "multiboot-module", words = ["a b"] }', "words.0"),
        ('{ method = "multiboot-module", words = ["a,b"] }', "words.0"),
        ('{ method = "loader", kernel_at = "4096", program_at = "0x0" }', "kernel_at"),
        ('{ method = "loader", kernel_at = "0x1000" }', "program_at"),
    ],
)
def test_a_manifest_that_says_it_wrong(checkout: Checkout, said: str, complaint: str) -> None:
    root = checkout()
    file = root / "kernels" / "one" / "kernel.toml"
    file.write_text(file.read_text().replace('workloads = "initrd"', f"workloads = {said}"))
    with pytest.raises(CatalogError) as caught:
        load(root)
    assert complaint in str(caught.value) and "\n" not in str(caught.value)
