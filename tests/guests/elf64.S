/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plain ELF64 program: prints the command line of its start info, on the stack
 * that it was given; ends with status 49.
 */
#include "print.inc"

	.code64
	.globl	_start
_start:
	cmpl	$0x336ec578, (%rdi)
	jne	wrong
	/* The code segment can be loaded from the descriptor table. */
	pushq	$0x10
	lea	1f(%rip), %rax
	push	%rax
	lretq
1:	mov	24(%rdi), %rsi
	call	print
	EXIT	24
wrong:
	EXIT	1

	DEFINE_PRINT rsi
