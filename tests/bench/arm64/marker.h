/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arm64 form of ../markers.h. */
#ifndef BENCH_ARM64_MARKER_H
#define BENCH_ARM64_MARKER_H

#include "../markers.h"

#define MARKER_MAGIC 0xa800 /* in the immediate, above the marker's number */
#define MARKER_MASK  0xfc00
#define MARKER_STUB  8 /* bytes of a stub */

#endif /* BENCH_ARM64_MARKER_H */
