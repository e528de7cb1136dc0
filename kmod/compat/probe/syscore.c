// SPDX-License-Identifier: GPL-2.0-or-later
/* register_syscore() with struct syscore took the place of syscore_ops. */
#include <linux/syscore_ops.h>

static struct syscore probe;

void axvcpu_probe(void)
{
	register_syscore(&probe);
}
