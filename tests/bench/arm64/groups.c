// SPDX-License-Identifier: GPL-3.0-or-later
#include <stddef.h>

#include "../groups.h"
#include "classes.h"

#define C(name)	   (1u << CLASS_##name)
#define BOTH(name) (C(READ_##name) | C(WRITE_##name))

const struct class_group class_groups[] = {
	{ "tlbi", C(TLBI) | C(AT) | C(IC) | C(DC) },
	{ "dsb", C(DSB) },
	{ "dmb", C(DMB) },
	{ "isb", C(ISB) },
	{ "eret", C(ERET) },
	{ "call", C(SVC) | C(HVC) | C(SMC) },
	{ "el01", BOTH(EL0) | BOTH(EL1) },
	{ "el2", BOTH(EL2) },
	{ "el12", BOTH(EL12) },
	{ "gic", BOTH(GIC) },
	{ "timer", BOTH(TIMER) },
	{ "pstate", C(DEBUG) | C(PSTATE) },
	{ "atomic", C(EXCLUSIVE) | C(ATOMIC) },
	{ "fp_memory", C(FP_MEMORY) },
	{ "indirect", C(INDIRECT) },
	{ NULL, 0 },
};
