// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The KUnit suites, built into axvcpu.ko with AXVCPU_KUNIT=1. KUnit itself would
 * run a module's suites before its init function: these need the back end, so init
 * starts them. Load the module with backend=mock.
 */
#include <kunit/test.h>

#include "../../kmod/kunit.h"
#include "suites.h"

static struct kunit_suite *suites[] = {
	&axvcpu_state_suite,
	&axvcpu_stage2_suite,
	&axvcpu_memory_suite,
	&axvcpu_race_suite,
	&axvcpu_unwind_suite,
};

void axvcpu_kunit_run(void)
{
	__kunit_test_suites_init(suites, ARRAY_SIZE(suites));
}

void axvcpu_kunit_done(void)
{
	__kunit_test_suites_exit(suites, ARRAY_SIZE(suites));
}
