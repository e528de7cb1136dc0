# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The nvhe back end: an arm64 host whose kernel runs at EL1 and leaves EL2 to a stub,
# which KVM would take over.

. "$lab/qemu-arm64.sh"

backend_default_cpu=cortex-a57 # also: that of vhe, with id_aa64mmfr1.vh=0 appended
arm64_append=kvm-arm.mode=none
