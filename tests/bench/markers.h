/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Markers: no-operations with a number in them, which plugin.c sees in the emulated
 * machine. Each architecture has its own code for both sides of them.
 */
#ifndef BENCH_MARKERS_H
#define BENCH_MARKERS_H

#define MARKER_STOP    0x8000 /* else: start */
#define MARKER_PROFILE 0x4000 /* at a stop: print the counts by address, too */
#define MARKER_IDS     128

#ifndef __ASSEMBLER__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** marker() - execute the marker @id: below MARKER_IDS, with the flags above */
void marker(unsigned int id);

/** marker_decode() - is it a marker's instruction? Then its @id. */
bool marker_decode(const uint8_t *bytes, size_t length, unsigned int *id);

#endif
#endif /* BENCH_MARKERS_H */
