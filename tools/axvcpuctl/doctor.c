// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * axvcpuctl doctor: from the hardware up to a vCPU, what is in the way and what
 * to do about it. Works without the module and without privilege, but sees
 * less; the last word is the module's own.
 */
#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <axvcpu-user.h>

#include "ctl.h"
#include "doctor.h"
#include "module.h"

static const char *const finding_names[] = {
	[FINDING_OK] = "ok",	       [FINDING_NOTE] = "note", [FINDING_UNKNOWN] = "?",
	[FINDING_WARNING] = "warning", [FINDING_BAD] = "BAD",
};

void report(enum finding finding, const char *what, const char *remedy, const char *format, ...)
{
	va_list args;

	printf("%-8s %-9s ", finding_names[finding], what);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (remedy)
		printf("%18s -> %s\n", "", remedy);
}

/* ---- the kernel ------------------------------------------------------------ */

/* The running kernel's configuration, wherever it keeps it; @piped: pclose() it. */
static FILE *open_config(bool *piped)
{
	struct utsname names;
	char path[256];
	FILE *file;
	size_t i;
	static const char *const places[] = {
		"/boot/config-%s",
		"/lib/modules/%s/config",
		"/lib/modules/%s/build/.config",
	};

	*piped = !access("/proc/config.gz", R_OK);
	if (*piped)
		return popen("zcat /proc/config.gz 2>/dev/null", "re");
	if (uname(&names))
		return NULL;
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), places[i], names.release);
		file = fopen(path, "re");
		if (file)
			return file;
	}
	return NULL;
}

struct config_option {
	const char *name;
	bool wanted;
	enum finding otherwise;
	const char *remedy;
	bool on;
};

static void read_config(FILE *file, struct config_option *options, size_t count)
{
	char line[256];
	size_t i;

	while (fgets(line, sizeof(line), file)) {
		char *equals = strchr(line, '=');

		if (!equals)
			continue;
		*equals = 0;
		for (i = 0; i < count; i++)
			if (!strcmp(line, options[i].name))
				options[i].on = equals[1] == 'y' || equals[1] == 'm';
	}
}

static void check_config(void)
{
	struct config_option options[] = {
		{ "CONFIG_MODULES", true, FINDING_WARNING,
		  "axvcpu is a module: use a kernel that can load one", false },
		{ "CONFIG_MMU_NOTIFIER", true, FINDING_WARNING,
		  "guest memory follows the host's by MMU notifiers: use a kernel with this option, as distributions' have (KVM selects it)",
		  false },
		{ "CONFIG_HIGH_RES_TIMERS", true, FINDING_WARNING,
		  "use a kernel with it: without, deadlines of RUN are as coarse as the kernel's tick",
		  false },
		{ "CONFIG_DEBUG_FS", true, FINDING_NOTE,
		  "use a kernel with it if you want axvcpuctl stat", false },
		{ "CONFIG_MODULE_SIG_FORCE", false, FINDING_WARNING,
		  "the kernel takes signed modules only: sign axvcpu.ko with a key that it knows",
		  false },
	};
	bool good = true, piped;
	FILE *file = open_config(&piped);
	size_t i;

	if (!file) {
		report(FINDING_UNKNOWN, "kernel",
		       "modprobe configs, as root, or put it at /boot/config-$(uname -r); if the module loads, nothing that it needs is missing",
		       "its configuration is not visible here");
		return;
	}
	read_config(file, options, ARRAY_SIZE(options));
	if (piped)
		pclose(file);
	else
		fclose(file);
	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (options[i].on == options[i].wanted)
			continue;
		good = false;
		report(options[i].otherwise, "kernel", options[i].remedy, "%s is %s",
		       options[i].name, options[i].on ? "set" : "not set");
	}
	if (good)
		report(FINDING_OK, "kernel", NULL, "its configuration has what axvcpu needs");
}

static void check_lockdown(void)
{
	char line[128];

	if (!read_line("/sys/kernel/security/lockdown", line, sizeof(line)) ||
	    strstr(line, "[none]"))
		return;
	report(FINDING_WARNING, "lockdown",
	       "sign axvcpu.ko with a key that the kernel knows, or switch Secure Boot off",
	       "the kernel is locked down (%s) and takes signed modules only", line);
}

/* ---- the module and its device ------------------------------------------------ */

static bool check_module(void)
{
	struct utsname names;
	int users = module_users(MODULE_NAME);

	if (module_present(MODULE_NAME)) {
		report(FINDING_OK, "module", NULL, "loaded, %d users", users < 0 ? 0 : users);
		return true;
	}
	if (module_installed(MODULE_NAME)) {
		report(FINDING_BAD, "module", "axvcpuctl load, as root",
		       "installed, but not loaded");
		return false;
	}
	report(FINDING_BAD, "module",
	       "in the source tree: make && make install, then axvcpuctl load, both as root",
	       "not installed for kernel %s", uname(&names) ? "?" : names.release);
	return false;
}

static bool in_group(gid_t group)
{
	gid_t groups[256];
	int count = getgroups(ARRAY_SIZE(groups), groups), i;

	for (i = 0; i < count; i++)
		if (groups[i] == group)
			return true;
	return getegid() == group;
}

static void report_no_access(const struct stat *node)
{
	struct group *group = getgrgid(node->st_gid);
	char remedy[256];

	if (node->st_gid == 0 || (node->st_mode & 0060) != 0060)
		snprintf(
			remedy, sizeof(remedy),
			"run as root; or install the udev rule (make install), create the group (groupadd -r axvcpu) and load the module again");
	else if (!in_group(node->st_gid))
		snprintf(
			remedy, sizeof(remedy),
			"run as root; or join the group (usermod -aG %s USER, as root) and log in again",
			group ? group->gr_name : "axvcpu");
	else
		snprintf(remedy, sizeof(remedy),
			 "a security module or the container refuses it: ask for access to %s",
			 AXVCPU_DEVICE);
	report(FINDING_BAD, "device", remedy, "%s (mode %o, group %s) does not let you in",
	       AXVCPU_DEVICE, node->st_mode & 07777, group ? group->gr_name : "?");
}

static bool check_device(void)
{
	struct stat node;

	if (stat(AXVCPU_DEVICE, &node)) {
		report(FINDING_BAD, "device",
		       "in a container: pass it in; else mount devtmpfs on /dev",
		       "there is no %s though the module is loaded", AXVCPU_DEVICE);
		return false;
	}
	if (access(AXVCPU_DEVICE, R_OK | W_OK)) {
		report_no_access(&node);
		return false;
	}
	report(FINDING_OK, "device", NULL, "%s lets you in", AXVCPU_DEVICE);
	return true;
}

/* ---- the module's own word ---------------------------------------------------- */

static const char *const reason_remedies[AXVCPU_REASON_COUNT] = {
	[AXVCPU_REASON_NO_NESTED_PAGING] =
		"use a newer CPU; in a virtual machine, switch nested paging on in its host",
	[AXVCPU_REASON_MISSING_FEATURE] =
		"use another CPU or kernel; dmesg | grep axvcpu may name the feature",
	[AXVCPU_REASON_HOST_MODE] = "dmesg | grep axvcpu may say why",
	[AXVCPU_REASON_NO_MEMORY] = "free memory, then unload and load the module",
};

static const char *reason_remedy(uint32_t reason)
{
	if (reason >= AXVCPU_REASON_COUNT)
		return "install module and tools from the same source";
	return doctor_host_remedies[reason] ? doctor_host_remedies[reason] :
					      reason_remedies[reason];
}

/* Makes a VM and a vCPU and drops them: nothing else proves as much. */
static int try_vcpu(struct axvcpu_device *device)
{
	struct axvcpu_vcpu *vcpu = NULL;
	struct axvcpu_vm *vm;
	int ret;

	ret = axvcpu_vm_create(device, 0, &vm);
	if (ret)
		return ret;
	ret = axvcpu_vcpu_create(vm, 0, NULL, 0, &vcpu);
	axvcpu_vcpu_close(vcpu);
	axvcpu_vm_close(vm);
	return ret;
}

static bool check_vcpu(void)
{
	struct axvcpu_device *device;
	struct axvcpu_info info;
	int ret = axvcpu_open(NULL, &device);

	if (ret == -EPROTONOSUPPORT) {
		report(FINDING_BAD, "vCPU",
		       "install module and tools from the same source, then unload and load it",
		       "the loaded module speaks another version of the ABI");
		return false;
	}
	if (ret) {
		report(FINDING_BAD, "vCPU",
		       "unload and load the module; dmesg | grep axvcpu may say why",
		       "%s can't be opened: %s", AXVCPU_DEVICE, strerror(-ret));
		return false;
	}
	ret = axvcpu_get_info(device, &info);
	if (!ret && info.reason) {
		report(FINDING_BAD, "vCPU", reason_remedy(info.reason), "the module says: %s",
		       axvcpu_name(AXVCPU_NAME_REASON, info.reason));
		axvcpu_close(device);
		return false;
	}
	if (!ret)
		ret = try_vcpu(device);
	axvcpu_close(device);
	if (ret)
		report(FINDING_BAD, "vCPU", "dmesg | grep axvcpu may say why",
		       "one can't be created: %s", strerror(-ret));
	else
		report(FINDING_OK, "vCPU", NULL, "one was created, with the %s back end",
		       axvcpu_name(AXVCPU_NAME_BACKEND, info.backend));
	return !ret;
}

static int run_doctor(int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	bool can_run;
	int ret, c;

	c = getopt_long(argc, argv, ":", options, NULL);
	if (c != -1)
		return option_error(argv, c);
	ret = no_operands(argv, argc);
	if (ret)
		return ret;

	doctor_host();
	check_config();
	check_lockdown();
	can_run = check_module() && check_device() && check_vcpu();
	printf("\n%s\n", can_run ? "vCPUs can run here." : "vCPUs can't run here now.");
	return can_run ? CTL_OK : CTL_FAILED;
}

const struct command command_doctor = {
	.name = "doctor",
	.arguments = "",
	.summary = "Find out why vCPUs can or can't run here",
	.help = "Looks at the CPU, the firmware, other hypervisors, the kernel, the module and\n"
		"the device, and names a remedy for what is wrong. As root it sees more. The\n"
		"exit status is 0 if vCPUs can run.\n",
	.run = run_doctor,
};
