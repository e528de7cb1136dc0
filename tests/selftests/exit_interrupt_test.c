// SPDX-License-Identifier: GPL-3.0-or-later
/* EXTERNAL_INTERRUPT: host interrupts leave if the VM asked for it, and are served all the same. */
#include "guest.h"

GUEST(spin, WIDE, "1: " G_INC(VALUE) G_JUMP(1b));

static u64 host_interrupts(void)
{
	char line[8192], *at;
	u64 sum = 0;
	FILE *f = fopen("/proc/stat", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "intr ", 5))
			sum = strtoull(line + 5, &at, 10);
	if (f)
		fclose(f);
	return sum;
}

int main(void)
{
	u64 served = host_interrupts(), before;
	unsigned int i, wrong = 0;
	struct vm vm;
	struct vcpu v;

	BOOT(&vm, &v, 0, WIDE, spin);
	open_to_host(&v);
	v.run->deadline_ns = now_ns() + 100 * MS;
	do
		NEED_RET(run(&v));
	while (v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	CHECK_EQ(v.run->exit.reason << 8 | v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE,
		 "without INTERRUPT_EXITS none is seen");
	CHECK(get_stats(&v).interrupts > 0, "but they are counted");
	CHECK(host_interrupts() > served, "and the host serves them");
	vcpu_free(&v);
	vm_free(&vm);
	if (!(info()->capabilities & AXVCPU_CAP_INTERRUPT_EXITS))
		skip("no AXVCPU_CAP_INTERRUPT_EXITS");
	BOOT(&vm, &v, AXVCPU_VM_INTERRUPT_EXITS, WIDE, spin);
	open_to_host(&v);
	served = host_interrupts();
	for (i = 0; i < 20; i++) {
		NEED_EXIT(&v, EXTERNAL_INTERRUPT);
		wrong += v.run->exit.flags != 0;
	}
	CHECK_EQ(wrong, 0, "EXTERNAL_INTERRUPT is complete");
	/* One of them may have waited when the guest was entered. */
	before = gpr(&v, REG_VALUE);
	for (i = 0; i < 20; i++)
		NEED_EXIT(&v, EXTERNAL_INTERRUPT);
	CHECK(gpr(&v, REG_VALUE) > before, "the guest makes progress between them");
	CHECK(host_interrupts() > served, "and the host serves them");
	COVERS_EXIT("EXTERNAL_INTERRUPT", "timer");
	return finish();
}
