/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AXVCPU_KUNIT_SUITES_H
#define AXVCPU_KUNIT_SUITES_H

#include <kunit/test.h>

extern struct kunit_suite axvcpu_state_suite;
extern struct kunit_suite axvcpu_stage2_suite;
extern struct kunit_suite axvcpu_memory_suite;
extern struct kunit_suite axvcpu_race_suite;
extern struct kunit_suite axvcpu_unwind_suite;

#endif /* AXVCPU_KUNIT_SUITES_H */
