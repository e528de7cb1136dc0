// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's loader of arm64 Linux: the header's checks, and what goes where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "tools/axvmm/loaders/arm64_image.h"

#define MIB (1ULL << 20)
#define RAM 0x40000000ULL

enum { TEXT_OFFSET = 8, IMAGE_SIZE = 16, FLAGS = 24, MAGIC = 56, LENGTH = 5000 };

/** struct setup - a guest that gets loaded */
struct setup {
	struct memory memory;
	struct file kernel;
	struct file initrd;
	struct error error;
	struct arm64_boot boot;
};

static void put(struct setup *s, unsigned int at, uint64_t value, unsigned int bytes)
{
	memcpy(s->kernel.data + at, &value, bytes);
}

/* Files have their exact length, so that a read behind one is seen. */
static struct file make_file(const char *path, size_t size)
{
	struct file file = { .path = path, .data = malloc(size ? size : 1), .size = size };

	assert_non_null(file.data);
	memset(file.data, 0x5a, size);
	return file;
}

static struct setup *make(size_t length, uint64_t memory)
{
	static struct setup s;

	memset(&s, 0, sizeof(s));
	assert_non_null(memory_add(&s.memory, RAM, memory, false, &s.error));
	s.kernel = make_file("kernel", length);
	s.boot = (struct arm64_boot){ .memory = &s.memory, .kernel = &s.kernel, .error = &s.error };
	return &s;
}

static struct setup *make_good(uint64_t memory)
{
	struct setup *s = make(LENGTH, memory);

	put(s, TEXT_OFFSET, 0, 8);
	put(s, IMAGE_SIZE, 3 * MIB, 8);
	put(s, FLAGS, 0xa, 8);
	put(s, MAGIC, 0x644d5241, 4);
	return s;
}

static void add_initrd(struct setup *s, size_t size)
{
	s->initrd = make_file("initrd", size);
	s->boot.initrd = &s->initrd;
}

static void unmake(struct setup *s)
{
	free(s->kernel.data);
	free(s->initrd.data);
	munmap(s->memory.region[0].host, s->memory.region[0].size);
}

static void assert_refused(struct setup *s, const char *part_of_the_sentence)
{
	assert_int_equal(load_arm64_image(&s->boot), -1);
	if (!strstr(s->error.text, part_of_the_sentence))
		fail_msg("\"%s\" does not say \"%s\"", s->error.text, part_of_the_sentence);
	unmake(s);
}

static void test_loads(void **state)
{
	struct setup *s = make_good(16 * MIB);

	(void)state;
	add_initrd(s, 4097);
	assert_int_equal(load_arm64_image(&s->boot), 0);
	assert_int_equal(s->boot.entry, RAM);
	assert_int_equal(s->boot.tree, RAM + 4 * MIB);
	assert_int_equal(s->boot.initrd_gpa, RAM + 4 * MIB + ARM64_TREE_SIZE);
	assert_memory_equal(memory_at(&s->memory, RAM, LENGTH), s->kernel.data, LENGTH);
	assert_memory_equal(memory_at(&s->memory, s->boot.initrd_gpa, 4097), s->initrd.data, 4097);
	unmake(s);
}

static void test_text_offset(void **state)
{
	struct setup *s = make_good(16 * MIB);

	(void)state;
	put(s, TEXT_OFFSET, 0x80000, 8);
	put(s, IMAGE_SIZE, 4 * MIB - 0x80000, 8);
	assert_int_equal(load_arm64_image(&s->boot), 0);
	assert_int_equal(s->boot.entry, RAM + 0x80000);
	assert_int_equal(s->boot.tree, RAM + 4 * MIB);
	assert_memory_equal(memory_at(&s->memory, RAM + 0x80000, LENGTH), s->kernel.data, LENGTH);
	unmake(s);
}

static void test_refuses_other_files(void **state)
{
	struct setup *s;
	size_t length;

	(void)state;
	for (length = 0; length < 64; length++)
		assert_refused(make(length, 16 * MIB), "not a Linux Image of arm64");
	assert_refused(make(LENGTH, 16 * MIB), "not a Linux Image of arm64");
	s = make_good(16 * MIB);
	put(s, 0, 0x8b1f, 2);
	assert_refused(s, "gunzip");
}

static void test_refuses_wrong_headers(void **state)
{
	static const struct {
		unsigned int at;
		uint64_t value;
		const char *words;
	} wrong[] = {
		{ IMAGE_SIZE, 0, "before 3.17" },
		{ IMAGE_SIZE, LENGTH - 1, "itself longer" },
		{ IMAGE_SIZE, 17 * MIB, "no room for kernel" },
		{ IMAGE_SIZE, UINT64_MAX, "no room for kernel" },
		{ TEXT_OFFSET, 2, "multiples of 4" },
		{ TEXT_OFFSET, 14 * MIB, "no room for kernel" },
		{ TEXT_OFFSET, 0 - 3 * MIB, "no room for kernel" },
		{ FLAGS, 1, "big-endian" },
	};
	struct setup *s;
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		s = make_good(16 * MIB);
		put(s, wrong[i].at, wrong[i].value, 8);
		assert_refused(s, wrong[i].words);
	}
	/* The sum of both wraps. */
	s = make_good(16 * MIB);
	put(s, TEXT_OFFSET, 4 * MIB, 8);
	put(s, IMAGE_SIZE, 0 - 2 * MIB, 8);
	assert_refused(s, "no room for kernel");
}

static void test_room(void **state)
{
	struct setup *s;

	(void)state;
	assert_refused(make_good(2 * MIB), "no room for kernel");
	/* It fits to the byte, and nothing else does. */
	assert_refused(make_good(3 * MIB), "no room for the device tree");
	assert_refused(make_good(4 * MIB), "no room for the device tree");
	s = make_good(4 * MIB + ARM64_TREE_SIZE + 8192);
	add_initrd(s, 8193);
	assert_refused(s, "no room for initrd");
	s = make_good(16 * MIB);
	add_initrd(s, 0);
	assert_refused(s, "initrd is empty");
	s = make_good(4 * MIB + ARM64_TREE_SIZE + 8192);
	add_initrd(s, 8192);
	assert_int_equal(load_arm64_image(&s->boot), 0);
	unmake(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loads),
		cmocka_unit_test(test_text_offset),
		cmocka_unit_test(test_refuses_other_files),
		cmocka_unit_test(test_refuses_wrong_headers),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
