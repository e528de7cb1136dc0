# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Boot a Linux guest in axvmm in the emulated host, and type into its shell.

. "${BASH_SOURCE[0]%/*}/real.sh"

# guest_linux VERSION BOOT-OPTION...
guest_linux() {
	local version=$1 output status=0
	shift
	output=$(mktemp)
	# The marker is computed by the guest, so that an echo of the typed line is
	# not taken for it.
	printf 'echo "sum=$((40000 + 2345)) on $(uname -r)"\npoweroff -f\n' |
		"$root/tests/boot" "$@" --guests --timeout 300 -- \
			axvmm --kernel "/guests/vmlinuz-$version" --initrd /guests/initrd \
			--timeout 240 >"$output" || status=$?
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
