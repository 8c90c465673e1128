"""How the workloads get in: what a manifest may say of it, and what each method makes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import runs
from conftest import Checkout, multiboot_elf

from ringside.catalog import BootConfig, Kernel, load, load_workloads
from ringside.catalog.delivery import InitrdDelivery, NoDelivery
from ringside.catalog.model import Boot, FileImage
from ringside.conductor.spec import machine_spec
from ringside.errors import CatalogError, ImageError
from ringside.image.delivery import Payload, deliver
from ringside.image.inspect import inspect
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
        ('{ method = "initrd", promt = "#" }', "boot.workloads.initrd.promt: unknown key"),
        ("{}", "boot.workloads: unable to extract tag using discriminator 'method'"),
    ],
)
def test_a_typo_is_one_line(checkout: Checkout, said: str, complaint: str) -> None:
    root = _rewritten(checkout, 'workloads = "initrd"', f"workloads = {said}")
    with pytest.raises(CatalogError) as caught:
        load(root)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_delivery_to_boot_only_kernel_is_refused(checkout: Checkout) -> None:
    root = _rewritten(checkout, 'workloads = "initrd"', 'workloads = "none"')
    kernel = next(k for k in load(root).kernels if k.id == "one")
    assert kernel.boot is not None
    image = obtain(kernel, root, root / ".cache")
    workloads = load_workloads(root, "linux-x86_64")
    payload = Payload(workloads, ("a/ok",), "quick", image, image.path, root / ".cache")
    with pytest.raises(ImageError, match="one runs no workloads"):
        deliver(kernel.boot.workloads, payload)


def firmware(tmp_path: Path) -> Kernel:
    """A kernel that a boot loader on a disk starts, and its image's folder."""
    image = FileImage(source="file", offers="a kernel", beside=("disk.img",))
    boot = Boot(
        arch="x86_64",
        machine="pc",
        memory_mib=64,
        devices=("-drive", "format=raw,file={beside}/disk.img"),
        workloads=NoDelivery(),
        ways={"firmware": BootConfig(image="firmware")},
    )
    shutil.copy(multiboot_file(tmp_path), tmp_path / "kernel.elf")
    return runs.manifest("one").model_copy(update={"image": image, "boot": boot})


def multiboot_file(tmp_path: Path) -> Path:
    file = tmp_path / "made"
    file.write_bytes(multiboot_elf())
    return file


def test_missing_companion_disk_is_reported(tmp_path: Path) -> None:
    kernel = firmware(tmp_path)
    file = tmp_path / "kernel.elf"
    with pytest.raises(ImageError) as caught:
        obtain(kernel, tmp_path, tmp_path, user_image=file)
    line = f"kernel.elf can't be booted without disk.img in the same directory, {tmp_path}"
    assert str(caught.value) == line
    assert inspect(file, kernel).problem == line
    (tmp_path / "disk.img").write_bytes(b"")
    assert inspect(file, kernel).problem is None
    image = obtain(kernel, tmp_path, tmp_path, user_image=file)
    assert kernel.boot is not None
    spec = machine_spec(kernel.console, kernel.boot, kernel.boot.ways["firmware"], image.path)
    assert spec.kernel is None
    assert spec.extra == ("-drive", f"format=raw,file={tmp_path}/disk.img")


def test_an_image_for_another_processor_is_one_line(tmp_path: Path) -> None:
    kernel = firmware(tmp_path)
    file = tmp_path / "kernel.elf"
    data = bytearray(file.read_bytes())
    data[18:20] = (183).to_bytes(2, "little")
    (tmp_path / "disk.img").write_bytes(b"")
    file.write_bytes(bytes(data))
    with pytest.raises(ImageError, match="an ELF for aarch64, not for x86_64"):
        obtain(kernel, tmp_path, tmp_path, user_image=file)


def test_only_planned_elves_are_delivered_when_space_is_limited(checkout: Checkout) -> None:
    root = checkout(workloads=("a/ok", "a/helper_target", "b/other"))
    workloads = load_workloads(root, "linux-x86_64")
    names = [w.name for w in workloads.required_elves(["a/ok"])]
    assert names == ["a/helper_target", "a/ok"]
    assert [w.name for w in workloads.required_elves(["b/other"])] == ["b/other"]
