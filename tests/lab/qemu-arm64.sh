# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What the back ends share that are arm64 hosts, emulated by QEMU from EL2 on. A back
# end defines, beside what backend-svm.sh says:
#
#   arm64_append      added to the host kernel's command line

. "$lab/qemu.sh"

backend_kernels="6.1 6.12 debug"
backend_arch=arm64

backend_need() {
	need_packages qemu-system-arm $base_packages $module_packages $tool_packages $arm64_packages
	need_arm64_base
	need_kernel "$kernel"
	[ -z "$module" ] || need_headers "$kernel"
	[ -z "$tools" ] || need_arm64_libraries
}

# The debug kernel's init knows an unloaded module's addresses by where modules are.
backend_emulator() {
	[ "$kernel" != arm64-debug ] || arm64_append+=' nokaslr'
	emulator=(qemu-system-aarch64 -M virt,virtualization=on,gic-version=3 -accel tcg -cpu "$cpu_model")
	qemu_common "console=ttyAMA0 $qemu_append $arm64_append"
}
