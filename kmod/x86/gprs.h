/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For assembly: the guest's general registers around a world switch, as they stand in
 * x86_vcpu.gpr, in encoding order. RSP is the back end's in any case, and RAX is the
 * pointer that VMRUN wants or that a store goes through.
 */
#ifndef AXVCPU_X86_GPRS_H
#define AXVCPU_X86_GPRS_H

#define GPR_RAX	 0*8
#define GPR_RCX	 1*8
#define GPR_RDX	 2*8
#define GPR_RBX	 3*8
#define GPR_RBP	 5*8
#define GPR_RSI	 6*8
#define GPR_RDI	 7*8
#define GPR_R8	 8*8
#define GPR_R9	 9*8
#define GPR_R10	10*8
#define GPR_R11	11*8
#define GPR_R12	12*8
#define GPR_R13	13*8
#define GPR_R14	14*8
#define GPR_R15	15*8

/* From (%rdi), and RDI last. */
.macro LOAD_GPRS
	movq	GPR_RCX(%rdi), %rcx
	movq	GPR_RDX(%rdi), %rdx
	movq	GPR_RBX(%rdi), %rbx
	movq	GPR_RBP(%rdi), %rbp
	movq	GPR_RSI(%rdi), %rsi
	movq	GPR_R8(%rdi), %r8
	movq	GPR_R9(%rdi), %r9
	movq	GPR_R10(%rdi), %r10
	movq	GPR_R11(%rdi), %r11
	movq	GPR_R12(%rdi), %r12
	movq	GPR_R13(%rdi), %r13
	movq	GPR_R14(%rdi), %r14
	movq	GPR_R15(%rdi), %r15
	movq	GPR_RDI(%rdi), %rdi
.endm

/* To (%rax). */
.macro SAVE_GPRS
	movq	%rcx, GPR_RCX(%rax)
	movq	%rdx, GPR_RDX(%rax)
	movq	%rbx, GPR_RBX(%rax)
	movq	%rbp, GPR_RBP(%rax)
	movq	%rsi, GPR_RSI(%rax)
	movq	%rdi, GPR_RDI(%rax)
	movq	%r8, GPR_R8(%rax)
	movq	%r9, GPR_R9(%rax)
	movq	%r10, GPR_R10(%rax)
	movq	%r11, GPR_R11(%rax)
	movq	%r12, GPR_R12(%rax)
	movq	%r13, GPR_R13(%rax)
	movq	%r14, GPR_R14(%rax)
	movq	%r15, GPR_R15(%rax)
.endm

/*
 * No value of the guest's survives in a register, where a mispredicted branch could use
 * it, in those neither that are loaded again from the stack. RAX and RBX are the caller's.
 */
.macro CLEAR_GPRS
	xorl	%ecx, %ecx
	xorl	%edx, %edx
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
.endm

#endif /* AXVCPU_X86_GPRS_H */
