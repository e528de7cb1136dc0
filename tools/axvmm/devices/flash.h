/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NOR flash of eight bits, with the common flash interface (JESD68) and Intel's command
 * set. As long as it shows what it holds it is memory that can't be written; a command
 * takes that away until the next one that brings it back. What is written to it is
 * forgotten with the guest.
 */
#ifndef AXVMM_FLASH_H
#define AXVMM_FLASH_H

#include "device.h"

#define FLASH_SIZE   0x1000000ULL
#define FLASH_SECTOR 0x40000ULL
#define FLASH_BUFFER 256ULL

/** enum flash_shows - what a read finds */
enum flash_shows {
	FLASH_ARRAY,
	FLASH_STATUS,
	FLASH_ID,
	FLASH_QUERY,
};

/** enum flash_wants - what the next write is */
enum flash_wants {
	FLASH_COMMAND,
	FLASH_ERASE,
	FLASH_PROGRAM,
	FLASH_LOCK,
	FLASH_COUNT, /* of bytes for the buffer, less one */
	FLASH_BYTES,
	FLASH_CONFIRM,
};

/**
 * struct flash - one of them
 * @array: FLASH_SIZE bytes
 * @show: called when reads are to find @array without the device, or not any more
 * @bytes: that the buffer still gets
 * @start: of the buffer in @array; above FLASH_SIZE: not known yet
 * @buffer: what waits to be programmed there
 */
struct flash {
	uint8_t *array;
	void (*show)(void *opaque, const struct flash *flash, bool array);
	void *opaque;
	enum flash_shows shows;
	enum flash_wants wants;
	uint8_t status;
	unsigned int bytes;
	uint64_t start;
	uint8_t buffer[FLASH_BUFFER];
};

/** flash_init() - put it at @gpa; it shows @array, which is what the caller made of it */
void flash_init(struct flash *flash, struct bus *mmio, uint64_t gpa, uint8_t *array,
		void (*show)(void *opaque, const struct flash *flash, bool array), void *opaque);

#endif /* AXVMM_FLASH_H */
