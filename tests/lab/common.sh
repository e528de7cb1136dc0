# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What every script of the test bed uses: messages, the cache, locks.
# Sourced after `set -euo pipefail`; artefact functions must be called as plain
# statements (not after `if`, `||` or in `$(...)`), or errors in them pass unseen.

lab=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$lab/../.." && pwd)
build=$root/build
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/axvcpu
mkdir -p "$build" "$cache"
unset MAKEFLAGS MFLAGS MAKELEVEL # of the make that may have started us

# Exit statuses of tests/boot that are not the command's own.
exit_timeout=124
exit_test_bed=125
exit_splat=126

note() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { note "$*"; exit "$exit_test_bed"; }

# with_lock FILE FUNCTION ARG...: one at a time. The lock's descriptor is closed
# for what the function starts and leaves behind. It returns what the function does,
# also where errexit is off, as on the left side of `||`.
with_lock() {
	local file=$1 fd status
	shift
	exec {fd}>"$file"
	flock "$fd"
	"$@"
	status=$?
	exec {fd}>&-
	return "$status"
}

# artefact NAME KEY WHAT BUILDER ARG...: make $cache/NAME a directory that
# `BUILDER DIR ARG...` filled from inputs described by KEY. The stamp is written
# last, and holds the key and the checksums of the files that matter (those in
# DIR/.key-files, or all): a partial, stale or damaged one is built anew.
artefact() {
	with_lock "$cache/$1.lock" artefact_locked "$@"
}

artefact_locked() {
	local name=$1 key=$2 what=$3 builder=$4
	local dir=$cache/$name log=$cache/$name.log
	shift 4
	if artefact_is_sound "$dir" "$key"; then
		return
	fi
	note "preparing $what (log: $log)"
	rm -rf "$dir"
	mkdir -p "$dir"
	(artefact_build "$dir" "$key" "$builder" "$@") >"$log" 2>&1 || {
		tail -n 25 "$log" >&2
		die "preparing $what failed; the whole log is $log"
	}
}

# Runs in a subshell that is the left side of `||`, where errexit is off: so it
# starts a bash that has it.
artefact_build() {
	local dir=$1 key=$2
	shift 2
	export lab
	bash -euo pipefail -c '. "$lab/lab.sh"; "$@"' "$0" "$1" "$dir" "${@:2}" || return
	artefact_stamp "$dir" "$key" >"$dir/.stamp.new" && mv "$dir/.stamp.new" "$dir/.stamp"
}

artefact_stamp() {
	echo "$2"
	cd "$1" || return
	if [ -e .key-files ]; then
		xargs -d '\n' sha256sum <.key-files
	else
		find . -type f ! -name '.stamp*' -print0 | sort -z | xargs -0r sha256sum
	fi
}

artefact_is_sound() {
	local dir=$1 key=$2
	[ -e "$dir/.stamp" ] && [ "$(head -n 1 "$dir/.stamp")" = "$key" ] &&
		(cd "$dir" && tail -n +2 .stamp | sha256sum --check --status 2>/dev/null)
}

# hash_of FILE...: one short word for the contents.
hash_of() { cat -- "$@" | sha256sum | cut -c 1-16; }
