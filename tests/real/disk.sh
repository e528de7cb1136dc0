#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# axvmm --disk: Debian's unmodified Linux reads and writes a file system on it, with its
# own modules; what it wrote is in the file, and a file that can't be written is not.
# kernels: 6.12
# hosts: x86 arm64

. "${BASH_SOURCE[0]%/*}/lib/linux.sh"

need_packages $tool_packages e2fsprogs
with=$(mktemp -d)
limit=400 bochs=() flat=0x7c00
architecture=$(host_architecture "$@")
[ "$architecture" = x86 ] || flat=0x40000000
! on_bochs "$@" || limit=1100 bochs=(--mips 100 --cpus 1)

# The guest's modules, behind its RAM disk: a kernel unpacks one after the other.
put_modules() {
	local kernel
	kernel=$(kernel_for "$architecture" "$1")
	need_guest_modules "$kernel"
	mkdir -p "$with/initrd.d/m" "$with/files"
	find "$cache/guest-modules-$kernel/root" -name '*.ko' -exec cp {} "$with/initrd.d/m" \;
	pack "$with/initrd.d" | gzip -9n >"$with/modules.cpio.gz"
}

# A file of 3 MB that the guest reads whole.
make_disk() {
	seq 400000 >"$with/files/numbers"
	truncate -s 16M "$with/disk"
	mkfs.ext4 -q -d "$with/files" "$with/disk"
	sum=$(sha256sum <"$with/files/numbers" | cut -d ' ' -f 1)
}

# Three rounds, since some need others.
typed='for round in 1 2 3; do for m in /m/*.ko; do insmod $m; done; done >/dev/null 2>&1
mkdir /d; mount /dev/vda /d && sha256sum /d/numbers; cat /d/written
rev /d/numbers | sha256sum >/d/written; echo "size=$(cat /sys/block/vda/size) ro=$(cat /sys/block/vda/ro)"
umount /d; poweroff -f
'

put_modules 6.1
make_disk
printf %s "$typed" >"$with/typed"
output=$with/output
in_host "$output" '
	cat /guests/initrd /with/modules.cpio.gz >/tmp/initrd
	cp /with/disk /tmp/disk
	linux="axvmm --kernel /guests/vmlinuz-6.1 --initrd /tmp/initrd --timeout 500"
	record linux $linux --disk /tmp/disk </with/typed
	chmod 444 /tmp/disk
	chmod 666 /dev/axvcpu
	sum=$(sha256sum </tmp/disk)
	record readonly su -s /bin/sh nobody -c "$linux --disk /tmp/disk" </with/typed
	[ "$sum" = "$(sha256sum </tmp/disk)" ] && echo "@nothing was written"
	record missing axvmm --flat '$flat' /with/typed --disk /nonsense
' "$@" "${bochs[@]}" --guests --with "$with" --timeout $limit
record_has() { expect_record "$output" "$@"; }
record_has linux 0 "$sum" 'size=32768 ro=0'
# What the first guest wrote the second one reads.
record_has readonly 0 "$sum" "$(rev "$with/files/numbers" | sha256sum | cut -d ' ' -f 1)" 'size=32768 ro=1'
grep -q '^@nothing was written' "$output" || broken "$output" 'a disk that is read-only was written'
record_has missing 2 "axvmm: --disk /nonsense can't be opened"
rm -rf "$with"
