/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is where in an arm64 machine. */
#ifndef AXVMM_ARM64_MACHINE_H
#define AXVMM_ARM64_MACHINE_H

#include <stdint.h>

#define GICD_GPA   0x08000000ULL
#define GICR_GPA   0x080a0000ULL
#define UART_GPA   0x09000000ULL
#define MEMORY_GPA 0x40000000ULL /* nothing below it is memory */

#define UART_INTID 33

#endif /* AXVMM_ARM64_MACHINE_H */
