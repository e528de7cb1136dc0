# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The vhe back end: an arm64 host whose kernel runs at EL2 itself.

. "$lab/qemu-arm64.sh"

# Also: neoverse-n1. The architecture's own algorithm of pointer authentication would
# make everything four times slower. QEMU 7.2's SVE stores, which memcpy() is made of,
# leave old translations of the code that they overwrite in force, but for their first
# byte's (probe_access_flags() has no size): guests would run what was there before.
backend_default_cpu=max,pauth-impdef=on,sve=off,sme=off
arm64_append=''
