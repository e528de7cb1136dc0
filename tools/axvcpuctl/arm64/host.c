// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * What an arm64 host says about EL2, for the doctor. User space sees little of it:
 * the ID registers that the kernel shows to it leave EL2 out.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../ctl.h"
#include "../doctor.h"
#include "../module.h"

const char *const doctor_host_remedies[AXVCPU_REASON_COUNT] = {
	[AXVCPU_REASON_NO_HARDWARE] =
		"use a machine whose firmware starts the kernel at EL2; in a virtual machine, switch nested virtualization on in its host",
	[AXVCPU_REASON_FIRMWARE] =
		"use firmware that starts the kernel at EL2: dmesg | grep 'CPU: All' says where it did",
	[AXVCPU_REASON_OWNED_BY_KVM] =
		"boot the kernel with kvm-arm.mode=none: KVM is built in and can't be unloaded",
	[AXVCPU_REASON_OWNED_BY_OTHER] = "boot the kernel without the hypervisor below it",
	[AXVCPU_REASON_HOST_MODE] =
		"dmesg | grep axvcpu may say why; where KVM is protected (kvm-arm.mode=protected) it keeps EL2",
};

/* Is @word among those of the kernel's command line? */
static bool on_command_line(const char *word)
{
	FILE *file = fopen("/proc/cmdline", "re");
	static char line[4096];
	char *one, *rest;
	bool found = false;

	if (!file)
		return false;
	if (fgets(line, sizeof(line), file))
		for (one = strtok_r(line, " \n", &rest); one && !found;
		     one = strtok_r(NULL, " \n", &rest))
			found = !strcmp(one, word);
	fclose(file);
	return found;
}

/* KVM makes its device only where the kernel was started at EL2. */
static void check_el2(void)
{
	if (!access("/dev/kvm", F_OK)) {
		report(FINDING_OK, "CPU", NULL, "the kernel was started at EL2, says KVM");
		return;
	}
	report(FINDING_UNKNOWN, "CPU",
	       "dmesg | grep 'CPU: All', as root: it must have been started at EL2",
	       "whether the kernel has EL2 is not visible to programs; the module sees it");
}

static void check_kvm(void)
{
	if (on_command_line("kvm-arm.mode=none"))
		report(FINDING_OK, "owner", NULL, "KVM is off on the kernel's command line");
	else if (on_command_line("kvm-arm.mode=protected"))
		report(FINDING_WARNING, "owner", "boot the kernel with kvm-arm.mode=none",
		       "KVM is protected and keeps EL2");
	else if (!access("/dev/kvm", F_OK))
		report(FINDING_NOTE, "owner",
		       "if the module says that KVM holds EL2, boot the kernel with kvm-arm.mode=none",
		       "KVM is on: where the kernel runs at EL1 it may hold EL2");
	else
		report(FINDING_OK, "owner", NULL, "KVM is not there");
}

static void check_xen(void)
{
	char line[32];

	if (read_line("/sys/hypervisor/type", line, sizeof(line)) && !strcmp(line, "xen"))
		report(FINDING_WARNING, "owner", "boot the kernel without Xen",
		       "Xen runs below this kernel and keeps EL2");
}

void doctor_host(void)
{
	check_el2();
	check_kvm();
	check_xen();
}
