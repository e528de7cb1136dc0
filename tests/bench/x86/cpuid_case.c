// SPDX-License-Identifier: GPL-3.0-or-later
/* Not a measurement: write CPUID_LIST_FILE, see cpuid_list.h. */
#include <stdio.h>
#include <string.h>

#include "../fail.h"
#include "../machine.h"
#include "../prepare.h"
#include "cpuid_list.h"
#include "layout.h"

const char boot_append[] = "console=ttyS0 quiet nokaslr";
const bool boot_without_chips = true;

#define LEAVES 200

static unsigned int count;

static void add(struct cpuid_leaf *list, uint32_t leaf, uint32_t subleaves)
{
	uint32_t i;

	for (i = 0; i < subleaves; i++)
		list[count++] = (struct cpuid_leaf){ .leaf = leaf, .subleaf = i };
}

static void fill(struct cpuid_leaf *list)
{
	uint32_t leaf;

	count = 0;
	for (leaf = 0; leaf <= 0xd; leaf++)
		add(list, leaf,
		    leaf == 0xd		     ? 64 :
		    leaf == 4		     ? 4 :
		    leaf == 7 || leaf == 0xb ? 2 :
					       1);
	add(list, 0x40000000, 1);
	for (leaf = 0x80000000; leaf <= 0x80000021; leaf++)
		add(list, leaf, 1);
}

int prepare_boot(void)
{
	struct cpuid_leaf list[LEAVES];
	struct machine machine;
	uint64_t arg[3] = { GUEST_BUFFER };
	FILE *file = fopen(CPUID_LIST_FILE, "wb");

	if (!file)
		return fail(CPUID_LIST_FILE);
	fill(list);
	arg[1] = count;
	if (machine_open(&machine, GUEST_CPUID_LIST, arg))
		return -1;
	memcpy((char *)machine.memory + GUEST_BUFFER, list, sizeof(list));
	if (machine_expect(&machine.vcpu, SIDE_IO_WRITE))
		return -1;
	fwrite((char *)machine.memory + GUEST_BUFFER, sizeof(list[0]), count, file);
	machine_close(&machine);
	return fclose(file) ? fail(CPUID_LIST_FILE) : 0;
}
