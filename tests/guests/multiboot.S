/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Multiboot kernel: prints its command line, and each module's arguments and
 * contents; ends with status 45.
 */
#include "print.inc"

#define MAGIC 0x1badb002
#define FLAGS 3

	.code32
	.align	4
	.long	MAGIC, FLAGS, -(MAGIC + FLAGS)

	.globl	_start
_start:
	cmp	$0x2badb002, %eax
	jne	wrong
	/* The segments can be loaded from the descriptor table. */
	ljmp	$0x10, $1f
1:	mov	$0x18, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$stack, %esp
	mov	16(%ebx), %esi
	call	print
	mov	20(%ebx), %ecx
	mov	24(%ebx), %edi
2:	test	%ecx, %ecx
	jz	3f
	mov	8(%edi), %esi
	call	print
	mov	(%edi), %esi
	call	print
	add	$16, %edi
	dec	%ecx
	jmp	2b
3:	EXIT	22
wrong:
	EXIT	1

	DEFINE_PRINT esi
	.bss
	.skip	256
stack:
