"""easy-fs: what our writer made is read back by a reader that shares nothing with it."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringside.catalog.workloads import Workload, WorkloadSet
from ringside.errors import ImageError
from ringside.image.delivery import Payload, deliver
from ringside.image.easyfs import build_easyfs
from ringside.image.obtain import KernelImage


class Reader:
    """Reads as the kernel does: by the superblock, the inodes and the chains of blocks."""

    def __init__(self, image: bytes) -> None:
        self.image = image
        head = [self.word(0, 4 * index) for index in range(6)]
        assert head[0] == 0x3B800001
        self.total, self.inode_bitmap, self.inodes, self.data_bitmap, self.data = head[1:]
        assert 1 + self.inode_bitmap + self.inodes + self.data_bitmap + self.data == self.total
        assert len(image) == self.total * 512
        self.seen: list[int] = []

    def word(self, block: int, at: int) -> int:
        return int.from_bytes(self.image[512 * block + at : 512 * block + at + 4], "little")

    def taken(self, block: int, bit: int) -> bool:
        return bool(self.image[512 * block + bit // 8] >> bit % 8 & 1)

    def block(self, number: int) -> bytes:
        first = self.total - self.data
        assert first <= number < self.total, "a block of the data"
        assert self.taken(1 + self.inode_bitmap + self.inodes, number - first), "taken"
        self.seen.append(number)
        return self.image[512 * number : 512 * number + 512]

    def pointers(self, number: int) -> list[int]:
        data = self.block(number)
        return [int.from_bytes(data[at : at + 4], "little") for at in range(0, 512, 4)]

    def read(self, inode: int) -> tuple[int, bytes]:
        """The kind and the bytes of an inode."""
        assert self.taken(1, inode), "the inode is taken"
        block, at = 1 + self.inode_bitmap + inode // 4, inode % 4 * 128
        size = self.word(block, at)
        wanted = -(-size // 512)
        numbers = [self.word(block, at + 4 + 4 * index) for index in range(min(wanted, 28))]
        if wanted > 28:
            numbers += self.pointers(self.word(block, at + 116))[: wanted - 28]
        if wanted > 28 + 128:
            left = wanted - 28 - 128
            for list_ in self.pointers(self.word(block, at + 120))[: -(-left // 128)]:
                numbers += self.pointers(list_)[: wanted - len(numbers)]
        data = b"".join(self.block(number) for number in numbers)
        return self.image[512 * block + at + 124], data[:size]

    def files(self) -> dict[str, bytes]:
        kind, entries = self.read(0)
        assert kind == 1
        found = {}
        for at in range(0, len(entries), 32):
            name = entries[at : at + 28].rstrip(b"\0").decode()
            kind, found[name] = self.read(int.from_bytes(entries[at + 28 : at + 32], "little"))
            assert kind == 0
        return found


NAMES = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=27)


@given(st.dictionaries(NAMES, st.binary(max_size=2000), max_size=20))
def test_every_file_comes_back(files: dict[str, bytes]) -> None:
    reader = Reader(build_easyfs(files, 2048))
    assert reader.files() == files
    # No block is two files', and none is taken for nobody.
    assert len(set(reader.seen)) == len(reader.seen)
    bitmap = 1 + reader.inode_bitmap + reader.inodes
    taken = [bit for bit in range(reader.data) if reader.taken(bitmap, bit)]
    assert len(taken) == len(reader.seen)


@pytest.mark.parametrize(
    "size", [0, 512, 28 * 512, 28 * 512 + 1, 156 * 512, 156 * 512 + 1, 400_000]
)
def test_the_chains_of_blocks(size: int) -> None:
    files = {"a": random.Random(size).randbytes(size), "b": b"after"}
    reader = Reader(build_easyfs(files))
    assert reader.total == 32768
    assert reader.files() == files
    assert not any(reader.taken(1, inode) for inode in range(3, 4096))


@pytest.mark.parametrize(
    ("files", "blocks", "complaint"),
    [
        ({"x" * 28: b""}, 2048, "is not a valid file name in easy-fs: 1 to 27 bytes"),
        ({"": b""}, 2048, "is not a valid file name"),
        ({"x": bytes(1 << 20)}, 2048, "the files don't fit into 1 MiB of easy-fs"),
        ({"x": bytes(9 << 20)}, 32768, "a file of 9437184 bytes is too large for easy-fs"),
        ({str(n): b"" for n in range(4096)}, 32768, "4096 files: easy-fs supports 4095 here"),
        ({}, 1000, "1000 blocks are too few"),
    ],
)
def test_what_does_not_fit_is_said(files: dict[str, bytes], blocks: int, complaint: str) -> None:
    with pytest.raises(ImageError) as caught:
        build_easyfs(files, blocks)
    assert complaint in str(caught.value)


def test_disk_contains_runner_plan_and_planned_workloads(tmp_path: Path) -> None:
    from ringside.catalog.delivery import EasyFsDelivery

    def program(name: str) -> Workload:
        path = tmp_path / name.replace("/", "-")
        path.write_bytes(name.encode() * 300)
        return Workload(name, path, hashlib.sha256(path.read_bytes()).hexdigest())

    (tmp_path / "init").write_bytes(b"the runner")
    workloads = WorkloadSet(
        port="p",
        init=tmp_path / "init",
        workloads=(program("ipc/semaphore_round_trip"), program("syscall/null")),
        extras=(program("ipc/some_target"),),
    )
    image = KernelImage(kernel="k", path=tmp_path / "init", sha256="", version="")
    plan = ("ipc/semaphore_round_trip",)
    payload = Payload(workloads, plan, "full", image, tmp_path / "kernel", tmp_path / "cache")
    made = deliver(EasyFsDelivery(), payload)
    assert made.kernel == tmp_path / "kernel"
    drive = made.options[made.options.index("-drive") + 1]
    disk = Path(drive.partition("file=")[2].partition(",")[0])
    assert "snapshot=on" in drive
    assert hashlib.sha256(disk.read_bytes()).hexdigest() == made.sha256
    files = Reader(disk.read_bytes()).files()
    assert files["initproc"] == b"the runner"
    assert files["/ringside/plan"].startswith(b"profile full\nipc/semaphore_round_trip\n\n")
    assert set(files) == {
        "initproc",
        "/ringside/plan",
        "ipc/semaphore_round_trip",
        "ipc/some_target",
    }
