#!/bin/sh
# What every ELF given must be: static, at 0x400000, no segment both writable and executable, a stack
# that cannot run code, no trace of the build folder, no vector or floating-point registers.
#   check_elfs.sh OBJDUMP ELF...
set -eu

objdump=$1
shift

fail() {
	echo "$1: $2" >&2
	exit 1
}

# How a disassembly of the ELF's machine shows the registers that must not be in it.
vectors() {
	case $1 in
	*X86-64*) echo '%[xyz]mm' ;;
	*RISC-V*) echo '[[:space:],]f[ast]*[0-9][0-9]*\(,\|$\)' ;;
	*) fail "$1" 'a machine that nobody knows the vector registers of' ;;
	esac
}

for elf in "$@"; do
	segments=$(readelf -lW "$elf")
	echo "$segments" | grep -q 'Elf file type is EXEC' || fail "$elf" 'not a fixed-address executable'
	echo "$segments" | grep -q 'INTERP\|DYNAMIC' && fail "$elf" 'not static'
	echo "$segments" | grep 'LOAD' | head -n 1 | grep -q ' 0x0000000000400000 ' ||
		fail "$elf" 'not loaded at 0x400000'
	echo "$segments" | grep -q 'RWE' && fail "$elf" 'a segment is writable and executable'
	echo "$segments" | grep -q 'GNU_STACK.* RW  ' || fail "$elf" 'no mark for a stack without code'
	readelf -nW "$elf" | grep -q 'Build ID' && fail "$elf" 'a build id'
	grep -qF "$(pwd)" "$elf" && fail "$elf" 'names its build folder'
	# The one that asks whether they are kept.
	case $elf in */probes/signal/registers) continue ;; esac
	registers=$(vectors "$(readelf -hW "$elf" | grep 'Machine:')")
	"$objdump" -d "$elf" | grep -q "$registers" && fail "$elf" 'uses vector registers'
done
exit 0
