#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The host goes down while guests run: the kernel's way, by reboot(2), which tells the
# module first, to restart, to power off or (stock kernels) to start another kernel;
# and at once, by sysrq, which tells nobody.
# kernels: 6.1 6.12 debug
# hosts: x86 arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

with=$(mktemp -d)
boot_options=("$@")
limit=120 append='' first=''
[[ " $* " != *" debug "* ]] || limit=300
[[ " $* " != *" vmx "* ]] || limit=600
case $(host_architecture "$@") in # a jump to itself
x86)
	printf '\xeb\xfe' >"$with/spin"
	place=0x7c00
	;;
arm64)
	printf '\0\0\0\x14' >"$with/spin"
	place=0x40000000
	;;
esac

# One guest for each CPU, and one that comes and goes.
guests='
	place='$place'
	for cpu in 0 1; do
		taskset -c $cpu axvmm --flat $place /with/spin </dev/null >/dev/null 2>&1 &
		until grep -q "^$! .* entries [1-9]" /sys/kernel/debug/axvcpu/stats; do usleep 50000; done
	done
	while :; do axvcpuctl smoke halt >/dev/null 2>&1; done &
	sleep 1
	echo "guests run: $(grep -c " entries [1-9]" /sys/kernel/debug/axvcpu/stats)"
'

# goes_down STATUS COMMAND CONSOLE-TEXT...: tests/boot ends so, the kernel said that,
# and it did not hang until it was out of time.
goes_down() {
	local wanted=$1 command=$2 status=0 start=$SECONDS token=axvcpu_lab_run=$$-$RANDOM log
	shift 2
	"$root/tests/boot" "${boot_options[@]}" --with "$with" --timeout $limit --append "$token $append" \
		-- sh -c "$first$guests$command" >"$with/output" 2>&1 </dev/null || status=$?
	[ "$status" = "$wanted" ] || broken "$with/output" "with '$command' the host ended with $status, not $wanted"
	[ $((SECONDS - start)) -lt $limit ] || broken "$with/output" "with '$command' the host hung"
	grep -qE '^guests run: [23]$' "$with/output" || broken "$with/output" "there were no guests at '$command'"
	log=$(grep -la -- $token "$build"/boot-logs/*/console.log)
	expect "$log" "$@"
}

# Without debugfs there is no long look for leaks beside busy guests.
goes_down 0 'umount -l /sys/kernel/debug; exit 0' 'reboot: Restarting system'
goes_down 125 'poweroff -f' 'reboot: Power down'
goes_down 125 'echo b >/proc/sysrq-trigger' 'sysrq: Resetting'

# Another kernel, by kexec: it gets all CPUs, which on Intel take no INIT in VMX operation,
# and finds the extension off, or no vCPU could run; on arm64 it is entered at EL2.
start_another() {
	local architecture k second=$with/second
	architecture=$(host_architecture "${boot_options[@]}")
	k=$(kernel_for "$architecture" "$1")
	# The kernel computes a digest of both files in one go, which takes Bochs a minute:
	# so before there are guests.
	append='nosoftlockup sysctl.kernel.hung_task_timeout_secs=0'
	build_kexec "$architecture"
	cp "$cache/kernel-$k/vmlinuz" "$with/vmlinuz"
	put_second_host "$second" "$architecture" "$k"
	pack "$second" | gzip -1n >"$with/initrd"
	rm -rf "$second"
	first='/with/kexec /with/vmlinuz /with/initrd || exit'
	goes_down 125 'exec /with/kexec' 'Starting new kernel' \
		'Linux version' '2 ok, 0 failed' 'another kernel: 2 CPUs'
}

build_kexec() {
	local link=$cache/link-arm64/root
	case $1 in
	x86) gcc -static -O2 -Wall -Werror "$root/tests/real/lib/kexec.c" -o "$with/kexec" ;;
	arm64)
		$arm64_triple-gcc -static -O2 -Wall -Werror -idirafter "$link/usr/include" \
			"$root/tests/real/lib/kexec-arm64.c" -o "$with/kexec" \
			-L"$link/usr/lib/$arm64_triple" -lfdt
		;;
	esac
}

# put_second_host DIR ARCH K
put_second_host() {
	case $2 in
	x86) put_busybox "$1" ;;
	arm64)
		mkdir -p "$1"
		cpio --quiet -i -d -D "$1" <"$cache/host-arm64/base.cpio"
		;;
	esac
	put_module "$1" "$3"
	install_tools "$1" "$2"
	put_libraries_of "$2" "$1"
	cat >"$1/init" <<-'END'
		#!/bin/sh
		export PATH=/bin:/usr/bin:/usr/sbin
		mount -t proc proc /proc
		mount -t devtmpfs devtmpfs /dev
		{
			insmod "$(find /lib/modules -name axvcpu.ko)"
			axvcpuctl smoke halt mmio_read
			echo "another kernel: $(nproc) CPUs"
		} >/dev/console 2>&1
		sleep 1
		poweroff -f
	END
	chmod 755 "$1/init"
}

kernel=6.1
previous=''
for word; do
	[ "$previous" != --kernel ] || kernel=$word
	previous=$word
done
[ $kernel = debug ] || start_another $kernel
rm -rf "$with"
