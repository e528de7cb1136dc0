# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The svm back end: an AMD host emulated by QEMU. A back end is one file that
# defines what follows and what qemu.sh does; tests/boot reads nothing else of it.

. "$lab/qemu.sh"

backend_kernels="6.1 6.12 debug"
backend_default_cpu=max
backend_arch=x86 # of the host

# backend_need: the emulator, the guests, $kernel and, for $module, its headers.
backend_need() {
	need_packages qemu-system-x86 $base_packages $module_packages $tool_packages
	need_base
	need_kernel "$kernel"
	[ -z "$module" ] || need_headers "$kernel"
}

# backend_emulator: set the array `emulator` from $kernel, $cpu_model, $cpus,
# $memory, $append, $icount, $plugin and $terminal.
backend_emulator() {
	# q35 because interpreting the other machine's _PRT takes the debug kernel 30 s.
	# One thread for all CPUs: QEMU 7.2's FXRSTOR, XRSTOR and FLDENV on any CPU change
	# CPU 0's hflags2 (cpu_clear_ignne()), without a lock, from their own thread, and
	# so undo VMRUN or #VMEXIT there: a guest runs on the host's page tables then.
	# no_timer_check: on a busy machine the emulated timer may miss the kernel's check,
	# which panics then.
	emulator=(qemu-system-x86_64 -M q35 -accel tcg,thread=single -cpu "$cpu_model")
	qemu_common "console=ttyS0 $qemu_append no_timer_check"
}
