"""Images, packages and the initrd: bytes in, bytes or one clear line out."""

from __future__ import annotations

import gzip
import io
import lzma
import re
import shutil
import struct
import subprocess
import sys
import tarfile
from pathlib import Path

import lz4.block
import pytest
import zstandard
from conftest import ROOT, Checkout, multiboot_elf, tiny_elf
from hypothesis import given
from hypothesis import strategies as st

from ringside.catalog import load, load_workloads
from ringside.errors import ImageError
from ringside.image import Symbols, build_initrd, obtain
from ringside.image.apt import AptSuite, kernel_dependencies, stanzas
from ringside.image.bzimage import extract_vmlinux
from ringside.image.commands import last_error, run
from ringside.image.config import parse_config, require_options
from ringside.image.cpio import CpioWriter
from ringside.image.elf import check_bootable, compiler_version, identify
from ringside.image.make import first_error, make
from ringside.image.mirror import find_mirror, parse_index_targets
from ringside.image.unpack import unpack

ELF = tiny_elf(b"a kernel" * 1000)


def lz4_legacy(data: bytes) -> bytes:
    blocks = [data[at : at + (8 << 20)] for at in range(0, len(data), 8 << 20)]
    packed = [lz4.block.compress(block, store_size=False) for block in blocks]
    return b"\x02\x21\x4c\x18" + b"".join(struct.pack("<I", len(p)) + p for p in packed)


def bzimage(payload: bytes, *, version: int = 0x20F, size: int | None = None) -> bytes:
    """A bzImage with a payload behind 512 bytes of protected-mode code."""
    sectors = 3
    setup = bytearray((sectors + 1) * 512)
    setup[0x1F1] = sectors
    setup[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", setup, 0x206, version)
    struct.pack_into("<II", setup, 0x248, 512, len(payload) if size is None else size)
    return bytes(setup) + bytes(512) + payload + b"trailer"


def with_size(packed: bytes) -> bytes:
    return packed + struct.pack("<I", len(ELF))


PAYLOADS = {
    "lz4": with_size(lz4_legacy(ELF)),
    "zstd": with_size(zstandard.ZstdCompressor().compress(ELF)),
    "gzip": gzip.compress(ELF, mtime=0),
    "xz": with_size(lzma.compress(ELF)),
}


@pytest.mark.parametrize("kind", PAYLOADS)
def test_the_elf_in_a_bzimage(kind: str) -> None:
    assert extract_vmlinux(bzimage(PAYLOADS[kind])) == ELF


def test_an_lz4_payload_of_several_blocks() -> None:
    large = tiny_elf(bytes(range(256)) * 40_000)
    assert len(large) > 8 << 20
    packed = lz4_legacy(large) + struct.pack("<I", len(large))
    assert extract_vmlinux(bzimage(packed)) == large


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a bzImage"),
        (bzimage(PAYLOADS["lz4"], version=0x207), "not a bzImage"),
        (bzimage(PAYLOADS["lz4"], size=10**6), "truncated"),
        (bzimage(b"BZh9" + bytes(100)), "neither lz4, zstd, gzip nor xz"),
        (bzimage(PAYLOADS["zstd"][:-4] + bytes(4)), "bytes unpacked, not 0"),
        (bzimage(PAYLOADS["xz"][:100] + bytes(100)), "damaged"),
        (bzimage(lz4_legacy(b"no elf") + b"\6\0\0\0"), "not an ELF"),
    ],
)
def test_a_bad_bzimage_is_one_line(data: bytes, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        extract_vmlinux(data)


@given(st.sampled_from(sorted(PAYLOADS)), st.data())
def test_a_damaged_bzimage_never_ends_in_a_traceback(kind: str, data: st.DataObject) -> None:
    image = bytearray(bzimage(PAYLOADS[kind]))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(image) - 1))
        image[at] = data.draw(st.integers(0, 255))
    try:
        assert extract_vmlinux(bytes(image)).startswith(b"\x7fELF")
    except ImageError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b"#!/bin/sh\n", "it is a script"),
        (gzip.compress(b"x", mtime=0), "it is compressed with gzip"),
        (b"!<arch>\n", "it is an archive"),
        (b"070701", "it is a cpio archive"),
        (b"hello there\n", "it is text"),
        (b"\x00\x01\x02\x03", "it begins with 00 01 02 03"),
        (b"\x7fELF\x02\x01", "a damaged ELF"),
    ],
)
def test_file_format_of_non_kernel_is_described(data: bytes, says: str) -> None:
    with pytest.raises(ImageError, match="x is not a kernel: ") as caught:
        identify(data, "x")
    assert says in str(caught.value)


def test_an_elf_that_qemu_cannot_start() -> None:
    with pytest.raises(ImageError, match="neither a PVH note nor a multiboot header"):
        check_bootable(tiny_elf(), "x")
    with pytest.raises(ImageError, match="an ELF for riscv"):
        check_bootable(tiny_elf()[:18] + struct.pack("<H", 243) + tiny_elf()[20:], "x")
    assert check_bootable(multiboot_elf(), "x").entry == "multiboot"


@given(st.binary(max_size=400))
def test_any_elf_like_bytes_are_survived(tail: bytes) -> None:
    try:
        identify(b"\x7fELF" + tail, "x")
    except ImageError as error:
        assert str(error)


def test_symbols_of_a_program(tmp_path: Path) -> None:
    source = tmp_path / "a.c"
    source.write_text("int first(void) { return 1; }\nint main(void) { return first(); }\n")
    subprocess.run(["gcc", "-o", tmp_path / "a", source], check=True)
    symbols = Symbols.read(tmp_path / "a")
    at = symbols.starts[symbols.names.index("main")]
    assert symbols.lookup(at + 1) == "main+0x1"
    assert symbols.lookup(1 << 62) is None
    assert "GCC" in compiler_version(tmp_path / "a")
    assert Symbols.read(source).lookup(0) is None
    assert compiler_version(source) == "unknown"


def test_config_options() -> None:
    text = '# CONFIG_B is not set\nCONFIG_A=y\nCONFIG_S="x y"\n#\nnonsense\n'
    assert parse_config(text) == {"CONFIG_A": "y", "CONFIG_B": "n", "CONFIG_S": "x y"}
    assert require_options("k", text, {"CONFIG_A": "y", "CONFIG_GONE": "n"}) == {
        "CONFIG_A": "y",
        "CONFIG_GONE": "n",
    }
    with pytest.raises(ImageError, match="k: its config has CONFIG_B=n, but y is required"):
        require_options("k", text, {"CONFIG_B": "y"})


def test_dependencies_of_kernel_packages() -> None:
    depends = (
        "kmod, linux-base (>= 4.3~), linux-image-6.1.0-9-cloud-amd64 (= 6.1.27-1), "
        "linux-binary-7.2+deb14-amd64:amd64 (= 7.2-1), linux-modules-7.2 (= 7.2-1), a | b (= 1)"
    )
    assert list(kernel_dependencies(depends)) == [
        ("linux-image-6.1.0-9-cloud-amd64", "6.1.27-1"),
        ("linux-binary-7.2+deb14-amd64", "7.2-1"),
    ]


def test_the_stanzas_of_an_index() -> None:
    text = "\nPackage: a\nDescription: x\n more: y\nVersion: 1\n\n\nPackage: b\n"
    first = {"package": "a", "description": "x", "version": "1"}
    assert stanzas(text) == [first, {"package": "b"}]
    assert stanzas("\n") == []


def test_the_machines_own_mirror() -> None:
    lines = [
        "Google|stable|https://packages.example/apt/",
        "Debian|bookworm-security|http://mirror.example/debian-security/",
        "Debian|bookworm-updates|http://mirror.example/debian/",
        "Debian|bookworm|http://mirror.example/debian/",
    ]
    assert parse_index_targets("\n".join(lines)) == "http://mirror.example/debian"
    assert parse_index_targets("Ubuntu|noble|http://u.example/ubuntu/\n") is None
    assert parse_index_targets("") is None


def test_the_mirror_can_be_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RINGSIDE_DEBIAN_MIRROR", "https://m.example/debian/")
    assert find_mirror() == "https://m.example/debian"
    monkeypatch.setenv("RINGSIDE_DEBIAN_MIRROR", "m.example")
    with pytest.raises(ImageError, match="not an http"):
        find_mirror()
    monkeypatch.delenv("RINGSIDE_DEBIAN_MIRROR")
    monkeypatch.setenv("PATH", str(tmp_path))
    template = tmp_path / "Debian.info"
    template.write_text("Suite: x\nBaseURI: https://t.example/debian/\nMatchURI: y\n")
    monkeypatch.setattr("ringside.image.mirror.TEMPLATE", template)
    assert find_mirror() == "https://t.example/debian"
    template.unlink()
    with pytest.raises(ImageError, match="set RINGSIDE_DEBIAN_MIRROR"):
        find_mirror()


def test_a_missing_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RINGSIDE_DEBIAN_MIRROR", "https://m.example/debian/")
    monkeypatch.setattr("ringside.image.mirror.KEYRING", tmp_path / "none")
    with pytest.raises(ImageError, match="apt-get install debian-archive-keyring"):
        AptSuite("bookworm", "amd64", tmp_path).update()


def test_no_mirror_is_written_in_the_project() -> None:
    names = [*ROOT.glob("harness/ringside/**/*.py"), *ROOT.glob("kernels/*/kernel.toml")]
    mirror = re.compile(r"https?://[\w.-]+/debian/?[\"' ]")
    assert not [name for name in names if mirror.search(name.read_text())]


def test_an_unreachable_mirror_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keyring = tmp_path / "keyring.gpg"
    keyring.write_bytes(b"")
    monkeypatch.setattr("ringside.image.mirror.KEYRING", keyring)
    monkeypatch.setenv("RINGSIDE_DEBIAN_MIRROR", "http://127.0.0.1:9/no-mirror")
    with pytest.raises(ImageError, match="reading Debian bookworm's index failed: E: ") as caught:
        AptSuite("bookworm", "amd64", tmp_path / "apt").update()
    assert "\n" not in str(caught.value)


@pytest.fixture
def deb(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    control = "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@y>\nDescription: x\n"
    (tree / "DEBIAN" / "control").write_text(control)
    (tree / "boot").mkdir()
    (tree / "boot" / "vmlinuz-1").write_bytes(b"kernel")
    (tree / "boot" / "config-1").write_bytes(b"config")
    (tree / "boot" / "vmlinuz").symlink_to("/etc/passwd")
    subprocess.run(["dpkg-deb", "-b", tree, tmp_path / "x.deb"], check=True, capture_output=True)
    return tmp_path / "x.deb"


def test_single_files_of_a_package(deb: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert unpack(deb, ["boot/vmlinuz*"], out) == ("boot/vmlinuz-1",)
    assert (out / "boot" / "vmlinuz-1").read_bytes() == b"kernel"
    assert sorted(path.name for path in out.rglob("*")) == ["boot", "vmlinuz-1"]


def test_a_file_that_is_no_package(tmp_path: Path) -> None:
    (tmp_path / "x.deb").write_text("no")
    with pytest.raises(ImageError, match="not a Debian package"):
        unpack(tmp_path / "x.deb", ["*"], tmp_path / "out")


def test_a_make_that_fails_shows_the_compiler(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("all:\n\tgcc -c bad.c\nquiet:\n\t@exit 3\n")
    (tmp_path / "bad.c").write_text("int main(void) { return x; }\n")
    with pytest.raises(ImageError, match=r"`make -C \. all` failed: .*bad.c:1:.*error:"):
        make(tmp_path, "all", tmp_path)
    with pytest.raises(ImageError, match=r"quiet` failed: make: .*Error 3"):
        make(tmp_path, "quiet", tmp_path)
    with pytest.raises(ImageError, match="Makefile does not exist"):
        make(tmp_path / "none", "all", tmp_path)


def test_which_line_of_an_output_is_the_error() -> None:
    assert first_error("a\nx.c:1: error: bad\nmake: *** [x] Error 1") == "x.c:1: error: bad"
    assert first_error("") == "no output"
    assert last_error("W: odd\nE: broken\n") == "E: broken"


def test_a_missing_program_names_its_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ImageError, match="apt-get is not installed: run `apt-get install apt`"):
        run(["apt-get", "update"], what="x")


def test_cpio_is_what_cpio_reads(tmp_path: Path) -> None:
    archive = CpioWriter()
    archive.directory("dev")
    archive.char_device("dev/null", 1, 3)
    archive.file("init", b"#!x", 0o755)
    archive.file("empty", b"")
    data = archive.finish()
    assert len(data) % 512 == 0
    if shutil.which("cpio"):
        listed = subprocess.run(
            ["cpio", "-itv", "--quiet"], input=data, capture_output=True, check=True
        )
        lines = listed.stdout.decode().splitlines()
        assert [line.split()[-1] for line in lines] == ["dev", "dev/null", "init", "empty"]
        assert lines[1].startswith("crw-rw-rw-") and "1,   3" in lines[1]
        assert lines[2].startswith("-rwxr-xr-x")
    names = [name for name, _ in read_cpio(data)]
    assert names == ["dev", "dev/null", "init", "empty", "TRAILER!!!"]


def read_cpio(data: bytes) -> list[tuple[str, bytes]]:
    """A reader of its own, so that the writer is not tested by itself."""
    entries = []
    at = 0
    while data[at : at + 6] == b"070701":
        fields = [int(data[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        size, name_size = fields[6], fields[11]
        name = data[at + 110 : at + 110 + name_size - 1].decode()
        start = (at + 110 + name_size + 3) & ~3
        entries.append((name, data[start : start + size]))
        at = (start + size + 3) & ~3
    return entries


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_cpio_keeps_every_byte(contents: list[bytes]) -> None:
    archive = CpioWriter()
    for number, content in enumerate(contents):
        archive.file("n" * (number + 1), content)
    found = read_cpio(archive.finish())
    assert [content for _, content in found[:-1]] == contents


def test_the_initrd_is_the_same_bytes_for_the_same_plan(checkout: Checkout) -> None:
    root = checkout(workloads=("a/x", "b/y", "b/z_target"))
    workloads = load_workloads(root, "linux-x86_64")
    first = build_initrd(workloads, ["a/x", "b/y"], "quick", root / "one")
    again = build_initrd(workloads, ["a/x", "b/y"], "quick", root / "two")
    shorter = build_initrd(workloads, ["b/y"], "quick", root / "one")
    assert first.path.read_bytes() == again.path.read_bytes()
    assert first.sha256 != shorter.sha256
    entries = dict(read_cpio(first.path.read_bytes()))
    assert set(entries) > {"init", "workloads/a/x", "workloads/b/z_target", "dev/console", "proc"}
    assert entries["ringside/plan"].split() == [b"profile", b"quick", b"a/x", b"b/y"]
    # A restart must not move what is measured.
    assert len(first.path.read_bytes()) == len(shorter.path.read_bytes())


def test_a_plan_that_the_runner_could_not_hold(checkout: Checkout) -> None:
    root = checkout()
    workloads = load_workloads(root, "linux-x86_64")
    with pytest.raises(ImageError, match="at most 256"):
        build_initrd(workloads, ["a/ok"] * 257, "quick", root)


def test_user_image_replaces_manifest_source(checkout: Checkout, tmp_path: Path) -> None:
    root = checkout()
    kernel = load(root).kernel("one")
    user_image = tmp_path / "mine"
    with pytest.raises(ImageError, match=r"--image one=.*no such file"):
        obtain(kernel, root, root / ".cache", user_image=user_image)
    user_image.write_text("text")
    with pytest.raises(ImageError, match="is not a kernel: it is text"):
        obtain(kernel, root, root / ".cache", user_image=user_image)
    user_image.write_bytes(multiboot_elf())
    assert (
        obtain(kernel, root, root / ".cache", user_image=user_image).version
        == "given on the command line"
    )


def test_a_tar_member_outside_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = io.BytesIO()
    with tarfile.open(fileobj=evil, mode="w") as archive:
        for name in ("../escaped", "/absolute", "fine"):
            member = tarfile.TarInfo(name)
            member.size = 1
            archive.addfile(member, io.BytesIO(b"x"))
    (tmp_path / "evil.tar").write_bytes(evil.getvalue())
    programs = tmp_path / "bin"
    programs.mkdir()
    fake = programs / "dpkg-deb"
    fake.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"sys.stdout.buffer.write(open({str(tmp_path / 'evil.tar')!r}, 'rb').read())\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    assert unpack(tmp_path / "x.deb", ["*"], tmp_path / "in" / "out") == ("fine",)
    assert not (tmp_path / "in" / "escaped").exists()
