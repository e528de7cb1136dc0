// SPDX-License-Identifier: GPL-3.0-or-later
/* HALT: HLT leaves past the instruction; SYSTEM_DOWN by triple fault and by the power-off port. */
#include "guest.h"

GUEST(halts, 16, "hlt; mov $0x77, %eax\n" GUEST_VALUE "sti; hlt; mov $0x78, %eax\n" GUEST_DONE);
GUEST(no_handler, 64, "ud2");
GUEST(power_off, 16,
      "mov $0x604, %dx; mov $0x2001, %ax; out %ax, %dx; mov $0x2000, %eax; out %al, %dx\n"
      "out %eax, %dx; mov $0x605, %dx; out %ax, %dx; mov $0x604, %dx; in %dx, %ax\n"
      "mov $0x2000, %ax; out %ax, %dx; mov $0x11, %eax\n" GUEST_DONE);

static void check_halt(struct vcpu *v)
{
	const struct axvcpu_exit *e = &v->run->exit;

	NEED_EXIT(v, HALT);
	CHECK_EQ(e->flags, 0, "HLT is complete");
	CHECK_EQ(e->pc, CODE + 1, "the PC is past it");
	CHECK_EQ(get_general(v).rip, CODE + 1, "in the registers too");
	CHECK_EQ(run_to_port(v, PORT_VALUE), 0x77, "the next RUN goes on behind it");
	NEED_EXIT(v, HALT);
	CHECK_EQ(v->run->interrupt_flag, 1, "the run page shows IF");
	CHECK_EQ(v->run->interrupt_shadow, 0, "and that STI's shadow is over");
	CHECK_EQ(run_to_port(v, PORT_DONE), 0x78, "HLT with IF set goes on as well");
	COVERS_EXIT("HALT", "IF clear and set");
}

static void check_shutdown(struct vcpu *v)
{
	struct axvcpu_x86_general g;

	RESTART(v, LONG, no_handler);
	NEED_EXIT(v, SYSTEM_DOWN);
	CHECK_EQ(v->run->exit.u.system_down.kind, AXVCPU_DOWN_CRASH, "a triple fault");
	CHECK_EQ(state_of(v), AXVCPU_STATE_READY, "leaves the vCPU Ready");
	CHECK_RET(get_block(v, AXVCPU_BLOCK_GENERAL, &g), 0, "its registers can be read");
	/* What the hardware does then is not defined: no harm. */
	v->run->deadline_ns = now_ns() + 20 * MS;
	CHECK_RET(run(v), 0, "and RUN of it again does no harm");
	v->run->deadline_ns = 0;
	CHECK_RET(call(v->fd, AXVCPU_RESET, NULL), 0, "RESET");
	START(v, REAL, halts);
	NEED_EXIT(v, HALT);
	CHECK(true, "after RESET it runs again");
	COVERS_EXIT("SYSTEM_DOWN", "triple fault");
}

static void check_poweroff(void)
{
	static const u16 out[] = { 2, 1, 4, 2 };
	struct vm vm;
	struct vcpu v;
	unsigned int i;

	if (!(info()->capabilities & AXVCPU_CAP_POWEROFF_PORT)) {
		CHECK(false, "the power-off port is offered");
		return;
	}
	BOOT(&vm, &v, AXVCPU_VM_POWEROFF_PORT, REAL, power_off);
	for (i = 0; i < ARRAY_SIZE(out); i++) {
		NEED_EXIT(&v, IO_WRITE);
		EXPECT_EQ(v.run->exit.u.io.width, out[i], "width of OUT %u", i);
	}
	NEED_EXIT(&v, IO_READ);
	done(&v, 0);
	CHECK(true, "other values, widths and ports are ordinary");
	NEED_EXIT(&v, SYSTEM_DOWN);
	CHECK_EQ(v.run->exit.u.system_down.kind, AXVCPU_DOWN_POWER_OFF, "OUT 0x2000 to 0x604");
	CHECK_EQ(v.run->exit.flags, 0, "is complete");
	CHECK_EQ(run_to_port(&v, PORT_DONE), 0x11, "and RUN goes on behind it");
	vcpu_free(&v);
	vm_free(&vm);
	COVERS_EXIT("SYSTEM_DOWN", "power-off port");
}

int main(void)
{
	struct vm vm;
	struct vcpu v;

	BOOT(&vm, &v, 0, REAL, halts);
	check_halt(&v);
	/* Bochs 2.7 ends there, without a look at SVM's intercept of a shutdown. */
	if (!bochs_svm())
		check_shutdown(&v);
	RESTART(&v, REAL, power_off);
	while (run_exit(&v) == AXVCPU_EXIT_IO_WRITE && v.run->exit.u.io.port != PORT_DONE)
		;
	CHECK_EQ(v.run->exit.reason, AXVCPU_EXIT_IO_READ, "without the behaviour it is a port");
	done(&v, 0);
	NEED_EXIT(&v, IO_WRITE);
	CHECK_EQ(v.run->exit.u.io.port, 0x604, "and so is the OUT of 0x2000");
	vcpu_free(&v);
	vm_free(&vm);
	check_poweroff();
	return finish();
}
