/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world switch (APM Volume 2, 15.5 "VMRUN Instruction").
 *
 * VMRUN and #VMEXIT switch RIP, RSP, RAX, RFLAGS, CR0, CR3, CR4, EFER, the tables
 * and ES, CS, SS, DS. VMLOAD and VMSAVE move FS, GS, TR, LDTR, KERNEL_GS_BASE and
 * the SYSCALL and SYSENTER MSRs (15.5.2): the guest's are saved after each exit,
 * the host's lie in this CPU's host page, where svm_load() put them. General
 * registers are moved here; the rest (FPU, DR0 to DR3, XCR0) in C.
 */
#include <linux/linkage.h>
#include <asm/alternative.h>
#include <asm/asm.h>
#include <asm/cpufeatures.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>

#include "../gprs.h"

/* An IBPB where the host wants one for the feature, else a jump over it. */
.macro BARRIER_IF feature:req
	ALTERNATIVE "jmp .Lno_barrier_\@", "", \feature
	movl	$MSR_IA32_PRED_CMD, %ecx
	movl	$PRED_CMD_IBPB, %eax
	xorl	%edx, %edx
	wrmsr
.Lno_barrier_\@:
.endm

/*
 * Return predictions that the guest trained (Retbleed, Inception). Without the
 * kernel's untraining call every exit has an IBPB: mitigations.c.
 */
.macro UNTRAIN_RET_SVM
#if defined(CONFIG_CPU_UNRET_ENTRY) || defined(CONFIG_CPU_SRSO) || \
	defined(CONFIG_MITIGATION_UNRET_ENTRY) || defined(CONFIG_MITIGATION_SRSO)
	CALL_UNTRAIN_RET
#endif
.endm

.macro LOAD_GUEST
	LOAD_GPRS

	/* Transient scheduler attacks: nothing of the host stays in buffers. */
#ifdef X86_FEATURE_CLEAR_CPU_BUF_VM
	ALTERNATIVE "jmp .Lbuffers_done_\@", "", X86_FEATURE_CLEAR_CPU_BUF_VM
	verw	.Lverw_selector(%rip)
.Lbuffers_done_\@:
#endif
.endm

.section .noinstr.text, "ax"

/*
 * RDI: gpr; RAX: vmcb_pa; RDX: host_pa; CL: shadow. Return: EAX. Of the other registers
 * only RSP, RBP and RBX are kept: see svm_switch() in svm.h.
 *
 * Interrupts are off (RFLAGS.IF), and from CLGI to STGI everything else is, NMIs
 * and machine checks too (15.17 "Global Interrupt Flag"), because GS is the
 * guest's there. CLGI and the first VMLOAD fault while GS is still the host's if
 * somebody turned SVM off, and are recovered from. After them nobody can turn it
 * off, so that VMRUN and the rest cannot fault: an exception-table entry there
 * would be of no use, since the handler would run with the guest's GS.
 *
 * Frame: 0(%rsp) gpr, 8(%rsp) host_pa.
 */
SYM_FUNC_START(svm_switch_guest)
	push	%rbp
	push	%rbx
	push	%rdx
	push	%rdi

.Lclgi:
	clgi
.Lvmload:
	vmload	%rax

	/*
	 * With V_INTR_MASKING the host's RFLAGS.IF at VMRUN decides if host
	 * interrupts end guest mode (15.21.1). GIF is 0: none comes before.
	 *
	 * STI just before VMRUN could leave its shadow in the guest. So it stands
	 * there for a guest that is in one itself: VMRUN loads that from the VMCB,
	 * but QEMU's does not.
	 */
	testb	%cl, %cl
	jnz	.Lshadow
	sti
	LOAD_GUEST
	vmrun	%rax
.Lexit:
	cli

	/* RAX, RSP and RFLAGS are the host's, the rest is as the guest left it. */
	vmsave	%rax
	movq	(%rsp), %rax
	SAVE_GPRS
	movq	8(%rsp), %rax
	vmload	%rax

	CLEAR_GPRS
	xorl	%ebx, %ebx

	/* Before the first RET: mitigations.c says what each is for. */
#ifdef X86_FEATURE_IBPB_ON_VMEXIT
	BARRIER_IF X86_FEATURE_IBPB_ON_VMEXIT
#endif
#ifdef X86_FEATURE_ENTRY_IBPB
	BARRIER_IF X86_FEATURE_ENTRY_IBPB
#endif
	FILL_RETURN_BUFFER %rax, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT
	UNTRAIN_RET_SVM

	stgi
	xorl	%eax, %eax

.Lout:
	addq	$16, %rsp
	pop	%rbx
	pop	%rbp
	RET

.Lshadow:
	LOAD_GUEST
	sti
	vmrun	%rax
	jmp	.Lexit

	/* VMLOAD faulted: GIF is 0, or SVM went off with CLGI done. */
.Lvmload_fault:
	stgi
.Lno_svm:
	movl	$1, %eax
	jmp	.Lout

	_ASM_EXTABLE(.Lclgi, .Lno_svm)
	_ASM_EXTABLE(.Lvmload, .Lvmload_fault)
	_ASM_EXTABLE(.Lvmload_fault, .Lno_svm)
SYM_FUNC_END(svm_switch_guest)

#ifdef X86_FEATURE_CLEAR_CPU_BUF_VM
.section .rodata, "a"
.balign 2
/* VERW's operand: any writable data segment; the memory form clears buffers. */
.Lverw_selector:
	.word	__KERNEL_DS
#endif
