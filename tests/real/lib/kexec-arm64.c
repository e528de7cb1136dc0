// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * kexec KERNEL INITRD: load that kernel, with the command line and the device tree of
 * this one. kexec: start it.
 *
 * Debian's kernel has no kexec_file_load() on arm64, so everything gets its place here,
 * in the upper half of the first GiB of a -M virt's RAM; a few instructions hand the
 * device tree to the kernel ("Booting AArch64 Linux").
 */
#include <fcntl.h>
#include <libfdt.h>
#include <linux/kexec.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KERNEL		0x60000000UL
#define INITRD		0x68000000UL
#define TREE		0x6f000000UL
#define START		0x6f200000UL
#define PAGE		4096UL
#define TREE_ROOM	4096	/* more than the tree has now */

struct bytes {
	char *at;
	size_t size;
};

static struct bytes read_all(const char *path)
{
	struct bytes b = { NULL, 0 };
	int fd = open(path, O_RDONLY);
	ssize_t length;

	do {
		b.at = realloc(b.at, b.size + (1 << 20));
		length = b.at ? read(fd, b.at + b.size, 1 << 20) : -1;
		b.size += length > 0 ? (size_t)length : 0;
	} while (length > 0);
	if (length < 0) {
		perror(path);
		exit(2);
	}
	return b;
}

static struct bytes make_tree(size_t initrd_size)
{
	struct bytes old = read_all("/sys/firmware/fdt"), line = read_all("/proc/cmdline");
	struct bytes tree = { calloc(1, old.size + TREE_ROOM), old.size + TREE_ROOM };
	int chosen;

	line.at[line.size - 1] = 0;	/* a newline */
	if (!tree.at || fdt_open_into(old.at, tree.at, (int)tree.size))
		exit(2);
	chosen = fdt_path_offset(tree.at, "/chosen");
	if (fdt_setprop_u64(tree.at, chosen, "linux,initrd-start", INITRD) ||
	    fdt_setprop_u64(tree.at, chosen, "linux,initrd-end", INITRD + initrd_size) ||
	    fdt_setprop_string(tree.at, chosen, "bootargs", line.at)) {
		fprintf(stderr, "the device tree can't be changed\n");
		exit(2);
	}
	return tree;
}

static struct kexec_segment segment(struct bytes b, unsigned long place)
{
	return (struct kexec_segment){ .buf = b.at, .bufsz = b.size, .mem = (void *)place,
				       .memsz = (b.size + PAGE - 1) & ~(PAGE - 1) };
}

static int load(const char *kernel_path, const char *initrd_path)
{
	/* ldr x0, 1f; ldr x4, 2f; mov x1, x2, x3 to 0; br x4; 1: TREE; 2: KERNEL */
	static uint32_t start[] = { 0x580000c0, 0x580000e4, 0xd2800001, 0xd2800002,
				    0xd2800003, 0xd61f0080, TREE, 0, KERNEL, 0 };
	struct bytes kernel = read_all(kernel_path), initrd = read_all(initrd_path);
	struct bytes tree = make_tree(initrd.size);
	struct kexec_segment segments[] = {
		segment(kernel, KERNEL),
		segment(initrd, INITRD),
		segment(tree, TREE),
		segment((struct bytes){ (char *)start, sizeof(start) }, START),
	};
	uint64_t image_size;

	/* What the kernel needs beyond its file is in its header. */
	memcpy(&image_size, kernel.at + 16, sizeof(image_size));
	segments[0].memsz = (image_size + PAGE - 1) & ~(PAGE - 1);
	if (!syscall(SYS_kexec_load, START, 4UL, segments, KEXEC_ARCH_AARCH64))
		return 0;
	perror("kexec_load");
	return 1;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return load(argv[1], argv[2]);
	reboot(RB_KEXEC);
	perror("reboot");
	return 1;
}
