"""Archives inside kernel images: found, told from what only looks like one, and replaced."""

from __future__ import annotations

import asyncio
import datetime
import re
from pathlib import Path

import pytest
from carrier import carrier
from conftest import ROOT, Checkout
from hypothesis import given
from hypothesis import strategies as st

from ringside.catalog import Catalog, load, load_workloads
from ringside.catalog.delivery import ReplaceCpioDelivery
from ringside.conductor import Request, conduct, prepare
from ringside.conductor.observer import NullObserver
from ringside.errors import ImageError
from ringside.image.cpio import CpioWriter
from ringside.image.delivery import Delivered, Payload, deliver, describe
from ringside.image.embedded import find_archives, replace_archive
from ringside.image.obtain import KernelImage, obtain
from ringside.store import RunFolder

SUBJECT = next(k for k in load(ROOT).kernels if k.role == "subject")


def archive(size: int, name: str = "filler") -> bytes:
    writer = CpioWriter()
    writer.file(name, bytes(size))
    return writer.finish()


def test_an_archive_is_found_wherever_it_lies() -> None:
    ours = archive(1000)
    for before in (0, 1, 3, 510):
        data = b"x" * before + ours + b"\x01 what follows"
        (found,) = find_archives(data)
        assert (found.start, found.capacity, found.names) == (before, len(ours), ("filler",))


def test_the_zeros_of_the_last_block_are_room_and_nothing_else_is() -> None:
    ours = archive(10)
    cut = ours.rstrip(b"\0")
    (found,) = find_archives(cut + b"\0\0\0" + b"next")
    assert len(cut) <= found.end <= len(cut) + 3


def test_what_only_looks_like_one_is_none() -> None:
    ours = archive(100)
    for data in (
        b"070701 is the magic of cpio",
        ours[:200],
        ours.replace(b"TRAILER!!!", b"TRAILER???"),
        archive(10)[:0x5E] + b"FFFFFFFF" + archive(10)[0x66:],
        CpioWriter().finish(),
    ):
        assert find_archives(data) == ()


@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_bytes_are_read_without_a_fault(noise: bytes, cut: int) -> None:
    ours = archive(64)
    for data in (noise, b"070701" + noise, ours[:cut] + noise + ours[cut:]):
        for found in find_archives(data):
            assert 0 <= found.start < found.end <= len(data)


def test_replacing_archive_keeps_other_offsets() -> None:
    data = b"before" + archive(5000) + b"after"
    (place,) = find_archives(data)
    ours = archive(100, "ours")
    made = replace_archive(data, place, ours)
    assert len(made) == len(data)
    assert (made[:6], made[-5:]) == (b"before", b"after")
    assert find_archives(made)[0].names == ("ours",)
    assert not any(made[6 + len(ours) : -5])


def delivered(checkout: Checkout, room: int, folder: Path) -> Delivered:
    root = checkout(workloads=("a/ok", "b/never_planned"))
    file = folder / "kernel"
    file.write_bytes(b"KERNEL" + (archive(room) if room else b""))
    image = KernelImage("one", file, "", "")
    workloads = load_workloads(root, "linux-x86_64")
    payload = Payload(workloads, ("a/ok",), "quick", image, file, root / ".cache")
    return deliver(ReplaceCpioDelivery(init=("/init", "/bin/sh")), payload)


def test_all_programs_go_in_if_they_fit_else_those_of_the_plan(
    checkout: Checkout, tmp_path: Path
) -> None:
    made = delivered(checkout, 1 << 20, tmp_path)
    assert made.kernel is not None
    (found,) = find_archives(made.kernel.read_bytes())
    assert {"init", "bin/sh", "ringside/plan"} <= set(found.names)
    assert {"workloads/a/ok", "workloads/b/never_planned"} <= set(found.names)


@pytest.mark.parametrize(
    ("room", "says"),
    [
        (0, "holds no cpio archive (newc, not compressed) to replace with the"),
        (100, r"its cpio archive has room for 512 bytes but the workloads need [\d,]+: select"),
    ],
)
def test_an_image_that_can_not_take_them_is_one_line(
    checkout: Checkout, tmp_path: Path, room: int, says: str
) -> None:
    with pytest.raises(ImageError) as caught:
        delivered(checkout, room, tmp_path)
    assert re.search(says.replace("(", r"\(").replace(")", r"\)"), str(caught.value))
    assert "\n" not in str(caught.value)


def test_check_says_where_the_archive_is() -> None:
    facts = dict(describe(ReplaceCpioDelivery(), b"KERNEL" + archive(1000), "kernel"))
    assert facts["workloads"] == (
        "in place of a cpio archive of 1 files with room for 1,536 bytes, at 0x6 of the file"
    )


@pytest.mark.boot
def test_a_kernel_runs_what_was_put_in_place_of_its_own_archive(tmp_path: Path) -> None:
    """The kernel under test with an archive of no use inside, and nothing by -initrd."""
    assert SUBJECT.boot is not None
    file = carrier(obtain(SUBJECT, ROOT, ROOT / ".cache").path, archive(2 << 20), tmp_path / "elf")
    boot = SUBJECT.boot.model_copy(update={"workloads": ReplaceCpioDelivery()})
    other = SUBJECT.model_copy(update={"id": "carrier", "boot": boot})
    request = Request(
        kernels=("carrier", SUBJECT.id), workloads=("syscall/null",), images={"carrier": file}
    )
    plan = prepare(Catalog(ROOT, (SUBJECT, other)), request, NullObserver())
    now = datetime.datetime.now(datetime.UTC)
    run = asyncio.run(conduct(plan, RunFolder.create(tmp_path / "r", "exact", now), NullObserver()))
    assert [(m.status, m.detail) for m in run.measurements] == [("ok", None)] * 2
    assert len({m.value for m in run.measurements}) == 1
    assert not any("-initrd" in b.argv for b in run.boots if b.kernel == "carrier")
