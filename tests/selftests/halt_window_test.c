// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * IRQ_WINDOW where the guest halts with interrupts on: a VMM that waits for the
 * moment to inject is told, and does not sleep in RUN for ever.
 */
#include "guest.h"

#define HANDLER		0x2000UL

/* The NOP: QEMU 7.2 takes the host's STI before VMRUN for a shadow in the guest. */
GUEST(idle, 64, "nop; 1: sti; hlt; mov $1, %eax\n" GUEST_VALUE "jmp 1b");
GUEST(deaf, 64, "cli; 1: hlt; mov $1, %eax\n" GUEST_VALUE "jmp 1b");
GUEST(handler, 64, "push %rax; mov $2, %eax\n" GUEST_VALUE "pop %rax; iretq");

static struct vm vm;
static struct vcpu v;

static void check_window(void)
{
	unsigned int i;
	u64 back;

	START(&v, LONG, idle);
	load(&vm, HANDLER, handler, handler_end);
	gate(&v, AXVCPU_X86_START_LONG, 0x40, HANDLER);
	v.run->request_flags = AXVCPU_RUN_IRQ_WINDOW;
	for (i = 0; i < 3; i++) {
		NEED_EXIT(&v, IRQ_WINDOW);
		CHECK_EQ(v.run->interrupt_flag, 1, "%u: IF is set", i);
		CHECK_EQ(v.run->interrupt_shadow, 0, "%u: there is no shadow", i);
	}
	CHECK_EQ(get_general(&v).rip, CODE + 3, "it is reported behind HLT, each time");
	NEED_RET(inject(&v, AXVCPU_EVENT_INTERRUPT, 0x40));
	v.run->request_flags = 0;
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 2, "the interrupt is taken");
	memcpy(&back, vm.ram + gpr(&v, AXVCPU_X86_RSP) + 8, sizeof(back));
	CHECK_EQ(back, CODE + 3, "its handler returns behind HLT");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "and HLT is over");
	COVERS_EXIT("IRQ_WINDOW", "in HLT");
}

/* No window: RUN waits, as without the flag. */
static void check_no_window(void)
{
	RESTART(&v, LONG, deaf);
	v.run->request_flags = AXVCPU_RUN_IRQ_WINDOW;
	v.run->deadline_ns = now_ns() + 100 * MS;
	do
		NEED_RET(run(&v));
	while (v.run->exit.reason == AXVCPU_EXIT_NOTHING &&
	       v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	CHECK_EQ(v.run->exit.reason << 8 | v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE,
		 "HLT with IF clear opens no window");
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
