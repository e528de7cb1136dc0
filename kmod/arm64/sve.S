/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SVE registers at the length that is in force, as struct axvcpu_arm64_sve has them:
 * Z0 to Z31, P0 to P15, FFR.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>

	.arch_extension sve

/* X0: at Z0; then at P0. */
.macro SVE_Z op:req
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, \
		   16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	z\n, [x0, #\n, mul vl]
	.endr
	addvl	x0, x0, #16
	addvl	x0, x0, #16
.endm

.macro SVE_P op:req
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\op	p\n, [x0, #\n, mul vl]
	.endr
.endm

.text

/* Return: bytes of a Z register */
SYM_FUNC_START(el2_sve_vl)
	rdvl	x0, #1
	ret
SYM_FUNC_END(el2_sve_vl)

/* X0: axvcpu_arm64_sve.data */
SYM_FUNC_START(el2_sve_load)
	SVE_Z	ldr
	ldr	p0, [x0, #16, mul vl]
	wrffr	p0.b
	SVE_P	ldr
	ret
SYM_FUNC_END(el2_sve_load)

SYM_FUNC_START(el2_sve_save)
	SVE_Z	str
	SVE_P	str
	rdffr	p0.b
	str	p0, [x0, #16, mul vl]
	ret
SYM_FUNC_END(el2_sve_save)
