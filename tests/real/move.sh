#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# axvmm --move on x86: Debian's Linux goes on in a new VM, a hundred times.

. "${BASH_SOURCE[0]%/*}/lib/move.sh"

! on_bochs "$@" || die "Linux takes too long there"
moved_linux 6.1 "$@"
