#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The arm64 back end on a host at EL1, whatever back end the rest of the suite is for, on
# each of three processors: with VMIDs of 8 bits and 44 bits of addresses; with 40, where
# the root of stage 2 is two tables side by side; and with VMIDs of 16 bits. What QEMU's
# CPUs can't do, see the table's own words.
# kernels: 6.1
# hosts: x86 arm64

. "${BASH_SOURCE[0]%/*}/lib/smoke.sh"

skipped='sysreg_read sysreg_write sysreg_refused idle'
smoke_table nvhe asimd "$skipped" --cpus 2
smoke_table nvhe asimd "$skipped" --cpus 2 --cpu-model cortex-a53
smoke_table nvhe atomics "$skipped" --cpus 2 --cpu-model max,pauth-impdef=on,sve=off,sme=off --append id_aa64mmfr1.vh=0
