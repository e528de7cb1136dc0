/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world switch (SDM Volume 3, 27 "VM Entries", 28.5 "Loading Host State").
 *
 * Entry and exit switch RIP, RSP, RFLAGS, CR0, CR3, CR4, EFER, PAT, DR7, DEBUGCTL,
 * the SYSENTER MSRs, all segments and tables. General registers are moved here,
 * the rest (FPU, CR2, DR0 to DR3, DR6, KERNEL_GS_BASE, the SYSCALL MSRs) in C.
 */
#include <linux/linkage.h>
#include <asm/alternative.h>
#include <asm/asm.h>
#include <asm/cpufeatures.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/segment.h>

#include "../gprs.h"
#include "history.h"

#define HOST_RSP_FIELD	0x6c14
#define FAIL_VALID	1
#define FAIL_INVALID	2

/*
 * MDS, TAA, stale MMIO data, register files: nothing of the host stays in buffers.
 * As the last thing before an entry; of the flags, VERW changes ZF alone.
 */
.macro CLEAR_BUFFERS
#ifdef X86_FEATURE_CLEAR_CPU_BUF
	ALTERNATIVE_2 "jmp .Lbuffers_done_\@", "", X86_FEATURE_MD_CLEAR, \
		      "", X86_FEATURE_CLEAR_CPU_BUF
#else
	ALTERNATIVE "jmp .Lbuffers_done_\@", "", X86_FEATURE_MD_CLEAR
#endif
	verw	.Lverw_selector(%rip)
.Lbuffers_done_\@:
.endm

/*
 * Where the kernel uses IBRS for itself, the bit was set while the guest ran, but
 * holds back what the guest trained only from the next write on. SPEC_CTRL is the
 * host's all the time: mitigations.c.
 */
.macro RENEW_IBRS
#ifdef X86_FEATURE_KERNEL_IBRS
	ALTERNATIVE "jmp .Librs_done_\@", "", X86_FEATURE_KERNEL_IBRS
	movl	$MSR_IA32_SPEC_CTRL, %ecx
	rdmsr
	wrmsr
.Librs_done_\@:
#endif
.endm

/* The kernel's loop, where it relies on one: vmx_check_branch_history(). */
.macro CLEAR_HISTORY
#if defined(CLEAR_HISTORY_FEATURE) && defined(AXVCPU_EXPORTED_CLEAR_BHB_LOOP)
	ALTERNATIVE "", "call clear_bhb_loop", CLEAR_HISTORY_FEATURE
#endif
.endm

.section .noinstr.text, "ax"

/*
 * int vmx_switch(u64 *gpr, bool launched)
 *
 * Interrupts are off. The exit comes to vmx_exit_point, which is HOST_RIP, with
 * HOST_RSP: the stack as it is at the entry. An entry that fails goes on there,
 * too, with all but the general registers the host's. It faults if somebody turned
 * VMX off, which is recovered from.
 *
 * Frame: 0(%rsp) gpr.
 */
SYM_FUNC_START(vmx_switch)
	push	%rbp
	push	%r15
	push	%r14
	push	%r13
	push	%r12
	push	%rbx
	push	%rdi

	movl	$HOST_RSP_FIELD, %eax
.Lvmwrite:
	vmwrite	%rsp, %rax
	jbe	.Lno_vmcs

	/* CF: @launched. */
	btl	$0, %esi
	movq	GPR_RAX(%rdi), %rax
	LOAD_GPRS
	CLEAR_BUFFERS
	jnc	.Lvmlaunch
.Lvmresume:
	vmresume
	jmp	.Lexit
.Lvmlaunch:
	vmlaunch

/*
 * RFLAGS: as the failed instruction left them, or after an exit none but bit 1. The
 * local label is for objtool, which takes a jump to the global one for a call.
 */
.Lexit:
SYM_INNER_LABEL(vmx_exit_point, SYM_L_GLOBAL)
	ANNOTATE_NOENDBR
	push	%rax
	movq	8(%rsp), %rax
	SAVE_GPRS
	pop	GPR_RAX(%rax)
	pop	%rdi

	/* CF: no current VMCS; ZF: it has an error number (31.2). */
	movl	$FAIL_INVALID, %eax
	jc	.Lclear
	movl	$FAIL_VALID, %eax
	jz	.Lclear
	xorl	%eax, %eax

.Lclear:
	movl	%eax, %ebx
	xorl	%eax, %eax
	CLEAR_GPRS

	/* Before the first RET: mitigations.c. */
#ifdef X86_FEATURE_RSB_VMEXIT_LITE
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, \
			   X86_FEATURE_RSB_VMEXIT_LITE
#else
	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT
#endif
	RENEW_IBRS
	CLEAR_HISTORY
	movl	%ebx, %eax

.Lout:
	pop	%rbx
	pop	%r12
	pop	%r13
	pop	%r14
	pop	%r15
	pop	%rbp
	RET

.Lno_vmcs:
	pop	%rdi
	movl	$FAIL_INVALID, %eax
	jmp	.Lout

.Lfault:
	pop	%rdi
	movl	$FAIL_INVALID, %eax
	jmp	.Lclear

	_ASM_EXTABLE(.Lvmwrite, .Lno_vmcs)
	_ASM_EXTABLE(.Lvmlaunch, .Lfault)
	_ASM_EXTABLE(.Lvmresume, .Lfault)
SYM_FUNC_END(vmx_switch)

.section .rodata, "a"
.balign 2
/* VERW's operand: any writable data segment; the memory form clears buffers. */
.Lverw_selector:
	.word	__KERNEL_DS
