/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AXVCPUCTL_SMOKE_X86_H
#define AXVCPUCTL_SMOKE_X86_H

#include <axvcpu/axvcpu_x86.h>

/* A setup config: 64-bit mode with the first 2 MiB mapped one to one. */
extern const struct axvcpu_x86_setup_config smoke_long_mode;

#endif /* AXVCPUCTL_SMOKE_X86_H */
