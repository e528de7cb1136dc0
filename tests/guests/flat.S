/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A boot sector for axvmm --flat 0x7c00: says so, and ends with status 43. */
#include "print.inc"

	.code16
	.globl	_start
_start:
	mov	%cs, %ax
	test	%ax, %ax
	jnz	wrong
	mov	%ax, %ds
	mov	$text, %si
	call	print
	EXIT	21
wrong:
	EXIT	1

	DEFINE_PRINT si
text:	.asciz	"flat program at 0:7c00"
