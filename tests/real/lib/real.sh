# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What the scripts of tests/real share: files of packages, and looking at output.

set -Eeuo pipefail
trap 'note "broke off at ${BASH_SOURCE[0]##*/}:$LINENO"' ERR
# shellcheck source=tests/lab/lab.sh
. "${BASH_SOURCE[0]%/*}/../../lab/lab.sh"

# from_package PACKAGE PATH: the cached copy of a file of a package.
from_package() {
	artefact "guest-$1" "$(candidate_once "$1") $2" "$1" take_file "$1" "$2"
	guest_file=$cache/guest-$1/${2##*/}
}

# on_bochs BOOT-OPTION...
on_bochs() { [[ " $* " == *" --backend vmx "* || " $* " == *" --backend svm-bochs "* ]]; }

# expect FILE TEXT...: every text stands in the output, in this order.
expect() {
	local file=$1 text line=0 found
	shift
	for text; do
		found=$(tail -n +$((line + 1)) "$file" | tr -d '\r' |
			grep -anF -m 1 -- "$text" | cut -d : -f 1) || true
		if [ -z "$found" ]; then
			note "the output lacks '$text'; it ends with:"
			tail -n 30 "$file" >&2
			exit 1
		fi
		line=$((line + found))
	done
}

# host_architecture BOOT-OPTION...: of the back end among them.
host_architecture() {
	local name=svm
	while [ $# -gt 0 ]; do
		[ "$1" != --backend ] || name=$2
		shift
	done
	(. "$lab/backend-$name.sh" && echo "$backend_arch")
}

# For the script that runs in the host. `record NAME COMMAND...` prints what the
# command prints, and its status, so that the functions below find them.
host_functions='
record() {
	recorded=$1
	shift
	echo "@begin $recorded"
	"$@" 2>&1
	printf "\n@end %s %d\n" "$recorded" $?
}
'

# in_host OUTPUT SCRIPT BOOT-OPTION...: run a shell script in a host.
in_host() {
	local output=$1 script=$2 status=0
	shift 2
	"$root/tests/boot" "$@" -- sh -c "$host_functions$script" >"$output" 2>&1 </dev/null || status=$?
	[ $status = 0 ] || broken "$output" "the host ended with status $status"
}

# broken FILE SENTENCE: that is why the test failed; FILE is what there is to see.
broken() {
	note "$2; the output ends with:"
	tail -n 30 "$1" >&2
	exit 1
}

# recorded OUTPUT NAME: what record NAME printed in the host.
recorded() {
	awk -v name="$2" '
		$1 == "@begin" && $2 == name { inside = 1; next }
		$1 == "@end" && $2 == name { exit }
		inside { held = held line; line = $0 "\n" }
		END { printf "%s%s", held, line == "\n" ? "" : line }' "$1"
}

# recorded_status OUTPUT NAME: its exit status, nothing if it did not end.
recorded_status() { awk -v name="$2" '$1 == "@end" && $2 == name { print $3 }' "$1"; }

# expect_record OUTPUT NAME STATUS TEXT...: it ended so, and printed the texts.
expect_record() {
	local output=$1 name=$2 wanted=$3 status part
	shift 3
	status=$(recorded_status "$output" "$name")
	part=$(mktemp)
	recorded "$output" "$name" >"$part"
	[ "$status" = "$wanted" ] || broken "$part" "$name ended with '$status', not $wanted"
	expect "$part" "$@"
	rm -f "$part"
}
