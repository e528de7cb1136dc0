/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The classes as the report shows them: several that belong together are one column. */
#ifndef BENCH_GROUPS_H
#define BENCH_GROUPS_H

#include <stdint.h>

/** struct class_group - @classes: bit n: class n; the list ends with a NULL name */
struct class_group {
	const char *name;
	uint32_t classes;
};

extern const struct class_group class_groups[];

#endif /* BENCH_GROUPS_H */
