#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's unmodified arm64 Linux 6.1 and 6.12 in axvmm: to a shell, a typed command,
# power off.
# kernels: 6.1
# hosts: arm64

. "${BASH_SOURCE[0]%/*}/lib/linux.sh"
guest_linux 6.1 "$@"
guest_linux 6.12 "$@"
