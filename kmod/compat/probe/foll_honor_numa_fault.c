// SPDX-License-Identifier: GPL-2.0-or-later
/* FOLL_HONOR_NUMA_FAULT: page lookups ignore NUMA hints without it. */
#include <linux/mm.h>

unsigned int axvcpu_probe(void);

unsigned int axvcpu_probe(void)
{
	return FOLL_HONOR_NUMA_FAULT;
}
