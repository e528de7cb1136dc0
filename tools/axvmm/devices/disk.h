/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A virtio block device in front of a file. */
#ifndef AXVMM_DISK_H
#define AXVMM_DISK_H

#include "../error.h"
#include "virtio.h"

#define DISK_SECTOR 512ULL

/** struct disk_config - virtio_blk_config as far as the device has it */
struct disk_config {
	uint64_t capacity; /* sectors */
	uint32_t size_max;
	uint32_t seg_max;
};

/**
 * struct disk - the device
 * @fd: the file, locked
 * @sectors: of it
 * @name: for GET_ID
 */
struct disk {
	int fd;
	bool readonly;
	uint64_t sectors;
	char name[20];
	struct disk_config config;
	struct virtio_ops ops;
	struct virtio virtio;
};

/**
 * disk_open() - open the file of --disk
 * @path: a regular file or a block device, of whole sectors. One that can't be written
 *	is a disk that can't be written
 *
 * Return: 0, or -1 with @error.
 */
int disk_open(struct disk *disk, const char *path, struct error *error);
void disk_close(struct disk *disk);

/** disk_init() - put it at @gpa */
void disk_init(struct disk *disk, struct bus *mmio, uint64_t gpa, const struct memory *memory,
	       struct irq_line irq);

#endif /* AXVMM_DISK_H */
