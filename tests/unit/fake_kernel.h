/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel made of wrapped calls (-Wl,--wrap=open,close,ioctl,mmap,munmap,calloc):
 * it notes what it is asked, counts what it has given out, and fails where a test
 * wants it to.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#define RUN_SIZE    8192
#define DATA_OFFSET 4096
#define FIRST_FD    100
#define MAX_CALLS   32

/* One ioctl as the kernel saw it. */
struct call {
	int fd;
	unsigned long request;
	unsigned long value;	   /* the argument itself */
	unsigned char arg[1024];   /* what it points to */
	unsigned char config[128]; /* what the struct in it points to */
};

struct fake_kernel {
	int step;      /* wrapped calls that can fail, so far */
	int fail_step; /* the one that fails, 0: none */
	int fail_errno;
	int open_fds;
	int next_fd;
	int maps;
	int calls;
	struct call call[MAX_CALLS];
	uint32_t abi_version;
	uint32_t data_size;
	unsigned char page[RUN_SIZE] __attribute__((aligned(4096)));
};

extern struct fake_kernel kernel;

/* cmocka's setup and teardown: all as new; everything given back? */
int kernel_reset(void **state);
int kernel_check_leaks(void **state);

/* A file descriptor as another process would send it. */
int new_fd(void);

const struct call *last_call(void);

#endif /* FAKE_KERNEL_H */
