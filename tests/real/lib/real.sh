# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What the scripts of tests/real share: files of packages, and looking at output.

set -euo pipefail
# shellcheck source=tests/lab/lab.sh
. "${BASH_SOURCE[0]%/*}/../../lab/lab.sh"

# from_package PACKAGE PATH: the cached copy of a file of a package.
from_package() {
	artefact "guest-$1" "$(candidate_once "$1") $2" "$1" take_file "$1" "$2"
	guest_file=$cache/guest-$1/${2##*/}
}

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
