/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's programs, in 64-bit mode: guest.c copies the whole to GUEST_TEXT. See
 * ../guest.h for what each does. RDI, RSI and RBX are arg[0] to arg[2].
 */
#include "layout.h"

	.section .rodata
	.globl	guest_text, guest_text_end

	.macro	program name
	.balign	64
	.globl	guest_\name
guest_\name:
	.endm

	.balign	64
guest_text:

	program	pio_out
1:	out	%al, $GUEST_PORT
	jmp	1b

	program	pio_in
1:	in	$GUEST_PORT, %al
	jmp	1b

	program	mmio_write
	mov	$0xd0000000, %ebx
1:	mov	%eax, (%rbx)
	jmp	1b

	program	mmio_read
	mov	$0xd0000000, %ebx
1:	mov	(%rbx), %eax
	jmp	1b

	program	hlt
1:	hlt
	jmp	1b

	program	rep_outs
	cld
	mov	$GUEST_PORT, %edx
1:	mov	$GUEST_BUFFER, %esi
	mov	$1024, %ecx
	rep outsl
	jmp	1b

	program	rep_ins
	cld
	mov	$GUEST_PORT, %edx
1:	mov	$GUEST_BUFFER, %edi
	mov	$1024, %ecx
	rep insl
	jmp	1b

	.macro	hypercall instruction
	program	\instruction
1:	mov	%edi, %eax
	mov	$GUEST_BUFFER, %ebx	/* guest-physical address */
	mov	$1, %ecx		/* pages */
	xor	%edx, %edx		/* attributes */
	\instruction
	jmp	1b
	.endm

	hypercall vmcall
	hypercall vmmcall

	program	sysreg
	mov	$GUEST_MSR_UNKNOWN, %ecx
1:	rdmsr
	jmp	1b

	program	interrupts
	lgdt	guest_gdt_pointer(%rip)
	lidt	guest_idt_pointer(%rip)
	sti
1:	hlt
	jmp	1b

	program	interrupt_handler
	iretq

	program	cpuid
1:	mov	%rdi, %rsi
2:	xor	%eax, %eax
	xor	%ecx, %ecx
	cpuid
	dec	%rsi
	jnz	2b
	out	%al, $GUEST_PORT
	jmp	1b

	program	rdmsr
	mov	$GUEST_MSR_EMULATED, %ecx
1:	mov	%rdi, %rsi
2:	rdmsr
	dec	%rsi
	jnz	2b
	out	%al, $GUEST_PORT
	jmp	1b

	program	wrmsr			/* the value that it has */
	mov	$GUEST_MSR_EMULATED, %ecx
	rdmsr
1:	mov	%rdi, %rsi
2:	wrmsr
	dec	%rsi
	jnz	2b
	out	%al, $GUEST_PORT
	jmp	1b

	program	touch_pages
1:	movb	$1, (%rdi)
	add	%rbx, %rdi
	dec	%rsi
	jnz	1b
2:	out	%al, $GUEST_PORT
	jmp	2b

	program	cpuid_list		/* RDI: struct cpuid_leaf, RSI: how many */
1:	mov	(%rdi), %eax
	mov	4(%rdi), %ecx
	cpuid
	mov	%eax, 8(%rdi)
	mov	%ebx, 12(%rdi)
	mov	%ecx, 16(%rdi)
	mov	%edx, 20(%rdi)
	add	$24, %rdi
	dec	%rsi
	jnz	1b
2:	out	%al, $GUEST_PORT
	jmp	2b

	program	spin
1:	jmp	1b

	.balign	8
guest_gdt_pointer:
	.word	0x1f
	.quad	GUEST_GDT
	.balign	8
guest_idt_pointer:
	.word	0xfff
	.quad	GUEST_IDT
guest_text_end:

	.section .note.GNU-stack, "", @progbits
