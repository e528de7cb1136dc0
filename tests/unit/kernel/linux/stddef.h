/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See bits.h. */
#include_next <linux/stddef.h>
#include <stddef.h>
