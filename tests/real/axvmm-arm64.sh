#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# axvmm on an arm64 host: flat programs that echo what the serial port reads until a
# dot comes, by asking it and by its interrupt, and how guests end.
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
# It takes one byte an interrupt: the line stays asserted while there are more.
assemble waits <<-'END'
		mov	x1, #0x8000000
		mov	w2, #2
		str	w2, [x1]		// GICD_CTLR: group 1
		mov	w2, #-1
		str	w2, [x1, #0x84]		// GICD_IGROUPR1
		str	w2, [x1, #0x104]	// GICD_ISENABLER1
		mov	x1, #0x80a0000
		str	wzr, [x1, #0x14]	// GICR_WAKER
		add	x1, x1, #0x10, lsl #12
		str	w2, [x1, #0x80]		// GICR_IGROUPR0
		str	w2, [x1, #0x100]	// GICR_ISENABLER0
		mov	x2, #0xf0
		msr	S3_0_C4_C6_0, x2	// ICC_PMR_EL1
		mov	x2, #1
		msr	S3_0_C12_C12_7, x2	// ICC_IGRPEN1_EL1
		isb
		movz	x2, #0x500, lsl #16
		orr	x2, x2, #1
		msr	S3_0_C12_C11_5, x2	// ICC_SGI1R_EL1: 5, to ourselves
		wfi
		mrs	x3, S3_0_C12_C12_0	// ICC_IAR1_EL1
		cmp	x3, #5
		b.ne	.
		msr	S3_0_C12_C12_1, x3	// ICC_EOIR1_EL1
		mov	x1, #0x9000000
		mov	w2, #0x10
		str	w2, [x1, #0x38]		// IMSC: received
	1:	wfi
		mrs	x3, S3_0_C12_C12_0
		cmp	x3, #1023
		b.eq	1b
		cmp	x3, #33
		b.ne	.
		ldr	w0, [x1]
		strb	w0, [x1]
		msr	S3_0_C12_C12_1, x3
		cmp	w0, #'.'
		b.ne	1b
		movz	w0, #0x8400, lsl #16
		add	w0, w0, #8
		hvc	#0
END
assemble resets <<-'END'
		mov	w0, #0x84000000
		add	w0, w0, #9		// SYSTEM_RESET
		hvc	#0
END
# CPU_ON of CPU 1: with -2 it goes on to end by SYSTEM_OFF.
assemble ups <<-'END'
		movz	w0, #0xc400, lsl #16
		add	w0, w0, #3
		mov	x1, #1
		adr	x2, .
		hvc	#0
		cmn	x0, #2
		b.ne	.
		movz	w0, #0x8400, lsl #16
		add	w0, w0, #8
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
	record waits sh -c "{ sleep 1; echo typed late.; sleep 1; } | $flat /with/waits --timeout 20 --stats"
	record resets $flat /with/resets
	record ups $flat /with/ups --timeout 5 --stats
	record halts $flat /with/halts --timeout 1
	record spins $flat /with/spins --timeout 1
	record jumps $flat /with/jumps
	record kernel axvmm --kernel /with/spins
	record odd axvmm --flat 0x40000002 /with/spins
	record low axvmm --flat 0x1000 /with/spins
	record ram axvmm --flat 0x80000000 /with/resets --ram 0x80000000:1M
	record firmware axvmm --firmware /with/spins --timeout 1
	record module axvmm --kernel /with/spins --module /with/spins
	record disk axvmm --kernel /with/spins --disk /with/spins' --with "$with" "$@"
expect_record "$with/output" echoes 0 'hello, arm64.' MMIO_READ SYSTEM_DOWN
expect_record "$with/output" waits 0 'typed late.' SYSTEM_DOWN SEND_IPI
expect_record "$with/output" resets 6 'the guest reset the machine'
expect_record "$with/output" ups 0 CPU_UP SYSTEM_DOWN
expect_record "$with/output" halts 10 'the time of --timeout is up' 'pc  0000000040000004'
expect_record "$with/output" spins 10 'the time of --timeout is up' 'pc  0000000040000000'
expect_record "$with/output" jumps 14 'NESTED_PAGE_FAULT gpa 0x10000000' 'pc  0000000010000000'
expect_record "$with/output" kernel 2 'not a Linux Image of arm64'
expect_record "$with/output" odd 2 'multiples of 4'
expect_record "$with/output" low 2 'begins at 1 GiB'
expect_record "$with/output" ram 6 'the guest reset the machine'
expect_record "$with/output" firmware 10 'the time of --timeout is up' 'x0  0000000040000000' 'pc  0000000000000000'
expect_record "$with/output" module 2 'not for guests of this architecture'
expect_record "$with/output" disk 2 'which is no number of sectors'
rm -rf "$with"
