# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The vmx back end: an Intel host emulated by Bochs, since QEMU's emulation has no
# VMX.

. "$lab/bochs.sh"

backend_kernels="6.1 6.12"
backend_default_cpu=broadwell_ult # also: corei7_sandy_bridge_2600k
# Bochs 2.7 tells one CPU of a topology that 6.12 does not believe.
backend_known_splats='WARNING: .* arch/x86/kernel/cpu/topology_common\.c:[0-9]+ parse_legacy'
backend_default_cpus=2
bochs_error=report

# The consistency checks that a VM entry failed.
backend_notes() {
	grep -a VMFAIL "$run/bochs.log" 2>/dev/null | sort | uniq -c | sort -rn | head -n 20 || true
}
