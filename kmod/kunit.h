/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two seams of the KUnit build (AXVCPU_KUNIT=1): its back end and its start. */
#ifndef AXVCPU_KUNIT_H
#define AXVCPU_KUNIT_H

#include <linux/string.h>

#include "arch.h"

#ifdef AXVCPU_KUNIT
extern const struct axvcpu_arch_ops axvcpu_mock_ops;

/* The mock is taken by its name only. */
static inline const struct axvcpu_arch_ops *axvcpu_arch_mock(const char *wanted)
{
	return strcmp(wanted, axvcpu_mock_ops.name) ? NULL : &axvcpu_mock_ops;
}

/* Run the suites, the back end being ready. */
void axvcpu_kunit_run(void);
void axvcpu_kunit_done(void);
#else
static inline const struct axvcpu_arch_ops *axvcpu_arch_mock(const char *wanted)
{
	return NULL;
}

static inline void axvcpu_kunit_run(void)
{
}

static inline void axvcpu_kunit_done(void)
{
}
#endif

#endif /* AXVCPU_KUNIT_H */
