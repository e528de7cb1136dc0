// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * INJECT of interrupts: delivered when the guest can take them, highest vector
 * first, once each, in real and long mode; IRQ_WINDOW; the STI shadow.
 */
#include "guest.h"

#define HANDLERS	0x2000UL	/* 16 bytes for each vector */

/* main: off, then on for one instruction after the shadow, then on */
GUEST(real_main, 16,
      "mov $1, %eax\n" GUEST_VALUE "sti; mov $2, %eax\n" GUEST_VALUE
      "cli; mov $3, %eax\n" GUEST_VALUE "1: sti; nop; nop; cli; mov $4, %eax\n" GUEST_VALUE
      "jmp 1b");
GUEST(real_handler, 16, "push %eax; mov $0, %eax\n" GUEST_VALUE "pop %eax; iretw");
GUEST(long_main, 64,
      "mov $1, %eax\n" GUEST_VALUE "sti; mov $2, %eax\n" GUEST_VALUE
      "cli; mov $3, %eax\n" GUEST_VALUE "1: sti; nop; nop; cli; mov $4, %eax\n" GUEST_VALUE
      "jmp 1b");
GUEST(long_handler, 64, "push %rax; mov $0, %eax\n" GUEST_VALUE "pop %rax; iretq");

static struct vm vm;
static struct vcpu v;

/* A handler for every vector that says its number with bit 8 set. */
static void put_handlers(u32 mode, const u8 *code, const u8 *end, unsigned int immediate)
{
	unsigned int i;

	for (i = 0; i < 256; i++) {
		u32 number = 0x100 | i;

		load(&vm, HANDLERS + i * 32, code, end);
		memcpy(vm.ram + HANDLERS + i * 32 + immediate, &number, 4);
		gate(&v, mode, (u8)i, HANDLERS + i * 32);
	}
}

static void start(u32 mode)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	if (mode == AXVCPU_X86_START_REAL) {
		START(&v, REAL, real_main);
		put_handlers(mode, real_handler, real_handler_end, 4);
	} else {
		START(&v, LONG, long_main);
		put_handlers(mode, long_handler, long_handler_end, 2);
	}
}

static long interrupt(u32 vector)
{
	return inject(&v, AXVCPU_EVENT_INTERRUPT, vector);
}

static void check_delivery(u32 mode, const char *name)
{
	unsigned int i;
	static const u8 order[] = { 0xff, 0xe0, 0x41, 0x40, 0x20 };
	int before = failures;

	start(mode);
	for (i = 0; i < ARRAY_SIZE(order); i++)
		EXPECT_RET(interrupt(order[(i * 2 + 1) % ARRAY_SIZE(order)]), 0, "INJECT");
	CHECK_RET(interrupt(0x40), -EBUSY, "%s: a vector that waits already", name);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "%s: with IF clear nothing is delivered", name);
	CHECK_EQ(v.run->irq_pending, 1, "%s: the run page says that one waits", name);
	CHECK_EQ(v.run->interrupt_flag, 0, "%s: and that IF is clear", name);
	for (i = 0; i < ARRAY_SIZE(order); i++) {
		EXPECT_EQ(run_to_port(&v, PORT_VALUE), 0x100 | order[i], "%s: interrupt %u", name,
			  i);
	}
	CHECK(failures == before, "%s: all are delivered, the highest first", name);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 2, "%s: once each, and the guest goes on", name);
	CHECK_EQ(v.run->irq_pending, 0, "%s: none waits", name);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 3, "%s: ", name);
	EXPECT_RET(interrupt(0x50), 0, "INJECT");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0x150, "%s: in a window of two instructions", name);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 4, "%s: ", name);
}

/* The interrupt comes behind the instruction after STI. */
GUEST(shadow_main, 16, "xor %ebx, %ebx; sti; inc %bx; inc %bx; inc %bx; cli\n" GUEST_DONE);
GUEST(shadow_handler, 16, "mov %ebx, %eax\n" GUEST_VALUE "iretw");

static void check_shadow(void)
{
	u64 address = CODE;
	struct axvcpu_x86_events e;
	int tries = SHADOW_TRIES;
	u32 executed;

	do {
		RESTART(&v, REAL, shadow_main);
		load(&vm, HANDLERS, shadow_handler, shadow_handler_end);
		gate(&v, AXVCPU_X86_START_REAL, 0x40, HANDLERS);
		EXPECT_RET(interrupt(0x40), 0, "INJECT");
		executed = run_to_port(&v, PORT_VALUE);
	} while (executed != 1 && --tries > 0);
	CHECK_EQ(executed, 1, "one instruction runs in the shadow of STI");
	run_to_port(&v, PORT_DONE);
	/* Bochs 2.7 takes a virtual interrupt only after the guest itself has set IF. */
	if (bochs_svm())
		return;
	/* A shadow that the user sets holds for one instruction. */
	RESTART(&v, REAL, shadow_main);
	load(&vm, HANDLERS, shadow_handler, shadow_handler_end);
	gate(&v, AXVCPU_X86_START_REAL, 0x40, HANDLERS);
	e = get_events(&v);
	e.interrupt_shadow = 1;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_EVENTS, &e));
	EXPECT_EQ(get_events(&v).interrupt_shadow, 1, "the shadow that was set");
	{
		struct axvcpu_x86_general g = get_general(&v);

		g.rip = address + 4; /* the first INC */
		g.gpr[AXVCPU_X86_RBX] = 0;
		g.rflags |= 1 << 9;
		set_general(&v, &g);
	}
	EXPECT_RET(interrupt(0x40), 0, "INJECT");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "a shadow set by SET_REGS holds for one instruction");
	COVERS("SET_REGS", "Ready", "good");
}

static void check_window(u32 mode, const char *name)
{
	start(mode);
	v.run->request_flags = AXVCPU_RUN_IRQ_WINDOW;
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "%s: no window while IF is clear", name);
	NEED_EXIT(&v, IRQ_WINDOW);
	CHECK_EQ(v.run->interrupt_flag, 1, "%s: IRQ_WINDOW with IF set", name);
	CHECK_EQ(v.run->interrupt_shadow, 0, "%s: and no shadow", name);
	CHECK_EQ(v.run->exit.flags, 0, "%s: it is complete", name);
	EXPECT_RET(interrupt(0x60), 0, "INJECT");
	v.run->request_flags = 0;
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0x160, "%s: INJECT in a window is delivered at once",
		 name);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 2, "%s: ", name);
	v.run->request_flags = AXVCPU_RUN_IRQ_WINDOW;
	NEED_EXIT(&v, IRQ_WINDOW);
	v.run->request_flags = 0;
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 3, "%s: a window that is open is reported at once", name);
	COVERS_EXIT("IRQ_WINDOW", name);
}

static void check_arguments(void)
{
	struct axvcpu_inject args = { .size = sizeof(args), .vector = 0x30 };

	start(AXVCPU_X86_START_REAL);
	CHECK_RET(interrupt(256), -EINVAL, "vector 256");
	CHECK_RET(interrupt(~0U), -EINVAL, "vector 2^32-1");
	CHECK_RET(interrupt(255), 0, "vector 255");
	CHECK_RET(interrupt(0), 0, "vector 0");
	CHECK_RET(inject(&v, 3, 0), -EINVAL, "an unknown type");
	CHECK_RET(inject(&v, ~0U, 0), -EINVAL, "type 2^32-1");
	args.has_error_code = 1;
	CHECK_RET(call(v.fd, AXVCPU_INJECT, &args), -EINVAL, "an interrupt with has_error_code");
	args.has_error_code = 0;
	args.error_code = 1;
	CHECK_RET(call(v.fd, AXVCPU_INJECT, &args), -EINVAL, "an interrupt with an error code");
	args.error_code = 0;
	args.address = 1;
	CHECK_RET(call(v.fd, AXVCPU_INJECT, &args), -EINVAL, "an interrupt with an address");
	args.address = 0;
	args.reserved = 1;
	CHECK_RET(call(v.fd, AXVCPU_INJECT, &args), -EINVAL, "a reserved field");
	CHECK_EQ(get_events(&v).interrupts[0] | get_events(&v).interrupts[3], 1ULL << 63 | 1,
		 "EVENTS shows what waits");
	COVERS("INJECT", "Ready", "bad value");
	COVERS("INJECT", "Ready", "boundary");
}

/* In every state; what waits survives SETUP, and RESET drops it. */
static void check_states(void)
{
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	CHECK_RET(interrupt(0x70), 0, "INJECT in Created");
	NEED_RET(setup_vcpu(&v, AXVCPU_X86_START_REAL, CODE));
	CHECK_EQ(get_events(&v).interrupts[1] >> 48 & 1, 1, "what was injected in Created waits");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	NEED_RET(setup_vcpu(&v, AXVCPU_X86_START_REAL, CODE));
	CHECK_EQ(get_events(&v).interrupts[1], 0, "RESET drops it");
}

/* TPR: CR8 masks nothing that the VMM injects, but the run page shows it. */
GUEST(set_cr8, 64, "mov $9, %eax; mov %rax, %cr8; mov %cr8, %rbx; mov %ebx, %eax\n" GUEST_DONE);

static void check_priority(void)
{
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	START(&v, LONG, set_cr8);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 9, "CR8 reads back");
	CHECK_EQ(v.run->priority, 9, "the run page shows CR8");
	CHECK_EQ(get_system(&v).cr8, 9, "and so does SYSTEM");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_delivery(AXVCPU_X86_START_REAL, "real mode");
	check_delivery(AXVCPU_X86_START_LONG, "long mode");
	check_shadow();
	check_window(AXVCPU_X86_START_REAL, "real mode");
	check_window(AXVCPU_X86_START_LONG, "long mode");
	check_arguments();
	check_states();
	check_priority();
	return finish();
}
