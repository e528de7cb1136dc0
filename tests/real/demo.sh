#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make demo: its four parts, within the five minutes that the README promises.
# kernels: 6.1

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

output=$(mktemp)
status=0
timeout 300 make -s -C "$root" demo >"$output" 2>&1 </dev/null || status=$?
[ $status != 124 ] || broken "$output" "make demo takes more than 300 seconds"
[ $status = 0 ] || broken "$output" "make demo ended with status $status"
expect "$output" '==> axvcpuctl doctor' 'vCPUs can run here.' \
	'==> axvcpuctl info' 'back end         svm' \
	'==> axvcpuctl smoke' ' ok, 0 failed, ' \
	'==> axvmm --kernel /guests/vmlinuz-6.1' 'Linux version 6.1' \
	'axvcpu-guest: user space reached on Linux 6.1' 'guest# uname -a' 'Linux (none) 6.1' \
	'That was a Linux guest'
rm -f "$output"
