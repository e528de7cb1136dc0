/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel with a PVH note: prints its command line and its first module; ends
 * with status 47.
 */
#include "print.inc"

	.section .note.pvh, "a", @note
	.align	4
	.long	4, 4, 18
	.asciz	"Xen"
	.long	start32

	.text
	.code32
	.globl	_start
_start:
	EXIT	1
start32:
	cmpl	$0x336ec578, (%ebx)
	jne	_start
	ljmp	$0x10, $1f
1:	mov	$0x18, %ax
	mov	%ax, %ss
	mov	$stack, %esp
	mov	24(%ebx), %esi
	call	print
	mov	16(%ebx), %edi
	mov	(%edi), %esi
	call	print
	EXIT	23

	DEFINE_PRINT esi
	.bss
	.skip	256
stack:
