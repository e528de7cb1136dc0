// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A Linux bzImage by the 64-bit boot protocol, after the kernel's
 * Documentation/x86/boot.rst and zero-page.rst.
 */
#include <inttypes.h>
#include <string.h>

#include <asm/bootparam.h>

#include "loader.h"

#define SECTOR		 512ULL
#define HEADER_AT	 0x1f1U /* in the file and in the zero page */
#define HEADER_LENGTH_AT 0x201U /* its end, counted from 0x202 */
#define BOOT_FLAG	 0xaa55
#define HEADER_MAGIC	 0x53726448 /* "HdrS" */
#define OLDEST		 0x020c	    /* the first version with a 64-bit entry */
#define DEFAULT_SECTS	 4
#define ENTRY_64	 0x200ULL
#define LOADER_UNKNOWN	 0xff
#define LOWEST_KERNEL	 0x100000ULL

#define MAP_RAM	     1
#define MAP_RESERVED 2

bool bzimage_matches(const struct file *file)
{
	struct setup_header header;

	if (file->size < HEADER_AT + sizeof(header))
		return false;
	memcpy(&header, file->data + HEADER_AT, sizeof(header));
	return header.boot_flag == BOOT_FLAG && header.header == HEADER_MAGIC;
}

/* The setup header, as long as the file says that it is. */
static void read_header(const struct file *file, struct setup_header *header)
{
	size_t length = 0x202U + file->data[HEADER_LENGTH_AT] - HEADER_AT;

	memset(header, 0, sizeof(*header));
	if (length > sizeof(*header))
		length = sizeof(*header);
	memcpy(header, file->data + HEADER_AT, length);
}

static int check_header(struct boot *boot, const struct setup_header *header)
{
	const char *path = boot->kernel->path;
	uint64_t align = header->kernel_alignment;

	if (header->version < OLDEST)
		return error_set(
			boot->error,
			"%s is a Linux kernel with boot protocol %u.%02u; axvmm needs 2.12", path,
			header->version >> 8, header->version & 0xff);
	if (!(header->xloadflags & XLF_KERNEL_64))
		return error_set(boot->error, "%s is a Linux kernel without a 64-bit entry", path);
	if (!(header->loadflags & LOADED_HIGH))
		return error_set(boot->error, "%s is a Linux zImage, which axvmm can't load", path);
	if (header->relocatable_kernel && (!align || align & (align - 1)))
		return error_set(boot->error, "%s has a bad setup header: alignment 0x%" PRIx64,
				 path, align);
	if (strlen(boot->append) > header->cmdline_size)
		return error_set(boot->error,
				 "The command line is longer than the %u bytes that %s takes",
				 header->cmdline_size, path);
	if (boot->modules)
		return error_set(boot->error,
				 "%s is a Linux kernel, which takes no --module, only an --initrd",
				 path);
	return 0;
}

/* ---- the kernel --------------------------------------------------------- */

/* Where it wants to be, or, if it can move, the lowest place that fits. */
static uint8_t *place_kernel(struct boot *boot, const struct setup_header *header, uint64_t size,
			     uint64_t *gpa)
{
	struct error wanted;
	uint8_t *host;

	*gpa = header->pref_address;
	host = place_at(boot, *gpa, size, "the kernel");
	if (host || !header->relocatable_kernel)
		return host;
	wanted = *boot->error;
	host = place_low(boot, size, header->kernel_alignment, LOWEST_KERNEL, X86_4G, gpa,
			 "the kernel");
	if (!host)
		*boot->error = wanted;
	return host;
}

static int put_kernel(struct boot *boot, const struct setup_header *header, uint64_t *gpa,
		      uint64_t *end)
{
	uint64_t start = ((header->setup_sects ? header->setup_sects : DEFAULT_SECTS) + 1) * SECTOR;
	uint64_t size, memory_size;
	uint8_t *host;

	if (start >= boot->kernel->size || boot->kernel->size - start <= ENTRY_64)
		return error_set(boot->error, "%s ends before its kernel starts",
				 boot->kernel->path);
	size = boot->kernel->size - start;
	memory_size = header->init_size > size ? header->init_size : size;
	host = place_kernel(boot, header, memory_size, gpa);
	if (!host)
		return -1;
	memcpy(host, boot->kernel->data + start, size);
	*end = *gpa + memory_size;
	return 0;
}

static int put_initrd(struct boot *boot, const struct setup_header *header, uint64_t kernel_end,
		      struct boot_params *params)
{
	uint64_t limit = (uint64_t)header->initrd_addr_max + 1, gpa;
	const struct file *initrd = boot->initrd;
	uint8_t *host;

	if (!initrd)
		return 0;
	if (!initrd->size)
		return error_set(boot->error, "%s is empty", initrd->path);
	host = place_high(boot, initrd->size, MEMORY_PAGE, kernel_end, limit, &gpa, initrd->path);
	if (!host)
		return -1;
	memcpy(host, initrd->data, initrd->size);
	params->hdr.ramdisk_image = gpa;
	params->hdr.ramdisk_size = initrd->size;
	return 0;
}

/* ---- the zero page ------------------------------------------------------ */

static void fill_map(const struct memory *memory, struct boot_params *params)
{
	unsigned int i;

	_Static_assert(MEMORY_MAP <= E820_MAX_ENTRIES_ZEROPAGE, "the map fits");
	for (i = 0; i < memory->map_entries; i++) {
		params->e820_table[i].addr = memory->map[i].gpa;
		params->e820_table[i].size = memory->map[i].size;
		params->e820_table[i].type = memory->map[i].usable ? MAP_RAM : MAP_RESERVED;
	}
	params->e820_entries = i;
}

static int put_zero_page(struct boot *boot, struct boot_params *params, uint64_t *gpa)
{
	uint64_t cmdline;
	uint8_t *host;

	if (place_string(boot, boot->append, &cmdline, "the command line"))
		return -1;
	params->hdr.cmd_line_ptr = cmdline;
	params->hdr.type_of_loader = LOADER_UNKNOWN;
	params->acpi_rsdp_addr = boot->rsdp;
	fill_map(boot->memory, params);
	host = place_boot_data(boot, sizeof(*params), MEMORY_PAGE, gpa, "the zero page");
	if (!host)
		return -1;
	memcpy(host, params, sizeof(*params));
	return 0;
}

int load_bzimage(struct boot *boot)
{
	struct boot_params params = { 0 };
	struct setup_header *header = &params.hdr;
	uint64_t kernel, end;

	read_header(boot->kernel, header);
	if (check_header(boot, header) || put_kernel(boot, header, &kernel, &end) ||
	    put_initrd(boot, header, end, &params) ||
	    put_zero_page(boot, &params, &boot->start.rsi))
		return -1;
	boot->start.mode = AXVCPU_X86_START_LONG;
	boot->start.entry = kernel + ENTRY_64;
	if (start_set_gdt(boot) || start_set_paging(boot))
		return -1;
	return 0;
}
