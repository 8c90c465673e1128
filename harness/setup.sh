#!/bin/sh
# Install the system packages that Ringside needs.
#
#   setup.sh run         for building, booting and reporting
#   setup.sh run test    also for the tests
#
# As root, install missing packages. Otherwise print the command that does, and continue with what
# works without them. Exits 2 only if a vital package is missing.
set -eu

missing=''
vital=''

# need PACKAGE vital|useful COMMAND...: the command succeeds when the package is not needed.
need() {
	package=$1
	weight=$2
	shift 2
	if ! "$@" >/dev/null 2>&1; then
		missing="$missing $package"
		[ "$weight" = useful ] || vital="$vital $package"
	fi
}

has() {
	command -v "$1"
}

# A user's PATH may lack the sbin directories.
has_e2fsprogs() {
	PATH="$PATH:/usr/sbin:/sbin" command -v mke2fs
}

can_link_static() {
	echo 'int main(void) { return 0; }' | cc -x c -static -o /dev/null -
}

has_kernel_headers() {
	echo '#include <asm/unistd.h>' | cc -E -x c -o /dev/null -
}

has_riscv_headers() {
	echo '#include <asm/unistd.h>' | riscv64-linux-gnu-gcc -E -x c -o /dev/null -
}

# Debian 13 has a separate package for RISC-V.
riscv_qemu() {
	if apt-cache show qemu-system-riscv >/dev/null 2>&1; then
		echo qemu-system-riscv
	else
		echo qemu-system-misc
	fi
}

look() {
	missing=''
	vital=''
	need gcc vital has gcc
	need binutils vital has ld
	need linux-libc-dev vital has_kernel_headers
	# For the QEMU plugin, a host program.
	need libc6-dev useful can_link_static
	need python3 vital has python3
	need python3-venv vital python3 -c 'import ensurepip, venv'
	need qemu-system-x86 vital has qemu-system-x86_64
	need gnuplot-nox useful has gnuplot
	need debian-archive-keyring useful test -e /usr/share/keyrings/debian-archive-keyring.gpg
	# On derivatives it provides the address of Debian's archive.
	if ! grep -q '^ID=debian' /etc/os-release 2>/dev/null; then
		need python-apt-common useful test -e /usr/share/python-apt/templates/Debian.info
	fi
	if [ "${1:-}" = test ]; then
		need clang useful has clang
		need e2fsprogs useful has_e2fsprogs
		# For RISC-V kernels; without these their ports are not built.
		need gcc-riscv64-linux-gnu useful has riscv64-linux-gnu-gcc
		need linux-libc-dev-riscv64-cross useful has_riscv_headers
		need "$(riscv_qemu)" useful has qemu-system-riscv64
		need musl-tools useful has musl-gcc
	fi
}

look "${2:-}"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "ringside: missing packages (Debian names):$missing" >&2
elif [ "$(id -u)" = 0 ]; then
	echo "installing:$missing"
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	# shellcheck disable=SC2086  # a list of package names
	if ! { apt-get update && DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
		tail -n 5 "$log" >&2
	fi
	look "${2:-}"
	[ -n "$missing" ] || exit 0
	echo "ringside: could not install:$missing" >&2
else
	echo "ringside: packages are missing; to install them, run:" >&2
	echo "    sudo apt-get install --no-install-recommends$missing" >&2
fi
[ -z "$vital" ] || exit 2
