#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Hosts with CPUs that lack something which axvcpu does without: five-level paging
# (so four levels of nested paging), XSAVE, pages of 1 GiB; and one with a page of
# 1 GiB to spare. For arm64 a CPU that is one of Arm's, and has 48 bits of addresses.
# hosts: x86 arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

need_packages $tool_packages jq
with=$(mktemp -d)
output=$with/output
boot_options=("$@")
limit=90 timeout=400 skipped='0 skipped'
# Bochs is slower, and its processors have no monitor trap flag, for debug_single_step.
[[ " $* " != *" --backend vmx "* ]] || limit=400 timeout=1100 skipped='1 skipped'

# The selftests that look at what differs between these hosts.
architecture=$(host_architecture "$@")
case $architecture in
x86) programs="start_mode_test memory_backing_test memory_isolation_test translate_test
	exit_npf_test regs_test regs_invalid_test leak_fpu_test cpuid_test" ;;
arm64) programs="regs_arm64_test regs_invalid_test regs_fuzz_test setup_test exit_register_test
	exit_device_test exit_decode_test translate_test walk_random_test tlb_test
	memory_backing_test memory_isolation_test leak_simd_test inject_intid_test
	halt_in_kernel_test sysreg_sweep_test" ;;
esac

build_selftests() {
	make_user "$architecture" "$root/tests/selftests" -s -j2 all
	(cd "$(user_build "$architecture")/selftests" && cp $programs huge_1g_test "$with")
}

# check_model MODEL JQ-CONDITION [BOOT-OPTION]...: in $output, what info says is so,
# every guest of smoke and every program passed.
check_model() {
	local model=$1 condition=$2 name
	shift 2
	in_host "$output" '
		record json axvcpuctl info --json
		record cpuinfo grep -m 1 ^flags /proc/cpuinfo
		record smoke axvcpuctl smoke
		cd /with
		for program in '"$(echo $programs)"'; do
			record $program timeout -s KILL '$limit' ./$program
		done
		record huge timeout -s KILL '$limit' ./huge_1g_test
		' "${boot_options[@]}" --cpu-model "$model" --with "$with" --timeout $timeout "$@"
	recorded "$output" json | jq -e ".can_run and ($condition)" >/dev/null ||
		broken "$output" "on $model not: $condition"
	expect_record "$output" smoke 0 " ok, 0 failed, $skipped"
	for name in $programs; do
		expect_record "$output" "$name" 0 passed
	done
}

# lacks FLAG: so says the host's kernel; the emulator was understood.
lacks() {
	[[ " $(recorded "$output" cpuinfo) " != *" $1 "* ]] || broken "$output" "the host has $1"
}

with_lock "$build/lock" build_selftests

svm_models() {
	check_model max '.stage2_levels == 5 and .capabilities["huge-1g"] and .block_length.fpu > 576' \
		--memory 4096 --append 'hugepagesz=1G hugepages=1'
	expect_record "$output" huge 0 'ok - huge entries made by a walk over the whole page' passed

	check_model max,la57=off,pdpe1gb=off '.stage2_levels == 4 and (.capabilities["huge-1g"] | not)'
	lacks la57
	lacks pdpe1gb
	expect_record "$output" huge 4 'SKIP: no second-stage entries of 1 GiB'

	check_model max,xsave=off '.block_length.fpu == 576'
	lacks xsave
}

# The oldest that has an unrestricted guest, without INVPCID, and with pages of 1 GiB only
# in its own tables.
vmx_models() {
	check_model corei7_sandy_bridge_2600k '.stage2_levels == 4 and (.capabilities["huge-1g"] | not)'
	lacks invpcid
	lacks avx2
}

# What QEMU's CPU can't do is skipped: tests/real/smoke-vhe.sh has the list.
arm64_models() {
	skipped=''
	need_arm64_libraries
	check_model neoverse-n1 '.mode == "vhe" and .gpa_bits == 48 and .capabilities["huge-1g"]'
	expect_record "$output" huge 4 'SKIP'
}

case $architecture,$* in
arm64,*) arm64_models ;;
*"--backend vmx"*) vmx_models ;;
*) svm_models ;;
esac
rm -rf "$with"
