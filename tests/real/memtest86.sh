#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's unmodified memtest86+ (a bzImage) prints its banner on the serial port.
# kernels: 6.1

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

from_package memtest86+ boot/memtest86+x64.bin
output=$(mktemp)
# It tests memory for ever: axvmm ends it, by its own exit status for a timeout.
"$root/tests/boot" "$@" --timeout 240 --with "${guest_file%/*}" -- sh -c '
	axvmm --kernel /with/memtest86+x64.bin --append console=ttyS0,115200 \
		--memory 64M --timeout 100
	echo "axvmm ended with $?"' >"$output" 2>&1 || {
	tail -n 30 "$output" >&2
	exit 1
}
expect "$output" 'Memtest86+' 'axvmm ended with'
rm -f "$output"
