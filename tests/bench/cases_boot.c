// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A Linux guest under axvmm, from its start to its user space: the same axvmm with the
 * same devices, over this hypervisor or that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"
#include "fail.h"
#include "measure.h"
#include "prepare.h"

#define REACHED "user space reached"

extern char **environ;

/* The guest's console on @in and @out. */
static int spawn(char **command, pid_t *child, FILE **in, FILE **out)
{
	posix_spawn_file_actions_t actions;
	int input[2], output[2];

	if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
		return fail("pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input[0], 0);
	posix_spawn_file_actions_adddup2(&actions, output[1], 1);
	errno = posix_spawnp(child, command[0], &actions, NULL, command, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(input[0]);
	close(output[1]);
	*in = fdopen(input[1], "w");
	*out = fdopen(output[0], "r");
	return errno || !*in || !*out ? fail("%s", command[0]) : 0;
}

static int wait_for(FILE *out, const char *text, char *last, size_t size)
{
	while (fgets(last, (int)size, out))
		if (strstr(last, text))
			return 0;
	errno = 0;
	return fail("the guest ended early; its last line: %s", last);
}

static int boot(const struct bench_case *bench_case, const char *program)
{
	char *command[] = {
		(char *)program,
		"--kernel",
		"/guests/vmlinuz-6.1",
		"--initrd",
		"/guests/initrd",
		"--memory",
		"128M",
		"--append",
		(char *)boot_append,
		NULL,
	};
	char line[512] = "";
	FILE *in = NULL, *out = NULL;
	pid_t child;
	int status;

	measure_start(bench_case->name);
	if (spawn(command, &child, &in, &out) || wait_for(out, REACHED, line, sizeof(line)))
		return -1;
	measure_stop_span(1);
	fputs("poweroff -f\n", in);
	fclose(in);
	while (fgets(line, sizeof(line), out))
		;
	fclose(out);
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? 0 : fail("waitpid");
}

static int run_boot(const struct bench_case *bench_case)
{
	if (strcmp(side_name, "kvm"))
		return boot(bench_case, "axvmm");
	return boot_without_chips ? boot(bench_case, "./axvmm-kvm") : 0;
}

static int run_boot_irqchip(const struct bench_case *bench_case)
{
	return strcmp(side_name, "kvm") ? 0 : boot(bench_case, "./axvmm-kvm-irqchip");
}

const struct bench_case boot_cases[] = {
	{ "linux_boot", run_boot },
	{ "linux_boot_irqchip", run_boot_irqchip },
	{ 0 },
};
