/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Markers: no-operations with a number in them, which plugin.c sees in the emulated
 * machine. Each architecture has its own code for both sides of them.
 */
#ifndef BENCH_MARKERS_H
#define BENCH_MARKERS_H

#define MARKER_IDS	    128
#define MARKER_START	    0
#define MARKER_STOP	    1
#define MARKER_STOP_PROFILE 2 /* print the counts by address, too */
#define MARKER_PAUSE	    3 /* from here to the next RESUME nothing counts */
#define MARKER_RESUME	    4
#define MARKER_KINDS	    5

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** marker() - execute a marker: @kind is MARKER_*, @id below MARKER_IDS */
void marker(unsigned int kind, unsigned int id);

/** marker_decode() - is it a marker's instruction? Then *@number is kind * MARKER_IDS + id. */
bool marker_decode(const uint8_t *bytes, size_t length, unsigned int *number);

#endif
#endif /* BENCH_MARKERS_H */
