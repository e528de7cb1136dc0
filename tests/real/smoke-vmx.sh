#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The Intel back end, whatever back end the rest of the suite is for.
# kernels: 6.1

. "${BASH_SOURCE[0]%/*}/lib/smoke.sh"

# This processor has no monitor trap flag.
smoke_table vmx vmx 'nothing_affinity debug_single_step'
