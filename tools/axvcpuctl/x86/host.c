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

/**
 * struct extension - SVM or VMX
 * @name: as in the manuals
 * @vendor_name: as in firmware menus
 * @flag: in /proc/cpuinfo
 * @kvm: KVM's module for it
 * @msr: the MSR in which the firmware locks it
 * @firmware_off: does that MSR's value say that it is switched off?
 */
struct extension {
	const char *name;
	const char *vendor_name;
	const char *flag;
	const char *kvm;
	uint32_t msr;
	bool (*firmware_off)(uint64_t value);
};

#define MSR_VM_CR	       0xc0010114
#define VM_CR_SVMDIS	       (1U << 4)
#define MSR_FEATURE_CONTROL    0x3a
#define FEATURE_CONTROL_LOCKED (1U << 0)
#define FEATURE_CONTROL_VMX    (1U << 2) /* outside SMX */

static bool svm_off(uint64_t value)
{
	return value & VM_CR_SVMDIS;
}

static bool vmx_off(uint64_t value)
{
	return (value & FEATURE_CONTROL_LOCKED) && !(value & FEATURE_CONTROL_VMX);
}

static const struct extension svm = {
	"SVM", "AMD-V, SVM mode", "svm", "kvm_amd", MSR_VM_CR, svm_off,
};
static const struct extension vmx = {
	"VMX", "Intel VT-x", "vmx", "kvm_intel", MSR_FEATURE_CONTROL, vmx_off,
};

static const struct extension *extension_of_cpu(void)
{
	unsigned int a, b, c, d;

	if (__get_cpuid(0x80000001, &a, &b, &c, &d) && (c & (1U << 2)))
		return &svm;
	if (__get_cpuid(1, &a, &b, &c, &d) && (c & (1U << 5)))
		return &vmx;
	return NULL;
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

/* Does /proc/cpuinfo list @flag, in the line that begins with @key? */
static bool cpuinfo_has(const char *key, const char *flag)
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	static char line[16384];
	bool found = false;
	char *word, *rest;

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)))
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

static void check_nested_paging(const struct extension *extension)
{
	unsigned int a, b, c, d;
	bool present;

	if (extension == &svm)
		present = __get_cpuid(0x8000000a, &a, &b, &c, &d) && (d & 1);
	else
		present = cpuinfo_has("vmx flags", "ept");
	if (present)
		report(FINDING_OK, "CPU", NULL, "it has %s with %s", extension->name,
		       extension == &svm ? "NPT" : "EPT");
	else
		report(FINDING_BAD, "CPU",
		       "use a newer CPU; in a virtual machine, switch nested paging on in its host",
		       "it has %s, but no second-stage address translation", extension->name);
}

static void check_firmware(const struct extension *extension)
{
	char remedy[160];
	uint64_t value;

	snprintf(remedy, sizeof(remedy),
		 "switch %s on in the firmware setup, then power the machine off and on",
		 extension->vendor_name);
	if (read_msr(extension->msr, &value)) {
		if (extension->firmware_off(value))
			report(FINDING_BAD, "firmware", remedy,
			       "it has switched %s off (MSR 0x%x is 0x%llx)", extension->name,
			       extension->msr, (unsigned long long)value);
		else
			report(FINDING_OK, "firmware", NULL, "it leaves %s on", extension->name);
		return;
	}
	if (!cpuinfo_has("flags", extension->flag))
		report(FINDING_BAD, "firmware", remedy,
		       "the kernel finds %s switched off, by the firmware or on its command line",
		       extension->name);
	else
		report(FINDING_UNKNOWN, "firmware",
		       geteuid() ? "run this as root, with modprobe msr" :
				   "modprobe msr makes it visible",
		       "whether it leaves %s on is not visible; the kernel has not found it off",
		       extension->name);
}

static void check_kvm(const struct extension *extension)
{
	int users = module_users(extension->kvm);
	char remedy[96], line[16] = "";

	snprintf(remedy, sizeof(remedy),
		 "end the programs that use KVM, then modprobe -r %s kvm, as root", extension->kvm);
	if (!module_present(extension->kvm)) {
		report(FINDING_OK, "owner", NULL, "%s is not loaded", extension->kvm);
		return;
	}
	if (users > 0) {
		report(FINDING_WARNING, "owner", remedy,
		       "%s is loaded and has %d users: if they run VMs, the extension is theirs",
		       extension->kvm, users);
		return;
	}
	read_line("/sys/module/kvm/parameters/enable_virt_at_load", line, sizeof(line));
	if (*line == 'Y')
		report(FINDING_WARNING, "owner", remedy,
		       "%s is loaded and takes the extension at once (kvm.enable_virt_at_load=Y)",
		       extension->kvm);
	else
		report(FINDING_NOTE, "owner", NULL,
		       "%s is loaded without users: axvcpu and KVM take turns, whoever has a VM first",
		       extension->kvm);
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
	const struct extension *extension = extension_of_cpu();

	if (!extension) {
		report_no_extension();
		return;
	}
	check_nested_paging(extension);
	check_firmware(extension);
	check_kvm(extension);
	check_others();
}
