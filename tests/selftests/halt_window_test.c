// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * IRQ_WINDOW where the guest halts with interrupts on: a VMM that waits for the
 * moment to inject is told, and does not sleep in RUN for ever.
 */
#include "guest.h"

#define VECTOR	0x40
#define BEHIND	(CODE + G_LISTEN_SIZE + G_UNMASK_SIZE + G_HALT_SIZE)

GUEST(idle, WIDE, G_LISTEN "1: " G_UNMASK G_HALT G_SET(VALUE, 1) GUEST_VALUE G_JUMP(1b));
GUEST(deaf, WIDE, G_DEAF "1: " G_HALT G_SET(VALUE, 1) GUEST_VALUE G_JUMP(1b));
GUEST(handler, WIDE, G_HANDLER(G_SET(VALUE, 2) GUEST_VALUE));

static struct vm vm;
static struct vcpu v;

static void check_window(void)
{
	unsigned int i;

	START(&v, WIDE, idle);
	ON_INTERRUPT(&v, VECTOR, handler);
	v.run->request_flags = AXVCPU_RUN_IRQ_WINDOW;
	for (i = 0; i < 3; i++) {
		NEED_EXIT(&v, IRQ_WINDOW);
		CHECK_EQ(v.run->interrupt_flag, 1, "%u: interrupts are on", i);
		CHECK_EQ(v.run->interrupt_shadow, 0, "%u: there is no shadow", i);
	}
	CHECK_EQ(pc_of(&v), BEHIND, "it is reported behind the halt, each time");
	NEED_RET(inject(&v, AXVCPU_EVENT_INTERRUPT, VECTOR));
	v.run->request_flags = 0;
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 2, "the interrupt is taken");
	CHECK_EQ(interrupted_pc(&v), BEHIND, "its handler returns behind the halt");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "and the halt is over");
	COVERS_EXIT("IRQ_WINDOW", "in HLT");
}

/* No window: RUN waits, as without the flag. */
static void check_no_window(void)
{
	RESTART(&v, WIDE, deaf);
	v.run->request_flags = AXVCPU_RUN_IRQ_WINDOW;
	v.run->deadline_ns = now_ns() + 100 * MS;
	do
		NEED_RET(run(&v));
	while (v.run->exit.reason == AXVCPU_EXIT_NOTHING &&
	       v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	CHECK_EQ(v.run->exit.reason << 8 | v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE,
		 "a halt with interrupts off opens no window");
	CHECK(get_stats(&v).blocked_ns > 0, "RUN was Blocked meanwhile");
	v.run->request_flags = 0;
	v.run->deadline_ns = 0;
}

int main(void)
{
	if (!(info()->capabilities & AXVCPU_CAP_HALT_IN_KERNEL))
		skip("no AXVCPU_CAP_HALT_IN_KERNEL");
	vm_new(&vm, AXVCPU_VM_HALT_IN_KERNEL);
	vcpu_new(&v, &vm, 0);
	check_window();
	check_no_window();
	return finish();
}
