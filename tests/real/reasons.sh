#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Hosts on which no vCPU can run: each says why, by its own code, and what to do.
# (The firmware's switch is not emulated.)

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

need_packages jq gcc libc6-dev
with=$(mktemp -d)
printf '\xf4' >"$with/halt"
gcc -static -O2 -Wall -Werror "$root/tests/real/lib/kvm-vm.c" -o "$with/kvm-vm"

# What the tools say, recorded under a name each, behind a command such as kvm-vm.
ask='
	ask() {
		name=$1
		shift
		record $name-json "$@" axvcpuctl info --json
		record $name-info "$@" axvcpuctl info
		record $name-doctor "$@" axvcpuctl doctor
		record $name-smoke "$@" axvcpuctl smoke io_write halt
		record $name-vmm "$@" axvmm --flat 0x7c00 /with/halt
	}
	ready() { record ready-$1 axvcpuctl smoke io_write halt; }
'

# check_reason OUTPUT NAME CODE TEXT CPU-LINE REMEDY
check_reason() {
	local output=$1 name=$2 code=$3 text=$4
	recorded "$output" "$name-json" | jq -e --arg code "$code" --arg text "$text" \
		'.can_run == false and .reason == $code and .reason_text == $text' >/dev/null ||
		broken "$output" "info --json does not say $code"
	expect_record "$output" "$name-info" 0 "vCPUs can run    no: $text (see axvcpuctl doctor)"
	expect_record "$output" "$name-doctor" 1 "$5" '-> ' 'ok       module    loaded' 'ok       device' \
		"BAD      vCPU      the module says: $text" "-> $6" "vCPUs can't run here now."
	expect_record "$output" "$name-smoke" 1 "axvcpuctl: no vCPU can run here: $text; axvcpuctl doctor says what to do"
	expect_record "$output" "$name-vmm" 4 "$text"
}

# A CPU that lacks something. The module loads, and is unloaded as ever.
check_cpu() {
	local model=$1 output=$with/output
	shift
	in_host "$output" "$ask"'
		ask cpu
		record unload axvcpuctl unload
		record load axvcpuctl load' "${boot_options[@]}" --with "$with" --cpu-model "$model"
	check_reason "$output" cpu "$@"
	expect_record "$output" unload 0
	expect_record "$output" load 0 "axvcpu is loaded, but no vCPU can run: $2"
}

# KVM has a VM: the extension is its own, by the module kvm_amd or kvm_intel.
kvm_owns='
	ready before
	modprobe $kvm
	ask kvm /with/kvm-vm
	record users cat /sys/module/$kvm/refcnt
	rmmod $kvm
	rmmod kvm
	ready after-kvm
'

check_owned_by_kvm() {
	local output=$1 kvm=$2 name
	for name in before after-kvm; do
		expect_record "$output" "ready-$name" 0 '2 ok, 0 failed, 0 skipped'
	done
	check_reason "$output" kvm owned-by-kvm 'KVM uses the virtualization extension' \
		"warning  owner     $kvm is loaded and has 2 users: if they run VMs" \
		'end the programs that use KVM, then modprobe -r kvm_amd (or kvm_intel) kvm, as root'
	expect_record "$output" users 0 0
}

check_vmx_owner() {
	local output=$with/output
	in_host "$output" "$ask kvm=kvm_intel $kvm_owns" "${boot_options[@]}" --with "$with" --cpus 1
	check_owned_by_kvm "$output" kvm_intel
}

# SVM that is on, and not by us: KVM's, or (set here by hand in EFER) anybody's.
check_svm_owners() {
	local output=$with/output
	in_host "$output" "$ask kvm=kvm_amd $kvm_owns"'
		modprobe msr
		efer() { dd if=/dev/cpu/0/msr bs=8 skip=$((0xc0000080 / 8)) count=1 2>/dev/null; }
		efer >/tmp/off
		low=$(od -An -tu2 -N2 /tmp/off)
		{
			printf "$(printf "\\\\x%02x\\\\x%02x" $((low & 255)) $((low >> 8 | 16)))"
			tail -c 6 /tmp/off
		} >/tmp/on
		set_efer() { dd if=$1 of=/dev/cpu/0/msr bs=8 seek=$((0xc0000080 / 8)) 2>/dev/null; }
		set_efer /tmp/on
		efer | cmp - /tmp/on && echo "@SVM is on"
		ask other
		set_efer /tmp/off
		ready after-other' "${boot_options[@]}" --with "$with" --cpus 1
	grep -q '^@SVM is on$' "$output" || broken "$output" "SVM could not be switched on by hand"
	check_owned_by_kvm "$output" kvm_amd
	expect_record "$output" ready-after-other 0 '2 ok, 0 failed, 0 skipped'
	check_reason "$output" other owned-by-other 'another hypervisor uses the virtualization extension' \
		'?        kernel' "unload the other hypervisor's module"
}

boot_options=("$@")
if [[ " $* " == *" --backend vmx "* ]]; then
	check_cpu p4_prescott_celeron_336 no-hardware \
		'the CPU has no virtualization extension that axvcpu can use' \
		'BAD      CPU       it has neither SVM nor VMX' 'use a CPU with AMD SVM'
	check_cpu core2_penryn_t9600 no-nested-paging \
		'the CPU has no second-stage address translation' \
		'BAD      CPU       it has VMX, but no second-stage address translation' \
		'use a newer CPU'
	check_vmx_owner
	rm -rf "$with"
	exit
fi
# Without SVM, QEMU reports no 0x80000008 by itself, and with it no address widths.
check_cpu max,svm=off,xlevel=0x80000008 no-hardware \
	'the CPU has no virtualization extension that axvcpu can use' \
	'BAD      CPU       it shows neither SVM nor VMX; this is a virtual machine (TCGTCGTCGTCG)' \
	'use a CPU with AMD SVM'
check_cpu max,npt=off no-nested-paging \
	'the CPU has no second-stage address translation' \
	'BAD      CPU       it has SVM, but no second-stage address translation' \
	'use a newer CPU'
check_svm_owners
rm -rf "$with"
