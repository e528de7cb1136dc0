// SPDX-License-Identifier: GPL-3.0-or-later
/* NMIs: delivered with IF clear, masked until IRET, two wait at most, kept in EVENTS. */
#include "guest.h"

#define HANDLER		0x2000UL

GUEST(nmi_main, 64, "cli; 1: mov $1, %eax\n" GUEST_VALUE "jmp 1b");
GUEST(nmi_handler, 64,
      "push %rax; mov $2, %eax\n" GUEST_VALUE "mov $3, %eax\n" GUEST_VALUE "pop %rax; iretq");
/* The handler itself faults and comes back by IRET: that opens NMIs (as in hardware). */
GUEST(sti_main, 64, "1: sti; nop; mov $1, %eax\n" GUEST_VALUE "cli; jmp 1b");
GUEST(irq_handler, 64, "push %rax; mov $4, %eax\n" GUEST_VALUE "pop %rax; iretq");

static struct vm vm;
static struct vcpu v;

static void start(const u8 *code, const u8 *end)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, AXVCPU_X86_START_LONG, code, end);
	load(&vm, HANDLER, nmi_handler, nmi_handler_end);
	load(&vm, HANDLER + 0x100, irq_handler, irq_handler_end);
	gate(&v, AXVCPU_X86_START_LONG, 2, HANDLER);
	gate(&v, AXVCPU_X86_START_LONG, 0x40, HANDLER + 0x100);
}

static long nmi(void)
{
	return inject(&v, AXVCPU_EVENT_NMI, 0);
}

static void next(u32 value, const char *text)
{
	CHECK_EQ(run_to_port(&v, PORT_VALUE), value, "%s", text);
}

static void check_masking(void)
{
	start(nmi_main, nmi_main_end);
	next(1, "before");
	CHECK_RET(nmi(), 0, "INJECT of an NMI");
	next(2, "it is delivered with IF clear");
	CHECK_EQ(get_events(&v).nmi_masked, 1, "EVENTS says that NMIs are masked");
	CHECK_RET(nmi(), 0, "another one inside the handler");
	next(3, "waits for IRET");
	CHECK_EQ(get_events(&v).nmi_pending, 1, "EVENTS says that one waits");
	next(2, "and comes right after IRET");
	next(3, "once");
	next(1, "and the guest goes on");
	CHECK_EQ(get_events(&v).nmi_masked, 0, "NMIs are open again");
	COVERS("INJECT", "Ready", "good");
}

static void check_queue(void)
{
	struct axvcpu_inject args = { .size = sizeof(args), .type = AXVCPU_EVENT_NMI, .vector = 2 };

	start(nmi_main, nmi_main_end);
	CHECK_RET(nmi(), 0, "one");
	CHECK_RET(nmi(), 0, "two");
	CHECK_RET(nmi(), -EBUSY, "a third is EBUSY");
	CHECK_RET(call(v.fd, AXVCPU_INJECT, &args), -EINVAL, "an NMI has vector 0");
	next(2, "the first");
	next(3, "to its end");
	next(2, "the second");
	next(3, "to its end");
	next(1, "and no third");
}

/* NMIs that are set as masked stay out until an IRET. */
static void check_set(void)
{
	struct axvcpu_x86_events e;

	start(nmi_main, nmi_main_end);
	next(1, "before");
	e = get_events(&v);
	e.nmi_masked = 1;
	e.nmi_pending = 2;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_EVENTS, &e));
	next(1, "NMIs that wait are masked by SET_REGS");
	e = get_events(&v);
	CHECK_EQ(e.nmi_pending << 8 | e.nmi_masked, 0x201, "and wait still");
	e.nmi_masked = 0;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_EVENTS, &e));
	next(2, "opened, the first comes");
	next(3, "to its end");
	next(2, "and the second");
}

/* An NMI goes before an interrupt; the interrupt waits for the handler's end. */
static void check_priority(void)
{
	u32 first, second;

	start(sti_main, sti_main_end);
	next(1, "before");
	NEED_RET(inject(&v, AXVCPU_EVENT_INTERRUPT, 0x40));
	NEED_RET(nmi());
	first = run_to_port(&v, PORT_VALUE);
	second = run_to_port(&v, PORT_VALUE);
	CHECK_EQ(first << 4 | second, 0x23, "the NMI's handler runs first, to its end");
	next(4, "then the interrupt's");
	next(1, "then the guest");
}

/* One that waits in the shadow of STI comes behind the next instruction. */
GUEST(shadow_main, 64, "inc %ebx; 1: inc %ecx; jmp 1b");
GUEST(shadow_handler, 64, "mov $2, %eax\n" GUEST_VALUE "iretq");

static void check_shadow(void)
{
	struct axvcpu_x86_general g;
	struct axvcpu_x86_events e;

	start(shadow_main, shadow_main_end);
	load(&vm, HANDLER, shadow_handler, shadow_handler_end);
	g = get_general(&v);
	g.rflags |= 1 << 9;
	set_general(&v, &g);
	e = get_events(&v);
	e.interrupt_shadow = 1;
	e.nmi_pending = 1;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_EVENTS, &e));
	next(2, "an NMI that waits in the shadow of STI comes");
	CHECK_EQ(gpr(&v, AXVCPU_X86_RBX), 1, "behind the instruction in it");
}

/* Many at once, from another thread. */
static void *storm(void *argument)
{
	u64 until = now_ns() + SECOND;
	long count = 0;

	(void)argument;
	while (now_ns() < until)
		count += nmi() == 0;
	return (void *)count;
}

GUEST(spin_main, 64, "cli; 1: cmpl $0, (%rsi); je 1b; mov $1, %eax\n" GUEST_DONE);
GUEST(count_handler, 64, "incq 0x20000; iretq");

static void check_storm(void)
{
	struct axvcpu_x86_general g;
	pthread_t thread;
	void *sent;
	u64 *count = (u64 *)(vm.ram + DATA), i;

	start(spin_main, spin_main_end);
	load(&vm, HANDLER, count_handler, count_handler_end);
	g = get_general(&v);
	g.gpr[AXVCPU_X86_RSI] = DATA + 8;
	set_general(&v, &g);
	*count = 0;
	vm.ram[DATA + 8] = 0;
	thread = start_thread(storm, NULL);
	for (i = 0; i < 20; i++) {
		v.run->deadline_ns = now_ns() + 60 * MS;
		NEED_RET(run(&v));
	}
	pthread_join(thread, &sent);
	v.run->deadline_ns = now_ns() + 100 * MS;
	NEED_RET(run(&v));
	v.run->deadline_ns = 0;
	CHECK_EQ(*count, (u64)(long)sent, "every NMI of a storm arrives once");
	note("%ld NMIs", (long)sent);
	COVERS("INJECT", "Running", "racing");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	if (!(info()->capabilities & AXVCPU_CAP_NMI)) {
		CHECK_RET(nmi(), -EOPNOTSUPP, "without AXVCPU_CAP_NMI");
		skip("no AXVCPU_CAP_NMI");
	}
	/*
	 * Bochs 2.7 does not show a step in DR6 when #DB is intercepted, and raises the
	 * step of an instruction that made an exit in the host.
	 */
	if (bochs_svm())
		skip("no step over the guest's IRET with Bochs's SVM");
	check_masking();
	check_queue();
	check_set();
	check_priority();
	check_shadow();
	check_storm();
	return finish();
}
