#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A host whose kernel is at EL1, with KVM in it, whatever back end the rest of the suite
# is for. KVM of 6.12 has EL2 for itself: no vCPU can run, which is said, and what to do.
# That of 6.1 takes it with its first VM: then ours stop, and are told.
# hosts: x86 arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

kernel=''
while [ $# -gt 0 ]; do
	[ "$1" != --kernel ] || kernel=$2
	shift
done
output=$(mktemp)
with=$(mktemp -d)
. "$lab/backend-nvhe.sh"
need_packages $tool_packages $arm64_packages
need_arm64_libraries

build_test() {
	make_user arm64 "$root/tests/selftests" all
	cp "$(user_build arm64)/selftests/kvm_takes_test" "$with"
}

with_lock "$build/lock" build_test
in_host "$output" '
	record info axvcpuctl info
	record doctor axvcpuctl doctor
	record smoke axvcpuctl smoke halt
	record takes /with/kvm_takes_test
	record after axvcpuctl info
	record unload rmmod axvcpu
	' --backend nvhe --kernel "$kernel" --with "$with" --append kvm-arm.mode=nvhe
case $kernel in
6.1)
	for name in info after; do
		expect_record "$output" $name 0 'vCPUs can run    yes' 'host mode        nvhe'
	done
	expect_record "$output" smoke 0 ' ok, 0 failed, '
	;;
*)
	for name in info after; do
		expect_record "$output" $name 0 'vCPUs can run    no: KVM uses the virtualization extension'
	done
	expect_record "$output" doctor 1 'BAD      vCPU      the module says: KVM uses' '-> boot the kernel with kvm-arm.mode=none'
	expect_record "$output" smoke 1 'no vCPU can run here: KVM uses the virtualization extension'
	;;
esac
expect_record "$output" takes 0 passed
expect_record "$output" unload 0
rm -rf "$with" "$output"
