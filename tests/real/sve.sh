#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The selftests of FP, SIMD and SVE on an arm64 host that has SVE, whose stores QEMU 7.2
# does badly, so that no other case's host has it.
# kernels: 6.1 6.12
# hosts: arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

with=$(mktemp -d)
output=$with/output

build_selftests() {
	make_user arm64 "$root/tests/selftests" -s -j2 all
	for name in sve leak_simd exit_decode regs_arm64 id_registers pauth; do
		cp "$(user_build arm64)/selftests/${name}_test" "$with"
	done
}

with_lock "$build/lock" build_selftests
in_host "$output" '
	cd /with
	record cpu grep -m 1 Features /proc/cpuinfo
	for program in *_test; do
		record $program timeout -s KILL 300 ./$program
	done' "$@" --cpu-model max,pauth-impdef=on,sve=on --with "$with" --timeout 600
expect_record "$output" cpu 0 ' sve'
for program in "$with"/*_test; do
	expect_record "$output" "${program##*/}" 0 passed
done
rm -rf "$with"
