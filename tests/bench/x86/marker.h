/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The x86 form of ../markers.h. */
#ifndef BENCH_X86_MARKER_H
#define BENCH_X86_MARKER_H

#include "../markers.h"

#define MARKER_MAGIC 0x4a7b
#define MARKER_STUB  16 /* bytes of a stub */

#endif /* BENCH_X86_MARKER_H */
