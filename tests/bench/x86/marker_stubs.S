/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A marker is `nopl disp32(%rax,%rax,1)`: the displacement has a magic number above
 * and the marker's id below. The id must be in the code, so there is one stub for
 * each id and each pair of flags; marker.c picks it.
 */
#include "marker.h"

	.macro	stubs flags
	.set	id, \flags
	.rept	MARKER_IDS
	.balign	MARKER_STUB
	.byte	0x0f, 0x1f, 0x84, 0x00
	.long	MARKER_MAGIC << 16 | id
	ret
	.set	id, id + 1
	.endr
	.balign	MARKER_STUB
	.endm

	.text
	.globl	marker_stubs
	.hidden	marker_stubs
	.balign	MARKER_STUB
marker_stubs:
	stubs	0
	stubs	MARKER_PROFILE
	stubs	MARKER_STOP
	stubs	(MARKER_STOP + MARKER_PROFILE)

	.section .note.GNU-stack, "", @progbits
