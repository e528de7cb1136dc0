/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's programs, in EL1 of AArch64: guest.c copies the whole to GUEST_TEXT. See
 * ../guest.h for what each does. All start at guest_begin, which turns the MMU on and
 * goes to X3. X0 to X2 are arg[0] to arg[2].
 */
#include "layout.h"

#define MMIO	0xd0000000

#define PSCI_VERSION	0x84000000

	.section .rodata
	.globl	guest_text, guest_text_end

	.macro	program name
	.balign	64
	.globl	guest_\name
guest_\name:
	.endm

	/* Leave, as all do that have no exit of their own: X9 is MMIO. */
	.macro	leave
	str	w0, [x9]
	.endm

	.balign	2048
guest_text:

	/* ---- vectors: an interrupt of the level itself, on its own stack ------------- */
	.balign	2048
guest_vectors:
	.rept	5
	b	.
	.balign	128
	.endr
	mrs	x10, S3_0_C12_C12_0	/* ICC_IAR1_EL1 */
	msr	S3_0_C12_C12_1, x10	/* ICC_EOIR1_EL1 */
	eret
	.balign	128
	.rept	10
	b	.
	.balign	128
	.endr

	program	begin
	ldr	x10, =0xff00		/* MAIR: 0 is Device-nGnRnE, 1 is write-back */
	msr	mair_el1, x10
	/* TCR: 48 bits below, none above; write-back walks, inner shareable; 40 bits */
	ldr	x10, =(16 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32)
	msr	tcr_el1, x10
	mov	x10, #GUEST_TABLE0
	msr	ttbr0_el1, x10
	adr	x10, guest_vectors
	msr	vbar_el1, x10
	isb
	mrs	x10, sctlr_el1
	mov	x11, #0x1005		/* M, C, I */
	orr	x10, x10, x11
	msr	sctlr_el1, x10
	isb
	mov	x9, #MMIO
	br	x3

	program	mmio_write
1:	leave
	b	1b

	program	mmio_read
1:	ldr	w0, [x9]
	b	1b

	program	hypercall
	mov	x10, x0
1:	mov	x0, x10
	hvc	#0
	b	1b

	program	interrupts
	mov	x10, #0xff
	msr	S3_0_C4_C6_0, x10	/* ICC_PMR_EL1 */
	mov	x10, #1
	msr	S3_0_C12_C12_7, x10	/* ICC_IGRPEN1_EL1 */
	isb
	msr	daifclr, #2
1:	leave
	b	1b

	program	firmware
	mov	x5, x0
1:	mov	x4, x5
2:	mov	w0, #PSCI_VERSION
	hvc	#0
	subs	x4, x4, #1
	b.ne	2b
	leave
	b	1b

	program	sysreg_read
1:	mov	x4, x0
2:	mrs	x5, id_aa64pfr0_el1
	subs	x4, x4, #1
	b.ne	2b
	leave
	b	1b

	program	sysreg_write
1:	mov	x4, x0
2:	msr	actlr_el1, xzr
	subs	x4, x4, #1
	b.ne	2b
	leave
	b	1b

	program	touch_pages
	mov	w4, #1
1:	strb	w4, [x0]
	add	x0, x0, x2
	subs	x1, x1, #1
	b.ne	1b
2:	leave
	b	2b

	program	spin
1:	b	1b

	.balign	8
	.ltorg
guest_text_end:

	.section .note.GNU-stack, "", @progbits
