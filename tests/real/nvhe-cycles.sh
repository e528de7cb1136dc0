#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A host whose kernel is at EL1: EL2 is taken and given back a hundred times by loading and
# unloading the module, and on one CPU by its going and coming beside guests that run;
# and around a sleep. The kernel's stub answers whenever EL2 was given back, or the module
# says so in the kernel's log.
# kernels: 6.1
# hosts: x86 arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

kernel=''
while [ $# -gt 0 ]; do
	[ "$1" != --kernel ] || kernel=$2
	shift
done
with=$(mktemp -d)
output=$with/output
printf '\0\0\0\x14' >"$with/spin" # a jump to itself

in_host "$output" '
	works() { axvcpuctl smoke hypercall halt | grep -q "2 ok, 0 failed"; }

	done=0
	while [ $done -lt 100 ] && rmmod axvcpu && modprobe axvcpu && works; do
		done=$((done + 1))
	done
	echo "loaded $done times"

	taskset -c 0 axvmm --flat 0x40000000 /with/spin </dev/null >/dev/null 2>&1 &
	axvmm --flat 0x40000000 /with/spin </dev/null >/dev/null 2>&1 &
	sleep 1
	cpu=/sys/devices/system/cpu/cpu1/online
	done=0
	while [ $done -lt 100 ] && echo 0 >$cpu && works && echo 1 >$cpu &&
		taskset -c 1 axvcpuctl smoke hypercall | grep -q "1 ok, 0 failed"; do
		done=$((done + 1))
	done
	echo "CPU 1 came $done times"

	echo +2 >/sys/class/rtc/rtc0/wakealarm
	echo freeze >/sys/power/state && works && echo "slept"
	echo "guests run: $(grep -c " entries [1-9]" /sys/kernel/debug/axvcpu/stats)"
	kill %1 %2
	wait
	rmmod axvcpu && modprobe axvcpu && works && echo "and works"
	echo "complaints: $(dmesg | grep -c "axvcpu: el2")"
	' --backend nvhe --kernel "$kernel" --with "$with" --timeout 900
expect "$output" 'loaded 100 times' 'CPU 1 came 100 times' 'slept' 'guests run: 2' 'and works' 'complaints: 0'
rm -rf "$with"
