// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * kexec KERNEL INITRD: load that kernel, with the command line of this one.
 * kexec: start it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

static int load(const char *kernel_path, const char *initrd_path)
{
	int kernel = open(kernel_path, O_RDONLY), initrd = open(initrd_path, O_RDONLY);
	int file = open("/proc/cmdline", O_RDONLY);
	char line[4096] = { 0 };

	if (file < 0 || read(file, line, sizeof(line) - 1) <= 0)
		return 2;
	line[strcspn(line, "\n")] = 0;
	if (!syscall(SYS_kexec_file_load, kernel, initrd, strlen(line) + 1, line, 0))
		return 0;
	perror("kexec_file_load");
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
