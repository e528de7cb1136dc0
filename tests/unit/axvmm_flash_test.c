// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's NOR flash: commands, what it shows when, and that only erasing makes ones. */
#include <stdlib.h>

#include "axvmm_fixture.h"
#include "tools/axvmm/devices/flash.h"

#define GPA 0x4000000ULL

enum {
	ERASE = 0x20,
	PROGRAM = 0x40,
	CLEAR = 0x50,
	LOCK = 0x60,
	STATUS = 0x70,
	ID = 0x90,
	QUERY = 0x98,
	CONFIRM = 0xd0,
	BUFFER = 0xe8,
	ARRAY = 0xff,
};

#define READY	 0x80
#define NONSENSE 0xb0

struct setup {
	struct bus bus;
	struct flash flash;
	uint8_t *array;
	bool shown;
	unsigned int changes;
};

static void show(void *opaque, const struct flash *flash, bool array)
{
	struct setup *s = opaque;

	assert_ptr_equal(flash, &s->flash);
	s->shown = array;
	s->changes++;
}

static uint8_t get(struct setup *s, uint64_t offset)
{
	return (uint8_t)bus_read(&s->bus, GPA + offset, 1);
}

static void set(struct setup *s, uint64_t offset, uint8_t value)
{
	bus_write(&s->bus, GPA + offset, 1, value);
}

static int make(void **state)
{
	struct setup *s = calloc(1, sizeof(*s));

	s->array = malloc(FLASH_SIZE);
	memset(s->array, 0xff, FLASH_SIZE);
	s->shown = true;
	flash_init(&s->flash, &s->bus, GPA, s->array, show, s);
	*state = s;
	return 0;
}

static int unmake(void **state)
{
	struct setup *s = *state;

	free(s->array);
	free(s);
	return 0;
}

static void test_shows_its_array(void **state)
{
	struct setup *s = *state;

	s->array[5] = 0x12;
	assert_int_equal(get(s, 5), 0x12);
	assert_int_equal(bus_read(&s->bus, GPA + 4, 4), 0xffff12ff);
	set(s, 0, ID);
	assert_false(s->shown);
	set(s, 0, STATUS);
	assert_int_equal(s->changes, 1);
	set(s, 0, ARRAY);
	assert_true(s->shown);
	assert_int_equal(s->changes, 2);
	assert_int_equal(get(s, 5), 0x12);
	/* What is no command changes nothing. */
	set(s, 0, 0);
	set(s, 0, 0xf0);
	assert_int_equal(s->changes, 2);
	assert_int_equal(s->array[0], 0xff);
}

static void test_says_what_it_is(void **state)
{
	struct setup *s = *state;

	set(s, 0x55, QUERY);
	assert_int_equal(get(s, 0x10), 'Q');
	assert_int_equal(get(s, 0x11), 'R');
	assert_int_equal(get(s, 0x12), 'Y');
	assert_int_equal(get(s, 0x13), 1);
	assert_int_equal(1ULL << get(s, 0x27), FLASH_SIZE);
	assert_int_equal(1ULL << get(s, 0x2a), FLASH_BUFFER);
	assert_int_equal(get(s, 0x2c), 1);
	assert_int_equal((get(s, 0x2d) + 1) * FLASH_SECTOR, FLASH_SIZE);
	assert_int_equal((get(s, 0x2f) | get(s, 0x30) << 8) * 256, FLASH_SECTOR);
	assert_int_equal(get(s, get(s, 0x15)), 'P');
	assert_int_equal(get(s, FLASH_SIZE - 1), 0);
	set(s, 0, ID);
	assert_int_equal(get(s, 0), 0x89);
	assert_int_equal(get(s, FLASH_SECTOR + 2), 0);
}

static void test_programs_and_erases(void **state)
{
	struct setup *s = *state;

	set(s, FLASH_SECTOR + 3, PROGRAM);
	set(s, FLASH_SECTOR + 3, 0x5a);
	assert_int_equal(get(s, 0), READY);
	assert_int_equal(s->array[FLASH_SECTOR + 3], 0x5a);
	set(s, FLASH_SECTOR + 3, PROGRAM);
	set(s, FLASH_SECTOR + 3, 0xa6);
	assert_int_equal(s->array[FLASH_SECTOR + 3], 0x02);
	s->array[FLASH_SECTOR - 1] = s->array[2 * FLASH_SECTOR] = 0;
	set(s, FLASH_SECTOR + 100, ERASE);
	set(s, FLASH_SECTOR + 100, CONFIRM);
	assert_int_equal(get(s, 0), READY);
	assert_int_equal(s->array[FLASH_SECTOR + 3], 0xff);
	assert_int_equal(s->array[FLASH_SECTOR - 1] | s->array[2 * FLASH_SECTOR], 0);
	assert_false(s->shown);
}

/* Erasing needs its second half; a mistake stays in the status. */
static void test_mistakes(void **state)
{
	struct setup *s = *state;

	s->array[0] = 1;
	set(s, 0, ERASE);
	set(s, 0, ARRAY);
	assert_int_equal(get(s, 0), NONSENSE);
	assert_int_equal(s->array[0], 1);
	set(s, 0, ARRAY);
	set(s, 0, STATUS);
	assert_int_equal(get(s, 0), NONSENSE);
	set(s, 0, CLEAR);
	assert_int_equal(get(s, 0), READY);
	set(s, 0, LOCK);
	set(s, 0, CONFIRM);
	assert_int_equal(get(s, 0), READY);
	set(s, 0, LOCK);
	set(s, 0, 1);
	assert_int_equal(get(s, 0), READY | 0x10);
}

static void test_buffer(void **state)
{
	struct setup *s = *state;
	unsigned int i;

	set(s, 0, BUFFER);
	assert_int_equal(get(s, 0), READY);
	set(s, 0, 2);
	for (i = 0; i < 3; i++)
		set(s, FLASH_BUFFER + 10 + i, 0x40 + i);
	assert_int_equal(s->array[FLASH_BUFFER + 10], 0xff);
	set(s, 0, CONFIRM);
	assert_memory_equal(s->array + FLASH_BUFFER + 9, "\xff\x40\x41\x42\xff", 5);
	assert_int_equal(get(s, 0), READY);
	/* The last piece, whole. */
	set(s, 0, BUFFER);
	set(s, 0, 255);
	for (i = 0; i < FLASH_BUFFER; i++)
		set(s, FLASH_SIZE - FLASH_BUFFER + i, i);
	set(s, 0, CONFIRM);
	assert_int_equal(s->array[FLASH_SIZE - 2], 0xfe);
	assert_int_equal(get(s, 0), READY);
	/* Over the end of a piece, and without its end. */
	set(s, 0, BUFFER);
	set(s, 0, 1);
	set(s, FLASH_BUFFER - 1, 0);
	set(s, FLASH_BUFFER, 0);
	assert_int_equal(get(s, 0), NONSENSE);
	set(s, 0, CLEAR);
	set(s, 0, BUFFER);
	set(s, 0, 0);
	set(s, 0, 0);
	set(s, 0, ARRAY);
	assert_int_equal(get(s, 0), NONSENSE);
	assert_int_equal(s->array[0] & s->array[FLASH_BUFFER - 1], 0xff);
}

/* Whatever is written: nothing outside of it is touched. */
static void test_survives_noise(void **state)
{
	struct setup *s = *state;
	unsigned int i;

	srand(1);
	for (i = 0; i < 20000; i++) {
		static const uint8_t commands[] = { ERASE, PROGRAM, CLEAR,  LOCK,  STATUS,
						    ID,	   QUERY,   BUFFER, ARRAY, CONFIRM,
						    0x10,  0,	    3 };
		uint64_t offset = (uint64_t)rand() % FLASH_SIZE;

		if (i % 3 == 0)
			offset = FLASH_SIZE - 1 - offset % 8;
		if (i % 100 == 0)
			get(s, offset);
		else
			set(s, offset, commands[(unsigned int)rand() % sizeof(commands)]);
		assert_int_equal(s->shown, s->flash.shows == FLASH_ARRAY);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_shows_its_array, make, unmake),
		cmocka_unit_test_setup_teardown(test_says_what_it_is, make, unmake),
		cmocka_unit_test_setup_teardown(test_programs_and_erases, make, unmake),
		cmocka_unit_test_setup_teardown(test_mistakes, make, unmake),
		cmocka_unit_test_setup_teardown(test_buffer, make, unmake),
		cmocka_unit_test_setup_teardown(test_survives_noise, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
