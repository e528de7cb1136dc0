# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# unit/PROGRAM/TEST: cmocka programs, built by tests/unit/Makefile.

stage_unit() {
	local program
	[ -e "$root/tests/unit/Makefile" ] && selected_below unit/ || return 0
	build_case unit/build unit || return 0
	for program in "$build"/unit/*; do
		if [ -f "$program" ] && [ -x "$program" ] && selected_below "unit/${program##*/}/"; then
			run_unit "$program" "unit/${program##*/}"
		fi
	done
}

# build_case NAME DIR [ARCH]: build tests/DIR's programs, for this machine or ARCH;
# programs whose source went away must go, too. Counted only if it fails.
build_case() {
	local log=$logs/${1//\//_}.log status
	set +e
	(set -e && with_lock "$build/lock" build_programs "$2" "${3:-x86}") >"$log" 2>&1
	status=$?
	set -e
	[ $status = 0 ] && return
	record FAIL "$1" 0 "status $status" "$log"
	return 1
}

build_programs() {
	local made
	made=$(user_build "$2")/$1
	need_packages $tool_packages libcmocka-dev binutils-aarch64-linux-gnu
	[ "$2" = x86 ] || need_packages $arm64_packages
	if [ -d "$made" ]; then
		find "$made" -maxdepth 1 -type f -executable -delete
	fi
	make_user "$2" "$root/tests/$1" -j2 all
}

# run_unit PROGRAM NAME: one case per cmocka test, or one if it prints none.
run_unit() {
	local log=$logs/${2//\//_}.log start=$SECONDS status=0 result test name seen=0
	timeout -k 5 180 "$1" >"$log" 2>&1 </dev/null || status=$?
	while read -r result test; do
		name=$2/$test
		selected "$name" || continue
		case $result in
		OK) record ok "$name" $((SECONDS - start)) '' ;;
		SKIPPED) record skip "$name" $((SECONDS - start)) "the test says so" ;;
		*) record FAIL "$name" $((SECONDS - start)) "see the output of $2" "$log" && seen=2 ;;
		esac
		[ $seen = 2 ] || seen=1
	done < <(cmocka_results "$log")
	if [ $seen = 0 ] && [ $status = 0 ]; then
		record ok "$2" $((SECONDS - start)) ''
	elif [ $status != 0 ] && [ $seen != 2 ]; then
		record FAIL "$2" $((SECONDS - start)) "status $status" "$log"
	fi
}

# The summary after the last test repeats failures: stop there.
cmocka_results() {
	sed -n '/^\[==========\].*run\./q; s/^\[ *\(OK\|FAILED\|SKIPPED\) *\] \([^ ]*\).*/\1 \2/p' "$1" | sort -u -k 2
}
