// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * By Documentation/arm64/booting.rst of Linux. From the first 2 MiB on that the memory
 * has: the kernel, the room for the device tree, the initial RAM disk.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "arm64_image.h"

/* The header of 64 bytes; all is little-endian. */
#define TEXT_OFFSET 8
#define IMAGE_SIZE  16
#define FLAGS	    24
#define MAGIC	    56
#define HEADER_SIZE 64

#define FLAG_BIG_ENDIAN 0x1

#define KERNEL_ALIGN (2ULL << 20)
#define TREE_ALIGN   (2ULL << 20)

static uint64_t read_number(const struct file *file, unsigned int offset)
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 0; i < 8; i++)
		value |= (uint64_t)file->data[offset + i] << (i * 8);
	return value;
}

/** struct image - what the header says */
struct image {
	uint64_t text_offset;
	uint64_t size;
};

static bool begins_with(const struct file *file, unsigned int offset, const char *bytes,
			size_t size)
{
	return file->size >= offset + size && !memcmp(file->data + offset, bytes, size);
}

static int parse(struct image *image, const struct file *file, struct error *error)
{
	if (begins_with(file, 0, "\x1f\x8b", 2))
		return error_set(error, "%s is compressed: unpack it with gunzip", file->path);
	if (file->size < HEADER_SIZE || !begins_with(file, MAGIC, "ARM\x64", 4))
		return error_set(error,
				 "%s is no kernel that axvmm knows: not a Linux Image of arm64",
				 file->path);
	image->text_offset = read_number(file, TEXT_OFFSET);
	image->size = read_number(file, IMAGE_SIZE);
	if (!image->size)
		return error_set(error,
				 "%s does not say how much memory it needs (Linux before 3.17)",
				 file->path);
	if (image->size < file->size)
		return error_set(error,
				 "%s says that it needs 0x%" PRIx64 " bytes, and is itself longer",
				 file->path, image->size);
	if (read_number(file, FLAGS) & FLAG_BIG_ENDIAN)
		return error_set(error, "%s is a big-endian kernel", file->path);
	if (image->text_offset % 4)
		return error_set(error,
				 "%s wants to be at 0x%" PRIx64
				 " behind 2 MiB: instructions are at multiples of 4",
				 file->path, image->text_offset);
	return 0;
}

/* @size bytes of the region from *@next on, which moves behind them. */
static int place(const struct memory_region *region, uint64_t *next, uint64_t align, uint64_t size,
		 uint64_t *gpa)
{
	uint64_t left = region->gpa + region->size - *next, gap = -*next & (align - 1);

	if (left < gap || left - gap < size)
		return -1;
	*gpa = *next + gap;
	*next = *gpa + size;
	return 0;
}

static int no_room(struct arm64_boot *boot, const char *what)
{
	return error_set(
		boot->error,
		"There is no room for %s in the guest's memory: give it more with --memory", what);
}

static void put(struct arm64_boot *boot, uint64_t gpa, const struct file *file)
{
	memcpy(memory_at(boot->memory, gpa, file->size), file->data, file->size);
}

int load_arm64_image(struct arm64_boot *boot)
{
	const struct memory_region *region = &boot->memory->region[0];
	uint64_t next = region->gpa, base;
	struct image image;

	if (parse(&image, boot->kernel, boot->error))
		return -1;
	if (image.text_offset > region->size || image.size > region->size ||
	    place(region, &next, KERNEL_ALIGN, image.text_offset + image.size, &base))
		return no_room(boot, boot->kernel->path);
	boot->entry = base + image.text_offset;
	if (place(region, &next, TREE_ALIGN, ARM64_TREE_SIZE, &boot->tree))
		return no_room(boot, "the device tree");
	put(boot, boot->entry, boot->kernel);
	if (!boot->initrd)
		return 0;
	if (!boot->initrd->size)
		return error_set(boot->error, "%s is empty", boot->initrd->path);
	if (place(region, &next, MEMORY_PAGE, boot->initrd->size, &boot->initrd_gpa))
		return no_room(boot, boot->initrd->path);
	put(boot, boot->initrd_gpa, boot->initrd);
	return 0;
}
