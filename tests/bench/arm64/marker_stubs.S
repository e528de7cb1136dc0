/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A marker is `movz xzr, #number, lsl #48`, which no compiler has a reason for, with a
 * magic number in the upper bits. The number must be in the code, so there is one stub
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
	.inst	0xd2e0001f | (MARKER_MAGIC | number) << 5
	ret
	.set	number, number + 1
	.endr
	.balign	4096

	.section .note.GNU-stack, "", @progbits
