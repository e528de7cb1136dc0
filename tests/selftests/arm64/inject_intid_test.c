// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * INJECT of interrupts: the guest takes them by its GIC CPU interface, highest priority
 * first, each once, whatever it masks meanwhile; from every state and thread.
 */
#include "guest.h"

#define OPEN	"mov x0, #0xff\nmsr S3_0_C4_C6_0, x0\nmov x0, #1\nmsr S3_0_C12_C12_7, x0\nisb\n"
#define IAR	"mrs x0, S3_0_C12_C12_0\n"
#define EOIR	"msr S3_0_C12_C12_1, x0\n"
#define SPI	40

GUEST(waits, PLAIN, OPEN GUEST_VALUE "1: wfi\nb 1b");
GUEST(masks, PLAIN, OPEN "mov w0, #0x41\n" GUEST_VALUE "msr daifclr, #2\nnop\nmsr daifset, #2\n"
      "mov w0, #0x42\n" GUEST_DONE);
GUEST(opens, PLAIN, OPEN "msr daifclr, #2\n1: wfi\nb 1b");
GUEST(closed, PLAIN, "mov x0, #0\nmsr S3_0_C4_C6_0, x0\nmov x0, #1\nmsr S3_0_C12_C12_7, x0\n"
      "isb\nmsr daifclr, #2\nnop\nnop\n" GUEST_VALUE "mov x0, #0xff\nmsr S3_0_C4_C6_0, x0\nisb\n"
      "nop\nnop\n1: b 1b");
GUEST(handler, PLAIN, IAR G_SAY(PORT_VALUE) EOIR "eret");
GUEST(counter, PLAIN,
      IAR EOIR "mov x9, #0x20000\nldr x10, [x9]\nadd x10, x10, #1\nstr x10, [x9]\neret");

static struct vm vm;
static struct vcpu v;

static long irq(u32 intid)
{
	return inject(&v, AXVCPU_EVENT_INTERRUPT, intid);
}

static void begin(const u8 *code, const u8 *end)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_PLAIN, code, end);
	set_vector(&vm, VECTOR_IRQ, handler, handler_end);
}

static void check_masked(void)
{
	begin(masks, masks_end);
	CHECK_RET(irq(SPI), 0, "INJECT in Ready");
	CHECK_RET(irq(SPI), -EBUSY, "the same again");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 0x41, "masked, it waits");
	CHECK_EQ(v.run->irq_pending, 1, "as the run page says");
	CHECK_EQ(v.run->interrupt_flag, 0, "and that the guest masks it");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), SPI, "unmasked, the guest takes it");
	CHECK_EQ(run_to_port(&v, PORT_DONE), 0x42, "once");
	CHECK_EQ(v.run->irq_pending, 0, "and none waits any more");
	CHECK_RET(irq(SPI), 0, "the same can come again");
}

static void check_priority_mask(void)
{
	begin(closed, closed_end);
	NEED_RET(irq(SPI));
	NEED_EXIT(&v, MMIO_WRITE);
	CHECK(said(&v, PORT_VALUE) && said_value(&v) == 1, "PMR 0 lets none pass");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), SPI, "PMR 0xff does");
}

/* More than there are list registers. */
static void check_many(void)
{
	static const u32 intid[] = { 0, 1, 15, 16, 31, 32, 33, 100, 511, 512, 800, 1019 };
	unsigned int i, seen = 0;
	u64 got[ARRAY_SIZE(intid)] = { 0 };

	begin(opens, opens_end);
	for (i = 0; i < ARRAY_SIZE(intid); i++)
		EXPECT_RET(irq(intid[i]), 0, "INTID %u", intid[i]);
	while (seen < ARRAY_SIZE(intid) && run_exit(&v) == REASON_SAY && said(&v, PORT_VALUE))
		got[seen++] = said_value(&v);
	CHECK_EQ(seen, ARRAY_SIZE(intid), "all of %zu that wait come", ARRAY_SIZE(intid));
	for (i = 0; i < ARRAY_SIZE(intid); i++) {
		unsigned int j, times = 0;

		for (j = 0; j < seen; j++)
			times += got[j] == intid[i];
		EXPECT_EQ(times, 1, "INTID %u comes once", intid[i]);
	}
	CHECK_EQ(run_exit(&v), AXVCPU_EXIT_HALT, "and no other");
}

static void check_values(void)
{
	static const u32 none[] = { 1020, 1023, 1024, 8192, 0xffffffff };
	struct axvcpu_inject args = { .size = sizeof(args), .vector = SPI };
	unsigned int i;

	begin(opens, opens_end);
	for (i = 0; i < ARRAY_SIZE(none); i++)
		CHECK_RET(irq(none[i]), -EINVAL, "INTID %u", none[i]);
	args.has_error_code = 1;
	CHECK_RET(call(v.fd, AXVCPU_INJECT, &args), -EINVAL, "an interrupt with an error code");
	args.has_error_code = 0;
	args.address = 8;
	CHECK_RET(call(v.fd, AXVCPU_INJECT, &args), -EINVAL, "an interrupt with an address");
	CHECK_RET(inject(&v, AXVCPU_EVENT_NMI, 0), -EOPNOTSUPP, "an NMI");
	CHECK_EQ(run_exit(&v), AXVCPU_EXIT_HALT, "none of them comes");
	COVERS("INJECT", "Ready", "bad value");
}

/* What waits moves with the block to another vCPU. */
static void check_block(void)
{
	struct axvcpu_arm64_events e;

	begin(masks, masks_end);
	NEED_RET(irq(SPI));
	run_to_port(&v, PORT_VALUE);
	e = get_events(&v);
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_EVENTS, &e), 0, "EVENTS set as it was read");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), SPI, "the interrupt is in it");
	run_to_port(&v, PORT_DONE);
	begin(masks, masks_end);
	run_to_port(&v, PORT_VALUE);
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_EVENTS, &e), 0, "EVENTS set later");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), SPI, "brings it back");
	e.reserved[0] = 1;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_EVENTS, &e), -EINVAL, "a reserved field");
	COVERS("SET_REGS", "Ready", "events");
}

/* From another thread, while it runs: each comes, once. */
static void *flood(void *argument)
{
	u64 until = now_ns() + SECOND, *sent = argument;

	while (now_ns() < until)
		if (!irq(SPI))
			++*sent;
	return NULL;
}

static void check_flood(void)
{
	volatile u64 *count = (u64 *)(vm.ram + DATA);
	u64 sent = 0;
	pthread_t thread;

	vcpu_free(&v);
	vm_free(&vm);
	vm_new(&vm, AXVCPU_VM_HALT_IN_KERNEL);
	vcpu_new(&v, &vm, 0);
	begin(opens, opens_end);
	set_vector(&vm, VECTOR_IRQ, counter, counter_end);
	thread = start_thread(flood, &sent);
	v.run->deadline_ns = now_ns() + 2 * SECOND;
	do
		NEED_RET(run(&v));
	while (v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	end_thread(thread);
	CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE, "a flood: no other exit");
	CHECK_EQ(*count, sent, "each of %llu comes, once", (unsigned long long)sent);
	CHECK(sent > (checking_kernel() ? 10 : 100), "there were many");
	COVERS("INJECT", "Blocked", "racing");
}

static void check_wake(void)
{
	struct runner r;

	begin(opens, opens_end);
	v.run->deadline_ns = 0;
	runner_start(&r, &v, -1);
	NEED(WAIT_FOR(state_of(&v) == AXVCPU_STATE_BLOCKED, 2000), "it waits in the kernel");
	CHECK_RET(irq(SPI), 0, "INJECT in Blocked");
	CHECK(WAIT_FOR(r.ended, 2000), "wakes it");
	runner_kick(&r);
	CHECK(said(&v, PORT_VALUE) && said_value(&v) == SPI, "and the guest takes it");
	begin(waits, waits_end);
	run_to_port(&v, PORT_VALUE);
	NEED_RET(irq(SPI));
	v.run->deadline_ns = now_ns() + SECOND / 5;
	do
		NEED_RET(run(&v));
	while (v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE,
		 "one that the guest masks ends each WFI, by its loop");
	v.run->deadline_ns = 0;
	COVERS("INJECT", "Blocked", "good");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_masked();
	check_priority_mask();
	check_many();
	check_values();
	check_block();
	check_flood();
	check_wake();
	return finish();
}
