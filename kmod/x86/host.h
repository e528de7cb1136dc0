/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the core needs of the host's architecture, in line: x86. */
#ifndef AXVCPU_X86_HOST_H
#define AXVCPU_X86_HOST_H

#define AXVCPU_HOST_ARCH	AXVCPU_ARCH_X86

/* The hardware walks tables in the order in which they were written. */
static inline void axvcpu_stage2_written(void)
{
}

#endif /* AXVCPU_X86_HOST_H */
