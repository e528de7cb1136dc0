# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# A Linux guest that is moved to a new VM a hundred times, while it boots, computes and
# sleeps: nothing of it is lost, and its clock goes on.

. "${BASH_SOURCE[0]%/*}/linux.sh"

moves=100

# What is typed. The clock that a move broke would jump, or stand still.
move_typed='stty -echo
look() { read -r now rest </proc/uptime; now=${now%.*}${now#*.}; }
look; begin=$now
for round in 1 2 3 4 5; do seq $round 9000 | sha256sum; done >/sums
sha256sum </sums
for round in 1 2 3 4; do
	look; before=$now; sleep 1; look; echo "slept=$((now - before))"
done
look; echo "work=$(((now - begin) / 100))s"
[ "$(uname -m)" = x86_64 ] && clock="could not calculate TSC\|Unstable clock detected" || clock="^$"
dmesg | grep -v "$clock" | grep -iE "stall|lockup|BUG:|Oops|nobody cared|unstable|backwards" || echo "dmesg=$((6 * 7))"
poweroff -f
'

# moved_linux VERSION BOOT-OPTION...
moved_linux() {
	local version=$1 output round sums status=0
	shift
	output=$(mktemp)
	sums=$(for round in 1 2 3 4 5; do seq $round 9000 | sha256sum; done | sha256sum)
	printf %s "$move_typed" | "$root/tests/boot" "$@" --guests --timeout 400 -- \
		axvmm --kernel "/guests/vmlinuz-$version" --initrd /guests/initrd --timeout 360 \
		--move "$moves" --stats >"$output" 2>&1 || status=$?
	expect "$output" "Linux version $version" \
		"axvcpu-guest: user space reached on Linux $version" "$sums" "work=" "dmesg=42"
	expect "$output" "the guest was moved $moves times of $moves"
	clock_goes_on "$output"
	[ "$status" = 0 ] || broken "$output" "axvmm ended with status $status, not 0"
	grep -a 'the guest was moved' "$output" | sed 's/^axvmm:/#/'
	rm -f "$output"
}

# clock_goes_on OUTPUT: four times a second was about that, in hundredths.
clock_goes_on() {
	local slept seconds=0
	for slept in $(tr -d '\r' <"$1" | sed -n 's/^.*slept=\([0-9][0-9]*\)$/\1/p'); do
		[ "$slept" -ge 99 ] && [ "$slept" -lt 400 ] ||
			broken "$1" "the guest's second had $slept hundredths"
		seconds=$((seconds + 1))
	done
	[ $seconds = 4 ] || broken "$1" "the guest has slept $seconds times, not 4"
}
