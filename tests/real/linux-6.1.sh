#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Debian's unmodified Linux 6.1 in axvmm: to a shell, a typed command, power off.

. "${BASH_SOURCE[0]%/*}/lib/linux.sh"
guest_linux 6.1 "$@"
