// SPDX-License-Identifier: GPL-3.0-or-later
/* axvcpuctl load: the module into the kernel, by name or from a file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <axvcpu-user.h>
#include <libkmod.h>

#include "ctl.h"
#include "module.h"

/* Module options, as init_module(2) wants them: one string. */
static int join_options(char **words, char **options)
{
	size_t length = 1;
	char **word;

	for (word = words; *word; word++) {
		if (!strchr(*word, '='))
			return usage_error("'%s' is no module option: write NAME=VALUE", *word);
		length += strlen(*word) + 1;
	}
	*options = calloc(1, length);
	if (!*options)
		return fail("out of memory");
	for (word = words; *word; word++) {
		strcat(*options, *word);
		if (word[1])
			strcat(*options, " ");
	}
	return CTL_OK;
}

static const char *release(void)
{
	static struct utsname names;

	return uname(&names) ? "?" : names.release;
}

static int load_error(const char *what, int error)
{
	switch (error) {
	case EPERM:
		return fail(
			"%s was not loaded: that needs root, and a kernel that is not locked down",
			what);
	case EEXIST:
		return fail("axvcpu is already loaded; axvcpuctl unload makes room for another");
	case ENOENT:
		return fail(
			"%s was not loaded: it is not there, or it needs a kernel symbol that %s does not have (see dmesg)",
			what, release());
	case ENOEXEC:
		return fail(
			"%s was not loaded: it was not built for kernel %s; build it with KDIR=/lib/modules/%s/build",
			what, release(), release());
	case EKEYREJECTED:
	case ENOKEY:
		return fail(
			"%s was not loaded: this kernel takes only modules with a known signature; sign it (see sign-file in the kernel's scripts) or switch Secure Boot off",
			what);
	case ENOSYS:
		return fail("this kernel has no loadable modules");
	case EINVAL:
		return fail("%s was not loaded: bad module option or bad file; dmesg says which",
			    what);
	default:
		return fail("%s was not loaded: %s; dmesg may say more", what, strerror(error));
	}
}

static int insert_file(struct kmod_ctx *ctx, const char *path, const char *options)
{
	struct kmod_module *module;
	int ret;

	if (access(path, R_OK))
		return fail("%s can't be read: %s", path, strerror(errno));
	ret = kmod_module_new_from_path(ctx, path, &module);
	if (ret < 0)
		return fail("%s is no kernel module: %s", path, strerror(-ret));
	ret = kmod_module_insert_module(module, 0, options);
	kmod_module_unref(module);
	return ret ? load_error(path, -ret) : CTL_OK;
}

static int insert_name(struct kmod_ctx *ctx, const char *name, const char *options)
{
	struct kmod_list *list = NULL, *item;
	int ret, status = CTL_OK;

	ret = kmod_module_new_from_lookup(ctx, name, &list);
	if (ret < 0 || !list)
		return fail(
			"no module %s is installed for kernel %s: run make install, or name the file with its path (./%s.ko)",
			name, release(), name);
	kmod_list_foreach(item, list)
	{
		struct kmod_module *module = kmod_module_get_module(item);

		ret = kmod_module_probe_insert_module(
			module, KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY | KMOD_PROBE_FAIL_ON_LOADED,
			options, NULL, NULL, NULL);
		kmod_module_unref(module);
		if (ret) {
			status = load_error(name, abs(ret));
			break;
		}
	}
	kmod_module_unref_list(list);
	return status;
}

/* Loaded: say at once whether that helps. */
static void say_what_now(void)
{
	struct axvcpu_device *device;
	struct axvcpu_info info;

	if (axvcpu_open(NULL, &device))
		return;
	if (!axvcpu_get_info(device, &info)) {
		if (info.reason)
			printf("axvcpu is loaded, but no vCPU can run: %s. axvcpuctl doctor says what to do.\n",
			       axvcpu_name(AXVCPU_NAME_REASON, info.reason));
		else
			printf("axvcpu is loaded; the back end is %s.\n",
			       axvcpu_name(AXVCPU_NAME_BACKEND, info.backend));
	}
	axvcpu_close(device);
}

static bool is_path(const char *what)
{
	return strchr(what, '/') || strstr(what, ".ko");
}

static int run_load(int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	const char *what = MODULE_NAME;
	struct kmod_ctx *ctx;
	char *module_options;
	int status, c;

	c = getopt_long(argc, argv, "+:", options, NULL);
	if (c != -1)
		return option_error(argv, c);
	if (optind < argc && !strchr(argv[optind], '='))
		what = argv[optind++];
	status = join_options(argv + optind, &module_options);
	if (status)
		return status;

	ctx = module_context();
	if (ctx) {
		status = is_path(what) ? insert_file(ctx, what, module_options) :
					 insert_name(ctx, what, module_options);
		kmod_unref(ctx);
	} else {
		status = fail("out of memory");
	}
	free(module_options);
	if (!status)
		say_what_now();
	return status;
}

const struct command command_load = {
	.name = "load",
	.arguments = "[MODULE] [OPTION=VALUE]...",
	.summary = "Load the kernel module",
	.help = "  MODULE         a file (with a / or .ko in its name), or the name of an\n"
		"                 installed module; default axvcpu\n"
		"  OPTION=VALUE   for the module; modinfo axvcpu lists them\n",
	.run = run_load,
};
