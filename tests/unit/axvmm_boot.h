/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest's memory and something to load into it. */
#ifndef AXVMM_BOOT_H
#define AXVMM_BOOT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "tools/axvmm/loaders/loader.h"

#define MIB (1ULL << 20)

/** struct bootee - a guest that gets loaded */
struct bootee {
	struct memory memory;
	struct file kernel;
	struct file initrd;
	struct boot_module module[3];
	struct error error;
	struct boot boot;
};

/* A PC's memory with @size bytes, as arch/x86.c makes it. */
static inline void bootee_init(struct bootee *b, const void *image, size_t length, uint64_t size)
{
	memset(b, 0, sizeof(*b));
	assert_non_null(memory_add(&b->memory, 0, X86_HOLE_START, false, &b->error));
	assert_non_null(
		memory_add(&b->memory, X86_BIOS_AREA, size - X86_BIOS_AREA, false, &b->error));
	memory_tell(&b->memory, 0, X86_EBDA, true, &b->error);
	memory_tell(&b->memory, X86_EBDA, X86_HOLE_START - X86_EBDA, false, &b->error);
	memory_tell(&b->memory, X86_BIOS_AREA, X86_HOLE_END - X86_BIOS_AREA, false, &b->error);
	memory_tell(&b->memory, X86_HOLE_END, size - X86_HOLE_END, true, &b->error);
	b->memory.low_top = size;
	/* A copy of the exact length, so that a read behind it is seen. */
	b->kernel = (struct file){ .path = "kernel",
				   .data = malloc(length ? length : 1),
				   .size = length };
	assert_non_null(b->kernel.data);
	memcpy(b->kernel.data, image, length);
	b->boot = (struct boot){ .memory = &b->memory,
				 .kernel = &b->kernel,
				 .module = b->module,
				 .append = "a b=c",
				 .rsdp = X86_ACPI_TABLES,
				 .error = &b->error };
}

static inline void bootee_free(struct bootee *b)
{
	unsigned int i;

	free(b->kernel.data);
	for (i = 0; i < b->memory.regions; i++)
		munmap(b->memory.region[i].host, b->memory.region[i].size);
}

/* What is at @gpa, of which @size bytes exist. */
static inline const void *seen(const struct bootee *b, uint64_t gpa, uint64_t size)
{
	const void *host = memory_at(&b->memory, gpa, size);

	assert_non_null(host);
	return host;
}

static inline uint64_t seen_number(const struct bootee *b, uint64_t gpa, unsigned int bytes)
{
	uint64_t value = 0;

	memcpy(&value, seen(b, gpa, bytes), bytes);
	return value;
}

static inline void put_number(uint8_t *at, uint64_t value, unsigned int bytes)
{
	memcpy(at, &value, bytes);
}

static inline void assert_refused(struct bootee *b, const char *part_of_the_sentence)
{
	b->error.text[0] = '\0';
	assert_int_equal(load_kernel(&b->boot), -1);
	if (!strstr(b->error.text, part_of_the_sentence))
		fail_msg("\"%s\" does not say \"%s\"", b->error.text, part_of_the_sentence);
}

/* The segments of the start state are in the GDT: code of the right size, data. */
static inline void assert_gdt(const struct bootee *b, uint64_t code)
{
	const struct x86_start *start = &b->boot.start;

	assert_int_equal(start->gdt_limit, 47);
	assert_true(seen_number(b, start->gdt, 8) == 0);
	assert_true(seen_number(b, start->gdt + X86_CODE, 8) == code);
	assert_true(seen_number(b, start->gdt + X86_DATA, 8) == 0x00cf93000000ffffULL);
}
#define CODE32 0x00cf9b000000ffffULL
#define CODE64 0x00af9b000000ffffULL

/* Where 4-level tables at the start state's CR3 lead. */
static inline uint64_t walk(const struct bootee *b, uint64_t address)
{
	uint64_t entry = b->boot.start.page_tables | 1;
	unsigned int shift;

	for (shift = 39; shift >= 21; shift -= 9) {
		assert_true(entry & 1);
		entry = seen_number(b, (entry & ~0xfffULL) + (address >> shift & 511) * 8, 8);
		if (entry & 0x80)
			return (entry & ~0xfffULL & ~((1ULL << shift) - 1)) |
			       (address & ((1ULL << shift) - 1));
	}
	fail_msg("no page at 0x%llx", (unsigned long long)address);
	return 0;
}

/*
 * Load the image with every byte of its first @header bytes changed to several
 * values, and cut at many lengths: nothing may crash, whatever the answer is.
 */
static inline void survive_damage(const void *image, size_t length, size_t header, uint64_t size)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	uint8_t *copy = malloc(length);
	size_t at, i;

	assert_non_null(copy);
	memcpy(copy, image, length);
	for (at = 0; at < header; at++) {
		for (i = 0; i < sizeof(values); i++) {
			struct bootee b;

			copy[at] = values[i];
			bootee_init(&b, copy, length, size);
			load_kernel(&b.boot);
			bootee_free(&b);
		}
		copy[at] = ((const uint8_t *)image)[at];
	}
	for (at = 0; at < length; at += at < header ? 1 : 509) {
		struct bootee b;

		bootee_init(&b, image, at, size);
		load_kernel(&b.boot);
		bootee_free(&b);
	}
	free(copy);
}

#endif /* AXVMM_BOOT_H */
