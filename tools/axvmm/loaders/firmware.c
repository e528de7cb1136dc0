// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Firmware: read-only, ending at 4 GiB, and started at the reset vector. Its
 * end also lies below 1 MiB, in memory that can be written: firmware that
 * copies itself there finds that done. The chip sets of PCs show 128 KiB; an
 * image of 256 KiB or more gets 256 KiB, which is what it would copy.
 */
#include <inttypes.h>
#include <string.h>

#include "loader.h"

#define SMALLEST 0x10000ULL
#define LARGEST	 0x1000000ULL
#define SHADOW	 (X86_HOLE_END - X86_FIRMWARE_RAM)

#define RESET_SELECTOR 0xf000
#define RESET_BASE     0xffff0000ULL
#define RESET_OFFSET   0xfff0

int load_firmware(struct boot *boot)
{
	const struct file *image = boot->kernel;
	uint64_t shadow = image->size < SHADOW ? image->size : SHADOW;
	uint8_t *rom, *low;

	if (image->size < SMALLEST || image->size > LARGEST || image->size % MEMORY_PAGE)
		return error_set(
			boot->error,
			"%s has %zu bytes; a firmware image has 64 KiB to 16 MiB and fills whole pages of 4 KiB",
			image->path, image->size);
	if (shadow < SHADOW && shadow > SHADOW / 2)
		shadow = SHADOW / 2;
	rom = memory_add(boot->memory, X86_4G - image->size, image->size, true, boot->error);
	if (!rom)
		return -1;
	memcpy(rom, image->data, image->size);
	low = memory_at(boot->memory, X86_HOLE_END - shadow, shadow);
	if (!low)
		return error_set(boot->error, "There is no memory below 1 MiB for %s", image->path);
	memcpy(low, image->data + image->size - shadow, shadow);
	boot->start.mode = AXVCPU_X86_START_REAL;
	boot->start.cs_selector = RESET_SELECTOR;
	boot->start.cs_base = RESET_BASE;
	boot->start.entry = RESET_OFFSET;
	return 0;
}
