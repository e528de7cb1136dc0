// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * EVENTS.timers_off: a timer that the VMM holds back raises no interrupt and wakes no
 * guest, and does once it is let pass.
 */
#include "guest.h"

#define OPEN "mov x0, #0xff\nmsr S3_0_C4_C6_0, x0\nmov x0, #1\nmsr S3_0_C12_C12_7, x0\nisb\n"
/* Set to fire at once; each word of the port is what ICC_IAR1_EL1 shows. */
#define SHOW	    "1: isb\nnop\nnop\nmrs x0, S3_0_C12_C12_0\n" G_SAY(PORT_VALUE) "b 1b"
#define WAIT	    "1: wfi\nb 1b"
#define FIRE(timer) "msr " timer "_cval_el0, xzr\nmov x0, #1\nmsr " timer "_ctl_el0, x0\n"

GUEST(virtual_shows, PLAIN, OPEN FIRE("cntv") SHOW);
GUEST(physical_shows, PLAIN, OPEN FIRE("cntp") SHOW);
GUEST(virtual_waits, PLAIN, OPEN FIRE("cntv") GUEST_VALUE WAIT);
GUEST(physical_waits, PLAIN, OPEN FIRE("cntp") GUEST_VALUE WAIT);

#define SPURIOUS 1023

static const struct {
	const char *name;
	const u8 *shows, *shows_end, *waits, *waits_end;
	u8 bit;
	u32 intid;
} timers[] = {
	{ "virtual", virtual_shows, virtual_shows_end, virtual_waits, virtual_waits_end,
	  AXVCPU_ARM64_TIMER_VIRTUAL, 27 },
	{ "physical", physical_shows, physical_shows_end, physical_waits, physical_waits_end,
	  AXVCPU_ARM64_TIMER_PHYSICAL, 30 },
};

static struct vm vm;
static struct vcpu v;

static void begin(const u8 *code, const u8 *end)
{
	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_PLAIN, code, end);
}

static long hold(u8 bits)
{
	struct axvcpu_arm64_events e = get_events(&v);

	e.timers_off = bits;
	return set_block(&v, AXVCPU_BLOCK_EVENTS, &e);
}

static void check_shown(unsigned int i)
{
	begin(timers[i].shows, timers[i].shows_end);
	CHECK_EQ(get_events(&v).timers_off, 0, "after SETUP all pass");
	CHECK_RET(hold(timers[i].bit), 0, "the %s timer held back", timers[i].name);
	CHECK_EQ(run_to_port(&v, PORT_VALUE), SPURIOUS, "%s: it fires, and none is there",
		 timers[i].name);
	CHECK_EQ(get_events(&v).timers_off, timers[i].bit, "as the block says");
	CHECK_RET(hold(3 - timers[i].bit), 0, "the other one instead");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), timers[i].intid, "%s: now it is there",
		 timers[i].name);
}

/* In WFI, which the kernel waits in. */
static void check_waits(unsigned int i)
{
	struct runner r;

	begin(timers[i].waits, timers[i].waits_end);
	NEED_RET(hold(timers[i].bit));
	run_to_port(&v, PORT_VALUE);
	runner_start(&r, &v, -1);
	NEED(WAIT_FOR(state_of(&v) == AXVCPU_STATE_BLOCKED, 2000), "%s: the guest waits",
	     timers[i].name);
	CHECK(!WAIT_FOR(state_of(&v) != AXVCPU_STATE_BLOCKED, 100), "and goes on waiting");
	runner_kick(&r);
	NEED_RET(hold(0));
	v.run->deadline_ns = now_ns() + SECOND / 5;
	do
		NEED_RET(run(&v));
	while (v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	CHECK_EQ(v.run->exit.u.nothing.cause, AXVCPU_CAUSE_DEADLINE,
		 "one that passes ends each WFI, by its loop");
	v.run->deadline_ns = 0;
}

int main(void)
{
	unsigned int i;

	vm_new(&vm, AXVCPU_VM_HALT_IN_KERNEL);
	vcpu_new(&v, &vm, 0);
	for (i = 0; i < ARRAY_SIZE(timers); i++) {
		check_shown(i);
		check_waits(i);
	}
	begin(timers[0].shows, timers[0].shows_end);
	CHECK_RET(hold(4), -EINVAL, "a timer that there is not");
	return finish();
}
