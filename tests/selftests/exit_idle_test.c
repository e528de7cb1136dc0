// SPDX-License-Identifier: GPL-3.0-or-later
/* IDLE: a PAUSE loop leaves if the VM asked for it, and not otherwise. */
#include "guest.h"

GUEST(pauses, WIDE, "1: " G_PAUSE G_INC(VALUE) G_JUMP(1b));

int main(void)
{
	struct vm vm;
	struct vcpu v;

	BOOT(&vm, &v, 0, WIDE, pauses);
	open_to_host(&v);
	v.run->deadline_ns = now_ns() + 100 * MS;
	do
		NEED_RET(run(&v));
	while (v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	CHECK_EQ(v.run->exit.reason << 8 | v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE,
		 "without IDLE_EXITS a PAUSE loop runs on");
	CHECK(gpr(&v, REG_VALUE) > 1, "and makes progress");
	vcpu_free(&v);
	vm_free(&vm);
	if (!(info()->capabilities & AXVCPU_CAP_IDLE_EXITS))
		skip("no AXVCPU_CAP_IDLE_EXITS");
	if (!pause_can_leave())
		skip("the emulator does not intercept it");
	BOOT(&vm, &v, AXVCPU_VM_IDLE_EXITS, WIDE, pauses);
	NEED_EXIT(&v, IDLE);
	CHECK_EQ(v.run->exit.flags, 0, "IDLE is complete");
	CHECK_EQ(v.run->exit.pc, CODE + G_PAUSE_SIZE, "and past the PAUSE");
	NEED_EXIT(&v, IDLE);
	CHECK(gpr(&v, REG_VALUE) >= 1, "the next RUN goes on behind it");
	COVERS_EXIT("IDLE", "PAUSE loop");
	return finish();
}
