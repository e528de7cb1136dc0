#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# axvmm on an arm64 host: a flat program that echoes what the serial port reads until
# a dot comes, and how guests end.
# kernels: 6.1
# hosts: arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

need_packages $arm64_packages
with=$(mktemp -d)

# assemble NAME: what comes on standard input, as a flat program.
assemble() {
	"$arm64_triple-gcc" -x assembler -c - -o "$with/$1.o"
	"$arm64_triple-objcopy" -O binary -j .text "$with/$1.o" "$with/$1"
	rm "$with/$1.o"
}

assemble echoes <<-'END'
		mov	x1, #0x9000000
	1:	ldr	w0, [x1, #0x18]		// FR: RXFE
		tbnz	w0, #4, 1b
		ldr	w0, [x1]
		strb	w0, [x1]
		cmp	w0, #'.'
		b.ne	1b
		mov	w0, #0x84000000
		add	w0, w0, #8		// SYSTEM_OFF
		smc	#0
END
assemble resets <<-'END'
		mov	w0, #0x84000000
		add	w0, w0, #9		// SYSTEM_RESET
		hvc	#0
END
assemble halts <<-'END'
		wfi
END
assemble spins <<-'END'
		b	.
END
assemble jumps <<-'END'
		mov	x0, #0x10000000
		br	x0
END

in_host "$with/output" '
	flat="axvmm --flat 0x40000000"
	record echoes sh -c "echo hello, arm64. and no more | $flat /with/echoes --stats"
	record resets $flat /with/resets
	record halts $flat /with/halts
	record spins $flat /with/spins --timeout 1
	record jumps $flat /with/jumps
	record kernel axvmm --kernel /with/spins
	record odd axvmm --flat 0x40000002 /with/spins
	record low axvmm --flat 0x1000 /with/spins
	record ram axvmm --flat 0x80000000 /with/halts --ram 0x80000000:1M' --with "$with" "$@"
expect_record "$with/output" echoes 0 'hello, arm64.' MMIO_READ SYSTEM_DOWN
expect_record "$with/output" resets 6 'the guest reset the machine'
expect_record "$with/output" halts 8 'nothing can wake it'
expect_record "$with/output" spins 10 'the time of --timeout is up' 'pc  0000000040000000'
expect_record "$with/output" jumps 14 'NESTED_PAGE_FAULT gpa 0x10000000' 'pc  0000000010000000'
expect_record "$with/output" kernel 2 'start by --flat only'
expect_record "$with/output" odd 2 'multiples of 4'
expect_record "$with/output" low 2 'begins at 1 GiB'
expect_record "$with/output" ram 8 'nothing can wake it'
rm -rf "$with"
