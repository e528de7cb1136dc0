// SPDX-License-Identifier: GPL-3.0-or-later
#include <x86intrin.h>

#include "../measure.h"

uint64_t arch_instructions(void)
{
	return __rdtsc();
}
