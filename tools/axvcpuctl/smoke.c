// SPDX-License-Identifier: GPL-3.0-or-later
/* axvcpuctl smoke: built-in guests, a table row for each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "smoke.h"

/* How a table of the selected cases looks and how it went. */
struct table {
	int name_width;
	int expected_width;
	unsigned int ok, failed, skipped;
	bool produced[AXVCPU_EXIT_COUNT];
};

static const struct smoke_group *const groups[] = {
	&smoke_devices, &smoke_nothing, &smoke_events, &smoke_memory, &smoke_start,
};

/* The @index-th case of all groups; NULL behind the last. */
static const struct smoke_case *case_at(size_t index)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		if (index < groups[i]->count)
			return &groups[i]->cases[index];
		index -= groups[i]->count;
	}
	return NULL;
}

#define for_each_case(test, index) for (index = 0; (test = case_at(index)) != NULL; index++)

/* No name selects all. */
static bool selected(const struct smoke_case *test, char **names)
{
	char **name;

	for (name = names; *name; name++)
		if (!strcmp(*name, test->name))
			return true;
	return !*names;
}

static int check_names(char **names)
{
	const struct smoke_case *test;
	size_t index;

	for (; *names; names++) {
		bool found = false;

		for_each_case(test, index) found |= !strcmp(*names, test->name);
		if (!found)
			return usage_error(
				"there is no guest '%s'; axvcpuctl smoke --list shows them",
				*names);
	}
	return CTL_OK;
}

static bool for_backend(const struct smoke_case *test, const struct axvcpu_info *info)
{
	return !test->backend || test->backend == info->backend;
}

/* By the firmware's version: no CPUID leaf tells it. */
static bool on_bochs(void)
{
	FILE *file = fopen("/sys/class/dmi/id/bios_version", "re");
	char version[8] = "";

	if (!file)
		return false;
	if (!fgets(version, sizeof(version), file))
		version[0] = 0;
	fclose(file);
	return !strcmp(version, "Bochs 2");
}

/* Why a case can't run on this host; NULL: it can. */
static const char *obstacle(const struct smoke_case *test, const struct axvcpu_info *info)
{
	cpu_set_t set;

	if (test->capability & ~info->capabilities)
		return "the back end does not offer it";
	if (test->cpus > 1 &&
	    (sched_getaffinity(0, sizeof(set), &set) || CPU_COUNT(&set) < test->cpus))
		return "needs more CPUs";
	if (test->bochs_svm && info->backend == AXVCPU_BACKEND_SVM && on_bochs())
		return test->bochs_svm;
	return test->obstacle ? test->obstacle() : NULL;
}

static void print_row(const struct table *table, const struct smoke_case *test, const char *got,
		      const char *result)
{
	printf("%-*s  %-*s  %-*s  %s\n", table->name_width, test->name, table->expected_width,
	       test->expected, table->expected_width, got, result);
	fflush(stdout);
}

static void run_row(struct table *table, struct axvcpu_device *device,
		    const struct smoke_case *test, const char *why_not)
{
	char *got;

	if (why_not) {
		table->skipped++;
		print_row(table, test, why_not, "skipped");
		return;
	}
	if (smoke_run_case(device, test, &got)) {
		table->ok++;
		table->produced[test->reason] = true;
		print_row(table, test, got, "ok");
	} else {
		table->failed++;
		print_row(table, test, got ? got : "out of memory", "FAILED");
	}
	free(got);
}

static void print_header(struct table *table, char **names, const struct axvcpu_info *info)
{
	const struct smoke_case *test;
	size_t index;

	table->name_width = strlen("name");
	table->expected_width = strlen("expected");
	for_each_case(test, index)
	{
		if (!selected(test, names) || !for_backend(test, info))
			continue;
		if ((int)strlen(test->name) > table->name_width)
			table->name_width = strlen(test->name);
		if ((int)strlen(test->expected) > table->expected_width)
			table->expected_width = strlen(test->expected);
	}
	printf("%-*s  %-*s  %-*s  %s\n", table->name_width, "name", table->expected_width,
	       "expected", table->expected_width, "got", "result");
}

static void print_summary(const struct table *table, bool everything)
{
	uint32_t reason;

	printf("\n%u ok, %u failed, %u skipped\n", table->ok, table->failed, table->skipped);
	if (!everything)
		return;
	printf("exit reasons that no guest produced here:");
	for (reason = 0; reason < AXVCPU_EXIT_COUNT; reason++)
		if (!table->produced[reason])
			printf(" %s", axvcpu_name(AXVCPU_NAME_EXIT, reason));
	putchar('\n');
}

static int run_table(struct axvcpu_device *device, char **names)
{
	const struct smoke_case *test;
	struct axvcpu_info info;
	struct table table = { 0 };
	size_t index;
	int ret;

	ret = axvcpu_get_info(device, &info);
	if (ret)
		return fail("the module does not answer: %s", strerror(-ret));
	if (info.reason)
		return fail("no vCPU can run here: %s; axvcpuctl doctor says what to do",
			    axvcpu_name(AXVCPU_NAME_REASON, info.reason));
	print_header(&table, names, &info);
	for_each_case(test, index) if (selected(test, names) && for_backend(test, &info))
		run_row(&table, device, test, obstacle(test, &info));
	print_summary(&table, !*names);
	return table.failed ? CTL_FAILED : CTL_OK;
}

static int print_list(void)
{
	const struct smoke_case *test;
	const char *last = "";
	size_t index;

	for_each_case(test, index)
	{
		/* The same guest for another back end. */
		if (!strcmp(test->name, last))
			continue;
		last = test->name;
		printf("%-22s %s\n", test->name, test->expected);
	}
	return CTL_OK;
}

static int run_smoke(int argc, char **argv)
{
	static const struct option options[] = {
		{ "list", no_argument, NULL, 'l' },
		{ 0 },
	};
	struct axvcpu_device *device;
	bool list = false;
	int ret, c;

	while ((c = getopt_long(argc, argv, ":l", options, NULL)) != -1) {
		if (c != 'l')
			return option_error(argv, c);
		list = true;
	}
	if (list) {
		ret = no_operands(argv, argc);
		return ret ? ret : print_list();
	}
	ret = check_names(argv + optind);
	if (!ret)
		ret = open_device(&device);
	if (ret)
		return ret;
	ret = run_table(device, argv + optind);
	axvcpu_close(device);
	return ret;
}

const struct command command_smoke = {
	.name = "smoke",
	.arguments = "[--list] [NAME]...",
	.summary = "Run built-in guests through every exit, a table row each",
	.help = "  NAME         run only these guests\n"
		"  -l, --list   name all guests and the exits they lead to\n"
		"\nPort and memory accesses are written ADDRESS:WIDTHxCOUNT=DATA. The exit status\n"
		"is 0 if every guest did what was expected.\n",
	.run = run_smoke,
};
