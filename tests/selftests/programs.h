/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guest programs of tests/guests, linked in. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "guest.h"

#define PROGRAM(name)                                                                             \
	extern const u8 name[] __attribute__((visibility("hidden")));                              \
	extern const u8 name##_end[] __attribute__((visibility("hidden")))

/* Long mode: sums with every register; rounds in DATA; OUT to 0xee: a value was lost. */
PROGRAM(invariant);
#define PORT_LOST	0xee

#endif /* PROGRAMS_H */
