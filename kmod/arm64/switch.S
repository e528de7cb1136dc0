/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world switch: general registers, SP_EL0 and the vectors. The rest is in C. It is
 * assembled twice: switch_hyp.S is for EL2 below a kernel at EL1.
 *
 * An exception goes from EL1 or EL0 to EL2 by these vectors, on the stack of the
 * thread that runs the vCPU, or on nVHE that of the CPU, with D, A, I and F masked
 * (DDI 0487, D1.3 "Exceptions").
 */
#include <linux/linkage.h>
#include <linux/arm-smccc.h>
#include <asm/assembler.h>

#include "hw.h"

#define FRAME_SP_EL0	(31 * 8)
#define FRAME_KEYS	464	/* in struct el2_guest: sys.apkey */
#define CPU_VBAR	0
#define CPU_SP_EL0	8
#define CPU_MITIGATE	16

/* On the stack during a trip. */
#define STACK_FRAME	0	/* struct el2_frame, struct el2_cpu */
#define STACK_HOST	16	/* X18 to X30 */
#define STACK_KEYS	128	/* the host's apkey */
#define STACK_BYTES	208

.macro HOST_REGS op2:req, op1:req
	\op2	x18, x19, [sp, #STACK_HOST]
	\op2	x20, x21, [sp, #STACK_HOST + 16]
	\op2	x22, x23, [sp, #STACK_HOST + 32]
	\op2	x24, x25, [sp, #STACK_HOST + 48]
	\op2	x26, x27, [sp, #STACK_HOST + 64]
	\op2	x28, x29, [sp, #STACK_HOST + 80]
	\op1	x30, [sp, #STACK_HOST + 96]
.endm

/* All but X0 and X1, at X0. */
.macro GUEST_REGS op2:req, op1:req
	\op2	x2, x3, [x0, #16]
	\op2	x4, x5, [x0, #32]
	\op2	x6, x7, [x0, #48]
	\op2	x8, x9, [x0, #64]
	\op2	x10, x11, [x0, #80]
	\op2	x12, x13, [x0, #96]
	\op2	x14, x15, [x0, #112]
	\op2	x16, x17, [x0, #128]
	\op2	x18, x19, [x0, #144]
	\op2	x20, x21, [x0, #160]
	\op2	x22, x23, [x0, #176]
	\op2	x24, x25, [x0, #192]
	\op2	x26, x27, [x0, #208]
	\op2	x28, x29, [x0, #224]
	\op1	x30, [x0, #240]
.endm

/*
 * The keys of pointer authentication. They change here, between the host's last and
 * first signed return, since the host's kernel may use its own.
 */
.macro SAVE_KEY low:req, high:req, at:req
	mrs	x2, S3_0_C2_\low
	mrs	x3, S3_0_C2_\high
	stp	x2, x3, [x4, #\at]
.endm

.macro LOAD_KEY low:req, high:req, at:req
	ldp	x2, x3, [x4, #\at]
	msr	S3_0_C2_\low, x2
	msr	S3_0_C2_\high, x3
.endm

/* By X2 and X3, at X4. */
.macro KEYS op:req
	\op	C1_0, C1_1, 0
	\op	C1_2, C1_3, 16
	\op	C2_0, C2_1, 32
	\op	C2_2, C2_3, 48
	\op	C3_0, C3_1, 64
.endm

#ifdef WORLD_NVHE
#define el2_switch	nvhe_switch
.section .axvcpu.hyp, "ax"
#else
.section .noinstr.text, "ax"
#endif

/* X0: frame; X1: this CPU. */
SYM_FUNC_START(el2_switch)
	sub	sp, sp, #STACK_BYTES
	stp	x0, x1, [sp, #STACK_FRAME]
	HOST_REGS stp, str

	mrs	x2, hcr_el2
	tbz	x2, #EL2_HCR_API_BIT, .Lno_keys_in
	add	x4, sp, #STACK_KEYS
	KEYS	SAVE_KEY
	add	x4, x0, #FRAME_KEYS
	KEYS	LOAD_KEY
.Lno_keys_in:

	mrs	x2, vbar_el2
	mrs	x3, sp_el0
	stp	x2, x3, [x1, #CPU_VBAR]
	adr_l	x2, el2_vectors
	msr	vbar_el2, x2
	ldr	x2, [x0, #FRAME_SP_EL0]
	msr	sp_el0, x2
	isb

	GUEST_REGS ldp, ldr
	ldp	x0, x1, [x0]
	eret
	/* Nothing is executed behind an ERET, not even in speculation. */
	dsb	nsh
	isb
SYM_FUNC_END(el2_switch)

/* The guest has left. X1: which vector; the guest's X0 and X1 are on the stack. */
SYM_CODE_START_LOCAL(el2_leave)
	ldr	x0, [sp, #16 + STACK_FRAME]
	GUEST_REGS stp, str
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0]
	mrs	x2, sp_el0
	str	x2, [x0, #FRAME_SP_EL0]

	mrs	x2, hcr_el2
	tbz	x2, #EL2_HCR_API_BIT, .Lno_keys_out
	add	x4, x0, #FRAME_KEYS
	KEYS	SAVE_KEY
	add	x4, sp, #STACK_KEYS
	KEYS	LOAD_KEY
	isb
.Lno_keys_out:

	ldr	x4, [sp, #STACK_FRAME + 8]
	ldp	x2, x3, [x4, #CPU_VBAR]
	msr	vbar_el2, x2
	msr	sp_el0, x3
	ldr	x5, [x4, #CPU_MITIGATE]
	cbz	x5, .Lmitigated

	/* Before the first return: mitigations.c says what each is for. */
	tbz	x5, #EL2_MITIGATE_CLRBHB_BIT, .Lno_clrbhb
	hint	#22
	isb
.Lno_clrbhb:
	ands	w6, w5, #EL2_MITIGATE_LOOPS
	b.eq	.Lno_loop
.Lloop:
	b	. + 4
	subs	w6, w6, #1
	b.ne	.Lloop
	dsb	nsh
	isb
.Lno_loop:
	/* Firmware keeps X4 to X30. */
	mov	x4, x1
	tbz	x5, #EL2_MITIGATE_CALL_1_BIT, .Lno_call_1
	mov_q	x0, ARM_SMCCC_ARCH_WORKAROUND_1
	smc	#0
.Lno_call_1:
	tbz	x5, #EL2_MITIGATE_CALL_3_BIT, .Lno_call_3
	mov_q	x0, ARM_SMCCC_ARCH_WORKAROUND_3
	smc	#0
.Lno_call_3:
	mov	x1, x4
.Lmitigated:

	/* No value of the guest's is left for speculation to start from. */
	mov	x0, x1
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
	mov	x\n, xzr
	.endr
	HOST_REGS ldp, ldr
	add	sp, sp, #STACK_BYTES
	ret
SYM_CODE_END(el2_leave)

.macro LEAVE which:req
	.align	7
	stp	x0, x1, [sp, #-16]!
	mov	x1, #\which
	b	el2_leave
.endm

/*
 * A fault of ours between the two switches of VBAR_EL2. With the host's vectors and
 * "current" in place the instruction faults again, and the host reports it; on nVHE
 * hyp.S does all.
 */
.macro FAULT
	.align	7
#ifdef WORLD_NVHE
	b	nvhe_fault
#else
	stp	x0, x1, [sp, #-16]!
	ldr_this_cpu x0, el2_cpus, x1
	ldr	x1, [x0, #CPU_VBAR]
	msr	vbar_el2, x1
	ldr	x1, [x0, #CPU_SP_EL0]
	msr	sp_el0, x1
	ldp	x0, x1, [sp], #16
	eret
	dsb	nsh
	isb
#endif
.endm

	.align	11
SYM_CODE_START_LOCAL(el2_vectors)
	.rept	8
	FAULT
	.endr
	.rept	2		/* from AArch64, from AArch32 */
	LEAVE	0
	LEAVE	1
	LEAVE	2
	LEAVE	3
	.endr
SYM_CODE_END(el2_vectors)

#ifdef WORLD_NVHE
NOKPROBE(el2_switch)
NOKPROBE(el2_leave)
NOKPROBE(el2_vectors)
#else
/*
 * X0: the host's vector for an SError at its own level; X1: PSTATE to return to. ESR_EL2
 * still tells of it. As a return, since a branch would need a landing pad there.
 */
SYM_FUNC_START(el2_host_serror)
	adr	x2, 1f
	msr	elr_el2, x2
	msr	spsr_el2, x1
	isb
	ret	x0
1:
	ret
SYM_FUNC_END(el2_host_serror)

.text

	.arch_extension fp
	.arch_extension simd

.macro FPU_ALL op:req
	\op	q0, q1, [x0]
	\op	q2, q3, [x0, #32]
	\op	q4, q5, [x0, #64]
	\op	q6, q7, [x0, #96]
	\op	q8, q9, [x0, #128]
	\op	q10, q11, [x0, #160]
	\op	q12, q13, [x0, #192]
	\op	q14, q15, [x0, #224]
	\op	q16, q17, [x0, #256]
	\op	q18, q19, [x0, #288]
	\op	q20, q21, [x0, #320]
	\op	q22, q23, [x0, #352]
	\op	q24, q25, [x0, #384]
	\op	q26, q27, [x0, #416]
	\op	q28, q29, [x0, #448]
	\op	q30, q31, [x0, #480]
.endm

/* X0: struct axvcpu_arm64_fpu */
SYM_FUNC_START(el2_fpu_load)
	FPU_ALL	ldp
	add	x0, x0, #512
	ldp	w1, w2, [x0]
	msr	fpsr, x1
	msr	fpcr, x2
	ret
SYM_FUNC_END(el2_fpu_load)

SYM_FUNC_START(el2_fpu_save)
	FPU_ALL	stp
	mrs	x1, fpsr
	mrs	x2, fpcr
	add	x0, x0, #512
	stp	w1, w2, [x0]
	ret
SYM_FUNC_END(el2_fpu_save)
#endif /* !WORLD_NVHE */
