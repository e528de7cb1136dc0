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

#define RCX	 1*8
#define RDX	 2*8
#define RBX	 3*8
#define RBP	 5*8
#define RSI	 6*8
#define RDI	 7*8
#define R8	 8*8
#define R9	 9*8
#define R10	10*8
#define R11	11*8
#define R12	12*8
#define R13	13*8
#define R14	14*8
#define R15	15*8

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
	movq	RCX(%rdi), %rcx
	movq	RDX(%rdi), %rdx
	movq	RBX(%rdi), %rbx
	movq	RBP(%rdi), %rbp
	movq	RSI(%rdi), %rsi
	movq	R8(%rdi), %r8
	movq	R9(%rdi), %r9
	movq	R10(%rdi), %r10
	movq	R11(%rdi), %r11
	movq	R12(%rdi), %r12
	movq	R13(%rdi), %r13
	movq	R14(%rdi), %r14
	movq	R15(%rdi), %r15
	movq	RDI(%rdi), %rdi

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
	movq	%rcx, RCX(%rax)
	movq	%rdx, RDX(%rax)
	movq	%rbx, RBX(%rax)
	movq	%rbp, RBP(%rax)
	movq	%rsi, RSI(%rax)
	movq	%rdi, RDI(%rax)
	movq	%r8, R8(%rax)
	movq	%r9, R9(%rax)
	movq	%r10, R10(%rax)
	movq	%r11, R11(%rax)
	movq	%r12, R12(%rax)
	movq	%r13, R13(%rax)
	movq	%r14, R14(%rax)
	movq	%r15, R15(%rax)
	movq	8(%rsp), %rax
	vmload	%rax

	/*
	 * No value of the guest's survives in a register, where a mispredicted
	 * branch could use it, in those neither that are loaded again from the stack.
	 */
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%ebx, %ebx
	xorl	%ebp, %ebp
	xorl	%esi, %esi
	xorl	%edi, %edi
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d

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
