// SPDX-License-Identifier: GPL-3.0-or-later
/* kexec KERNEL INITRD: start that kernel with the command line of this one. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char line[4096] = { 0 };
	int kernel, initrd, file = open("/proc/cmdline", O_RDONLY);

	if (argc != 3 || file < 0 || read(file, line, sizeof(line) - 1) <= 0)
		return 2;
	line[strcspn(line, "\n")] = 0;
	kernel = open(argv[1], O_RDONLY);
	initrd = open(argv[2], O_RDONLY);
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(line) + 1, line, 0)) {
		perror("kexec_file_load");
		return 1;
	}
	reboot(RB_KEXEC);
	perror("reboot");
	return 1;
}
