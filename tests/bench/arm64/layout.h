/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The arm64 guest's layout, and the numbers that both its code and C know. */
#ifndef BENCH_ARM64_LAYOUT_H
#define BENCH_ARM64_LAYOUT_H

#define GUEST_TABLE0 0x1000 /* translation tables by their level */
#define GUEST_TABLE1 0x2000
#define GUEST_TABLE2 0x3000 /* four */
#define GUEST_TEXT   0x10000
#define GUEST_STACK  0x30000 /* its end */

#endif /* BENCH_ARM64_LAYOUT_H */
