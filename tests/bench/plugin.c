// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A plugin for QEMU's TCG that counts what the emulated machine executes between
 * markers: instructions, instructions by class, instructions by address.
 *
 *   -plugin file=plugin.so,out=FILE
 *
 * A marker is a no-operation that carries a number (markers.h). At each stop FILE
 * gets
 *
 *   stop ID TOTAL CLASS=COUNT...
 *   pc ADDRESS COUNT		one line for each address, if the marker asks for it
 *
 * Every instruction adds one to a counter of its own; sums are made at the markers.
 * For one emulated CPU only (-icount has one): the counters are not atomic.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "markers.h"
#include "qemu_plugin.h"

#define CHUNK 4096

/** struct counter - one instruction at one address */
struct counter {
	uint64_t pc;
	uint64_t count;
	uint64_t saved;
	uint32_t class;
};

static struct counter *chunks[65536];
static unsigned int last_chunk, used_in_last;
static struct counter **table;
static size_t table_size, table_used;
static FILE *out;

QEMU_PLUGIN_EXPORT int qemu_plugin_version = 1;

/* ---- the counters -------------------------------------------------------- */

static void *must(void *memory)
{
	if (!memory) {
		fprintf(stderr, "plugin: no memory\n");
		exit(1);
	}
	return memory;
}

static struct counter *counter_new(uint64_t pc, uint32_t class)
{
	struct counter *counter;

	if (!chunks[last_chunk]) {
		chunks[last_chunk] = must(calloc(CHUNK, sizeof(struct counter)));
	} else if (used_in_last == CHUNK) {
		if (last_chunk + 1 == sizeof(chunks) / sizeof(chunks[0]))
			must(NULL);
		chunks[++last_chunk] = must(calloc(CHUNK, sizeof(struct counter)));
		used_in_last = 0;
	}
	counter = &chunks[last_chunk][used_in_last++];
	counter->pc = pc;
	counter->class = class;
	return counter;
}

static struct counter **table_slot(uint64_t pc, uint32_t class)
{
	size_t i = (pc * 0x9e3779b97f4a7c15ULL >> 20) & (table_size - 1);

	while (table[i] && (table[i]->pc != pc || table[i]->class != class))
		i = (i + 1) & (table_size - 1);
	return &table[i];
}

static void table_grow(void)
{
	struct counter **old = table;
	size_t old_size = table_size, i;

	table_size = old_size ? old_size * 2 : 1 << 16;
	table = must(calloc(table_size, sizeof(*table)));
	for (i = 0; i < old_size; i++)
		if (old[i])
			*table_slot(old[i]->pc, old[i]->class) = old[i];
	free(old);
}

static struct counter *counter_at(uint64_t pc, uint32_t class)
{
	struct counter **slot;

	if (table_used * 2 >= table_size)
		table_grow();
	slot = table_slot(pc, class);
	if (!*slot) {
		*slot = counter_new(pc, class);
		table_used++;
	}
	return *slot;
}

static void for_each_counter(void (*visit)(struct counter *counter, void *context), void *context)
{
	unsigned int i, j;

	for (i = 0; i <= last_chunk && chunks[i]; i++)
		for (j = 0; j < (i == last_chunk ? used_in_last : CHUNK); j++)
			visit(&chunks[i][j], context);
}

/* ---- the markers ---------------------------------------------------------- */

static void clear(struct counter *counter, void *context)
{
	(void)context;
	counter->count = 0;
}

static void sum(struct counter *counter, void *context)
{
	uint64_t *sums = context;

	sums[counter->class] += counter->count;
}

static void print_counter(struct counter *counter, void *context)
{
	(void)context;
	if (counter->count)
		fprintf(out, "pc %016" PRIx64 " %" PRIu64 "\n", counter->pc, counter->count);
}

static void save(struct counter *counter, void *context)
{
	(void)context;
	counter->saved = counter->count;
}

static void restore(struct counter *counter, void *context)
{
	(void)context;
	counter->count = counter->saved;
}

static void stop(unsigned int id, bool profile)
{
	uint64_t sums[CLASS_COUNT] = { 0 }, total = 0;
	unsigned int i;

	for_each_counter(sum, sums);
	for (i = 0; i < CLASS_COUNT; i++)
		total += sums[i];
	fprintf(out, "stop %u %" PRIu64, id, total);
	for (i = 0; i < CLASS_COUNT; i++)
		fprintf(out, " %s=%" PRIu64, class_name(i), sums[i]);
	fprintf(out, "\n");
	if (profile)
		for_each_counter(print_counter, NULL);
	fflush(out);
}

static void marker_executed(unsigned int vcpu_index, void *userdata)
{
	unsigned int number = (uintptr_t)userdata, kind = number / MARKER_IDS;

	(void)vcpu_index;
	switch (kind) {
	case MARKER_START:
		for_each_counter(clear, NULL);
		break;
	case MARKER_PAUSE:
		for_each_counter(save, NULL);
		break;
	case MARKER_RESUME:
		for_each_counter(restore, NULL);
		break;
	default:
		stop(number % MARKER_IDS, kind == MARKER_STOP_PROFILE);
	}
}

/* ---- translation ----------------------------------------------------------- */

static void translated(qemu_plugin_id_t plugin, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb), i;
	struct classifier classifier = { 0 };

	(void)plugin;
	for (i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const uint8_t *bytes = qemu_plugin_insn_data(insn);
		size_t length = qemu_plugin_insn_size(insn);
		struct counter *counter = counter_at(qemu_plugin_insn_vaddr(insn),
						     classify(&classifier, bytes, length));
		unsigned int number;

		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							   &counter->count, 1);
		if (marker_decode(bytes, length, &number))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marker_executed,
							       QEMU_PLUGIN_CB_NO_REGS,
							       (void *)(uintptr_t)number);
	}
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
					   int argc, char **argv)
{
	int i;

	if (info->system_emulation && info->system.max_vcpus != 1) {
		fprintf(stderr, "plugin: only for one CPU\n");
		return 1;
	}
	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
	if (!out) {
		fprintf(stderr, "plugin: needs out=FILE, a file that it can write\n");
		return 1;
	}
	table_grow();
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
