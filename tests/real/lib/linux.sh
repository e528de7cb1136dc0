# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Boot a Linux guest in axvmm in the emulated host, and type into its shell.

. "${BASH_SOURCE[0]%/*}/real.sh"

# What is typed. The marker is computed by the guest, so that an echo of the line is
# not taken for it.
typed='echo "sum=$((40000 + 2345)) on $(uname -r)"
'
typed_end='poweroff -f
'

# What is typed where there are four CPUs: who is there, work for each, interrupts that
# they send each other, and two that go and come back, the first CPU one of them.
typed_four='cd /sys/devices/system/cpu
echo "cpus=$(nproc) online=$(cat online)"
zeroes() { taskset -c $1 head -c 300000 /dev/zero | taskset -c $1 sha256sum | cut -c 1-8; }
for c in 0 1 2 3; do echo "work: cpu$c=$(zeroes $c)"; done
awk "/^IPI[01]:/ { for (i = 2; i < 6; i++) n[i] += \$i }
	END { print \"ipis=\" (n[2] > 0) (n[3] > 0) (n[4] > 0) (n[5] > 0) }" /proc/interrupts
for c in 2 0; do echo 0 >cpu$c/online; echo "without $((c)): $(cat online)"; sleep 1
echo 1 >cpu$c/online; echo "with $((c)): $(cat online) $(zeroes $c)"; done
'
zeroes=$(head -c 300000 /dev/zero | sha256sum | cut -c 1-8)
expected_four=('cpus=4 online=0-3' "work: cpu0=$zeroes" "work: cpu1=$zeroes" "work: cpu2=$zeroes"
	"work: cpu3=$zeroes" 'ipis=1111' 'without 2: 0-1,3' "with 2: 0-3 $zeroes"
	'without 0: 1-3' "with 0: 0-3 $zeroes")

# run_linux VERSION BOOT-OPTION...
run_linux() {
	local version=$1
	shift
	printf %s "$typed$typed_end" | "$root/tests/boot" "$@" --guests --timeout 300 -- \
		axvmm --kernel "/guests/vmlinuz-$version" --initrd /guests/initrd --timeout 240 --cpus "${cpus:-1}"
}

# A host on Bochs has no standard input. With ten million instructions a second the
# guest's clock interrupts would take all of them.
run_linux_on_bochs() {
	local version=$1 with status=0
	shift
	with=$(mktemp -d)
	printf %s "$typed$typed_end" >"$with/typed"
	"$root/tests/boot" "$@" --guests --mips 100 --cpus 1 --timeout 1100 --with "$with" -- sh -c "
		exec axvmm --kernel /guests/vmlinuz-$version --initrd /guests/initrd --timeout 900 </with/typed" ||
		status=$?
	rm -r "$with"
	return $status
}

# guest_linux VERSION BOOT-OPTION...
guest_linux() {
	local version=$1 output status=0 run=run_linux more=()
	shift
	[ "${cpus:-1}" = 1 ] || more=("${expected_four[@]}")
	output=$(mktemp)
	! on_bochs "$@" || run=run_linux_on_bochs
	$run "$version" "$@" >"$output" || status=$?
	expect "$output" "Linux version $version" \
		"axvcpu-guest: user space reached on Linux $version" \
		"sum=42345 on $version" "${more[@]}"
	if [ "$status" != 0 ]; then
		note "axvmm ended with status $status, not 0; its output ends with:"
		tail -n 30 "$output" >&2
		exit 1
	fi
	rm -f "$output"
}

# guest_linux_four VERSION BOOT-OPTION...: with four CPUs.
guest_linux_four() {
	local cpus=4 typed=$typed$typed_four
	guest_linux "$@"
}
