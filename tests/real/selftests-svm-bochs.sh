#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The selftests of ioctls and exits on SVM by a second emulator, whatever back end the
# rest of the suite is for.
# kernels: 6.1

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

with=$(mktemp -d)
output=$with/output
skipped='exit_debug_test' # Bochs's SVM takes no single step to the hypervisor

build_selftests() {
	make_here -s -j2 -C "$root/tests/selftests" BUILD="$build" all
	cp "$build"/selftests/{ioctl,exit}_*_test "$with"
}

with_lock "$build/lock" build_selftests
in_host "$output" '
	cd /with
	for program in *_test; do
		record $program timeout -s KILL 300 ./$program
	done' --backend svm-bochs --kernel 6.1 --with "$with" --timeout 900
passed=0
for program in "$with"/*_test; do
	name=${program##*/}
	if [[ " $skipped " == *" $name "* ]]; then
		expect_record "$output" "$name" 4 SKIP
	else
		expect_record "$output" "$name" 0 passed
		passed=$((passed + 1))
	fi
done
[ $passed -ge 16 ] || broken "$output" "there were no more than $passed programs"
echo "# $passed passed, skipped: $skipped"
rm -rf "$with"
