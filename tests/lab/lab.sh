# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The test bed's functions, all of them.

. "${BASH_SOURCE[0]%/*}/common.sh"
for lab_part in packages foreign kernels debug-kernel module initramfs arm64 splat; do
	. "$lab/$lab_part.sh"
done
unset lab_part
