/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where CPUs come in, vectors, and the way to EL0 and back. */

	.set	FRAME, 320		/* struct frame */

	.section .text.start, "ax"
	.global	start
start:
	adrp	x0, stack0_top
	mov	sp, x0
	adr	x0, vectors
	msr	vbar_el1, x0
	isb
	bl	cpu0_main
1:	b	1b

/* X0: what CPU_ON was given. What the CPU came with is told before anything changes it. */
	.global	cpu1_start
cpu1_start:
	adrp	x1, stack1_top
	mov	sp, x1
	mrs	x1, CurrentEL
	mrs	x2, daif
	mrs	x3, sctlr_el1
	mrs	x4, spsel
	adr	x5, vectors
	msr	vbar_el1, x5
	isb
	bl	cpu1_main
1:	b	1b

/* ---- vectors -------------------------------------------------------------------- */

.macro VECTOR offset
	.balign	128
	sub	sp, sp, #FRAME
	stp	x0, x1, [sp]
	mov	x0, #\offset
	b	exception_entry
.endm

	.text
	.balign	2048
vectors:
	.irp	offset, 0x000, 0x080, 0x100, 0x180, 0x200, 0x280, 0x300, 0x380, \
		0x400, 0x480, 0x500, 0x580, 0x600, 0x680, 0x700, 0x780
	VECTOR	\offset
	.endr

.macro FRAME_REGS op
	\op	x2, x3, [sp, #16]
	\op	x4, x5, [sp, #32]
	\op	x6, x7, [sp, #48]
	\op	x8, x9, [sp, #64]
	\op	x10, x11, [sp, #80]
	\op	x12, x13, [sp, #96]
	\op	x14, x15, [sp, #112]
	\op	x16, x17, [sp, #128]
	\op	x18, x19, [sp, #144]
	\op	x20, x21, [sp, #160]
	\op	x22, x23, [sp, #176]
	\op	x24, x25, [sp, #192]
	\op	x26, x27, [sp, #208]
	\op	x28, x29, [sp, #224]
.endm

exception_entry:
	mrs	x1, daif
	FRAME_REGS stp
	str	x30, [sp, #240]
	mrs	x2, sp_el0
	str	x2, [sp, #248]
	mrs	x2, elr_el1
	mrs	x3, spsr_el1
	stp	x2, x3, [sp, #256]
	mrs	x2, esr_el1
	mrs	x3, far_el1
	stp	x2, x3, [sp, #272]
	mrs	x2, spsel
	stp	x0, x1, [sp, #288]
	str	x2, [sp, #304]
	mov	x0, sp
	bl	exception
	ldr	x2, [sp, #248]
	msr	sp_el0, x2
	ldp	x2, x3, [sp, #256]
	msr	elr_el1, x2
	msr	spsr_el1, x3
	ldr	x30, [sp, #240]
	FRAME_REGS ldp
	ldp	x0, x1, [sp]
	add	sp, sp, #FRAME
	eret

/* ---- EL0 -------------------------------------------------------------------------- */

/*
 * X0: code, X1: PSTATE there, X2, X3: its X0 and X1, X4: SP_EL0. Returns its X0: it ends
 * by SVC #0xe10, which exception() makes a return to el0_return.
 */
	.global	enter_el0
enter_el0:
	stp	x29, x30, [sp, #-96]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	msr	elr_el1, x0
	msr	spsr_el1, x1
	msr	sp_el0, x4
	mov	x0, x2
	mov	x1, x3
	eret

	.global	el0_return
el0_return:
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldp	x29, x30, [sp], #96
	ret

/* ---- stacks ------------------------------------------------------------------------ */

	.bss
	.balign	4096
	.skip	16384
stack0_top:
	.balign	4096
	.skip	16384
stack1_top:
	.balign	4096
	.skip	4096
	.global	el0_page, el0_stack
el0_page:
	.skip	4096
el0_stack:
