#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's unmodified arm64 Linux 6.1 and 6.12 in axvmm, on one CPU and on four: to a
# shell, typed commands, CPUs that go and come back, power off.
# kernels: 6.1 6.12
# hosts: arm64

. "${BASH_SOURCE[0]%/*}/lib/linux.sh"
guest_linux_four 6.1 "$@"
guest_linux_four 6.12 "$@"
# On the other host four CPUs are enough.
if [[ " $* " != *" --kernel 6.12 "* ]]; then
	guest_linux 6.1 "$@"
	guest_linux 6.12 "$@"
fi
