// SPDX-License-Identifier: GPL-3.0-or-later
/* Virtual I/O Device (VIRTIO) Version 1.2: 5.2 "Block Device". */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"

#define DEVICE_BLOCK 2

#define FEATURE_SEG_MAX	 (1ULL << 2)
#define FEATURE_READONLY (1ULL << 5)
#define FEATURE_FLUSH	 (1ULL << 9)

enum type {
	READ = 0,
	WRITE = 1,
	FLUSH = 4,
	GET_ID = 8,
};

enum status {
	OK = 0,
	IO_ERROR = 1,
	UNSUPPORTED = 2,
};

struct header {
	uint32_t type;
	uint32_t reserved;
	uint64_t sector;
};

/* ---- the file --------------------------------------------------------------------- */

static int open_file(struct disk *disk, const char *path, struct error *error)
{
	disk->fd = open(path, O_RDWR | O_CLOEXEC);
	if (disk->fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS)) {
		disk->readonly = true;
		disk->fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (disk->fd < 0)
		return error_set(error, "--disk %s can't be opened: %s", path, strerror(errno));
	if (flock(disk->fd, (disk->readonly ? LOCK_SH : LOCK_EX) | LOCK_NB))
		return error_set(error, "--disk %s is in use by another program", path);
	return 0;
}

static int measure(struct disk *disk, const char *path, struct error *error)
{
	struct stat stat;
	off_t size;

	if (fstat(disk->fd, &stat) || (!S_ISREG(stat.st_mode) && !S_ISBLK(stat.st_mode)))
		return error_set(error, "--disk %s is neither a file nor a block device", path);
	size = lseek(disk->fd, 0, SEEK_END);
	if (size <= 0 || size % (off_t)DISK_SECTOR)
		return error_set(error,
				 "--disk %s has %lld bytes, which is no number of sectors of 512",
				 path, (long long)size);
	disk->sectors = (uint64_t)size / DISK_SECTOR;
	return 0;
}

int disk_open(struct disk *disk, const char *path, struct error *error)
{
	*disk = (struct disk){ .fd = -1, .name = "axvmm-disk" };
	if (!open_file(disk, path, error) && !measure(disk, path, error))
		return 0;
	disk_close(disk);
	return -1;
}

void disk_close(struct disk *disk)
{
	if (disk->fd >= 0)
		close(disk->fd);
	disk->fd = -1;
}

/* ---- requests --------------------------------------------------------------------- */

/* Behind what was read or written @iov is empty. */
static enum status transfer(const struct disk *disk, bool write, uint64_t sector,
			    struct iovec *iov, unsigned int count, uint64_t bytes)
{
	off_t at = (off_t)(sector * DISK_SECTOR);
	ssize_t done;

	if (bytes % DISK_SECTOR || sector > disk->sectors ||
	    bytes / DISK_SECTOR > disk->sectors - sector)
		return IO_ERROR;
	while (bytes) {
		done = write ? pwritev(disk->fd, iov, (int)count, at) :
			       preadv(disk->fd, iov, (int)count, at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0 || !virtio_take(iov, &count, NULL, (size_t)done))
			return IO_ERROR;
		at += done;
		bytes -= (uint64_t)done;
	}
	return OK;
}

static enum status get_id(const struct disk *disk, const struct iovec *iov, unsigned int count)
{
	size_t left = sizeof(disk->name), at = 0;
	unsigned int i;

	for (i = 0; i < count && left; i++) {
		size_t part = iov[i].iov_len < left ? iov[i].iov_len : left;

		memcpy(iov[i].iov_base, disk->name + at, part);
		at += part;
		left -= part;
	}
	return OK;
}

static enum status do_request(const struct disk *disk, const struct header *header,
			      struct virtio_chain *chain)
{
	uint64_t sector = le64toh(header->sector);

	switch (le32toh(header->type)) {
	case READ:
		return transfer(disk, false, sector, chain->write, chain->writable,
				virtio_bytes(chain->write, chain->writable));
	case WRITE:
		if (disk->readonly)
			return IO_ERROR;
		return transfer(disk, true, sector, chain->read, chain->readable,
				virtio_bytes(chain->read, chain->readable));
	case FLUSH:
		return fdatasync(disk->fd) ? IO_ERROR : OK;
	case GET_ID:
		return get_id(disk, chain->write, chain->writable);
	default:
		return UNSUPPORTED;
	}
}

/* The last byte that the device is to write, taken off: where the status goes. */
static uint8_t *take_status(struct virtio_chain *chain)
{
	struct iovec *last;
	uint8_t *status;

	if (!chain->writable)
		return NULL;
	last = &chain->write[chain->writable - 1];
	last->iov_len--;
	status = (uint8_t *)last->iov_base + last->iov_len;
	if (!last->iov_len)
		chain->writable--;
	return status;
}

static int64_t serve(void *device, struct virtio_chain *chain)
{
	const struct disk *disk = device;
	struct header header;
	uint8_t *status = take_status(chain);
	uint64_t room = virtio_bytes(chain->write, chain->writable);

	if (!status || !virtio_take(chain->read, &chain->readable, &header, sizeof(header)))
		return -1;
	*status = (uint8_t)do_request(disk, &header, chain);
	/* What is surely written, from the first byte on: 2.7.8.2. */
	if (room)
		return le32toh(header.type) == READ && *status == OK ? (int64_t)room + 1 : 0;
	return 1;
}

void disk_init(struct disk *disk, struct bus *mmio, uint64_t gpa, const struct memory *memory,
	       struct irq_line irq)
{
	disk->config = (struct disk_config){
		.capacity = htole64(disk->sectors),
		.seg_max = htole32(VIRTIO_QUEUE - 2), /* header and status are two more */
	};
	disk->ops = (struct virtio_ops){
		.id = DEVICE_BLOCK,
		.features = FEATURE_SEG_MAX | FEATURE_FLUSH |
			    (disk->readonly ? FEATURE_READONLY : 0),
		.config_size = sizeof(disk->config),
		.serve = serve,
	};
	virtio_init(&disk->virtio, mmio, gpa, memory, irq, &disk->ops, &disk->config, disk);
}
