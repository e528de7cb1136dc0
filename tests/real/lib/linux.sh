# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Boot a Linux guest in axvmm in the emulated host, and type into its shell.

. "${BASH_SOURCE[0]%/*}/real.sh"

# guest_linux VERSION BOOT-OPTION...
guest_linux() {
	local version=$1 output status=0 limit=300 append=console=ttyS0
	shift
	if [[ " $* " == *" debug "* ]]; then
		# An exit takes the debug kernel about a millisecond. With the PM timer for a clock
		# and one-shot ticks, one guest of two came no further than 8 s in as many minutes.
		limit=400
		append+=" highres=off nohz=off clocksource=jiffies"
	fi
	output=$(mktemp)
	# The marker is computed by the guest, so that an echo of the typed line is
	# not taken for it.
	printf 'echo "sum=$((40000 + 2345)) on $(uname -r)"\npoweroff -f\n' |
		"$root/tests/boot" "$@" --timeout $limit -- \
			axvmm --kernel "/guests/vmlinuz-$version" --initrd /guests/initrd \
			--append "$append" --timeout $((limit - 60)) >"$output" || status=$?
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
