# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# selftest/K/NAME: the programs that tests/selftests/Makefile builds for the host's
# architecture, all in one boot of kernel K. Whatever the host's kernel says in it is a
# case, too, and a test that is left out there is a skip.

stage_selftest() {
	local k=$1
	[ -e "$root/tests/selftests/Makefile" ] && selected_below "selftest/$k/" || return 0
	if [ -z "${selftests_are_built:-}" ]; then
		build_case selftest/build selftests "$backend_arch" || return 0
		selftests_are_built=1
	fi
	boot_selftests "$k"
}

# What the tests of all kernels covered, from what they printed. What has to be covered
# is written down for x86.
stage_coverage() {
	local script=$root/tests/selftests/coverage.sh
	if [ "$backend_arch" = x86 ] && [ -e "$script" ] && [ -n "${selftests_are_built:-}" ]; then
		run_case selftest/coverage show_coverage "$script"
	fi
}

show_coverage() {
	find "$logs" -name 'selftest_*_test.log' ! -name 'selftest_arm64-*' -print0 |
		xargs -0 bash "$1" | sed 's/^/# /'
}

boot_selftests() {
	local k=$1 log=$logs/selftest-$1.log status='' worst=0 start=$SECONDS with
	left_out_selftests "$k"
	local limit=${backend_test_limit:-90} total=${backend_tests_timeout:-1200}
	if [ "$k" = debug ]; then
		limit=270 total=2700
	fi
	with=$(mktemp -d "$build/selftest-XXXXXX")
	with_lock "$build/lock" cp -a "$(user_build "$backend_arch")/selftests/." "$with"
	cp "$lab/run-selftests" "$with/.run"
	selected_programs "$k" "$with" >"$with/.list"
	: >"$log.err"
	# A host that went down with a test is booted again for those after it.
	while [ -s "$with/.list" ]; do
		status=0
		"$root/tests/boot" --backend "$backend" --kernel "$k" --timeout $total --with "$with" \
			-- sh /with/.run $limit </dev/null 2>>"$log.err" |
			record_selftests "$k" "$with/.list" || status=$?
		[ $status = 0 ] || worst=$status
	done
	[ -z "${status:-}" ] || ! selected "selftest/$k/kernel-log" ||
		record_status "selftest/$k/kernel-log" $worst $((SECONDS - start)) "$log.err"
	rm -rf "$with"
}

left_out_selftests() {
	local list=$root/tests/selftests/$backend_arch/left-out name reason
	[ -e "$list" ] || return 0
	sed -n 's/^\([a-z0-9_]*_test\): /\1 /p' "$list" | while read -r name reason; do
		! selected "selftest/$1/$name" || record skip "selftest/$1/$name" 0 "$reason"
	done
}

# KVM's comes last: on Intel KVM leaves the limit of IDTR at 0xffff, for which
# leak_tables_test would blame us.
selected_programs() {
	local program programs=("$2"/*)
	for program in "${programs[@]/*kvm_owner_test/}" "$2/kvm_owner_test"; do
		if [ -f "$program" ] && [ -x "$program" ] && selected "selftest/$1/${program##*/}"; then
			echo "${program##*/}"
		fi
	done
}

# record_selftests K LIST: read what run-selftests prints, record as it comes,
# and leave in LIST those that are still to run. A test that began and did not end
# took the host with it; if none did, another boot would not help the others.
record_selftests() {
	local k=$1 list=$2 word name status seconds log=/dev/null begun=''
	while IFS= read -r line; do
		read -r word name status seconds <<<"$line"
		case $word in
		@begin)
			begun=$name
			log=$logs/selftest_$(kernel_for "$backend_arch" "$k")_$name.log
			: >"$log"
			;;
		@end)
			record_status "selftest/$k/$name" "$status" "$seconds" "$log"
			drop_line "$list" "$name"
			begun=''
			;;
		*) printf '%s\n' "${line#| }" >>"$log" ;;
		esac
	done
	if [ -n "$begun" ]; then
		record FAIL "selftest/$k/$begun" 0 "the host did not survive it" "$log"
		drop_line "$list" "$begun"
	else
		while read -r name; do
			record FAIL "selftest/$k/$name" 0 "did not run"
		done <"$list"
		: >"$list"
	fi
}

drop_line() {
	grep -vxF -- "$2" "$1" >"$1.new" || true
	mv "$1.new" "$1"
}
