// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm loads a bzImage as the boot protocol asks, and refuses what it can't. */
#include "axvmm_boot.h"

#define SECTS	  2
#define START	  ((SECTS + 1) * 512)
#define PAYLOAD	  0x3000
#define LENGTH	  (START + PAYLOAD)
#define PREFERRED 0x400000ULL

static uint8_t image[LENGTH];

/* The fields of the setup header, at their offsets in the file. */
static void make_image(void)
{
	memset(image, 0, sizeof(image));
	memset(image + START, 0xcc, PAYLOAD);
	image[0x1f1] = SECTS;
	put_number(image + 0x1fe, 0xaa55, 2);
	image[0x201] = 0x6a; /* the header ends at 0x26c */
	memcpy(image + 0x202, "HdrS", 4);
	put_number(image + 0x206, 0x020f, 2);
	image[0x211] = 0x01; /* loaded high */
	put_number(image + 0x22c, 0x7fffffff, 4);
	put_number(image + 0x230, 0x200000, 4);
	image[0x234] = 1;		      /* can move */
	put_number(image + 0x236, 0x0001, 2); /* has a 64-bit entry */
	put_number(image + 0x238, 64, 4);
	put_number(image + 0x258, PREFERRED, 8);
	put_number(image + 0x260, 0x100000, 4);
	put_number(image + 0x26c, 0xa5a5a5a5, 4); /* not header any more */
}

static void test_image_is_recognized(void **state)
{
	struct bootee b;

	(void)state;
	make_image();
	bootee_init(&b, image, LENGTH, 64 * MIB);
	assert_true(bzimage_matches(&b.kernel));
	bootee_free(&b);
	image[0x1fe] = 0;
	bootee_init(&b, image, LENGTH, 64 * MIB);
	assert_false(bzimage_matches(&b.kernel));
	assert_refused(&b, "no kernel that axvmm knows");
	bootee_free(&b);
}

static void test_start_state(void **state)
{
	const struct x86_start *start;
	struct bootee b;

	(void)state;
	make_image();
	bootee_init(&b, image, LENGTH, 64 * MIB);
	assert_int_equal(load_kernel(&b.boot), 0);
	start = &b.boot.start;
	assert_int_equal(start->mode, AXVCPU_X86_START_LONG);
	assert_int_equal(start->entry, PREFERRED + 0x200);
	assert_memory_equal(seen(&b, PREFERRED, PAYLOAD), image + START, PAYLOAD);
	assert_gdt(&b, CODE64);
	assert_int_equal(walk(&b, 0x123456), 0x123456);
	assert_int_equal(walk(&b, start->entry), start->entry);
	assert_int_equal(walk(&b, 0xfffffff0), 0xfffffff0);
	bootee_free(&b);
}

static void test_zero_page(void **state)
{
	struct bootee b;
	uint64_t zero;

	(void)state;
	make_image();
	bootee_init(&b, image, LENGTH, 64 * MIB);
	assert_int_equal(load_kernel(&b.boot), 0);
	zero = b.boot.start.rsi;
	/* The header as in the file up to its end, and nothing of what follows. */
	assert_memory_equal(seen(&b, zero + 0x1f1, 1), image + 0x1f1, 1);
	assert_memory_equal(seen(&b, zero + 0x202, 8), image + 0x202, 8);
	assert_int_equal(seen_number(&b, zero + 0x26c, 4), 0);
	assert_int_equal(seen_number(&b, zero + 0x210, 1), 0xff);
	assert_string_equal(seen(&b, seen_number(&b, zero + 0x228, 4), 6), "a b=c");
	assert_int_equal(seen_number(&b, zero + 0x070, 8), X86_ACPI_TABLES);
	assert_int_equal(seen_number(&b, zero + 0x218, 8), 0);
	/* The memory map: usable below 639 KiB and from 1 MiB on. */
	assert_int_equal(seen_number(&b, zero + 0x1e8, 1), 4);
	assert_int_equal(seen_number(&b, zero + 0x2d0, 8), 0);
	assert_int_equal(seen_number(&b, zero + 0x2d8, 8), X86_EBDA);
	assert_int_equal(seen_number(&b, zero + 0x2e0, 4), 1);
	assert_int_equal(seen_number(&b, zero + 0x2d0 + 3 * 20, 8), MIB);
	assert_int_equal(seen_number(&b, zero + 0x2d8 + 3 * 20, 8), 63 * MIB);
	assert_int_equal(seen_number(&b, zero + 0x2e0 + 2 * 20, 4), 2);
	bootee_free(&b);
}

static void test_initrd_is_high_but_not_too_high(void **state)
{
	static uint8_t data[5000] = "initrd";
	struct bootee b;
	uint64_t at;

	(void)state;
	make_image();
	bootee_init(&b, image, LENGTH, 64 * MIB);
	b.initrd = (struct file){ "initrd", data, sizeof(data) };
	b.boot.initrd = &b.initrd;
	assert_int_equal(load_kernel(&b.boot), 0);
	at = seen_number(&b, b.boot.start.rsi + 0x218, 4);
	assert_int_equal(at, 64 * MIB - 0x2000);
	assert_int_equal(seen_number(&b, b.boot.start.rsi + 0x21c, 4), sizeof(data));
	assert_memory_equal(seen(&b, at, sizeof(data)), data, sizeof(data));
	bootee_free(&b);

	put_number(image + 0x22c, 0x17fffff, 4);
	bootee_init(&b, image, LENGTH, 64 * MIB);
	b.initrd = (struct file){ "initrd", data, sizeof(data) };
	b.boot.initrd = &b.initrd;
	assert_int_equal(load_kernel(&b.boot), 0);
	assert_int_equal(seen_number(&b, b.boot.start.rsi + 0x218, 4), 0x17fe000);
	bootee_free(&b);

	/* Below the kernel is no place. */
	put_number(image + 0x22c, PREFERRED, 4);
	bootee_init(&b, image, LENGTH, 64 * MIB);
	b.initrd = (struct file){ "initrd", data, sizeof(data) };
	b.boot.initrd = &b.initrd;
	assert_refused(&b, "--memory");
	bootee_free(&b);
}

static void test_kernel_moves_if_it_can(void **state)
{
	struct bootee b;

	(void)state;
	make_image();
	put_number(image + 0x258, 32 * MIB, 8);
	bootee_init(&b, image, LENGTH, 16 * MIB);
	assert_int_equal(load_kernel(&b.boot), 0);
	assert_int_equal(b.boot.start.entry, 2 * MIB + 0x200);
	bootee_free(&b);
	image[0x234] = 0;
	bootee_init(&b, image, LENGTH, 16 * MIB);
	assert_refused(&b, "does not have");
	bootee_free(&b);
}

static void refuse(size_t at, uint64_t value, unsigned int bytes, const char *sentence)
{
	struct bootee b;

	make_image();
	put_number(image + at, value, bytes);
	bootee_init(&b, image, LENGTH, 64 * MIB);
	assert_refused(&b, sentence);
	bootee_free(&b);
}

static void test_refusals(void **state)
{
	static const struct file module = { "module", image, 1 };
	struct bootee b;

	(void)state;
	refuse(0x206, 0x020b, 2, "boot protocol 2.11");
	refuse(0x236, 0, 2, "64-bit entry");
	refuse(0x211, 0, 1, "zImage");
	refuse(0x230, 3, 4, "alignment");
	refuse(0x230, 0, 4, "alignment");
	refuse(0x238, 4, 4, "command line");
	refuse(0x260, 0xffffffff, 4, "does not have");
	refuse(0x1f1, 0xff, 1, "ends before");
	make_image();
	bootee_init(&b, image, LENGTH, 64 * MIB);
	b.module[0].file = module;
	b.boot.modules = 1;
	assert_refused(&b, "--module");
	b.boot.modules = 0;
	b.initrd = (struct file){ "initrd", image, 0 };
	b.boot.initrd = &b.initrd;
	assert_refused(&b, "initrd is empty");
	bootee_free(&b);
}

static void test_survives_damage(void **state)
{
	(void)state;
	make_image();
	survive_damage(image, LENGTH, 0x270, 16 * MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_image_is_recognized),
		cmocka_unit_test(test_start_state),
		cmocka_unit_test(test_zero_page),
		cmocka_unit_test(test_initrd_is_high_but_not_too_high),
		cmocka_unit_test(test_kernel_moves_if_it_can),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_survives_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
