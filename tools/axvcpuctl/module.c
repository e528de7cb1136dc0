// SPDX-License-Identifier: GPL-3.0-or-later
#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libkmod.h>

#include "ctl.h"
#include "module.h"

/* What libkmod would print, the callers say better. */
static void be_silent(void *data, int priority, const char *file, int line, const char *function,
		      const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line;
	(void)function, (void)format, (void)args;
}

struct kmod_ctx *module_context(void)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);

	if (ctx)
		kmod_set_log_fn(ctx, be_silent, NULL);
	return ctx;
}

bool module_present(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

int module_users(const char *name)
{
	char path[128], line[32];

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
	return read_line(path, line, sizeof(line)) ? atoi(line) : -1;
}

bool module_installed(const char *name)
{
	struct kmod_ctx *ctx = module_context();
	struct kmod_list *list = NULL;
	bool found;

	if (!ctx)
		return false;
	found = !kmod_module_new_from_lookup(ctx, name, &list) && list;
	kmod_module_unref_list(list);
	kmod_unref(ctx);
	return found;
}

/* Does the process @pid have /dev/axvcpu, a VM or a vCPU open? */
static bool holds_axvcpu(const char *pid)
{
	char path[300], target[128];
	struct dirent *entry;
	bool holds = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!holds && (entry = readdir(dir))) {
		ssize_t length = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		if (length < 0)
			continue;
		target[length] = 0;
		holds = !strcmp(target, "/dev/axvcpu") ||
			!strncmp(target, "anon_inode:axvcpu", 17) ||
			!strncmp(target, "anon_inode:[axvcpu", 18);
	}
	closedir(dir);
	return holds;
}

void module_holders(char *text, size_t size)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t used = 0;

	*text = 0;
	if (!proc)
		return;
	while ((entry = readdir(proc)) && used < size) {
		char path[300], name[64];

		if (!isdigit((unsigned char)entry->d_name[0]) || atoi(entry->d_name) == getpid() ||
		    !holds_axvcpu(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		if (!read_line(path, name, sizeof(name)))
			strcpy(name, "?");
		used += snprintf(text + used, size - used, "%s%s (%s)", used ? ", " : "",
				 entry->d_name, name);
	}
	closedir(proc);
}
