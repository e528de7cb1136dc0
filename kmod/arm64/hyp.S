/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EL2 of an nVHE host: how it is taken from the kernel's stub and given back, and its
 * vectors while the host runs. While a guest runs they are those of switch.S.
 *
 * The kernel's convention for HVC (asm/virt.h): X0 is the number of the call, and X0 to
 * X17 are lost.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>
#include <asm/virt.h>
#include <uapi/linux/psci.h>

#include "hw.h"
#include "nvhe.h"

/*
 * One page, which EL2 has at its physical address. It is fetched with the MMU off, so
 * nvhe.c cleans it to the point of coherency. Nothing else is read while the MMU is off.
 */
.section .axvcpu.idmap, "ax"
	.balign	4096
SYM_CODE_START(nvhe_idmap)

/* By HVC_SOFT_RESTART. X0: TTBR0_EL2; X1: struct el2_cpu at EL2; X2: TCR_EL2. */
SYM_INNER_LABEL(nvhe_on, SYM_L_GLOBAL)
	mrs	x3, vbar_el2
	mrs	x4, sctlr_el2
	mov	x5, #EL2_MAIR
	msr	mair_el2, x5
	msr	tcr_el2, x2
	msr	ttbr0_el2, x0
	isb
	/* Nothing old is in force for us, for guests, or for what the stub was. */
	tlbi	alle2
	tlbi	alle1
	dsb	nsh
	isb
	mov_q	x5, EL2_SCTLR_NVHE
	msr	sctlr_el2, x5
	isb
	/* What was fetched without caches may be older than what the kernel patched. */
	ic	iallu
	dsb	nsh
	isb
	ldr	x5, [x1, #NVHE_ENTRY]
	br	x5

/*
 * X0 to X4: of the stub's call; X9: what VBAR_EL2 and X10: what SCTLR_EL2 become, whose
 * MMU is off.
 */
SYM_INNER_LABEL(nvhe_off, SYM_L_GLOBAL)
	msr	sctlr_el2, x10
	isb
	msr	vbar_el2, x9
	tlbi	alle2
	tlbi	alle1
	dsb	nsh
	isb
	cmp	x0, #HVC_SOFT_RESTART
	b.eq	1f
	mov	x0, xzr
	eret
	dsb	nsh
	isb
1:
	mov	x9, x1
	mov	x0, x2
	mov	x1, x3
	mov	x2, x4
	br	x9

/* By HVC_SOFT_RESTART. Return: ICH_VTR_EL2, 0: there are only a GICv2's registers. */
SYM_INNER_LABEL(nvhe_probe, SYM_L_GLOBAL)
	mrs_s	x0, SYS_ICC_SRE_EL2
	tbz	x0, #0, 2f
	mrs_s	x0, SYS_ICH_VTR_EL2
	eret
	dsb	nsh
	isb
2:
	mov	x0, xzr
	eret
	dsb	nsh
	isb
SYM_INNER_LABEL(nvhe_idmap_end, SYM_L_GLOBAL)
SYM_CODE_END(nvhe_idmap)
NOKPROBE(nvhe_idmap)
	.if	nvhe_idmap_end - nvhe_idmap > 4096
	.error	"nvhe_idmap is more than a page"
	.endif
	.balign	4096

/* The first of its section; switch_hyp.S ends it. */
.section .axvcpu.hyp, "ax"
	.balign	4096
SYM_CODE_START(nvhe_text)

/* X1: struct el2_cpu, below which is the stack; X3, X4: the stub's. */
SYM_INNER_LABEL(nvhe_entry, SYM_L_GLOBAL)
	stp	x3, x4, [x1, #NVHE_STUB]
	msr	tpidr_el2, x1
	mov	sp, x1
	adr_l	x2, nvhe_vectors
	msr	vbar_el2, x2
	isb
	mov	x0, xzr
	eret
	dsb	nsh
	isb
SYM_CODE_END(nvhe_text)
NOKPROBE(nvhe_text)

/* The host's X0 and X1 are on the stack. */
SYM_CODE_START_LOCAL(nvhe_host_sync)
	mrs	x0, esr_el2
	lsr	x0, x0, #ESR_EC_SHIFT
	cmp	x0, #ESR_EC_HVC64
	b.ne	nvhe_unexpected
	ldp	x0, x1, [sp], #16
	mov_q	x9, NVHE_TRIP
	cmp	x0, x9
	b.eq	nvhe_host_trip
	cmp	x0, #HVC_RESET_VECTORS
	b.ls	nvhe_give_back
	mov_q	x9, NVHE_QUERY
	cmp	x0, x9
	b.eq	.Lanswer
	/* HVC_FINALISE_EL2, which is for a CPU that starts, and what the stub doesn't know. */
	mov_q	x0, HVC_STUB_ERR
	eret
	dsb	nsh
	isb
.Lanswer:
	mov_q	x0, NVHE_ANSWER
	eret
	dsb	nsh
	isb
SYM_CODE_END(nvhe_host_sync)
NOKPROBE(nvhe_host_sync)

/*
 * HVC_SET_VECTORS, HVC_SOFT_RESTART and HVC_RESET_VECTORS do what they do at the stub,
 * which is back then, or what the call puts in its place.
 */
SYM_CODE_START_LOCAL(nvhe_give_back)
	mrs	x11, tpidr_el2
	ldp	x9, x10, [x11, #NVHE_STUB]
	ldr	x12, [x11, #NVHE_OFF]
	msr	tpidr_el2, xzr
	cmp	x0, #HVC_SET_VECTORS
	csel	x9, x1, x9, eq
	br	x12
SYM_CODE_END(nvhe_give_back)
NOKPROBE(nvhe_give_back)

.macro HOST_X op2:req, op1:req
	\op2	x18, x19, [x9, #NVHE_X]
	\op2	x20, x21, [x9, #NVHE_X + 16]
	\op2	x22, x23, [x9, #NVHE_X + 32]
	\op2	x24, x25, [x9, #NVHE_X + 48]
	\op2	x26, x27, [x9, #NVHE_X + 64]
	\op2	x28, x29, [x9, #NVHE_X + 80]
	\op1	x30, [x9, #NVHE_X + 96]
.endm

/* X1: as nvhe_trip() has it. */
SYM_CODE_START_LOCAL(nvhe_host_trip)
	mrs	x9, tpidr_el2
	mrs	x10, elr_el2
	mrs	x11, spsr_el2
	stp	x10, x11, [x9, #NVHE_RETURN]
	HOST_X	stp, str
	mov	x0, x9
	bl	nvhe_trip
SYM_INNER_LABEL(nvhe_host_return, SYM_L_LOCAL)
	mrs	x9, tpidr_el2
	ldp	x10, x11, [x9, #NVHE_RETURN]
	msr	elr_el2, x10
	msr	spsr_el2, x11
	HOST_X	ldp, ldr
	mov_q	x9, NVHE_ANSWER
	add	x0, x0, x9
	eret
	dsb	nsh
	isb
SYM_CODE_END(nvhe_host_trip)
NOKPROBE(nvhe_host_trip)

/*
 * A fault of ours at EL2, which only a trip can have. The stack may be what is wrong.
 * The host gets its registers back, and is told. A second one on the way there would
 * go round for ever: the firmware resets the machine.
 */
SYM_CODE_START(nvhe_fault)
	mrs	x0, tpidr_el2
	tbnz	x0, #0, 1f
	orr	x1, x0, #1
	msr	tpidr_el2, x1
	mrs	x1, esr_el2
	mrs	x2, far_el2
	mrs	x3, elr_el2
	stp	x1, x2, [x0, #NVHE_FAULT]
	str	x3, [x0, #NVHE_FAULT + 16]
	mov	sp, x0
	adr_l	x1, nvhe_vectors
	msr	vbar_el2, x1
	isb
	bl	nvhe_recover
	mrs	x1, tpidr_el2
	bic	x1, x1, #1
	msr	tpidr_el2, x1
	mov	x0, #EL2_EXIT_FAULT
	b	nvhe_host_return
1:
	mov_q	x0, PSCI_0_2_FN_SYSTEM_RESET
	smc	#0
2:
	wfe
	b	2b
SYM_CODE_END(nvhe_fault)
NOKPROBE(nvhe_fault)

/*
 * Nothing of the host's traps to EL2, and it routes nothing there. What comes all the
 * same it gets as an exception of its own, with the syndrome, which it reports.
 */
SYM_CODE_START_LOCAL(nvhe_unexpected)
	mrs	x0, esr_el2
	msr	esr_el1, x0
	mrs	x0, elr_el2
	msr	elr_el1, x0
	mrs	x1, spsr_el2
	msr	spsr_el1, x1
	mrs	x0, vbar_el1
	/* From EL1 with its own stack pointer, from AArch64 EL0, from AArch32 */
	add	x0, x0, #0x200
	tst	x1, #0xe
	b.ne	1f
	add	x0, x0, #0x200
	tbz	x1, #4, 1f
	add	x0, x0, #0x200
1:
	msr	elr_el2, x0
	mov	x0, #0x3c5		/* D, A, I, F; EL1h */
	msr	spsr_el2, x0
	ldp	x0, x1, [sp], #16
	eret
	dsb	nsh
	isb
SYM_CODE_END(nvhe_unexpected)
NOKPROBE(nvhe_unexpected)

.macro HOST to:req
	.align	7
	stp	x0, x1, [sp, #-16]!
	b	\to
.endm

	.align	11
SYM_CODE_START_LOCAL(nvhe_vectors)
	.rept	8
	.align	7
	b	nvhe_fault
	.endr
	HOST	nvhe_host_sync
	.rept	7
	HOST	nvhe_unexpected
	.endr
SYM_CODE_END(nvhe_vectors)
NOKPROBE(nvhe_vectors)

.section .noinstr.text, "ax"

/*
 * X0: the host's vector for an SError at its own level; X1: PSTATE to return to; X2: what
 * ESR_EL2 told. As a return, since a branch would need a landing pad there.
 */
SYM_FUNC_START(nvhe_host_serror)
	adr	x3, 1f
	msr	elr_el1, x3
	msr	spsr_el1, x1
	msr	esr_el1, x2
	isb
	ret	x0
1:
	ret
SYM_FUNC_END(nvhe_host_serror)
