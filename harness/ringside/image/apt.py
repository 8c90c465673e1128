"""Packages of any Debian suite, through apt with its own isolated state in the cache.

Needs no root and installs nothing: apt gets its own sources, lists, status and archives, and
trusts only Debian's archive keyring.
"""

from __future__ import annotations

import os
import re
import time
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ringside.errors import ImageError, MirrorError
from ringside.image.commands import run
from ringside.image.files import sha256_file, write_atomic
from ringside.image.mirror import MIRROR_VARIABLE, find_keyring, find_mirror

# Dependencies that may contain a kernel or its config; modules and headers are large and don't.
_FOLLOWED = re.compile(r"^linux-(image|binary|base)-[A-Za-z0-9.+~-]+$")
_DEPENDENCY = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.+-]*)(:\w+)?\s*\(=\s*(?P<version>[^)]+)\)$")
# apt's message for a suite that the mirror does not have.
_GONE = "does not have a Release file"
# Its message while the mirror is being updated, and the pauses before each retry.
_IN_SYNC = "Mirror sync in progress"
_SYNC_PAUSES_S = (5.0, 15.0)
_SUITE = re.compile(r"^[a-z][a-z0-9-]*$")


@dataclass(frozen=True)
class Package:
    """One binary package, as described in apt's signed index."""

    name: str
    version: str
    sha256: str
    depends: str


class AptSuite:
    """One Debian suite, read through an isolated apt state in `folder`.

    `base` is the suite that it extends, such as that of backports, for dependencies.
    """

    def __init__(
        self, suite: str, architecture: str, folder: Path, base: str | None = None
    ) -> None:
        for name in (suite, architecture, base or suite):
            if not _SUITE.match(name):
                raise ImageError(f"{name!r}: not a valid Debian suite or architecture")
        self.suite = suite
        self.base = base
        self.architecture = architecture
        self.folder = folder.resolve()

    def update(self) -> None:
        """Fetch the suite's package index. Raises ImageError."""
        self._write_state(find_mirror(), find_keyring())
        # By default apt treats a failed fetch as a warning.
        options = ["-o", "APT::Update::Error-Mode=any"]
        what = f"reading Debian {self.suite}'s index"
        for pause_s in (*_SYNC_PAUSES_S, None):
            try:
                self._apt("apt-get", *options, "update", what=what)
                return
            except ImageError as error:
                if _IN_SYNC in str(error) and pause_s is not None:
                    time.sleep(pause_s)
                    continue
                raise self._actionable(error) from error

    def _actionable(self, error: ImageError) -> ImageError:
        """`error`, or a MirrorError that says what to do if the mirror is at fault."""
        another = f"set {MIRROR_VARIABLE} to another one"
        if _IN_SYNC in str(error):
            return MirrorError(
                f"Debian {self.suite}'s index for {self.architecture} does not match its signed "
                f"list of files: the mirror is being updated; try again later, or {another}"
            )
        if _GONE in str(error):
            return MirrorError(
                f"Debian {self.suite} is not on this mirror any more, or not yet: {another} that "
                f"has it (Debian's archive keeps old suites), or leave its kernels out with "
                f"--kernels"
            )
        return error

    def resolve(self, package: str) -> tuple[Package, ...]:
        """`package` and the kernel packages that it depends on with an exact version, in order
        of discovery. Raises ImageError if the suite has no such package."""
        found: dict[str, Package] = {}
        queue = deque([(package, "")])
        while queue:
            name, version = queue.popleft()
            if name in found:
                continue
            (found[name],) = self.find(f"{name}={version}" if version else name)
            queue.extend(kernel_dependencies(found[name].depends))
        return tuple(found.values())

    def find(self, *packages: str) -> tuple[Package, ...]:
        """The newest version of each package, given as name or `name=version`. Raises
        ImageError."""
        text = self._apt(
            "apt-cache",
            *("show", "--no-all-versions", *packages),
            what=f"finding {', '.join(packages)} in Debian {self.suite}",
        )
        found = {package.name: package for package in map(self._package, stanzas(text))}
        names = [wanted.partition("=")[0] for wanted in packages]
        for name in names:
            if name not in found:
                raise ImageError(f"Debian {self.suite} has no package {name}")
        return tuple(found[name] for name in names)

    def download(self, *packages: Package) -> tuple[Path, ...]:
        """Paths of the packages' .deb files, with their SHA-256 verified. Raises ImageError."""
        archives = self.folder / "archives"
        targets = [archives / f"{package.sha256}.deb" for package in packages]
        missing = {
            package.sha256: package
            for package, target in zip(packages, targets, strict=True)
            if not target.is_file() or sha256_file(target) != package.sha256
        }
        if not missing:
            return tuple(targets)
        fresh = archives / f"new-{os.getpid()}"
        fresh.mkdir(parents=True, exist_ok=True)
        try:
            self._apt(
                "apt-get",
                "download",
                *(f"{package.name}={package.version}" for package in missing.values()),
                cwd=fresh,
                what=f"downloading {', '.join(package.name for package in missing.values())}",
            )
            for file in fresh.glob("*.deb"):
                if missing.pop(digest := sha256_file(file), None):
                    file.replace(archives / f"{digest}.deb")
            for package in missing.values():
                raise ImageError(
                    f"{package.name} {package.version}: the downloaded file does not match "
                    f"Debian's index; try again with `ringside fetch --refresh`"
                )
        finally:
            for file in fresh.glob("*"):
                file.unlink()
            fresh.rmdir()
        return tuple(targets)

    def download_closure(self, package: str, *, without: Iterable[str] = ()) -> tuple[Path, ...]:
        """Paths of the .deb files of `package` and its dependencies, except the packages `without`.

        apt verifies each against the signed index. Raises ImageError.
        """
        # Remove leftovers of an interrupted download, which may be older versions.
        for old in (self.folder / "closure").glob("*.deb"):
            old.unlink()
        self._apt(
            "apt-get",
            *("-o", f"Dir::Cache::archives={self.folder / 'closure'}"),
            *("install", "--download-only", "--no-install-recommends", "--yes"),
            *("--target-release", self.suite, package),
            what=f"downloading {package} of Debian {self.suite}",
        )
        omitted = set(without)
        debs = sorted((self.folder / "closure").glob("*.deb"))
        return tuple(deb for deb in debs if deb.name.partition("_")[0] not in omitted)

    def _package(self, fields: Mapping[str, str]) -> Package:
        try:
            return Package(
                name=fields["package"],
                version=fields["version"],
                sha256=fields["sha256"],
                depends=fields.get("depends", ""),
            )
        except KeyError as error:
            name = fields.get("package", "of no name")
            raise ImageError(
                f"Debian {self.suite} says no {error.args[0]} for package {name}"
            ) from error

    def _write_state(self, mirror: str, keyring: Path) -> None:
        for name in ("lists/partial", "cache/archives/partial", "closure/partial", "empty"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        sources = (
            f"Types: deb\nURIs: {mirror}\nSuites: {self._suites()}\nComponents: main\n"
            f"Architectures: {self.architecture}\nSigned-By: {keyring}\n"
        )
        write_atomic(self.folder / "ringside.sources", sources.encode())
        write_atomic(self.folder / "status", b"")
        write_atomic(self.folder / "apt.conf", self._configuration().encode())

    def _suites(self) -> str:
        return f"{self.base} {self.suite}" if self.base else self.suite

    def _configuration(self) -> str:
        """An apt.conf that keeps the host's proxy settings but none of its state."""
        settings = {
            "Dir::State": str(self.folder),
            "Dir::State::lists": str(self.folder / "lists"),
            "Dir::State::status": str(self.folder / "status"),
            "Dir::Cache": str(self.folder / "cache"),
            "Dir::Etc::sourcelist": str(self.folder / "ringside.sources"),
            "Dir::Etc::sourceparts": str(self.folder / "empty"),
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": str(self.folder / "empty"),
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
            "Acquire::Languages": "none",
            "Acquire::PDiffs": "false",
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::DEP-11-icons-hidpi::DefaultEnabled": "false",
            "Acquire::IndexTargets::deb::DEP-11-icons-large::DefaultEnabled": "false",
        }
        if os.geteuid() == 0:
            # apt's sandbox user may not write below a home directory.
            settings["APT::Sandbox::User"] = "root"
        # Hooks of the host's apt don't apply to this state.
        cleared = ("APT::Update", "DPkg::Post-Invoke", "DPkg::Pre-Invoke", "APT::Architectures")
        lines = [f"#clear {name};" for name in cleared]
        lines += [f'{key} "{value}";' for key, value in settings.items()]
        return "\n".join(lines) + "\n"

    def _apt(self, program: str, *arguments: str, cwd: Path | None = None, what: str) -> str:
        config = f"--config-file={self.folder / 'apt.conf'}"
        return run([program, "-q", config, *arguments], cwd=cwd, what=what)


def stanzas(text: str) -> list[dict[str, str]]:
    """The stanzas of a Debian control file: the first line of each field, keys in lower case."""
    found: list[dict[str, str]] = [{}]
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if not line.strip():
            found.append({})
        elif colon and not line[0].isspace():
            found[-1][key.lower()] = value.strip()
    return [fields for fields in found if fields]


def kernel_dependencies(depends: str) -> Iterable[tuple[str, str]]:
    """`(name, version)` of each kernel package with an exact version in a Depends field."""
    for clause in depends.split(","):
        match = _DEPENDENCY.match(clause.strip())
        if match and _FOLLOWED.match(match["name"]):
            yield match["name"], match["version"].strip()
