// SPDX-License-Identifier: GPL-3.0-or-later
#include <stddef.h>

#include "../groups.h"
#include "classes.h"

#define C(name) (1u << CLASS_##name)

const struct class_group class_groups[] = {
	{ "msr", C(RDMSR) | C(WRMSR) },
	{ "xsave", C(XSAVE) | C(XRSTOR) },
	{ "xcr", C(XGETBV) | C(XSETBV) },
	{ "vmrun", C(VMRUN) },
	{ "vmload", C(VMLOAD) | C(VMSAVE) },
	{ "gif", C(STGI) | C(CLGI) },
	{ "crdr", C(MOV_FROM_CR) | C(MOV_TO_CR) | C(MOV_FROM_DR) | C(MOV_TO_DR) },
	{ "invlpg", C(INVLPG) | C(INVPCID) },
	{ "desc", C(LGDT) | C(LTR) },
	{ "lock", C(LOCK) },
	{ "indirect", C(INDIRECT) | C(RETPOLINE) },
	{ NULL, 0 },
};
