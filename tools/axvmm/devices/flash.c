// SPDX-License-Identifier: GPL-3.0-or-later
/* Common Flash Interface (JESD68) with command set 0x0001, Intel's. */
#include <string.h>

#include "flash.h"

enum command {
	PROGRAM_OLD = 0x10,
	ERASE = 0x20,
	PROGRAM = 0x40,
	CLEAR_STATUS = 0x50,
	LOCK = 0x60,
	READ_STATUS = 0x70,
	READ_ID = 0x90,
	QUERY = 0x98,
	CONFIRM = 0xd0,
	PROGRAM_BUFFER = 0xe8,
	READ_ARRAY = 0xff,
};

#define LOCK_SECTOR 0x01

#define STATUS_READY	0x80
#define STATUS_ERASE	0x20 /* failed */
#define STATUS_PROGRAM	0x10 /* failed */
#define STATUS_NONSENSE (STATUS_ERASE | STATUS_PROGRAM)

#define MAKER	0x89 /* Intel */
#define PRODUCT 0x17

#define OUTSIDE (FLASH_SIZE + 1)

#define SIZE_LOG2      24
#define BUFFER_LOG2    8
#define SECTORS	       (FLASH_SIZE / FLASH_SECTOR)
#define SECTOR_PAGES   (FLASH_SECTOR / 256)
#define INTERFACE_X8   0
#define EXTENDED_TABLE 0x31

_Static_assert(1 << SIZE_LOG2 == FLASH_SIZE && 1 << BUFFER_LOG2 == FLASH_BUFFER,
	       "the table says what there is");

/* What a query finds; the rest is 0. */
static const uint8_t table[0x40] = {
	[0x10] = 'Q',
	[0x11] = 'R',
	[0x12] = 'Y',
	[0x13] = 1, /* command set */
	[0x15] = EXTENDED_TABLE,
	[0x1b] = 0x27, /* 2.7 V */
	[0x1c] = 0x36, /* to 3.6 V */
	[0x1f] = 4,    /* times, each as a power of two; at most so much more */
	[0x20] = 7,
	[0x21] = 10,
	[0x23] = 4,
	[0x24] = 4,
	[0x25] = 4,
	[0x27] = SIZE_LOG2,
	[0x28] = INTERFACE_X8,
	[0x2a] = BUFFER_LOG2,
	[0x2c] = 1, /* kind of sectors */
	[0x2d] = SECTORS - 1,
	[0x2f] = SECTOR_PAGES & 0xff,
	[0x30] = SECTOR_PAGES >> 8,
	[EXTENDED_TABLE] = 'P',
	[EXTENDED_TABLE + 1] = 'R',
	[EXTENDED_TABLE + 2] = 'I',
	[EXTENDED_TABLE + 3] = '1',
	[EXTENDED_TABLE + 4] = '1',
	[EXTENDED_TABLE + 12] = 0x33, /* 3.3 V are best; nothing optional is there */
};

/* ---- reads --------------------------------------------------------------------- */

static uint8_t identity(uint64_t offset)
{
	switch (offset % FLASH_SECTOR) {
	case 0:
		return MAKER;
	case 1:
		return PRODUCT;
	default: /* 2: not locked */
		return 0;
	}
}

static uint64_t flash_read(void *device, uint64_t offset, unsigned int width)
{
	const struct flash *flash = device;

	(void)width;
	switch (flash->shows) {
	case FLASH_ARRAY:
		return flash->array[offset];
	case FLASH_ID:
		return identity(offset);
	case FLASH_QUERY:
		return offset < sizeof(table) ? table[offset] : 0;
	default:
		return flash->status;
	}
}

/* ---- writes -------------------------------------------------------------------- */

static void show(struct flash *flash, enum flash_shows shows)
{
	if ((shows == FLASH_ARRAY) != (flash->shows == FLASH_ARRAY))
		flash->show(flash->opaque, flash, shows == FLASH_ARRAY);
	flash->shows = shows;
}

static void done(struct flash *flash, uint8_t errors)
{
	flash->status |= errors;
	flash->wants = FLASH_COMMAND;
}

static void erase(struct flash *flash, uint64_t offset)
{
	memset(flash->array + (offset & ~(FLASH_SECTOR - 1)), 0xff, FLASH_SECTOR);
	done(flash, 0);
}

/* Programming can only make ones zeroes. */
static void program(struct flash *flash, uint64_t offset, uint8_t value)
{
	flash->array[offset] &= value;
	done(flash, 0);
}

static void begin_buffer(struct flash *flash, uint8_t value)
{
	memset(flash->buffer, 0xff, sizeof(flash->buffer));
	flash->bytes = value + 1U;
	flash->start = OUTSIDE;
	flash->wants = FLASH_BYTES;
}

/* All of it lies in one piece of the array that is as large as the buffer. */
static void fill_buffer(struct flash *flash, uint64_t offset, uint8_t value)
{
	uint64_t piece = offset & ~(FLASH_BUFFER - 1);

	if (flash->start == OUTSIDE)
		flash->start = piece;
	if (flash->start != piece) {
		done(flash, STATUS_NONSENSE);
		return;
	}
	flash->buffer[offset % FLASH_BUFFER] = value;
	if (!--flash->bytes)
		flash->wants = FLASH_CONFIRM;
}

static void program_buffer(struct flash *flash)
{
	uint64_t i;

	for (i = 0; i < FLASH_BUFFER; i++)
		program(flash, flash->start + i, flash->buffer[i]);
}

static void command(struct flash *flash, uint8_t what)
{
	switch (what) {
	case READ_ARRAY:
		show(flash, FLASH_ARRAY);
		return;
	case READ_ID:
		show(flash, FLASH_ID);
		return;
	case QUERY:
		show(flash, FLASH_QUERY);
		return;
	case CLEAR_STATUS:
		flash->status = STATUS_READY;
		return;
	case READ_STATUS:
		break;
	case ERASE:
		flash->wants = FLASH_ERASE;
		break;
	case PROGRAM:
	case PROGRAM_OLD:
		flash->wants = FLASH_PROGRAM;
		break;
	case PROGRAM_BUFFER:
		flash->wants = FLASH_COUNT;
		break;
	case LOCK:
		flash->wants = FLASH_LOCK;
		break;
	default:
		return;
	}
	show(flash, FLASH_STATUS);
}

/* There are no locks: to lock a sector fails, to unlock one is nothing. */
static void lock(struct flash *flash, uint8_t what)
{
	if (what == LOCK_SECTOR)
		done(flash, STATUS_PROGRAM);
	else
		done(flash, what == CONFIRM ? 0 : STATUS_NONSENSE);
}

/* What was announced is to be confirmed. */
static void confirm(struct flash *flash, uint64_t offset, uint8_t what)
{
	if (what != CONFIRM)
		done(flash, STATUS_NONSENSE);
	else if (flash->wants == FLASH_ERASE)
		erase(flash, offset);
	else
		program_buffer(flash);
}

static void flash_write(void *device, uint64_t offset, unsigned int width, uint64_t value)
{
	struct flash *flash = device;
	uint8_t what = (uint8_t)value;

	(void)width;
	switch (flash->wants) {
	case FLASH_COMMAND:
		command(flash, what);
		break;
	case FLASH_ERASE:
	case FLASH_CONFIRM:
		confirm(flash, offset, what);
		break;
	case FLASH_PROGRAM:
		program(flash, offset, what);
		break;
	case FLASH_LOCK:
		lock(flash, what);
		break;
	case FLASH_COUNT:
		begin_buffer(flash, what);
		break;
	case FLASH_BYTES:
		fill_buffer(flash, offset, what);
		break;
	}
}

void flash_init(struct flash *flash, struct bus *mmio, uint64_t gpa, uint8_t *array,
		void (*show_array)(void *opaque, const struct flash *flash, bool array),
		void *opaque)
{
	static const struct bus_device ops = { flash_read, flash_write, 1 };

	*flash = (struct flash){
		.array = array,
		.show = show_array,
		.opaque = opaque,
		.status = STATUS_READY,
	};
	bus_add(mmio, gpa, FLASH_SIZE, &ops, flash);
}
