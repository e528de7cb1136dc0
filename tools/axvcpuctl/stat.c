// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * axvcpuctl stat: exit rates of every vCPU, from the module's file in debugfs,
 * whose lines are "PID VM VCPU NAME VALUE [NANOSECONDS]".
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <axvcpu-user.h>

#include "ctl.h"

#define STATS_FILE "axvcpu/stats"

/* One vCPU at one moment. */
struct sample {
	int pid;
	uint64_t vm;
	unsigned int vcpu;
	uint64_t entries, handled, interrupts, faults;
	struct axvcpu_exit_stat exit[AXVCPU_EXIT_COUNT];
};

/* All vCPUs at one moment. */
struct snapshot {
	double time;
	struct sample *sample;
	size_t count;
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* The sample of a line; lines of one vCPU follow each other. */
static struct sample *sample_of(struct snapshot *snapshot, int pid, uint64_t vm, unsigned int vcpu)
{
	struct sample *last = snapshot->sample + snapshot->count - 1;

	if (snapshot->count && last->pid == pid && last->vm == vm && last->vcpu == vcpu)
		return last;
	last = reallocarray(snapshot->sample, snapshot->count + 1, sizeof(*last));
	if (!last)
		return NULL;
	snapshot->sample = last;
	last += snapshot->count++;
	*last = (struct sample){ .pid = pid, .vm = vm, .vcpu = vcpu };
	return last;
}

static void set_value(struct sample *sample, const char *name, uint64_t value, uint64_t time_ns)
{
	uint32_t reason;

	if (!strcmp(name, "entries"))
		sample->entries = value;
	else if (!strcmp(name, "handled"))
		sample->handled = value;
	else if (!strcmp(name, "interrupts"))
		sample->interrupts = value;
	else if (!strcmp(name, "faults"))
		sample->faults = value;
	if (strncmp(name, "exit_", 5))
		return;
	for (reason = 0; reason < AXVCPU_EXIT_COUNT; reason++)
		if (!strcmp(name + 5, axvcpu_name(AXVCPU_NAME_EXIT, reason)))
			sample->exit[reason] =
				(struct axvcpu_exit_stat){ .count = value, .time_ns = time_ns };
}

static int parse_line(struct snapshot *snapshot, const char *line)
{
	uint64_t vm, value, time_ns = 0;
	struct sample *sample;
	unsigned int vcpu;
	char name[64];
	int pid;

	/* A line of a later version that has another form is left out. */
	if (sscanf(line, "%d %" SCNu64 " %u %63s %" SCNu64 " %" SCNu64, &pid, &vm, &vcpu, name,
		   &value, &time_ns) < 5)
		return 0;
	sample = sample_of(snapshot, pid, vm, vcpu);
	if (!sample)
		return -ENOMEM;
	set_value(sample, name, value, time_ns);
	return 0;
}

static int take_snapshot(const char *path, struct snapshot *snapshot)
{
	FILE *file = fopen(path, "re");
	char line[256];
	int ret = 0;

	*snapshot = (struct snapshot){ .time = now() };
	if (!file)
		return -errno;
	while (!ret && fgets(line, sizeof(line), file))
		ret = parse_line(snapshot, line);
	if (!ret && ferror(file))
		ret = -EIO;
	fclose(file);
	if (ret)
		free(snapshot->sample);
	return ret;
}

static int snapshot_error(const char *path, int error)
{
	if (error == EACCES || error == EPERM)
		return fail("%s can't be read: that needs root", path);
	if (error == ENOENT)
		return fail(
			"there is no %s: load the module (axvcpuctl load), and mount debugfs (mount -t debugfs debugfs /sys/kernel/debug)",
			path);
	return fail("%s can't be read: %s", path, strerror(error));
}

static const struct sample *find(const struct snapshot *snapshot, const struct sample *like)
{
	size_t i;

	for (i = 0; i < snapshot->count; i++)
		if (snapshot->sample[i].pid == like->pid && snapshot->sample[i].vm == like->vm &&
		    snapshot->sample[i].vcpu == like->vcpu)
			return &snapshot->sample[i];
	return NULL;
}

/* sum += new - old */
static void add_difference(struct sample *sum, const struct sample *new, const struct sample *old)
{
	size_t i;

	sum->entries += new->entries - old->entries;
	sum->handled += new->handled - old->handled;
	sum->interrupts += new->interrupts - old->interrupts;
	sum->faults += new->faults - old->faults;
	for (i = 0; i < AXVCPU_EXIT_COUNT; i++) {
		sum->exit[i].count += new->exit[i].count - old->exit[i].count;
		sum->exit[i].time_ns += new->exit[i].time_ns - old->exit[i].time_ns;
	}
}

static uint64_t exits(const struct sample *sample)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < AXVCPU_EXIT_COUNT; i++)
		sum += sample->exit[i].count;
	return sum;
}

/* The exit reasons by count, largest first, as "NAME RATE (MEAN us)". */
static void print_reasons(struct sample change, double seconds)
{
	for (;;) {
		struct axvcpu_exit_stat *best = change.exit, *at;

		for (at = change.exit; at < change.exit + AXVCPU_EXIT_COUNT; at++)
			if (at->count > best->count)
				best = at;
		if (!best->count)
			return;
		printf("  %s %.0f/s (%.1f us)", axvcpu_name(AXVCPU_NAME_EXIT, best - change.exit),
		       best->count / seconds, best->time_ns / 1e3 / best->count);
		best->count = 0;
	}
}

static void print_row(const struct sample *like, const char *vcpu, const struct sample *change,
		      double seconds)
{
	printf("%8d %6" PRIu64 " %5s %11.0f %11.0f %11.0f %9.0f %9.0f", like->pid, like->vm, vcpu,
	       change->entries / seconds, change->handled / seconds, change->interrupts / seconds,
	       change->faults / seconds, exits(change) / seconds);
	print_reasons(*change, seconds);
	putchar('\n');
}

/* The vCPUs of one VM, which follow each other, and above several their sum. */
static void print_vm(const struct snapshot *old, const struct sample *first,
		     const struct sample *end, double seconds)
{
	static const struct sample none;
	const struct sample *at, *was;
	struct sample sum = none;
	char vcpu[16];

	for (at = first; at < end; at++) {
		was = find(old, at);
		add_difference(&sum, at, was ? was : &none);
	}
	if (end - first > 1)
		print_row(first, "all", &sum, seconds);
	for (at = first; at < end; at++) {
		struct sample change = none;

		was = find(old, at);
		add_difference(&change, at, was ? was : &none);
		snprintf(vcpu, sizeof(vcpu), "%u", at->vcpu);
		print_row(at, vcpu, &change, seconds);
	}
}

static void print_rates(const struct snapshot *old, const struct snapshot *new)
{
	const struct sample *end = new->sample + new->count, *at, *vm_end;

	printf("%8s %6s %5s %11s %11s %11s %9s %9s\n", "PID", "VM", "vCPU", "entries/s",
	       "in-kernel/s", "host-irq/s", "faults/s", "exits/s");
	for (at = new->sample; at < end; at = vm_end) {
		vm_end = at;
		while (vm_end < end && vm_end->pid == at->pid && vm_end->vm == at->vm)
			vm_end++;
		print_vm(old, at, vm_end, new->time - old->time);
	}
	if (!new->count)
		printf("no VM\n");
	putchar('\n');
	fflush(stdout);
}

static void wait_seconds(double seconds)
{
	struct timespec time = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (time_t)seconds) * 1e9),
	};

	nanosleep(&time, NULL);
}

/* @count 0: until the output or the module is gone. */
static int show(const char *path, double interval, unsigned long count)
{
	struct snapshot old, new;
	int ret = take_snapshot(path, &old);

	if (ret)
		return snapshot_error(path, -ret);
	do {
		wait_seconds(interval);
		ret = take_snapshot(path, &new);
		if (ret)
			break;
		print_rates(&old, &new);
		free(old.sample);
		old = new;
	} while (!ferror(stdout) && --count);
	free(old.sample);
	return ret ? snapshot_error(path, -ret) : CTL_OK;
}

static int parse_interval(const char *text, double *interval)
{
	char *end;

	*interval = strtod(text, &end);
	if (end == text || *end || !isfinite(*interval) || *interval < 0.01 || *interval > 86400)
		return usage_error("--interval '%s' is no number of seconds between 0.01 and 86400",
				   text);
	return CTL_OK;
}

static int parse_count(const char *text, unsigned long *count)
{
	char *end;

	*count = strtoul(text, &end, 10);
	if (end == text || *end || *text == '-' || !*count)
		return usage_error("--count '%s' is no number above 0", text);
	return CTL_OK;
}

static int run_stat(int argc, char **argv)
{
	static const struct option options[] = {
		{ "interval", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'c' },
		{ "debugfs", required_argument, NULL, 'd' },
		{ 0 },
	};
	const char *debugfs = "/sys/kernel/debug";
	unsigned long count = 0;
	double interval = 1;
	char *path;
	int ret = 0, c;

	while ((c = getopt_long(argc, argv, ":i:c:d:", options, NULL)) != -1) {
		if (c == 'i')
			ret = parse_interval(optarg, &interval);
		else if (c == 'c')
			ret = parse_count(optarg, &count);
		else if (c == 'd')
			debugfs = optarg;
		else
			ret = option_error(argv, c);
		if (ret)
			return ret;
	}
	ret = no_operands(argv, argc);
	if (ret)
		return ret;
	if (asprintf(&path, "%s/%s", debugfs, STATS_FILE) < 0)
		return fail("out of memory");
	ret = show(path, interval, count);
	free(path);
	return ret;
}

const struct command command_stat = {
	.name = "stat",
	.arguments = "[--interval SECONDS] [--count N] [--debugfs DIR]",
	.summary = "Show the exit rates of every vCPU, live (root)",
	.help = "  -i, --interval SECONDS   between two tables, default 1\n"
		"  -c, --count N            end after N tables, default: never\n"
		"  -d, --debugfs DIR        where debugfs is mounted, default /sys/kernel/debug\n",
	.run = run_stat,
};
