// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm loads Multiboot kernels, by the addresses in the header and by ELF. */
#include <elf.h>

#include "axvmm_boot.h"

#define MAGIC	  0x1badb002U
#define AT	  0x100
#define LENGTH	  0x1800
#define LOAD	  0x100000U
#define ADDRESSES 0x10000U

static uint8_t image[LENGTH];

static void put_header(uint32_t flags)
{
	put_number(image + AT, MAGIC, 4);
	put_number(image + AT + 4, flags, 4);
	put_number(image + AT + 8, -(MAGIC + flags), 4);
}

static void put_addresses(uint32_t header, uint32_t load, uint32_t load_end, uint32_t bss_end,
			  uint32_t entry)
{
	uint32_t fields[] = { header, load, load_end, bss_end, entry };

	put_header(ADDRESSES | 3);
	memcpy(image + AT + 12, fields, sizeof(fields));
}

static void make_flat(void)
{
	memset(image, 0xcc, sizeof(image));
	/* The image starts 0x80 bytes into the file. */
	put_addresses(LOAD + AT - 0x80, LOAD, 0, LOAD + 0x4000, LOAD + 0x200);
}

static void make_elf(void)
{
	Elf32_Ehdr header = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_386,
		.e_entry = LOAD + 0x30,
		.e_phoff = sizeof(header),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = 1,
	};
	Elf32_Phdr segment = {
		.p_type = PT_LOAD,
		.p_offset = AT,
		.p_vaddr = LOAD,
		.p_paddr = LOAD,
		.p_filesz = 0x1000,
		.p_memsz = 0x2000,
	};

	memset(image, 0xcc, sizeof(image));
	memcpy(image, &header, sizeof(header));
	memcpy(image + sizeof(header), &segment, sizeof(segment));
	put_header(3);
}

static void start(struct bootee *b)
{
	bootee_init(b, image, LENGTH, 64 * MIB);
}

static void test_by_addresses(void **state)
{
	struct bootee b;

	(void)state;
	make_flat();
	start(&b);
	assert_int_equal(load_kernel(&b.boot), 0);
	assert_int_equal(b.boot.start.mode, AXVCPU_X86_START_PROTECTED);
	assert_int_equal(b.boot.start.entry, LOAD + 0x200);
	assert_int_equal(b.boot.start.rax, 0x2badb002);
	assert_memory_equal(seen(&b, LOAD, LENGTH - 0x80), image + 0x80, LENGTH - 0x80);
	assert_int_equal(seen_number(&b, LOAD + LENGTH - 0x80, 8), 0);
	assert_gdt(&b, CODE32);
	bootee_free(&b);
	/* With an end: no more than up to there. */
	put_addresses(LOAD + AT - 0x80, LOAD, LOAD + 0x800, 0, LOAD);
	start(&b);
	assert_int_equal(load_kernel(&b.boot), 0);
	assert_int_equal(seen_number(&b, LOAD + 0x7ff, 1), 0xcc);
	assert_int_equal(seen_number(&b, LOAD + 0x800, 1), 0);
	bootee_free(&b);
}

static void test_by_elf(void **state)
{
	struct bootee b;

	(void)state;
	make_elf();
	start(&b);
	assert_int_equal(load_kernel(&b.boot), 0);
	assert_int_equal(b.boot.start.entry, LOAD + 0x30);
	assert_memory_equal(seen(&b, LOAD, 0x1000), image + AT, 0x1000);
	bootee_free(&b);
}

static void test_information(void **state)
{
	static uint8_t one[5000] = "one", two[] = "two";
	struct bootee b;
	uint64_t info, list, map, at;

	(void)state;
	make_elf();
	start(&b);
	b.module[0] = (struct boot_module){ { "one", one, sizeof(one) }, "first args" };
	b.module[1] = (struct boot_module){ { "two", two, sizeof(two) }, NULL };
	b.boot.modules = 2;
	assert_int_equal(load_kernel(&b.boot), 0);
	info = b.boot.start.rbx;
	assert_int_equal(seen_number(&b, info, 4), 0x24d);
	assert_int_equal(seen_number(&b, info + 4, 4), 639);
	assert_int_equal(seen_number(&b, info + 8, 4), 63 << 10);
	assert_string_equal(seen(&b, seen_number(&b, info + 16, 4), 6), "a b=c");
	assert_string_equal(seen(&b, seen_number(&b, info + 64, 4), 6), "axvmm");
	/* Modules: page aligned, behind the kernel, in order. */
	assert_int_equal(seen_number(&b, info + 20, 4), 2);
	list = seen_number(&b, info + 24, 4);
	at = seen_number(&b, list, 4);
	assert_int_equal(at, LOAD + 0x2000);
	assert_int_equal(seen_number(&b, list + 4, 4), at + sizeof(one));
	assert_memory_equal(seen(&b, at, sizeof(one)), one, sizeof(one));
	assert_string_equal(seen(&b, seen_number(&b, list + 8, 4), 11), "first args");
	at = seen_number(&b, list + 16, 4);
	assert_int_equal(at, LOAD + 0x4000);
	assert_string_equal(seen(&b, at, 4), "two");
	assert_string_equal(seen(&b, seen_number(&b, list + 24, 4), 1), "");
	/* The map: 4 entries of 20 bytes behind their size. */
	assert_int_equal(seen_number(&b, info + 44, 4), 4 * 24);
	map = seen_number(&b, info + 48, 4);
	assert_int_equal(seen_number(&b, map + 3 * 24, 4), 20);
	assert_int_equal(seen_number(&b, map + 3 * 24 + 4, 8), MIB);
	assert_int_equal(seen_number(&b, map + 3 * 24 + 12, 8), 63 * MIB);
	assert_int_equal(seen_number(&b, map + 3 * 24 + 20, 4), 1);
	bootee_free(&b);
}

static void test_initrd_is_the_first_module(void **state)
{
	static uint8_t data[] = "initrd";
	struct bootee b;
	uint64_t list;

	(void)state;
	make_elf();
	start(&b);
	b.initrd = (struct file){ "initrd", data, sizeof(data) };
	b.boot.initrd = &b.initrd;
	assert_int_equal(load_kernel(&b.boot), 0);
	assert_int_equal(seen_number(&b, b.boot.start.rbx + 20, 4), 1);
	list = seen_number(&b, b.boot.start.rbx + 24, 4);
	assert_string_equal(seen(&b, seen_number(&b, list, 4), 7), "initrd");
	bootee_free(&b);
}

#define REFUSE(change, sentence)              \
	do {                                  \
		struct bootee b;              \
		change;                       \
		start(&b);                    \
		assert_refused(&b, sentence); \
		bootee_free(&b);              \
	} while (0)

static void test_refusals(void **state)
{
	(void)state;
	make_flat();
	REFUSE(put_header(0x0008), "demands");
	REFUSE(put_header(0), "no ELF file");
	REFUSE(put_addresses(LOAD, LOAD + 1, 0, 0, LOAD), "impossible");
	REFUSE(put_addresses(LOAD + AT + 1, LOAD, 0, 0, LOAD), "impossible");
	REFUSE(put_addresses(LOAD, LOAD, LOAD + LENGTH, 0, LOAD), "impossible");
	REFUSE(put_addresses(LOAD, LOAD, LOAD - 1, 0, LOAD), "impossible");
	REFUSE(put_addresses(LOAD, LOAD, 0, LOAD + 1, LOAD), "impossible");
	REFUSE(put_addresses(LOAD, LOAD, 0, 0, 0xf0000000), "starts at");
	REFUSE(put_addresses(0x9f000, 0x9f000, 0, 0, 0x9f000), "does not have");
	REFUSE(put_addresses(0xfffff000, 0xfffff000, 0, 0, 0xfffff000), "does not have");
	/* A wrong sum, or behind the first 8 KiB, is no header. */
	put_header(0);
	REFUSE(image[AT + 8]++, "no kernel that axvmm knows");
}

static void test_header_lies_in_the_first_8_kib(void **state)
{
	static uint8_t long_image[16384];
	struct bootee b;
	uint32_t header[3] = { MAGIC, 0, -MAGIC };

	(void)state;
	memcpy(long_image + 8192 - 12, header, sizeof(header));
	bootee_init(&b, long_image, sizeof(long_image), 64 * MIB);
	assert_true(multiboot_matches(&b.kernel));
	bootee_free(&b);
	memset(long_image, 0, sizeof(long_image));
	memcpy(long_image + 8192 - 8, header, sizeof(header));
	bootee_init(&b, long_image, sizeof(long_image), 64 * MIB);
	assert_false(multiboot_matches(&b.kernel));
	bootee_free(&b);
}

static void test_survives_damage(void **state)
{
	(void)state;
	make_elf();
	survive_damage(image, LENGTH, AT + 32, 16 * MIB);
	make_flat();
	survive_damage(image, LENGTH, AT + 32, 16 * MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_addresses),
		cmocka_unit_test(test_by_elf),
		cmocka_unit_test(test_information),
		cmocka_unit_test(test_initrd_is_the_first_module),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_header_lies_in_the_first_8_kib),
		cmocka_unit_test(test_survives_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
