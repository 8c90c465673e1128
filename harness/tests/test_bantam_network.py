"""Bantam on a network: other people's tools do over a virtio-net device what they do on Linux.

QEMU's user network is at the other end: a DHCP server, a gateway that answers pings, and TFTP, none
of which asks the host for anything. Linux has the device's driver in modules.
"""

from __future__ import annotations

import json
from pathlib import Path

import bantam_boot as bantam
import debian
import programs
import pytest
from conftest import DATA
from programs import Said

pytestmark = pytest.mark.boot

PACKAGES = (
    *("busybox-static", "iputils-ping", "iproute2", "libc6", "libcap2", "libidn2-0", "libbpf1"),
    *("libunistring2", "libelf1", "libmnl0", "libtirpc3", "libxtables12", "libdb5.3", "libbsd0"),
    *("libmd0", "libselinux1", "libpcre2-8-0", "zlib1g", "libgssapi-krb5-2", "libkrb5-3"),
    *("libk5crypto3", "libcom-err2", "libkrb5support0", "libkeyutils1"),
)
PROGRAMS = ("bin/busybox", "bin/ping", "bin/ip")
# In the order in which they are loaded.
MODULES = (
    *("virtio", "virtio_ring", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci"),
    *("failover", "net_failover", "virtio_net"),
)
SCRIPTS = sorted((DATA / "network").glob("[0-9]*.sh"))


def _modules() -> dict[str, bytes]:
    """The reference kernel's drivers, and the order to load them in, as files of an initrd."""
    bantam.reference()
    record = bantam.ROOT / ".cache" / "images" / f"{bantam.REFERENCE}.json"
    root = debian.tree([json.loads(record.read_text())["package"]])
    files = {f"modules/{path.name}": path.read_bytes() for path in root.rglob("*.ko")}
    wanted = [f"{name}.ko" for name in MODULES]
    order = "\n".join(wanted) + "\n"
    return {f"modules/{name}": files[f"modules/{name}"] for name in wanted} | {
        "modules/order": order.encode()
    }


def _archive(more: dict[str, bytes]) -> bytes:
    root = debian.tree(PACKAGES)
    scripts = {f"scripts/{path.name}": path.read_bytes() for path in SCRIPTS}
    init = {"init": (DATA / "network" / "init.sh").read_bytes()}
    return debian.initrd(root, debian.closure(root, PROGRAMS), {**init, **scripts, **more})


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """QEMU's words for a device, behind which one file can be had by TFTP: of many datagrams."""
    folder = tmp_path_factory.mktemp("tftp")
    (folder / "file").write_bytes(bytes(n * n % 251 for n in range(100_000)))
    network = f"user,id=net,tftp={folder}"
    return ("-netdev", network, "-device", "virtio-net-pci,netdev=net")


@pytest.fixture(scope="module")
def on_linux(tmp_path_factory: pytest.TempPathFactory, device: tuple[str, ...]) -> Said:
    archive = tmp_path_factory.mktemp("linux") / "initrd.cpio"
    archive.write_bytes(_archive(_modules()))
    return programs.on_linux(archive, device)


def test_tools_say_what_they_say_on_linux(
    tmp_path: Path, on_linux: Said, device: tuple[str, ...]
) -> None:
    archive = tmp_path / "initrd.cpio"
    archive.write_bytes(_archive({}))
    said = programs.on_bantam(archive, device)
    assert list(said) == [path.name for path in SCRIPTS]
    assert said == on_linux
    assert "lease: bound 10.0.2.15 255.255.255.0 10.0.2.2 10.0.2.3" in said["2-lease.sh"]


def test_no_device_is_there_that_was_not_asked_for(tmp_path: Path) -> None:
    archive = tmp_path / "initrd.cpio"
    init = b"#!/bin/busybox sh\n/bin/busybox mkdir /proc\n/bin/busybox mount -t proc proc /proc\n"
    init += b"echo == links\n/bin/busybox ip link\necho done\n/bin/busybox reboot -f\n"
    root = debian.tree(PACKAGES)
    archive.write_bytes(debian.initrd(root, ["bin/busybox"], {"init": init}))
    links = programs.on_bantam(archive)["links"]
    assert [line for line in links if line[:1].isdigit()] == [
        "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000"
    ]
