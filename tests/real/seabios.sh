#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's unmodified SeaBIOS from the reset vector: its banner on port 0x402, and
# it looks for a boot device.
# kernels: 6.1

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

from_package seabios usr/share/seabios/bios-256k.bin
output=$(mktemp)
"$root/tests/boot" "$@" --timeout 240 --with "${guest_file%/*}" -- sh -c '
	axvmm --firmware /with/bios-256k.bin --timeout 60
	echo "axvmm ended with $?"' >"$output" 2>&1 || {
	tail -n 30 "$output" >&2
	exit 1
}
expect "$output" 'SeaBIOS (version' 'No bootable device' 'axvmm ended with'
rm -f "$output"
