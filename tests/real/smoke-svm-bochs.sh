#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# SVM by a second emulator, which has the next RIP at exits, flushes by ASID and the
# PAUSE filter. What it can't do, see the table's own words.
# kernels: 6.1

. "${BASH_SOURCE[0]%/*}/lib/smoke.sh"

smoke_table svm-bochs nrip_save \
	'nothing_kick_running nothing_affinity system_down_crash debug_single_step'
