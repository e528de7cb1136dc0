// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * A hugetlbfs page of 1 GiB is one entry where GPA and HVA allow it, smaller ones
 * where they don't, and gone with its region. Needs such a page: tests/real/cpu-models.sh
 * boots a host that has one.
 */
#include <linux/mman.h>

#include "guest.h"

#define GIB	(1UL << 30)
#define HUGE	(2UL << 20)
#define REGION	(1UL << 30)
#define STRIDE	(16UL << 20)

/* Add 1 to RCX words from RBX on, in steps of RDX. */
GUEST(walker, WIDE, "1: " G_BUMP G_ADVANCE_STEP G_REPEAT(1b) GUEST_DONE);
GUEST(reader, WIDE, G_LOAD GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static void go(const u8 *code, const u8 *end, u64 gpa, u64 words, u64 step)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_WIDE, code, end);
	set_gpr(&v, REG_ADDRESS, gpa);
	set_gpr(&v, REG_COUNT, words);
	set_gpr(&v, REG_STEP, step);
}

/* The guest adds to what the host wrote, and both see it; @huge: new huge entries. */
static void walk(u8 *memory, u64 gpa, u64 length, u64 huge, const char *what)
{
	u64 before = get_stats(&v).huge_faults, i, wrong = 0, words = length / STRIDE;

	for (i = 0; i < words; i++)
		*(u64 *)(memory + i * STRIDE) = i;
	go(walker, walker_end, gpa, words, STRIDE);
	run_to_port(&v, PORT_DONE);
	for (i = 0; i < words; i++)
		wrong += *(u64 *)(memory + i * STRIDE) != i + 1;
	CHECK_EQ(wrong, 0, "words that differ after %s", what);
	CHECK_EQ(get_stats(&v).huge_faults - before, huge, "huge entries made by %s", what);
}

int main(void)
{
	u64 words = GIB / STRIDE;
	u8 *memory;

	close(open_device());
	if (!(info()->capabilities & AXVCPU_CAP_HUGE_1G))
		skip("no second-stage entries of 1 GiB");
	if (read_number("/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages") < 1)
		skip("the host has no free page of 1 GiB");
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	memory = mmap(NULL, GIB, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_HUGE_1GB, -1, 0);
	NEED(memory != MAP_FAILED, "mmap: %s", strerror(errno));

	/* The guest's own RAM may be a huge page: once, before we count. */
	go(reader, reader_end, DATA, 1, 0);
	run_to_port(&v, PORT_DONE);
	NEED_RET(set_memory(vm.fd, REGION, memory, GIB, 0));
	walk(memory, REGION, GIB, 1, "a walk over the whole page");
	walk(memory, REGION, GIB, 0, "another walk");

	NEED_RET(set_memory(vm.fd, REGION, NULL, 0, AXVCPU_MEM_DELETE));
	go(reader, reader_end, REGION, 1, 0);
	CHECK_EQ(run_exit(&v), AXVCPU_EXIT_MMIO_READ, "a read after its region went");

	/* GPA and HVA are the same modulo 2 MiB only, and so are the entries. */
	NEED_RET(set_memory(vm.fd, REGION + HUGE, memory, GIB, 0));
	walk(memory, REGION + HUGE, GIB, words, "a walk at another GPA");
	NEED_RET(set_memory(vm.fd, REGION + HUGE, NULL, 0, AXVCPU_MEM_DELETE));

	/* Not the whole page: what lies behind the region must not be reached. */
	NEED_RET(set_memory(vm.fd, REGION, memory, GIB - PAGE, 0));
	walk(memory, REGION, GIB - STRIDE, words - 1, "a walk over nearly all of it");
	go(reader, reader_end, REGION + GIB - PAGE, 1, 0);
	CHECK_EQ(run_exit(&v), AXVCPU_EXIT_MMIO_READ, "the part without a region");

	munmap(memory, GIB);
	vcpu_free(&v);
	vm_free(&vm);
	return finish();
}
