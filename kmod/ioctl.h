/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One dispatcher for the three kinds of fd: preconditions are data. */
#ifndef AXVCPU_IOCTL_H
#define AXVCPU_IOCTL_H

#include <linux/types.h>

/** enum axvcpu_ioctl_kind - what the argument is */
enum axvcpu_ioctl_kind {
	AXVCPU_ARG_NONE,	/* must be 0 */
	AXVCPU_ARG_IN,		/* a struct, copied in */
	AXVCPU_ARG_OUT,		/* only size and flags (0) copied in, the struct out */
	AXVCPU_ARG_INOUT,
};

/**
 * struct axvcpu_ioctl - one command
 * @cmd: its number
 * @kind: enum axvcpu_ioctl_kind
 * @size: of the struct as this kernel knows it
 * @foreign: allowed from another mm than the owner's
 * @call: vCPU only: the state machine's call that owns the vCPU, -1: none
 * @run: the command, with the object and the copied struct (NULL: NONE)
 */
struct axvcpu_ioctl {
	unsigned int cmd;
	u8 kind;
	u16 size;
	bool foreign;
	s16 call;
	int (*run)(void *object, void *args);
};

/* Copy in and check, run, copy out. The bracket is around run(): the vCPU's BUSY bit. */
struct axvcpu_ioctl_bracket {
	int (*begin)(void *object, const struct axvcpu_ioctl *ioctl);
	void (*end)(void *object, const struct axvcpu_ioctl *ioctl, int ret);
};

long axvcpu_ioctl_dispatch(const struct axvcpu_ioctl *table, size_t count,
			   const struct axvcpu_ioctl_bracket *bracket,
			   void *object, unsigned int cmd, unsigned long arg);

/* Copy a config struct of user space: @length bytes at @address, 0: none. */
void *axvcpu_copy_config(u64 address, u32 length);

#endif /* AXVCPU_IOCTL_H */
