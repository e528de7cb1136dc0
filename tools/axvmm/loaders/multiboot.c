// SPDX-License-Identifier: GPL-3.0-or-later
/* After the Multiboot Specification, version 0.6.96. */
#include <inttypes.h>
#include <string.h>

#include "elf.h"

#define HEADER_MAGIC  0x1badb002
#define HEADER_SEARCH 8192 /* it lies in so many first bytes */
#define HEADER_ALIGN  4

#define HEADER_PAGE_ALIGN 0x00000001U /* of modules: always so */
#define HEADER_MEMORY	  0x00000002U /* tell about memory: always so */
#define HEADER_VIDEO	  0x00000004U /* a wish that we don't fulfil */
#define HEADER_MUST	  0x0000ffffU /* flags that a loader has to know */
#define HEADER_ADDRESSES  0x00010000U /* the address fields hold */

struct header {
	uint32_t magic;
	uint32_t flags;
	uint32_t checksum;
	/* with HEADER_ADDRESSES */
	uint32_t header;
	uint32_t load;
	uint32_t load_end; /* 0: the whole file */
	uint32_t bss_end;  /* 0: none */
	uint32_t entry;
};

#define ADDRESSES_START offsetof(struct header, header)

#define LOADER_MAGIC 0x2badb002

#define INFO_MEMORY	 0x0001
#define INFO_CMDLINE	 0x0004
#define INFO_MODULES	 0x0008
#define INFO_MAP	 0x0040
#define INFO_LOADER_NAME 0x0200

struct info {
	uint32_t flags;
	uint32_t lower_kib;
	uint32_t upper_kib;
	uint32_t boot_device;
	uint32_t cmdline;
	uint32_t modules;
	uint32_t module_list;
	uint32_t symbols[4];
	uint32_t map_length;
	uint32_t map;
	uint32_t drives_length;
	uint32_t drives;
	uint32_t config_table;
	uint32_t loader_name;
	uint32_t apm_table;
	uint32_t video[6];
};

struct module_entry {
	uint32_t start;
	uint32_t end;
	uint32_t string;
	uint32_t reserved;
};

#define MAP_RAM	     1
#define MAP_RESERVED 2

struct map_entry {
	uint32_t size; /* of the rest */
	uint64_t gpa;
	uint64_t length;
	uint32_t type;
} __attribute__((packed));

/* Where in the file the header is; -1: there is none. */
static int64_t find_header(const struct file *file, struct header *header)
{
	uint64_t end = file->size < HEADER_SEARCH ? file->size : HEADER_SEARCH;
	uint64_t at;

	for (at = 0; at + ADDRESSES_START <= end; at += HEADER_ALIGN) {
		memset(header, 0, sizeof(*header));
		memcpy(header, file->data + at, ADDRESSES_START);
		if (header->magic != HEADER_MAGIC ||
		    header->magic + header->flags + header->checksum != 0)
			continue;
		if (!(header->flags & HEADER_ADDRESSES))
			return (int64_t)at;
		if (at + sizeof(*header) <= end) {
			memcpy(header, file->data + at, sizeof(*header));
			return (int64_t)at;
		}
	}
	return -1;
}

bool multiboot_matches(const struct file *file)
{
	struct header header;

	return find_header(file, &header) >= 0;
}

/* ---- loading the kernel ------------------------------------------------- */

static int bad_addresses(struct boot *boot)
{
	return error_set(boot->error, "The addresses in the Multiboot header of %s are impossible",
			 boot->kernel->path);
}

static int load_by_addresses(struct boot *boot, const struct header *header, uint64_t header_at,
			     uint64_t *end)
{
	uint64_t offset, size, memory_size;
	uint8_t *host;

	if (header->load > header->header || header->header - header->load > header_at)
		return bad_addresses(boot);
	offset = header_at - (header->header - header->load);
	size = boot->kernel->size - offset;
	if (header->load_end) {
		if (header->load_end < header->load || header->load_end - header->load > size)
			return bad_addresses(boot);
		size = header->load_end - header->load;
	}
	memory_size = size;
	if (header->bss_end) {
		if (header->bss_end < header->load || header->bss_end - header->load < size)
			return bad_addresses(boot);
		memory_size = header->bss_end - header->load;
	}
	host = place_at(boot, header->load, memory_size, "the kernel");
	if (!host)
		return -1;
	memcpy(host, boot->kernel->data + offset, size);
	memset(host + size, 0, memory_size - size);
	*end = header->load + memory_size;
	boot->start.entry = header->entry;
	return 0;
}

static int load_by_elf(struct boot *boot, uint64_t *end)
{
	struct elf elf;

	if (!elf_matches(boot->kernel))
		return error_set(boot->error,
				 "%s has a Multiboot header without addresses, and is no ELF file",
				 boot->kernel->path);
	if (elf_parse(&elf, boot->kernel, boot->error) || elf_load(boot, &elf, end))
		return -1;
	boot->start.entry = elf.entry;
	return 0;
}

/* ---- what the kernel is told -------------------------------------------- */

static int put_module(struct boot *boot, const struct file *file, const char *args,
		      uint64_t kernel_end, struct module_entry *entry)
{
	uint64_t gpa, string;

	if (place_file(boot, file, kernel_end, false, &gpa) ||
	    place_string(boot, args ? args : "", &string, "a module's arguments"))
		return -1;
	entry->start = gpa;
	entry->end = gpa + file->size;
	entry->string = string;
	entry->reserved = 0;
	return 0;
}

static int put_modules(struct boot *boot, struct info *info, uint64_t kernel_end)
{
	struct module_entry list[1 + BOOT_MODULES];
	unsigned int i, count = 0;
	uint64_t gpa;
	uint8_t *host;

	if (boot->initrd && put_module(boot, boot->initrd, NULL, kernel_end, &list[count++]))
		return -1;
	for (i = 0; i < boot->modules; i++)
		if (put_module(boot, &boot->module[i].file, boot->module[i].args, kernel_end,
			       &list[count++]))
			return -1;
	info->flags |= INFO_MODULES;
	if (!count)
		return 0;
	host = place_boot_data(boot, count * sizeof(list[0]), 16, &gpa, "the list of modules");
	if (!host)
		return -1;
	memcpy(host, list, count * sizeof(list[0]));
	info->modules = count;
	info->module_list = gpa;
	return 0;
}

static int put_map(struct boot *boot, struct info *info)
{
	const struct memory *memory = boot->memory;
	struct map_entry map[MEMORY_MAP];
	unsigned int i;
	uint64_t gpa;
	uint8_t *host;

	for (i = 0; i < memory->map_entries; i++)
		map[i] = (struct map_entry){
			.size = sizeof(map[0]) - sizeof(map[0].size),
			.gpa = memory->map[i].gpa,
			.length = memory->map[i].size,
			.type = memory->map[i].usable ? MAP_RAM : MAP_RESERVED,
		};
	host = place_boot_data(boot, i * sizeof(map[0]), 16, &gpa, "the memory map");
	if (!host)
		return -1;
	memcpy(host, map, i * sizeof(map[0]));
	info->map = gpa;
	info->map_length = i * sizeof(map[0]);
	info->flags |= INFO_MAP;
	return 0;
}

static int put_info(struct boot *boot, uint64_t kernel_end)
{
	struct info info = {
		.flags = INFO_MEMORY | INFO_CMDLINE | INFO_LOADER_NAME,
		.lower_kib = X86_EBDA >> 10,
		.upper_kib = (boot->memory->low_top - X86_HOLE_END) >> 10,
	};
	uint64_t cmdline, name;
	uint8_t *host;

	if (put_modules(boot, &info, kernel_end) || put_map(boot, &info) ||
	    place_string(boot, boot->append, &cmdline, "the command line") ||
	    place_string(boot, "axvmm", &name, "the loader's name"))
		return -1;
	info.cmdline = cmdline;
	info.loader_name = name;
	host = place_boot_data(boot, sizeof(info), 16, &boot->start.rbx, "the Multiboot info");
	if (!host)
		return -1;
	memcpy(host, &info, sizeof(info));
	return 0;
}

int load_multiboot(struct boot *boot)
{
	struct header header;
	int64_t at = find_header(boot->kernel, &header);
	uint32_t unknown;
	uint64_t end;

	if (at < 0)
		return error_set(boot->error, "%s has no Multiboot header", boot->kernel->path);
	unknown = header.flags & HEADER_MUST & ~(HEADER_PAGE_ALIGN | HEADER_MEMORY | HEADER_VIDEO);
	if (unknown)
		return error_set(
			boot->error,
			"The Multiboot header of %s demands what axvmm does not have (flags 0x%x)",
			boot->kernel->path, unknown);
	if (header.flags & HEADER_ADDRESSES ? load_by_addresses(boot, &header, (uint64_t)at, &end) :
					      load_by_elf(boot, &end))
		return -1;
	boot->start.mode = AXVCPU_X86_START_PROTECTED;
	boot->start.rax = LOADER_MAGIC;
	if (boot->start.entry >= X86_4G || !memory_is_usable(boot->memory, boot->start.entry, 1))
		return error_set(boot->error,
				 "%s starts at 0x%" PRIx64 ", where the guest has no memory",
				 boot->kernel->path, boot->start.entry);
	if (start_set_gdt(boot))
		return -1;
	return put_info(boot, end);
}
