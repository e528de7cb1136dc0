// SPDX-License-Identifier: GPL-3.0-or-later
/* axvcpuctl unload: the module out of the kernel, if nobody uses it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <libkmod.h>

#include "ctl.h"
#include "module.h"

static int unload_error(int error)
{
	char holders[256];

	switch (error) {
	case EPERM:
		return fail("axvcpu was not unloaded: that needs root");
	case ENOENT:
		return fail("axvcpu is not loaded");
	case EBUSY:
	case EAGAIN:
		module_holders(holders, sizeof(holders));
		if (*holders)
			return fail("axvcpu is in use; end the programs that use it first: %s",
				    holders);
		return fail("axvcpu is in use; end the programs that use it first");
	case ENOSYS:
		return fail("this kernel has no loadable modules");
	default:
		return fail("axvcpu was not unloaded: %s", strerror(error));
	}
}

static int run_unload(int argc, char **argv)
{
	static const struct option options[] = { { 0 } };
	struct kmod_module *module;
	struct kmod_ctx *ctx;
	int ret, c;

	c = getopt_long(argc, argv, ":", options, NULL);
	if (c != -1)
		return option_error(argv, c);
	ret = no_operands(argv, argc);
	if (ret)
		return ret;

	ctx = module_context();
	if (!ctx)
		return fail("out of memory");
	ret = kmod_module_new_from_name(ctx, MODULE_NAME, &module);
	if (!ret) {
		ret = kmod_module_remove_module(module, O_NONBLOCK);
		kmod_module_unref(module);
	}
	kmod_unref(ctx);
	return ret ? unload_error(-ret) : CTL_OK;
}

const struct command command_unload = {
	.name = "unload",
	.arguments = "",
	.summary = "Unload the kernel module, if no program uses it",
	.help = "",
	.run = run_unload,
};
