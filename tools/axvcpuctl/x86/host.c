// SPDX-License-Identifier: GPL-3.0-or-later
/* What an x86 host says about its virtualization extension, for the doctor. */
#include <cpuid.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../ctl.h"
#include "../doctor.h"
#include "../module.h"

#define MSR_VM_CR	  0xc0010114
#define VM_CR_SVMDIS	  (1U << 4)
#define MSR_FEATURE_CTL	  0x3a
#define FEATURE_CTL_VMX	  5U /* locked, and VMX outside of SMX */

const char *const doctor_host_remedies[AXVCPU_REASON_COUNT] = {
	[AXVCPU_REASON_NO_HARDWARE] =
		"use a CPU with AMD SVM or Intel VMX; in a virtual machine, switch nested virtualization on in its host",
	[AXVCPU_REASON_FIRMWARE] =
		"switch SVM (AMD-V) or VMX (VT-x) on in the firmware setup, then power the machine off and on",
	[AXVCPU_REASON_OWNED_BY_KVM] =
		"end the programs that use KVM, then modprobe -r kvm_amd (or kvm_intel) kvm, as root",
	[AXVCPU_REASON_OWNED_BY_OTHER] =
		"unload the other hypervisor's module (VirtualBox: vboxdrv, VMware: vmmon)",
	[AXVCPU_REASON_HOST_MODE] =
		"dmesg | grep axvcpu may say why; a confidential virtual machine (SEV-ES, SEV-SNP) can't be a host",
};

static bool has_svm(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(0x80000001, &a, &b, &c, &d) && (c & (1U << 2));
}

static bool has_vmx(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & (1U << 5));
}

/* The hypervisor that this host itself runs under; false: none. */
static bool hypervisor(char name[13])
{
	unsigned int a, words[3];

	__cpuid(1, a, words[0], words[1], words[2]);
	if (!(words[1] & (1U << 31)))
		return false;
	__cpuid(0x40000000, a, words[0], words[1], words[2]);
	memcpy(name, words, 12);
	name[12] = 0;
	name[strcspn(name, " ")] = 0;
	return true;
}

/* Does the kernel list @flag among the CPU's? */
static bool cpuinfo_has(const char *flag)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	static char line[16384];
	bool found = false;
	char *word, *rest;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "flags", strlen("flags")))
			continue;
		for (word = strtok_r(line, " \t\n:", &rest); word && !found;
		     word = strtok_r(NULL, " \t\n:", &rest))
			found = !strcmp(word, flag);
		break;
	}
	fclose(file);
	return found;
}

static bool read_msr(uint32_t number, uint64_t *value)
{
	int fd = open("/dev/cpu/0/msr", O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return false;
	ok = pread(fd, value, sizeof(*value), number) == sizeof(*value);
	close(fd);
	return ok;
}

static void report_no_extension(void)
{
	char name[13];

	if (hypervisor(name))
		report(FINDING_BAD, "CPU",
		       "switch nested virtualization on in the host that runs this virtual machine",
		       "it shows neither SVM nor VMX; this is a virtual machine (%s)", name);
	else
		report(FINDING_BAD, "CPU",
		       "use another machine, or an emulated one: make demo in the source tree",
		       "it has neither SVM nor VMX");
}

static void check_svm_cpu(void)
{
	unsigned int a, b, c, d;

	if (__get_cpuid(0x8000000a, &a, &b, &c, &d) && (d & 1))
		report(FINDING_OK, "CPU", NULL, "it has SVM with NPT");
	else
		report(FINDING_BAD, "CPU",
		       "use a newer CPU; in a virtual machine, switch nested paging on in its host",
		       "it has SVM, but no second-stage address translation");
}

static void check_svm_firmware(void)
{
	static const char *const remedy =
		"switch SVM (also called AMD-V) on in the firmware setup, then power the machine off and on";
	uint64_t value;

	if (read_msr(MSR_VM_CR, &value)) {
		if (value & VM_CR_SVMDIS)
			report(FINDING_BAD, "firmware", remedy,
			       "it has switched SVM off (MSR 0x%x is 0x%llx)", MSR_VM_CR,
			       (unsigned long long)value);
		else
			report(FINDING_OK, "firmware", NULL, "it leaves SVM on");
		return;
	}
	if (!cpuinfo_has("svm"))
		report(FINDING_BAD, "firmware", remedy,
		       "the kernel finds SVM switched off, by the firmware or on its command line");
	else
		report(FINDING_UNKNOWN, "firmware",
		       geteuid() ? "run this as root, with modprobe msr" :
				   "modprobe msr makes it visible",
		       "whether it leaves SVM on is not visible; the kernel has not found it off");
}

static void check_vmx_cpu(void)
{
	if (cpuinfo_has("ept"))
		report(FINDING_OK, "CPU", NULL, "it has VMX with EPT");
	else
		report(FINDING_BAD, "CPU",
		       "use a newer CPU; in a virtual machine, switch nested paging on in its host",
		       "it has VMX, but no second-stage address translation");
}

static void check_vmx_firmware(void)
{
	static const char *const remedy =
		"switch VMX (also called VT-x) on in the firmware setup, then power the machine off and on";
	uint64_t value;

	if (read_msr(MSR_FEATURE_CTL, &value)) {
		if ((value & FEATURE_CTL_VMX) == FEATURE_CTL_VMX)
			report(FINDING_OK, "firmware", NULL, "it leaves VMX on");
		else
			report(FINDING_BAD, "firmware", remedy,
			       "it has switched VMX off (MSR 0x%x is 0x%llx)", MSR_FEATURE_CTL,
			       (unsigned long long)value);
		return;
	}
	if (!cpuinfo_has("vmx"))
		report(FINDING_BAD, "firmware", remedy,
		       "the kernel finds VMX switched off, by the firmware or on its command line");
	else
		report(FINDING_UNKNOWN, "firmware",
		       geteuid() ? "run this as root, with modprobe msr" :
				   "modprobe msr makes it visible",
		       "whether it leaves VMX on is not visible; the kernel has not found it off");
}

static void check_kvm(const char *module)
{
	int users = module_users(module);
	char line[16] = "", remedy[96];

	snprintf(remedy, sizeof(remedy),
		 "end the programs that use KVM, then modprobe -r %s kvm, as root", module);
	if (!module_present(module)) {
		report(FINDING_OK, "owner", NULL, "%s is not loaded", module);
		return;
	}
	if (users > 0) {
		report(FINDING_WARNING, "owner", remedy,
		       "%s is loaded and has %d users: if they run VMs, the extension is theirs",
		       module, users);
		return;
	}
	read_line("/sys/module/kvm/parameters/enable_virt_at_load", line, sizeof(line));
	if (*line == 'Y')
		report(FINDING_WARNING, "owner", remedy,
		       "%s is loaded and takes the extension at once (kvm.enable_virt_at_load=Y)",
		       module);
	else
		report(FINDING_NOTE, "owner", remedy,
		       "%s is loaded without users: axvcpu and KVM take turns, whoever has a VM first",
		       module);
}

static void check_others(void)
{
	static const struct {
		const char *module;
		const char *product;
	} others[] = {
		{ "vboxdrv", "VirtualBox" },
		{ "vmmon", "VMware" },
		{ "mshv_root", "the Microsoft hypervisor" },
	};
	char line[32], remedy[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (!module_present(others[i].module))
			continue;
		snprintf(remedy, sizeof(remedy), "modprobe -r %s, as root", others[i].module);
		report(FINDING_WARNING, "owner", remedy, "%s is loaded and may use the extension",
		       others[i].product);
	}
	if (read_line("/sys/hypervisor/type", line, sizeof(line)) && !strcmp(line, "xen"))
		report(FINDING_WARNING, "owner", "boot the kernel without Xen",
		       "Xen runs below this kernel and keeps the extension");
}

void doctor_host(void)
{
	if (has_svm()) {
		check_svm_cpu();
		check_svm_firmware();
		check_kvm("kvm_amd");
	} else if (has_vmx()) {
		check_vmx_cpu();
		check_vmx_firmware();
		check_kvm("kvm_intel");
	} else {
		report_no_extension();
		return;
	}
	check_others();
}
