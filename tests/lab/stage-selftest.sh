# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# selftest/K/NAME: the programs that tests/selftests/Makefile builds, all in one
# boot of kernel K. Whatever the host's kernel says in it is a case, too.

stage_selftest() {
	local k=$1
	[ -e "$root/tests/selftests/Makefile" ] && selected_below "selftest/$k/" || return 0
	if [ -z "${selftests_are_built:-}" ]; then
		build_case selftest/build selftests || return 0
		selftests_are_built=1
	fi
	boot_selftests "$k"
}

# What the tests of all kernels covered, from what they printed.
stage_coverage() {
	local script=$root/tests/selftests/coverage.sh
	if [ -e "$script" ] && [ -n "${selftests_are_built:-}" ]; then
		run_case selftest/coverage show_coverage "$script"
	fi
}

show_coverage() {
	bash "$1" "$logs"/selftest_*_test.log | sed 's/^/# /'
}

boot_selftests() {
	local k=$1 log=$logs/selftest-$1.log status=0 start=$SECONDS limit=90 total=1200 with
	if [ "$k" = debug ]; then
		limit=270 total=2700
	fi
	rm -f "$logs/selftest_${k}_"*.log
	with=$(mktemp -d "$build/selftest-XXXXXX")
	cp -a "$build/selftests/." "$with"
	cp "$lab/run-selftests" "$with/.run"
	selected_programs "$k" "$build/selftests" >"$with/.list"
	if [ -s "$with/.list" ]; then
		"$root/tests/boot" --backend "$backend" --kernel "$k" --timeout $total --with "$with" \
			-- sh /with/.run $limit </dev/null 2>"$log.err" |
			tee "$log" | record_selftests "$k" "$with/.list" || status=$?
		cat "$log.err" >>"$log"
		selected "selftest/$k/kernel-log" &&
			record_status "selftest/$k/kernel-log" $status $((SECONDS - start)) "$log.err"
	fi
	rm -rf "$with"
}

selected_programs() {
	local program
	for program in "$2"/*; do
		if [ -f "$program" ] && [ -x "$program" ] && selected "selftest/$1/${program##*/}"; then
			echo "${program##*/}"
		fi
	done
}

# record_selftests K LIST: read what run-selftests prints, record as it comes.
# A test that began and did not end took the host with it; the others did not run.
record_selftests() {
	local k=$1 list=$2 word name status seconds log=/dev/null begun='' ended=' '
	while IFS= read -r line; do
		read -r word name status seconds <<<"$line"
		case $word in
		@begin)
			begun=$name
			log=$logs/selftest_${k}_$name.log
			: >"$log"
			;;
		@end)
			record_status "selftest/$k/$name" "$status" "$seconds" "$log"
			ended+="$name "
			;;
		*) printf '%s\n' "${line#| }" >>"$log" ;;
		esac
	done
	while read -r name; do
		if [[ $ended == *" $name "* ]]; then
			continue
		elif [ "$name" = "$begun" ]; then
			record FAIL "selftest/$k/$name" 0 "the host did not survive it" "$log"
		else
			record FAIL "selftest/$k/$name" 0 "did not run"
		fi
	done <"$list"
	return 0
}
