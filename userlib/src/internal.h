/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handles behind the opaque types, and the one way to the kernel. */
#ifndef AXVCPU_USER_INTERNAL_H
#define AXVCPU_USER_INTERNAL_H

#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "axvcpu-user.h"

/**
 * struct axvcpu_layout - the parts of struct axvcpu_info that a vCPU needs
 * @arch: enum axvcpu_arch
 * @run_size: bytes of the vCPU's mapping
 * @data_offset: data area's offset in the mapping
 * @data_size: data area's bytes
 *
 * It is copied from handle to handle, so that none needs its parent.
 */
struct axvcpu_layout {
	uint32_t arch;
	uint32_t run_size;
	uint32_t data_offset;
	uint32_t data_size;
};

struct axvcpu_device {
	int fd;
	struct axvcpu_layout layout;
};

struct axvcpu_vm {
	int fd;
	struct axvcpu_layout layout;
};

struct axvcpu_vcpu {
	int fd;
	struct axvcpu_layout layout;
	struct axvcpu_run *run; /* NULL: not mapped */
};

static inline struct axvcpu_layout layout_of(const struct axvcpu_info *info)
{
	return (struct axvcpu_layout){
		.arch = info->arch,
		.run_size = info->run_size,
		.data_offset = info->data_offset,
		.data_size = info->data_size,
	};
}

/* Returns what the kernel returns, or a negative errno. */
static inline int call_pointer(int fd, unsigned long request, void *arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

static inline int call_value(int fd, unsigned long request, unsigned long arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

static inline uint64_t address(const void *pointer)
{
	return (uintptr_t)pointer;
}

#endif /* AXVCPU_USER_INTERNAL_H */
