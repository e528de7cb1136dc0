/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AXVCPU_KUNIT_SUITES_H
#define AXVCPU_KUNIT_SUITES_H

#include <kunit/test.h>

struct axvcpu_vm;

/* Pages of the second stage that are reached from its root, that included. */
unsigned long stage2_tables(const struct axvcpu_vm *vm);

extern struct kunit_suite axvcpu_state_suite;
extern struct kunit_suite axvcpu_stage2_suite;
extern struct kunit_suite axvcpu_memory_suite;
extern struct kunit_suite axvcpu_race_suite;
extern struct kunit_suite axvcpu_unwind_suite;

#endif /* AXVCPU_KUNIT_SUITES_H */
