/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A marker is `nopl disp32(%rax,%rax,1)`: the displacement has a magic number above
 * and the marker's own below. The number must be in the code, so there is one stub
 * for each; marker.c picks it.
 */
#include "marker.h"

	.text
	.globl	marker_stubs
	.hidden	marker_stubs
	.balign	4096		/* touched as a whole before it is used */
marker_stubs:
	.set	number, 0
	.rept	MARKER_KINDS * MARKER_IDS
	.balign	MARKER_STUB
	.byte	0x0f, 0x1f, 0x84, 0x00
	.long	MARKER_MAGIC << 16 | number
	ret
	.set	number, number + 1
	.endr
	.balign	4096

	.section .note.GNU-stack, "", @progbits
