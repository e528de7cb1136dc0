// SPDX-License-Identifier: GPL-3.0-or-later
/* Segments, page tables and Xen's start info. */
#include <string.h>

#include "loader.h"

/* Segment descriptors: flat, accessed. */
#define DESCRIPTOR_CODE32 0x00cf9b000000ffffULL
#define DESCRIPTOR_CODE64 0x00af9b000000ffffULL
#define DESCRIPTOR_DATA	  0x00cf93000000ffffULL
#define DESCRIPTOR_TASK	  0x00008b000000ffffULL /* busy, at 0 */

#define GDT_ENTRIES 6 /* a 64-bit task segment takes two */

#define PTE_PRESENT  0x01ULL
#define PTE_WRITABLE 0x02ULL
#define PTE_ACCESSED 0x20ULL
#define PTE_DIRTY    0x40ULL
#define PTE_LARGE    0x80ULL
#define PTE_TABLE    (PTE_PRESENT | PTE_WRITABLE | PTE_ACCESSED)
#define PTE_PAGE     (PTE_TABLE | PTE_DIRTY | PTE_LARGE)

#define ENTRIES	   512ULL
#define LARGE_PAGE (2ULL << 20)
#define GIB	   (1ULL << 30)
#define MOST_GIB   64ULL /* so much is mapped at most: its tables fit below 640 KiB */

int start_set_gdt(struct boot *boot)
{
	uint64_t gdt[GDT_ENTRIES] = {
		[X86_CODE / 8] = boot->start.mode == AXVCPU_X86_START_LONG ? DESCRIPTOR_CODE64 :
									     DESCRIPTOR_CODE32,
		[X86_DATA / 8] = DESCRIPTOR_DATA,
		[X86_TASK / 8] = DESCRIPTOR_TASK,
	};
	uint8_t *host = place_boot_data(boot, sizeof(gdt), 16, &boot->start.gdt, "the GDT");

	if (!host)
		return -1;
	memcpy(host, gdt, sizeof(gdt));
	boot->start.gdt_limit = sizeof(gdt) - 1;
	return 0;
}

/* All memory, but 4 GiB at least and MOST_GIB at most, in GiB. */
static uint64_t gibs_to_map(const struct memory *memory)
{
	const struct memory_map_entry *last = &memory->map[memory->map_entries - 1];
	uint64_t top = last->gpa + last->size;
	uint64_t gibs = top / GIB + (top % GIB != 0);

	return gibs < 4 ? 4 : gibs > MOST_GIB ? MOST_GIB : gibs;
}

int start_set_paging(struct boot *boot)
{
	uint64_t gibs = gibs_to_map(boot->memory), gpa, i;
	uint64_t *table;

	/* One table of level 4, one of level 3, one of level 2 for each GiB. */
	table = (uint64_t *)place_boot_data(boot, (2 + gibs) * MEMORY_PAGE, MEMORY_PAGE, &gpa,
					    "page tables");
	if (!table)
		return -1;
	memset(table, 0, (2 + gibs) * MEMORY_PAGE);
	table[0] = (gpa + MEMORY_PAGE) | PTE_TABLE;
	for (i = 0; i < gibs; i++)
		table[ENTRIES + i] = (gpa + (2 + i) * MEMORY_PAGE) | PTE_TABLE;
	for (i = 0; i < gibs * ENTRIES; i++)
		table[2 * ENTRIES + i] = i * LARGE_PAGE | PTE_PAGE;
	boot->start.page_tables = gpa;
	return 0;
}

/* ---- Xen's start info (xen/include/public/arch-x86/hvm/start_info.h) ------ */

#define START_MAGIC   0x336ec578
#define START_VERSION 1
#define MAP_RAM	      1
#define MAP_RESERVED  2

struct hvm_start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t modules;
	uint64_t module_list;
	uint64_t command_line;
	uint64_t rsdp;
	uint64_t map;
	uint32_t map_entries;
	uint32_t reserved;
};

struct hvm_module {
	uint64_t gpa;
	uint64_t size;
	uint64_t command_line;
	uint64_t reserved;
};

struct hvm_map_entry {
	uint64_t gpa;
	uint64_t size;
	uint32_t type;
	uint32_t reserved;
};

static int put_module(struct boot *boot, const struct file *file, const char *args,
		      uint64_t kernel_end, struct hvm_module *module)
{
	*module = (struct hvm_module){ .size = file->size };
	if (place_file(boot, file, kernel_end, true, &module->gpa))
		return -1;
	if (args && place_string(boot, args, &module->command_line, "a module's arguments"))
		return -1;
	return 0;
}

static int put_modules(struct boot *boot, struct hvm_start_info *info, uint64_t kernel_end)
{
	struct hvm_module list[1 + BOOT_MODULES];
	unsigned int i, count = 0;
	uint8_t *host;

	if (boot->initrd && put_module(boot, boot->initrd, NULL, kernel_end, &list[count++]))
		return -1;
	for (i = 0; i < boot->modules; i++)
		if (put_module(boot, &boot->module[i].file, boot->module[i].args, kernel_end,
			       &list[count++]))
			return -1;
	if (!count)
		return 0;
	host = place_boot_data(boot, count * sizeof(list[0]), 16, &info->module_list,
			       "the list of modules");
	if (!host)
		return -1;
	memcpy(host, list, count * sizeof(list[0]));
	info->modules = count;
	return 0;
}

static int put_map(struct boot *boot, struct hvm_start_info *info)
{
	const struct memory *memory = boot->memory;
	struct hvm_map_entry map[MEMORY_MAP];
	unsigned int i;
	uint8_t *host;

	for (i = 0; i < memory->map_entries; i++)
		map[i] = (struct hvm_map_entry){
			.gpa = memory->map[i].gpa,
			.size = memory->map[i].size,
			.type = memory->map[i].usable ? MAP_RAM : MAP_RESERVED,
		};
	host = place_boot_data(boot, i * sizeof(map[0]), 16, &info->map, "the memory map");
	if (!host)
		return -1;
	memcpy(host, map, i * sizeof(map[0]));
	info->map_entries = i;
	return 0;
}

int start_info(struct boot *boot, uint64_t kernel_end, uint64_t *gpa)
{
	struct hvm_start_info info = {
		.magic = START_MAGIC,
		.version = START_VERSION,
		.rsdp = boot->rsdp,
	};
	uint8_t *host;

	if (put_modules(boot, &info, kernel_end) || put_map(boot, &info) ||
	    place_string(boot, boot->append, &info.command_line, "the command line"))
		return -1;
	host = place_boot_data(boot, sizeof(info), 16, gpa, "the start info");
	if (!host)
		return -1;
	memcpy(host, &info, sizeof(info));
	return 0;
}
