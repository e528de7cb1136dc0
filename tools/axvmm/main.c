// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm: a small virtual machine monitor for axvcpu. */
#include <stdio.h>

#include "console.h"
#include "machine.h"
#include "signals.h"

#ifndef AXVMM_VERSION
#define AXVMM_VERSION "unknown"
#endif

static int fail(int status, const struct error *error)
{
	console_restore();
	fprintf(stderr, "axvmm: %s.\n", error->text);
	if (status == EXIT_USAGE)
		fprintf(stderr, "Try axvmm --help.\n");
	return status;
}

int main(int argc, char **argv)
{
	static struct machine machine;
	struct error error;
	int status;

	if (options_parse(&machine.options, argc, argv, &error))
		return fail(EXIT_USAGE, &error);
	if (machine.options.help) {
		fputs(options_usage(), stdout);
		return 0;
	}
	if (machine.options.version) {
		puts("axvmm " AXVMM_VERSION);
		return 0;
	}
	signals_init();
	status = machine_make(&machine, &error);
	if (status)
		return fail(status, &error);
	status = machine_run(&machine);
	console_restore();
	if (machine.options.stats)
		machine_print_stats(&machine);
	if (signals_stop)
		signals_die();
	return status;
}
