// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The report: both sides beside each other, what is to be reached, and a JSON
 * file. Its status says whether all was measured, not whether all was reached.
 *
 *   report OPTION=FILE...
 *
 * icount, counts: what in-host and the plugin wrote in the boot that counts
 * instructions (no counts: the emulator has no plugin, and nothing is known of classes);
 * wall: what in-host wrote in the other boot; targets, weights: tables; json: the file
 * to write.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "groups.h"
#include "results.h"

/* The weighted column may miss the ratio by this much. */
#define WEIGHTED_SLACK 0.2
/* A host's timer tick falls into one side and not the other. */
#define COUNT_SLACK 0.02

static struct results icount, wall;
static struct table targets, weights;
static FILE *json;
static unsigned int json_entries, figures, missed, missing;

/* ---- one figure --------------------------------------------------------------- */

static void write_json(const char *name, const char *unit, double kvm, double axvcpu)
{
	if (!json)
		return;
	fprintf(json, "%s\n  {\"case\": \"%s\", \"unit\": \"%s\", ", json_entries++ ? "," : "[",
		name, unit);
	if (kvm < 0)
		fprintf(json, "\"kvm\": null, \"axvcpu\": %.2f, ", axvcpu);
	else
		fprintf(json, "\"kvm\": %.2f, \"axvcpu\": %.2f, ", kvm, axvcpu);
	if (kvm > 0)
		fprintf(json, "\"ratio\": %.4f}", axvcpu / kvm);
	else
		fprintf(json, "\"ratio\": null}");
}

/* The ratio and whether it is as small as it should be; @target below 0: no matter. */
static void print_ratio(double kvm, double axvcpu, double target)
{
	if (kvm <= 0)
		printf(" %7s", "-");
	else
		printf(" %7.3f", axvcpu / kvm);
	if (target < 0) {
		printf("             ");
		return;
	}
	if (axvcpu <= kvm * target) {
		printf(" <= %.2f  yes ", target);
	} else {
		printf(" <= %.2f  NO  ", target);
		missed++;
	}
}

static double weighted(const struct series *series)
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < CLASS_COUNT; i++) {
		double weight = table_find(&weights, class_name(i), "cycles");

		if (weight < 0)
			die("there is no weight for %s", class_name(i));
		sum += weight * series->median.counts[i];
	}
	return sum;
}

static void print_figure(const char *name, const char *unit, double kvm, double axvcpu)
{
	figures++;
	if (kvm < 0)	/* KVM does not count it */
		printf("%-22s %-15s %14s %14.1f", name, unit, "-", axvcpu);
	else
		printf("%-22s %-15s %14.1f %14.1f", name, unit, kvm, axvcpu);
	print_ratio(kvm, axvcpu, table_find(&targets, name, unit));
	write_json(name, unit, kvm, axvcpu);
}

/* ---- one case in both sides ------------------------------------------------------ */

/* KVM's in-kernel devices are a second baseline for what axvcpu does but once. */
static const struct series *other_side(const struct results *results, const struct series *kvm)
{
	const struct series *found = results_find(results, kvm->name, kvm->unit, SIDE_AXVCPU);
	char name[NAME_SIZE], *suffix;

	if (found)
		return found;
	memcpy(name, kvm->name, sizeof(name));
	suffix = strstr(name, "_irqchip");
	if (suffix)
		*suffix = '\0';
	return suffix ? results_find(results, name, kvm->unit, SIDE_AXVCPU) : NULL;
}

/* An intercepted instruction is counted by the plugin and not by the clock. */
static double idle(const struct series *series)
{
	double idle = series->median.ticks - series_instructions(series);

	return idle > 0 ? idle : 0;
}

static void print_case(const struct series *kvm, const struct series *axvcpu)
{
	double target = table_find(&targets, kvm->name, "instructions");
	char name[NAME_SIZE + 8];

	if (kvm->elapsed) {
		print_figure(kvm->name, "instructions", kvm->median.ticks, axvcpu->median.ticks);
		printf("\n");
		snprintf(name, sizeof(name), "%s_idle", kvm->name);
		print_figure(name, "instructions", idle(kvm), idle(axvcpu));
		printf("\n");
		snprintf(name, sizeof(name), "%s_busy", kvm->name);
		if (table_find(&targets, name, "instructions") >= 0)
			target = table_find(&targets, name, "instructions");
	} else {
		snprintf(name, sizeof(name), "%s", kvm->name);
	}
	print_figure(name, "instructions", series_instructions(kvm), series_instructions(axvcpu));
	if (kvm->median.counted) {
		printf(" %14.0f %14.0f", weighted(kvm), weighted(axvcpu));
		print_ratio(weighted(kvm), weighted(axvcpu),
			    target < 0 ? -1 : target + WEIGHTED_SLACK);
	}
	printf("\n");
}

static void for_each_case(const struct results *results,
			  void (*print)(const struct series *kvm, const struct series *axvcpu))
{
	unsigned int i;

	for (i = 0; i < results->count; i++) {
		const struct series *kvm = results->series[i], *axvcpu;

		if (kvm->side != SIDE_KVM)
			continue;
		axvcpu = other_side(results, kvm);
		if (axvcpu) {
			print(kvm, axvcpu);
			continue;
		}
		printf("%-22s axvcpu has no figure\n", kvm->name);
		missing++;
	}
}

static void print_counted(const struct series *kvm, const struct series *axvcpu)
{
	if (!kvm->unit)
		print_case(kvm, axvcpu);
}

static void print_plain(const struct series *kvm, const struct series *axvcpu)
{
	print_figure(kvm->name, kvm->unit ? kvm->unit : "ns", kvm->median.ticks,
		     axvcpu->median.ticks);
	printf("\n");
}

static void print_time(const struct series *kvm, const struct series *axvcpu)
{
	if (!kvm->unit)
		print_plain(kvm, axvcpu);
}

static void print_values(const struct series *kvm, const struct series *axvcpu)
{
	if (kvm->unit)
		print_plain(kvm, axvcpu);
}

/* ---- classes ------------------------------------------------------------------- */

static double group_count(const struct series *series, uint32_t classes)
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < CLASS_COUNT; i++)
		if (classes >> i & 1)
			sum += series->median.counts[i];
	return sum;
}

/* KVM's count and ours, and a mark where ours is the greater one. */
static void print_classes(const struct series *kvm, const struct series *axvcpu)
{
	const struct class_group *group;
	char text[48], unit[NAME_SIZE];

	if (kvm->unit)
		return;
	printf("%-17s", kvm->name);
	for (group = class_groups; group->name; group++) {
		double theirs = group_count(kvm, group->classes);
		double ours = group_count(axvcpu, group->classes);
		bool more = ours > theirs * (1 + COUNT_SLACK) + COUNT_SLACK;

		missed += more;
		snprintf(text, sizeof(text), "%.*f/%.*f%s", theirs < 100 ? 1 : 0, theirs,
			 ours < 100 ? 1 : 0, ours, more ? "!" : "");
		printf(" %13s", text);
		snprintf(unit, sizeof(unit), "count:%s", group->name);
		write_json(kvm->name, unit, theirs, ours);
	}
	printf("\n");
}

static void print_crowd(void)
{
	unsigned int i;

	printf("\nThe same exit in a crowd of VMs, vCPUs and regions, divided by that exit alone:\n");
	for (i = 0; i < icount.count; i++) {
		const struct series *crowd = icount.series[i], *alone;

		if (strncmp(crowd->name, "crowd_", 6) || crowd->unit)
			continue;
		alone = results_find(&icount, crowd->name + 6, NULL, crowd->side);
		if (alone)
			printf("  %-8s %-12s %.3f\n", crowd->side == SIDE_KVM ? "kvm" : "axvcpu",
			       alone->name,
			       series_instructions(crowd) / series_instructions(alone));
	}
}

/* ---- the whole ------------------------------------------------------------------- */

static void print_all_classes(void)
{
	const struct class_group *group;

	printf("\nInstructions of expensive classes per operation, KVM's and axvcpu's (!: more than KVM):\n");
	printf("%-17s", "case");
	for (group = class_groups; group->name; group++)
		printf(" %13s", group->name);
	printf("\n");
	for_each_case(&icount, print_classes);
}

static void print_icount(bool counted)
{
	printf("%-22s %-15s %14s %14s %7s %-12s", "case", "unit", "kvm", "axvcpu", "ratio",
	       " reach");
	if (counted)
		printf(" %14s %14s %7s", "kvm, weighted", "axvcpu", "ratio");
	printf("\n");
	for_each_case(&icount, print_counted);
	for_each_case(&icount, print_values);
	if (counted)
		print_all_classes();
	else
		printf("\nInstructions by class, and weighted: not known, this emulator has no plugin.\n");
	print_crowd();
}

static void print_wall(void)
{
	printf("\n%-22s %-15s %14s %14s %7s %-12s\n", "case", "unit", "kvm", "axvcpu", "ratio",
	       " reach");
	for_each_case(&wall, print_time);
}

int main(int argc, char **argv)
{
	const char *files[6] = { NULL };
	static const char *const names[6] = {
		"icount=", "counts=", "wall=", "targets=", "weights=", "json=",
	};
	int i, j;

	for (i = 1; i < argc; i++)
		for (j = 0; j < 6; j++)
			if (!strncmp(argv[i], names[j], strlen(names[j])))
				files[j] = argv[i] + strlen(names[j]);
	if (!files[3] || !files[4] || (!files[0] && !files[2]))
		die("needs targets=, weights=, and icount= or wall=");
	table_read(&targets, files[3]);
	table_read(&weights, files[4]);
	if (files[5]) {
		json = fopen(files[5], "w");
		if (!json)
			die("%s can't be written", files[5]);
	}
	if (files[0]) {
		results_read(&icount, files[0], files[1]);
		print_icount(files[1]);
	}
	if (files[2]) {
		results_read(&wall, files[2], NULL);
		print_wall();
	}
	if (json && (fprintf(json, "%s\n]\n", json_entries ? "" : "[") < 0 || fclose(json)))
		die("%s can't be written", files[5]);
	printf("\n%u not reached, %u not measured\n", missed, missing);
	return missing || !figures ? 1 : 0;
}
