// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * VMIDs: more VMs than a CPU has of them each read their own memory, in any order and on
 * any CPU; and where VMIDs are the module's own, going from one VM to another and back
 * flushes nothing.
 */
#include "guest.h"

#define VMS	300 /* of 8 bits there are 255 */
#define TURNS	200

GUEST(reads, PLAIN,
      "mov x1, #0x20000\n1: ldr x0, [x1]\nmrs x2, contextidr_el1\nadd x2, x2, #1\n"
      "msr contextidr_el1, x2\n" GUEST_VALUE "b 1b\n");

static struct vm vms[VMS];
static struct vcpu vcpus[VMS];

static u32 value_of(unsigned int n)
{
	return 0x5a000000 + n;
}

static void open_one(unsigned int n)
{
	vm_new(&vms[n], 0);
	vcpu_new(&vcpus[n], &vms[n], 0);
	*(u64 *)(vms[n].ram + DATA) = value_of(n);
	START(&vcpus[n], PLAIN, reads);
}

static unsigned int read_one(unsigned int n)
{
	u32 got = run_to_port(&vcpus[n], PORT_VALUE);

	if (got == value_of(n))
		return 0;
	note("VM %u reads 0x%x", n, got);
	return 1;
}

static void check_many(void)
{
	unsigned int i, wrong = 0, n = 0;

	for (i = 0; i < VMS; i++)
		wrong += read_one(i);
	CHECK_EQ(wrong, 0, "%u VMs, one after the other: each reads its own memory", VMS);
	for (i = 0; i < 3 * VMS && !wrong; i++) {
		if (!(i % 7))
			pin_to((i / 7) % cpu_count());
		/* 300 and 131 have no common divisor. */
		n = (n + 131) % VMS;
		wrong += read_one(n);
	}
	unpin();
	CHECK_EQ(wrong, 0, "and all over the place, on all CPUs");
}

/* Some stay in use while the others use up all numbers, again and again. */
static void check_kept(void)
{
	unsigned int i, wrong = 0;

	for (i = 2; i < VMS && !wrong; i++) {
		pin_to(i % cpu_count());
		wrong += read_one(i & 1);
		wrong += read_one(i);
		wrong += read_one(i & 1);
	}
	unpin();
	CHECK_EQ(wrong, 0, "two that run all the time read their own");
}

static u64 flushes(void)
{
	return get_stats(&vcpus[0]).tlb_flushes + get_stats(&vcpus[1]).tlb_flushes;
}

static void check_flushes(void)
{
	unsigned int i, wrong = 0;
	u64 before;

	pin_to(0);
	wrong += read_one(0) + read_one(1);
	before = flushes();
	for (i = 0; i < TURNS; i++)
		wrong += read_one(i & 1);
	unpin();
	CHECK_EQ(wrong, 0, "turn by turn");
	note("%llu flushes in %u turns", (unsigned long long)(flushes() - before), TURNS);
	if (info()->mode == AXVCPU_MODE_NVHE)
		CHECK(flushes() - before < TURNS / 10, "hardly a turn flushes");
	else
		CHECK(flushes() - before >= TURNS, "each turn flushes the one number");
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < VMS; i++)
		open_one(i);
	check_many();
	check_kept();
	check_flushes();
	for (i = 0; i < VMS; i++) {
		vcpu_free(&vcpus[i]);
		vm_free(&vms[i]);
	}
	return finish();
}
