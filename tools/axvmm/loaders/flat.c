// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A program in real mode. Below 64 KiB it starts with CS 0 and IP its address,
 * as a boot sector does; above that, with IP below 16 and CS the paragraph.
 */
#include <inttypes.h>
#include <string.h>

#include "loader.h"

#define REAL_SEGMENT 0x10000ULL

int load_flat(struct boot *boot, uint64_t gpa)
{
	uint8_t *host;

	if (gpa >= X86_HOLE_END)
		return error_set(boot->error,
				 "%s can't start at 0x%" PRIx64
				 ": a flat program starts in real mode, below 1 MiB",
				 boot->kernel->path, gpa);
	if (!boot->kernel->size)
		return error_set(boot->error, "%s is empty", boot->kernel->path);
	host = memory_at(boot->memory, gpa, boot->kernel->size);
	if (!host)
		return error_set(boot->error,
				 "%s does not fit into the guest's memory at 0x%" PRIx64,
				 boot->kernel->path, gpa);
	memcpy(host, boot->kernel->data, boot->kernel->size);
	boot->start.mode = AXVCPU_X86_START_REAL;
	boot->start.cs_selector = gpa < REAL_SEGMENT ? 0 : gpa >> 4;
	boot->start.entry = gpa < REAL_SEGMENT ? gpa : gpa & 15;
	return 0;
}
