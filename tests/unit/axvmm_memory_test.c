// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's guest memory, where loaders put things in it, flat programs, firmware, reading files. */
#include <stdio.h>
#include <unistd.h>

#include "axvmm_boot.h"

/* ---- memory ------------------------------------------------------------- */

static void test_memory_is_zeroed_and_aligned(void **state)
{
	struct memory memory = { 0 };
	struct error error;
	uint8_t *host = memory_add(&memory, 0x1000, 5 * MIB, false, &error);

	(void)state;
	assert_non_null(host);
	assert_int_equal((uintptr_t)host % (2 * MIB), 0);
	assert_int_equal(host[0] | host[5 * MIB - 1], 0);
	assert_ptr_equal(memory_at(&memory, 0x1000, 5 * MIB), host);
	assert_ptr_equal(memory_at(&memory, 0x2000, 1), host + 0x1000);
	assert_null(memory_at(&memory, 0xfff, 2));
	assert_null(memory_at(&memory, 0x1000, 5 * MIB + 1));
	assert_null(memory_at(&memory, 0x1000, UINT64_MAX));
	assert_null(memory_at(&memory, UINT64_MAX, 2));
	munmap(host, 5 * MIB);
}

static void test_overlaps_are_refused(void **state)
{
	struct memory memory = { 0 };
	struct error error;
	uint8_t *host = memory_add(&memory, 0x10000, 0x10000, false, &error);

	(void)state;
	assert_non_null(host);
	assert_null(memory_add(&memory, 0x1f000, 0x1000, false, &error));
	assert_non_null(strstr(error.text, "overlap"));
	assert_null(memory_add(&memory, 0, 0x11000, false, &error));
	assert_int_equal(memory_show(&memory, 0x20000, 0, host, false, &error), -1);
	assert_int_equal(memory_show(&memory, 0x20001, 0x1000, host, false, &error), -1);
	assert_int_equal(memory_show(&memory, 0x20000, 0x1001, host, false, &error), -1);
	assert_int_equal(memory_show(&memory, 0ULL - 0x1000, 0x2000, host, false, &error), -1);
	assert_int_equal(memory.regions, 1);
	assert_int_equal(memory_show(&memory, 0x20000, 0x1000, host, false, &error), 0);
	munmap(host, 0x10000);
}

static void test_tables_are_bounded(void **state)
{
	struct memory memory = { 0 };
	struct error error;
	uint8_t byte = 0;
	unsigned int i;

	(void)state;
	for (i = 0; i < MEMORY_REGIONS; i++)
		assert_int_equal(memory_show(&memory, i * 0x1000, 0x1000, &byte, false, &error), 0);
	assert_int_equal(memory_show(&memory, i * 0x1000, 0x1000, &byte, false, &error), -1);
	for (i = 0; i < MEMORY_MAP; i++)
		assert_int_equal(
			memory_tell(&memory, (MEMORY_MAP - i) * 0x1000, 0x1000, true, &error), 0);
	assert_int_equal(memory_tell(&memory, 0, 0x1000, true, &error), -1);
	for (i = 1; i < MEMORY_MAP; i++)
		assert_true(memory.map[i - 1].gpa < memory.map[i].gpa);
}

static void test_impossible_sizes_are_refused(void **state)
{
	struct error error;

	(void)state;
	assert_null(memory_allocate(UINT64_MAX & ~0xfffULL, &error));
	assert_null(memory_allocate(1ULL << 62, &error));
	assert_non_null(strstr(error.text, "MiB"));
}

/* ---- placing ------------------------------------------------------------ */

static void test_places_do_not_overlap(void **state)
{
	struct bootee b;
	uint64_t gpa[60];
	unsigned int i, j;

	(void)state;
	bootee_init(&b, "x", 1, 2 * MIB);
	assert_non_null(place_at(&b.boot, 0x110000, 0x10000, "it"));
	for (i = 0; i < 60; i++) {
		uint8_t *host =
			i % 2 ? place_high(&b.boot, 0x3001, 0x1000, 0, UINT64_MAX, &gpa[i], "it") :
				place_low(&b.boot, 0x3001, 0x1000, 0, UINT64_MAX, &gpa[i], "it");

		assert_non_null(host);
		assert_ptr_equal(host, seen(&b, gpa[i], 0x3001));
		assert_int_equal(gpa[i] % 0x1000, 0);
		assert_true(memory_is_usable(&b.memory, gpa[i], 0x3001));
		for (j = 0; j < i; j++)
			assert_true(gpa[j] + 0x3001 <= gpa[i] || gpa[i] + 0x3001 <= gpa[j]);
		assert_false(gpa[i] < 0x120000 && gpa[i] + 0x3001 > 0x110000);
	}
	bootee_free(&b);
}

static void test_placing_fails_with_words(void **state)
{
	struct bootee b;
	uint64_t gpa;

	(void)state;
	bootee_init(&b, "x", 1, 2 * MIB);
	assert_null(place_high(&b.boot, 3 * MIB, 1, 0, UINT64_MAX, &gpa, "a thing"));
	assert_non_null(strstr(b.error.text, "a thing"));
	assert_null(place_low(&b.boot, 0x1000, 0x1000, 0x200000, UINT64_MAX, &gpa, "it"));
	assert_null(place_low(&b.boot, 0x1000, 1ULL << 40, 0, UINT64_MAX, &gpa, "it"));
	assert_null(place_high(&b.boot, UINT64_MAX, 0x1000, 0, UINT64_MAX, &gpa, "it"));
	assert_null(place_high(&b.boot, 0, 0x1000, 0, UINT64_MAX, &gpa, "it"));
	assert_null(place_at(&b.boot, 0x9f000, 0x1000, "it"));
	assert_null(place_at(&b.boot, UINT64_MAX, 2, "it"));
	assert_null(place_at(&b.boot, 0x1000, 0, "it"));
	bootee_free(&b);
}

static void test_claims_are_bounded(void **state)
{
	struct bootee b;
	unsigned int i;

	(void)state;
	bootee_init(&b, "x", 1, 4 * MIB);
	for (i = 0; i < BOOT_CLAIMS; i++)
		assert_non_null(place_at(&b.boot, 0x100000 + i * 16, 16, "it"));
	assert_null(place_at(&b.boot, 0x300000, 16, "it"));
	assert_non_null(strstr(b.error.text, "too many parts"));
	bootee_free(&b);
}

/* ---- flat programs ------------------------------------------------------ */

static void assert_flat(uint64_t gpa, uint16_t cs, uint16_t ip)
{
	struct bootee b;

	bootee_init(&b, "flat program", 12, 2 * MIB);
	assert_int_equal(load_flat(&b.boot, gpa), 0);
	assert_int_equal(b.boot.start.mode, AXVCPU_X86_START_REAL);
	assert_int_equal(b.boot.start.cs_selector, cs);
	assert_int_equal(b.boot.start.entry, ip);
	assert_int_equal((cs << 4) + ip, gpa);
	assert_memory_equal(seen(&b, gpa, 12), "flat program", 12);
	bootee_free(&b);
}

static void test_flat(void **state)
{
	struct bootee b;

	(void)state;
	assert_flat(0, 0, 0);
	assert_flat(0x7c00, 0, 0x7c00);
	assert_flat(0xffff, 0, 0xffff);
	assert_flat(0x10000, 0x1000, 0);
	assert_flat(0x12345, 0x1234, 5);
	assert_flat(0xffff0, 0xffff, 0);
	bootee_init(&b, "x", 1, 2 * MIB);
	assert_int_equal(load_flat(&b.boot, 0x100000), -1);
	assert_non_null(strstr(b.error.text, "below 1 MiB"));
	assert_int_equal(load_flat(&b.boot, 0xa0000), -1);
	assert_non_null(strstr(b.error.text, "does not fit"));
	b.kernel.size = 0;
	assert_int_equal(load_flat(&b.boot, 0x7c00), -1);
	bootee_free(&b);
}

/* ---- firmware ----------------------------------------------------------- */

static uint8_t image[512 << 10];

/* With memory from 0xc0000 on, as arch/x86.c gives it to firmware. */
static void start_firmware(struct bootee *b, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		image[i] = i * 7 ^ i >> 8;
	memset(b, 0, sizeof(*b));
	assert_non_null(memory_add(&b->memory, 0, X86_HOLE_START, false, &b->error));
	assert_non_null(memory_add(&b->memory, X86_FIRMWARE_RAM, MIB, false, &b->error));
	b->kernel = (struct file){ "firmware", image, size };
	b->boot = (struct boot){ .memory = &b->memory, .kernel = &b->kernel, .error = &b->error };
}

static void end_firmware(struct bootee *b)
{
	unsigned int i;

	for (i = 0; i < b->memory.regions; i++)
		munmap(b->memory.region[i].host, b->memory.region[i].size);
}

static void assert_firmware(size_t size, size_t shadow)
{
	struct bootee b;

	start_firmware(&b, size);
	assert_int_equal(load_firmware(&b.boot), 0);
	assert_int_equal(b.boot.start.cs_selector, 0xf000);
	assert_int_equal(b.boot.start.cs_base, 0xffff0000);
	assert_int_equal(b.boot.start.entry, 0xfff0);
	assert_int_equal(b.boot.start.mode, AXVCPU_X86_START_REAL);
	assert_memory_equal(seen(&b, X86_4G - size, size), image, size);
	assert_true(b.memory.region[2].readonly);
	assert_memory_equal(seen(&b, X86_HOLE_END - shadow, shadow), image + size - shadow, shadow);
	if (shadow < 256 << 10)
		assert_int_equal(seen_number(&b, X86_HOLE_END - shadow - 8, 8), 0);
	end_firmware(&b);
}

static void test_firmware(void **state)
{
	struct bootee b;

	(void)state;
	assert_firmware(64 << 10, 64 << 10);
	assert_firmware(128 << 10, 128 << 10);
	assert_firmware(192 << 10, 128 << 10);
	assert_firmware(256 << 10, 256 << 10);
	assert_firmware(512 << 10, 256 << 10);
	start_firmware(&b, (64 << 10) + 1);
	assert_int_equal(load_firmware(&b.boot), -1);
	b.kernel.size = 32 << 10;
	assert_int_equal(load_firmware(&b.boot), -1);
	assert_non_null(strstr(b.error.text, "whole pages"));
	end_firmware(&b);
}

/* ---- files -------------------------------------------------------------- */

static void test_files_are_read_to_their_end(void **state)
{
	char path[] = "/tmp/axvmm-test-XXXXXX";
	int fd = mkstemp(path), ends[2];
	struct error error;
	struct file file;
	char name[32];

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(file_read(&file, path, &error), 0);
	assert_int_equal(file.size, 0);
	file_free(&file);
	assert_int_equal(write(fd, image, sizeof(image)), sizeof(image));
	assert_int_equal(file_read(&file, path, &error), 0);
	assert_int_equal(file.size, sizeof(image));
	assert_memory_equal(file.data, image, sizeof(image));
	file_free(&file);
	close(fd);
	unlink(path);
	assert_int_equal(file_read(&file, path, &error), -1);
	assert_non_null(strstr(error.text, "No such file"));
	assert_int_equal(file_read(&file, "/tmp", &error), -1);
	assert_non_null(strstr(error.text, "directory"));
	/* A pipe has no size. */
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "piped", 5), 5);
	close(ends[1]);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	assert_int_equal(file_read(&file, name, &error), 0);
	assert_int_equal(file.size, 5);
	assert_memory_equal(file.data, "piped", 5);
	file_free(&file);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_overlaps_are_refused),
		cmocka_unit_test(test_tables_are_bounded),
		cmocka_unit_test(test_impossible_sizes_are_refused),
		cmocka_unit_test(test_places_do_not_overlap),
		cmocka_unit_test(test_placing_fails_with_words),
		cmocka_unit_test(test_claims_are_bounded),
		cmocka_unit_test(test_flat),
		cmocka_unit_test(test_firmware),
		cmocka_unit_test(test_files_are_read_to_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
