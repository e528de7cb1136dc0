# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Boot a Linux guest in axvmm in the emulated host, and type into its shell.

. "${BASH_SOURCE[0]%/*}/real.sh"

# What is typed. The marker is computed by the guest, so that an echo of the line is
# not taken for it.
typed='echo "sum=$((40000 + 2345)) on $(uname -r)"
poweroff -f
'

# run_linux VERSION BOOT-OPTION...
run_linux() {
	local version=$1
	shift
	printf %s "$typed" | "$root/tests/boot" "$@" --guests --timeout 300 -- \
		axvmm --kernel "/guests/vmlinuz-$version" --initrd /guests/initrd --timeout 240
}

# A host on Bochs has no standard input. With ten million instructions a second the
# guest's clock interrupts would take all of them.
run_linux_on_bochs() {
	local version=$1 with status=0
	shift
	with=$(mktemp -d)
	printf %s "$typed" >"$with/typed"
	"$root/tests/boot" "$@" --guests --mips 100 --cpus 1 --timeout 1100 --with "$with" -- sh -c "
		exec axvmm --kernel /guests/vmlinuz-$version --initrd /guests/initrd --timeout 900 </with/typed" ||
		status=$?
	rm -r "$with"
	return $status
}

# guest_linux VERSION BOOT-OPTION...
guest_linux() {
	local version=$1 output status=0 run=run_linux
	shift
	output=$(mktemp)
	! on_bochs "$@" || run=run_linux_on_bochs
	$run "$version" "$@" >"$output" || status=$?
	expect "$output" "Linux version $version" \
		"axvcpu-guest: user space reached on Linux $version" \
		"sum=42345 on $version"
	if [ "$status" != 0 ]; then
		note "axvmm ended with status $status, not 0; its output ends with:"
		tail -n 30 "$output" >&2
		exit 1
	fi
	rm -f "$output"
}
