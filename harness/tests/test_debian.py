"""Kernels out of Debian packages: resolved once, remembered, and proven each time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import multiboot_elf

from ringside.catalog.model import DebImage
from ringside.errors import ImageError, MirrorError
from ringside.image.apt import AptSuite, Package
from ringside.image.debian import obtain_deb

SOURCE = DebImage(
    source="deb",
    suite="bookworm",
    package="linux-image-meta",
    kernel="boot/vmlinuz-*",
    config="boot/config-*",
    prove={"CONFIG_PVH": "y"},
)


class Archive:
    """Stands in for a suite: a metapackage, the kernel's package, and one that has the config."""

    def __init__(self) -> None:
        self.asked = 0
        self.files = {
            "meta": {},
            "kernel": {"boot/vmlinuz-1": multiboot_elf()},
            "base": {"boot/config-1": b"CONFIG_PVH=y\n"},
        }

    def __call__(self, suite: str, architecture: str, folder: Path) -> Archive:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        return self

    def update(self) -> None:
        self.asked += 1

    def resolve(self, package: str) -> tuple[Package, ...]:
        return tuple(Package(name, "1-1", name * 8, "") for name in self.files)

    def download(self, *packages: Package) -> tuple[Path, ...]:
        files = tuple(self.folder / f"{package.name}.deb" for package in packages)
        for file in files:
            file.touch()
        return files

    def unpack(self, deb: Path, patterns: Sequence[str], folder: Path) -> tuple[str, ...]:
        contents = self.files[deb.stem]
        for name, data in contents.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return tuple(contents)


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Archive:
    made = Archive()
    monkeypatch.setattr("ringside.image.debian.AptSuite", made)
    monkeypatch.setattr("ringside.image.debian.unpack", made.unpack)
    return made


def test_a_kernel_is_resolved_once(archive: Archive, tmp_path: Path) -> None:
    first = obtain_deb("one", SOURCE, tmp_path, refresh=False)
    assert first.kernel.read_bytes() == multiboot_elf()
    assert (first.package, first.version) == ("kernel", "1-1")
    assert first.proven == {"CONFIG_PVH": "y"}
    assert obtain_deb("one", SOURCE, tmp_path, refresh=False) == first
    assert archive.asked == 1
    assert obtain_deb("one", SOURCE, tmp_path, refresh=True) == first
    assert archive.asked == 2


def test_packages_are_not_kept(archive: Archive, tmp_path: Path) -> None:
    obtain_deb("one", SOURCE, tmp_path, refresh=False)
    assert not list(tmp_path.rglob("*.deb"))


@pytest.mark.parametrize("harm", ["kernel", "config", "memory", "request"])
def test_damaged_or_changed_cache_entry_is_resolved_again(
    archive: Archive, tmp_path: Path, harm: str
) -> None:
    source = SOURCE
    first = obtain_deb("one", source, tmp_path, refresh=False)
    if harm == "kernel":
        first.kernel.write_bytes(b"other")
    elif harm == "config":
        (tmp_path / "images" / ("base" * 8) / "boot" / "config-1").unlink()
    elif harm == "memory":
        (tmp_path / "images" / "one.json").write_text("{")
    else:
        source = source.model_copy(update={"package": "other"})
    again = obtain_deb("one", source, tmp_path, refresh=False)
    assert again.kernel.read_bytes() == multiboot_elf()
    assert archive.asked == 2
    assert json.loads((tmp_path / "images" / "one.json").read_text())["version"] == "1-1"


def test_an_option_that_is_not_as_required(archive: Archive, tmp_path: Path) -> None:
    archive.files["base"]["boot/config-1"] = b"# CONFIG_PVH is not set\n"
    with pytest.raises(ImageError, match="kernel 1-1: its config has CONFIG_PVH=n, but y"):
        obtain_deb("one", SOURCE, tmp_path, refresh=False)


def test_a_package_without_a_kernel_or_a_config(archive: Archive, tmp_path: Path) -> None:
    archive.files["base"] = {}
    with pytest.raises(ImageError, match=r"contains no file boot/config-\*"):
        obtain_deb("one", SOURCE, tmp_path, refresh=False)
    archive.files["kernel"] = {}
    with pytest.raises(ImageError, match=r"contain no file boot/vmlinuz-\*"):
        obtain_deb("two", SOURCE, tmp_path, refresh=False)


def test_a_suite_that_the_mirror_has_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real apt, and a mirror without any suite."""
    (tmp_path / "mirror" / "dists").mkdir(parents=True)
    monkeypatch.setenv("RINGSIDE_DEBIAN_MIRROR", f"file:{tmp_path}/mirror")
    monkeypatch.setattr("ringside.image.apt.find_keyring", lambda: tmp_path / "any.gpg")
    with pytest.raises(ImageError, match="Debian bullseye is not on this mirror any more") as error:
        AptSuite("bullseye", "amd64", tmp_path / "apt").update()
    assert "set RINGSIDE_DEBIAN_MIRROR to another one that has it" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_mirror_that_is_being_filled_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringside.image.apt.find_keyring", lambda: tmp_path / "any.gpg")
    pauses: list[float] = []
    monkeypatch.setattr("ringside.image.apt.time.sleep", pauses.append)
    in_sync = "E: File has unexpected size (1 != 2). Mirror sync in progress?"
    answers = [in_sync, in_sync, "E: no such host"]

    def fails(*_arguments: object, **_named: object) -> str:
        raise ImageError(answers.pop(0))

    monkeypatch.setattr("ringside.image.apt.run", fails)
    suite = AptSuite("bookworm", "amd64", tmp_path / "state")
    with pytest.raises(ImageError, match="no such host"):
        suite.update()
    assert len(pauses) == 2
    # It does not ask for ever.
    answers[:] = [in_sync] * 9
    with pytest.raises(MirrorError, match="for amd64 does not match its signed list"):
        suite.update()
    assert answers
