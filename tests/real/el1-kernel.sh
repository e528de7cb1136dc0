#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A kernel that looks whether EL1 and EL0 are as the architecture says, on the emulator's
# bare machine, which the checks are proven by, and in axvmm: what is true there is true
# here.
# hosts: arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

# What QEMU 7.2 does not do: check SP's alignment, fault at cache maintenance, and heed the
# OS Lock, which is the module's in a guest.
emulator_lacks="sp-alignment-esr sp-alignment-el0-esr sp-alignment-el0-vector dc-fault-esr dc-fault-far"
bare_lacks="$emulator_lacks os-lock-no-step"
least=400

need_packages $arm64_packages qemu-system-arm
with=$(mktemp -d)

# The host's own CPU, and its EL1.
use_backend() {
	local name=vhe
	while [ $# -gt 0 ]; do
		[ "$1" != --backend ] || name=$2
		shift
	done
	. "$lab/backend-$name.sh"
}

build_kernel() {
	local dir=$root/tests/guests/arm64/el1
	"$arm64_triple-gcc" -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -fno-stack-protector -fno-pic \
		-mgeneral-regs-only -mstrict-align -mno-outline-atomics -nostdlib -static -no-pie -Wl,-T,"$dir/el1.lds" \
		-Wl,--build-id=none -Wl,--no-warn-rwx-segments -o "$with/el1.elf" "$dir"/*.S "$dir"/*.c
	"$arm64_triple-objcopy" -O binary "$with/el1.elf" "$with/el1"
}

on_bare_machine() {
	timeout 120 qemu-system-aarch64 -M virt,gic-version=3 -accel tcg -cpu "$backend_default_cpu" -smp 2 -m 256 \
		-nodefaults -display none -serial stdio -no-reboot -kernel "$with/el1.elf" </dev/null >"$1" 2>&1 ||
		broken "$1" "the kernel does not end on the bare machine"
}

# names RESULT FILE: of its checks.
names() { tr -d '\r' <"$2" | sed -nE "s/^($1) ([^ ]*).*/\2/p" | LC_ALL=C sort -u; }

# judge_run FILE WHERE LACKING...: it came to its end, and nothing failed but what may.
judge_run() {
	local file=$1 where=$2 failed
	shift 2
	expect "$file" "el1: $where" ' checks, '
	failed=$(names FAIL "$file" | grep -vxF -f <(printf '%s\n' "$@")) || true
	[ -z "$failed" ] || {
		grep -a '^FAIL' "$file" >&2
		broken "$file" "it is not as the architecture says: $(echo $failed)"
	}
	[ "$(names ok "$file" | wc -l)" -ge $least ] || broken "$file" "there were less than $least checks"
	echo "# $where: $(names ok "$file" | wc -l) checks are true, $(names FAIL "$file" | wc -l) fail as they must"
}

use_backend "$@"
build_kernel
on_bare_machine "$with/bare"
judge_run "$with/bare" 'on the bare machine' $bare_lacks
in_host "$with/output" '
	record el1 axvmm --flat 0x40200000 /with/el1 --cpus 2 --timeout 150' --with "$with" --timeout 240 "$@"
recorded "$with/output" el1 >"$with/vm"
judge_run "$with/vm" 'in axvmm' $emulator_lacks
expect_record "$with/output" el1 0 'el1: in axvmm'
# Whatever was looked at there was looked at here.
missing=$(comm -23 <(names 'ok|FAIL' "$with/bare") <(names 'ok|FAIL' "$with/vm"))
[ -z "$missing" ] || broken "$with/vm" "not looked at in axvmm: $(echo $missing)"
rm -rf "$with"
