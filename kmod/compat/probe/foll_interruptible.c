// SPDX-License-Identifier: GPL-2.0-or-later
/* FOLL_INTERRUPTIBLE: page lookups that any signal ends. */
#include <linux/mm.h>

unsigned int axvcpu_probe(void);

unsigned int axvcpu_probe(void)
{
	return FOLL_INTERRUPTIBLE;
}
