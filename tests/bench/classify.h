/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instructions by class: those whose cost an emulator does not show. Each
 * architecture has a classify.c of its own.
 */
#ifndef BENCH_CLASSIFY_H
#define BENCH_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Class 0 is all that is not in another one. */
#define CLASS_COUNT 32

/** struct classifier - what the instruction before says about the next one */
struct classifier {
	bool loads_return; /* it replaced the return address */
};

/** classify() - the class of the instruction in @bytes, and note it in @state */
unsigned int classify(struct classifier *state, const uint8_t *bytes, size_t length);

/** class_name() - one word */
const char *class_name(unsigned int class);

#endif /* BENCH_CLASSIFY_H */
