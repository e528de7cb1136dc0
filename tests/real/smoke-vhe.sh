#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The arm64 back end on a host at EL2, whatever back end the rest of the suite is for.
# What QEMU's CPU can't do, see the table's own words.
# kernels: 6.1
# hosts: x86 arm64

. "${BASH_SOURCE[0]%/*}/lib/smoke.sh"

smoke_table vhe atomics 'sysreg_read sysreg_write sysreg_refused idle' --cpus 2
