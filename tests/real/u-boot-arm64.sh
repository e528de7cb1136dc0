#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's U-Boot for arm64 in axvmm: to its prompt, typed commands, its environment's
# flash erased and programmed, its disk found; power off and reset.
# kernels: 6.1
# hosts: arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

with=$(mktemp -d)
from_package u-boot-qemu usr/lib/u-boot/qemu_arm64/u-boot.bin
cp "$guest_file" "$with/u-boot.bin"
truncate -s 1M "$with/disk"

# Commands look for Ctrl-C while they work and so swallow what is typed meanwhile: each
# line waits for what the last one printed.
in_host "$with/output" '
	type_lines() {
		while [ $# -gt 1 ]; do
			for tenth in $(seq 600); do
				grep -qF "$1" /tmp/printed && break
				sleep 0.1
			done
			printf "%s\n" "$2"
			shift 2
		done
	}
	u_boot() {
		: >/tmp/printed
		type_lines "$@" | axvmm --firmware /with/u-boot.bin --disk /with/disk --timeout 200 >/tmp/printed 2>&1
		status=$?
		cat /tmp/printed
		return $status
	}
	record commands u_boot autoboot "" "=>" version "GNU ld" "flinfo 2" 04FC0000 \
		"erase 4040000 407ffff" "Erased 1 sectors" \
		"cp.b 40000000 4040010 200; cmp.b 40000000 4040010 200" "were the same" \
		"md.b 4040000 20" "04040010:" "virtio info" "Hard Disk" poweroff
	record resets u_boot autoboot "" "=>" reset' --with "$with" --timeout 500 "$@"
expect_record "$with/output" commands 0 'DRAM:  256 MiB' 'Flash: 32 MiB' 'Hit any key' '=> version' 'U-Boot 2' \
	'CFI conformant flash (8 x 8)  Size: 16 MB in 64 Sectors' 'Erased 1 sectors' \
	'Total of 512 byte(s) were the same' '04040000: ff ff ff ff' '04040010: d0 0d fe ed' \
	'VirtIO Block Device' 'poweroff ...'
expect_record "$with/output" resets 6 'resetting ...' 'the guest reset the machine'
rm -rf "$with"
