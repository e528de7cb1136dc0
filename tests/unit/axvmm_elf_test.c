// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm loads ELF files: plain 64-bit ones and those with a PVH note. */
#include <elf.h>

#include "axvmm_boot.h"

#define PHYSICAL  0x200000ULL
#define VIRTUAL	  0xffffffff80200000ULL
#define CODE	  0x200
#define CODE_SIZE 0x100
#define NOTE	  0x180
#define LENGTH	  (CODE + CODE_SIZE)

struct image64 {
	Elf64_Ehdr header;
	Elf64_Phdr segment[2];
};

static union {
	uint8_t bytes[LENGTH];
	struct image64 elf64;
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment[2];
	} elf32;
} image;

static void make_note(uint32_t type, const char *name, uint32_t entry)
{
	static const uint32_t other[] = { 4, 4, 1, 0, 0 }; /* some note before it */
	uint32_t head[3] = { strlen(name) + 1, 4, type };

	memcpy(image.bytes + NOTE, other, sizeof(other));
	memcpy(image.bytes + NOTE + 20, head, sizeof(head));
	memset(image.bytes + NOTE + 32, 0, 4);
	memcpy(image.bytes + NOTE + 32, name, 4);
	memcpy(image.bytes + NOTE + 36, &entry, 4);
}

static void make_image64(void)
{
	memset(&image, 0, sizeof(image));
	image.elf64 = (struct image64){
		.header = {
			.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
			.e_entry = VIRTUAL + 0x10, .e_phoff = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2,
		},
		.segment = {
			{ .p_type = PT_LOAD, .p_offset = CODE, .p_vaddr = VIRTUAL,
			  .p_paddr = PHYSICAL, .p_filesz = CODE_SIZE, .p_memsz = 0x3000 },
			{ .p_type = PT_NOTE, .p_offset = NOTE, .p_filesz = 40, .p_align = 4 },
		},
	};
	memset(image.bytes + CODE, 0xcc, CODE_SIZE);
}

static void make_image32(void)
{
	memset(&image, 0, sizeof(image));
	image.elf32.header = (Elf32_Ehdr){
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_386,
		.e_version = EV_CURRENT,
		.e_entry = PHYSICAL,
		.e_phoff = sizeof(Elf32_Ehdr),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = 2,
	};
	image.elf32.segment[0] = (Elf32_Phdr){
		.p_type = PT_LOAD,
		.p_offset = CODE,
		.p_vaddr = PHYSICAL,
		.p_paddr = PHYSICAL,
		.p_filesz = CODE_SIZE,
		.p_memsz = 0x3000,
	};
	image.elf32.segment[1] = (Elf32_Phdr){
		.p_type = PT_NOTE,
		.p_offset = NOTE,
		.p_filesz = 40,
		.p_align = 4,
	};
	memset(image.bytes + CODE, 0xcc, CODE_SIZE);
}

static void start(struct bootee *b)
{
	bootee_init(b, &image, LENGTH, 64 * MIB);
}

/* ---- plain -------------------------------------------------------------- */

static void test_plain(void **state)
{
	const struct x86_start *s;
	struct bootee b;
	uint64_t info;

	(void)state;
	make_image64();
	start(&b);
	memset((void *)seen(&b, PHYSICAL, 0x3000), 0x55, 0x3000);
	assert_int_equal(load_kernel(&b.boot), 0);
	s = &b.boot.start;
	assert_int_equal(s->mode, AXVCPU_X86_START_LONG);
	/* A virtual entry is where its segment was loaded. */
	assert_int_equal(s->entry, PHYSICAL + 0x10);
	assert_memory_equal(seen(&b, PHYSICAL, CODE_SIZE), image.bytes + CODE, CODE_SIZE);
	assert_int_equal(seen_number(&b, PHYSICAL + CODE_SIZE, 8), 0);
	assert_int_equal(seen_number(&b, PHYSICAL + 0x2ff8, 8), 0);
	assert_int_equal(walk(&b, PHYSICAL), PHYSICAL);
	assert_gdt(&b, CODE64);
	assert_int_equal(s->rsp % 4096, 0);
	seen(&b, s->rsp - 0x4000, 0x4000);
	info = s->rdi;
	assert_int_equal(seen_number(&b, info, 4), 0x336ec578);
	assert_string_equal(seen(&b, seen_number(&b, info + 24, 8), 6), "a b=c");
	bootee_free(&b);
}

static void test_entry_that_is_physical(void **state)
{
	struct bootee b;

	(void)state;
	make_image64();
	image.elf64.header.e_entry = PHYSICAL + 0x20;
	start(&b);
	assert_int_equal(load_kernel(&b.boot), 0);
	assert_int_equal(b.boot.start.entry, PHYSICAL + 0x20);
	image.elf64.header.e_entry = 0xb8000;
	bootee_free(&b);
	start(&b);
	assert_refused(&b, "starts at 0xb8000");
	bootee_free(&b);
}

/* Boot data goes around a program that lies where it usually is. */
static void test_low_program(void **state)
{
	struct bootee b;

	(void)state;
	make_image64();
	image.elf64.segment[0].p_paddr = 0x1000;
	image.elf64.segment[0].p_memsz = X86_EBDA - 0x1000;
	start(&b);
	assert_int_equal(load_kernel(&b.boot), 0);
	assert_true(b.boot.start.page_tables >= MIB);
	assert_true(b.boot.start.gdt >= MIB);
	bootee_free(&b);
}

/* ---- PVH ---------------------------------------------------------------- */

static void assert_pvh(void)
{
	const struct x86_start *s;
	struct bootee b;
	uint64_t info;

	start(&b);
	assert_int_equal(load_kernel(&b.boot), 0);
	s = &b.boot.start;
	assert_int_equal(s->mode, AXVCPU_X86_START_PROTECTED);
	assert_int_equal(s->entry, PHYSICAL + 0x40);
	assert_int_equal(s->page_tables, 0);
	assert_gdt(&b, CODE32);
	info = s->rbx;
	assert_int_equal(seen_number(&b, info, 4), 0x336ec578);
	assert_int_equal(seen_number(&b, info + 4, 4), 1);
	assert_int_equal(seen_number(&b, info + 12, 4), 0);
	assert_int_equal(seen_number(&b, info + 32, 8), X86_ACPI_TABLES);
	/* The map: 4 lines of 24 bytes. */
	assert_int_equal(seen_number(&b, info + 48, 4), 4);
	info = seen_number(&b, info + 40, 8);
	assert_int_equal(seen_number(&b, info + 3 * 24, 8), MIB);
	assert_int_equal(seen_number(&b, info + 3 * 24 + 8, 8), 63 * MIB);
	assert_int_equal(seen_number(&b, info + 3 * 24 + 16, 4), 1);
	assert_int_equal(seen_number(&b, info + 2 * 24 + 16, 4), 2);
	bootee_free(&b);
}

static void test_pvh(void **state)
{
	(void)state;
	make_image64();
	make_note(18, "Xen", PHYSICAL + 0x40);
	assert_pvh();
	make_image32();
	make_note(18, "Xen", PHYSICAL + 0x40);
	assert_pvh();
}

static void test_pvh_modules(void **state)
{
	static uint8_t initrd[5000] = "initrd", one[] = "one", two[4096] = "two";
	struct bootee b;
	uint64_t info, list, at;

	(void)state;
	make_image64();
	make_note(18, "Xen", PHYSICAL + 0x40);
	start(&b);
	b.initrd = (struct file){ "initrd", initrd, sizeof(initrd) };
	b.boot.initrd = &b.initrd;
	b.module[0] = (struct boot_module){ { "one", one, sizeof(one) }, "first args" };
	b.module[1] = (struct boot_module){ { "two", two, sizeof(two) }, NULL };
	b.boot.modules = 2;
	assert_int_equal(load_kernel(&b.boot), 0);
	info = b.boot.start.rbx;
	assert_int_equal(seen_number(&b, info + 12, 4), 3);
	list = seen_number(&b, info + 16, 8);
	at = seen_number(&b, list, 8);
	assert_int_equal(at % 4096, 0);
	assert_int_equal(seen_number(&b, list + 8, 8), sizeof(initrd));
	assert_memory_equal(seen(&b, at, sizeof(initrd)), initrd, sizeof(initrd));
	assert_int_equal(seen_number(&b, list + 16, 8), 0);
	at = seen_number(&b, list + 32, 8);
	assert_string_equal(seen(&b, at, sizeof(one)), "one");
	assert_string_equal(seen(&b, seen_number(&b, list + 32 + 16, 8), 11), "first args");
	at = seen_number(&b, list + 64, 8);
	assert_string_equal(seen(&b, at, 4), "two");
	bootee_free(&b);
}

static void test_other_notes_are_no_pvh(void **state)
{
	struct bootee b;

	(void)state;
	make_image64();
	make_note(17, "Xen", PHYSICAL);
	start(&b);
	assert_false(pvh_matches(&b.kernel));
	bootee_free(&b);
	make_note(18, "GNU", PHYSICAL);
	start(&b);
	assert_false(pvh_matches(&b.kernel));
	bootee_free(&b);
	/* A note that claims to be longer than its segment. */
	make_note(18, "Xen", PHYSICAL);
	put_number(image.bytes + NOTE + 24, 0xfffffff0, 4);
	start(&b);
	assert_false(pvh_matches(&b.kernel));
	bootee_free(&b);
	make_image32();
	start(&b);
	assert_refused(&b, "neither a Multiboot header nor a PVH note");
	bootee_free(&b);
	make_note(18, "Xen", 0x90000000);
	start(&b);
	assert_refused(&b, "PVH entry");
	bootee_free(&b);
}

/* ---- refusals ----------------------------------------------------------- */

#define REFUSE(change, sentence)              \
	do {                                  \
		struct bootee b;              \
		make_image64();               \
		change;                       \
		start(&b);                    \
		assert_refused(&b, sentence); \
		bootee_free(&b);              \
	} while (0)

static void test_refusals(void **state)
{
	Elf64_Ehdr *h = &image.elf64.header;
	Elf64_Phdr *p = &image.elf64.segment[0];

	(void)state;
	REFUSE(h->e_machine = EM_AARCH64, "another processor");
	REFUSE(h->e_type = ET_REL, "no program");
	REFUSE(h->e_ident[EI_DATA] = ELFDATA2MSB, "little-endian");
	REFUSE(h->e_ident[EI_CLASS] = 3, "neither of 32 nor of 64 bits");
	REFUSE(h->e_phnum = 0, "program headers");
	REFUSE(h->e_phnum = PN_XNUM, "program headers");
	REFUSE(h->e_phentsize = 8, "program headers");
	REFUSE(h->e_phoff = UINT64_MAX - 8, "beyond its end");
	REFUSE(h->e_phoff = LENGTH, "beyond its end");
	REFUSE(h->e_phnum = 200, "beyond its end");
	REFUSE(p->p_offset = UINT64_MAX, "beyond its end");
	REFUSE(p->p_filesz = CODE_SIZE + 1, "beyond its end");
	REFUSE(p->p_filesz = UINT64_MAX, "beyond its end");
	REFUSE(p->p_memsz = 1, "larger in the file");
	REFUSE(p->p_memsz = UINT64_MAX, "beyond the last address");
	REFUSE(p->p_paddr = UINT64_MAX - 1, "beyond the last address");
	REFUSE(p->p_paddr = 0x9f000, "does not have");
	REFUSE(p->p_paddr = 64 * MIB - 0x1000, "does not have");
	REFUSE(p->p_type = PT_NULL, "nothing to load");
	REFUSE((p[1] = *p, h->e_phnum = 2), "taken");
}

static void test_survives_damage(void **state)
{
	(void)state;
	make_image64();
	make_note(18, "Xen", PHYSICAL + 0x40);
	survive_damage(&image, LENGTH, NOTE + 40, 16 * MIB);
	make_image32();
	make_note(18, "Xen", PHYSICAL + 0x40);
	survive_damage(&image, LENGTH, NOTE + 40, 16 * MIB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),	    cmocka_unit_test(test_entry_that_is_physical),
		cmocka_unit_test(test_low_program), cmocka_unit_test(test_pvh),
		cmocka_unit_test(test_pvh_modules), cmocka_unit_test(test_other_notes_are_no_pvh),
		cmocka_unit_test(test_refusals),    cmocka_unit_test(test_survives_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
