// SPDX-License-Identifier: GPL-3.0-or-later
/* kvm-vm COMMAND...: run it while KVM has a VM. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int device = open("/dev/kvm", O_RDWR);

	/* dup(): KVM's own descriptor is closed by exec. */
	if (argc < 2 || device < 0 || dup(ioctl(device, KVM_CREATE_VM, 0)) < 0) {
		perror("kvm-vm: KVM makes no VM");
		return 99;
	}
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 98;
}
