/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See bits.h. */
#include_next <linux/types.h>
#include <stdbool.h>

#ifndef UNIT_LINUX_TYPES_H
#define UNIT_LINUX_TYPES_H

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#endif
