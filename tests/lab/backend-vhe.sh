# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The vhe back end: an arm64 host whose kernel runs at EL2 itself.

. "$lab/qemu-arm64.sh"

# Also: neoverse-n1. The architecture's own algorithm of pointer authentication would
# make everything four times slower.
backend_default_cpu=max,pauth-impdef=on
arm64_append=''
