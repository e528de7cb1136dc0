#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# axvmm --move on arm64: Debian's Linux goes on in a new VM, a hundred times.
# hosts: arm64

. "${BASH_SOURCE[0]%/*}/lib/move.sh"
moved_linux 6.1 "$@"
moved_linux 6.12 "$@"
