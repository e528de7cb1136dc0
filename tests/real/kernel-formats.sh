#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# axvmm starts each kind of kernel that it knows; the guests say what they got.
# kernels: 6.1

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

# assemble NAME EMULATION LINK-OPTION...: tests/guests/NAME.S to $with/NAME.
assemble() {
	local name=$1 emulation=$2 bits=32
	shift 2
	[ "$emulation" != elf_x86_64 ] || bits=64
	gcc -m$bits -c "$root/tests/guests/$name.S" -o "$with/$name.o"
	ld -m "$emulation" --no-warn-rwx-segments -z noexecstack "$@" "$with/$name.o" -o "$with/$name"
	rm "$with/$name.o"
}

need_packages gcc binutils
with=$(mktemp -d)
output=$with/output
assemble flat elf_i386 -Ttext=0x7c00 --oformat=binary
assemble multiboot elf_i386 -Ttext=0x100000 -N
assemble pvh elf_i386 -Ttext=0x100000 -N
assemble elf64 elf_x86_64 -Ttext=0xffffffff80100000 -N
# The last one is linked high and loaded low.
objcopy --change-section-lma .text=0x100000 "$with/elf64"
printf 'contents of one\0' >"$with/one"
printf 'contents of two\0' >"$with/two"
"$root/tests/boot" "$@" --with "$with" -- sh -c '
	exec 2>&1
	cd /with
	axvmm --flat 0x7c00 flat; echo "flat ended with $?"
	axvmm --kernel multiboot --append "to multiboot" --module one="args of one" --module two
	echo "multiboot ended with $?"
	axvmm --kernel pvh --append "to pvh" --initrd one; echo "pvh ended with $?"
	axvmm --kernel elf64 --append "to elf64" --ram 0x200000000:64M; echo "elf64 ended with $?"
	axvmm --kernel one; echo "a text ended with $?"' >"$output" 2>&1 || {
	tail -n 30 "$output" >&2
	exit 1
}
expect "$output" 'flat program at 0:7c00' 'flat ended with 43' \
	'to multiboot' 'args of one' 'contents of one' 'contents of two' \
	'multiboot ended with 45' \
	'to pvh' 'contents of one' 'pvh ended with 47' \
	'to elf64' 'elf64 ended with 49' \
	'one is no kernel that axvmm knows' 'a text ended with 2'
rm -rf "$with"
