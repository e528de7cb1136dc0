// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm: a small virtual machine monitor for axvcpu. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

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
	return status;
}

/* So that no file that we open becomes standard input, output or error. */
static void open_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

int main(int argc, char **argv)
{
	static struct machine machine;
	struct error error;
	int status;

	open_standard_files();
	if (options_parse(&machine.options, argc, argv, &error)) {
		fail(EXIT_USAGE, &error);
		fprintf(stderr, "Try axvmm --help.\n");
		return EXIT_USAGE;
	}
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
