// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * DEBUG from AXVCPU_BLOCK_STOPS: break- and watchpoints of the VMM's and BRK; and
 * EXCEPTION, by exception_exits: BRK that the VMM asked to see, or gives back.
 */
#include "guest.h"

#define BREAK		0x1e7ULL	/* E, PMC 11, BAS */
#define WATCH_STORE	0x1ff7ULL	/* E, PAC 11, LSC 10, BAS */

GUEST(counts, PLAIN, "1: add x1, x1, #1\nadd x2, x2, #1\nstr x1, [x3]\nldr x4, [x3]\nb 1b");
GUEST(own_brk, PLAIN, "nop\nbrk #0x123\nadd x1, x1, #1\n" GUEST_DONE);
GUEST(steps_itself, PLAIN,
      "mov x0, #0xa001\nmsr mdscr_el1, x0\nadr x0, 1f\nmsr dbgbvr0_el1, x0\nmov x0, #0x1e3\n"
      "msr dbgbcr0_el1, x0\nisb\nmsr daifclr, #8\nnop\n1: nop\nmrs x5, mdscr_el1\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;
static struct axvcpu_arm64_stops stops;

static void set_stops(void)
{
	NEED_RET(set_block(&v, AXVCPU_BLOCK_STOPS, &stops));
}

static void stopped(u32 kind, u64 pc, u64 address, u32 class, const char *what)
{
	const struct axvcpu_exit *e = &v.run->exit;

	NEED_EXIT(&v, DEBUG);
	CHECK_EQ(e->u.debug.kind, kind, "%s: kind", what);
	CHECK_EQ(e->u.debug.address, address, "%s: address", what);
	CHECK_EQ(e->u.debug.detail >> 26, class, "%s: class of its syndrome", what);
	CHECK_EQ(pc_of(&v), pc, "%s: the PC", what);
	CHECK_EQ(e->flags, 0, "%s: nothing is pending", what);
}

static void step(u64 to)
{
	v.run->request_flags = AXVCPU_RUN_SINGLE_STEP;
	NEED_EXIT(&v, DEBUG);
	v.run->request_flags = 0;
	CHECK_EQ(v.run->exit.u.debug.kind, AXVCPU_DEBUG_SINGLE_STEP, "a step over it");
	CHECK_EQ(pc_of(&v), to, "goes on by one instruction");
}

static void check_break(void)
{
	unsigned int i;

	START(&v, PLAIN, counts);
	set_gpr(&v, 3, DATA);
	stops.dbgbvr[0] = CODE + 4;
	stops.dbgbcr[0] = BREAK;
	set_stops();
	for (i = 1; i <= 3; i++) {
		stopped(AXVCPU_DEBUG_BREAKPOINT, CODE + 4, CODE + 4, 0x30, "a breakpoint");
		CHECK_EQ(gpr(&v, 1), i, "what stands before was executed");
		CHECK_EQ(gpr(&v, 2), i - 1, "it was not");
		step(CODE + 8);
	}
	step(CODE + 12);
	stopped(AXVCPU_DEBUG_BREAKPOINT, CODE + 4, CODE + 4, 0x30, "a breakpoint");
	stopped(AXVCPU_DEBUG_BREAKPOINT, CODE + 4, CODE + 4, 0x30, "not stepped over: it again");
	stops.dbgbcr[0] &= ~6ULL;
	stops.dbgbcr[0] |= 4;
	set_stops();
	v.run->deadline_ns = now_ns() + 20 * MS;
	CHECK_EQ(run_exit(&v), AXVCPU_EXIT_NOTHING, "one for EL0 does not stop EL1");
	v.run->deadline_ns = 0;
	CHECK(gpr(&v, 1) > 100, "and it makes progress");
	stops.dbgbcr[0] = stops.dbgbvr[0] = 0;
	COVERS_EXIT("DEBUG", "breakpoint of the VMM");
}

static void check_watch(void)
{
	RESTART(&v, PLAIN, counts);
	set_gpr(&v, 3, DATA + 8);
	stops.dbgwvr[1] = DATA + 8;
	stops.dbgwcr[1] = WATCH_STORE;
	set_stops();
	stopped(AXVCPU_DEBUG_WATCHPOINT, CODE + 8, DATA + 8, 0x34, "a watchpoint");
	step(CODE + 12);
	stopped(AXVCPU_DEBUG_WATCHPOINT, CODE + 8, DATA + 8, 0x34, "the next store, not the load");
	CHECK_EQ(gpr(&v, 4), 1, "which was executed");
	stops.dbgwvr[1] = stops.dbgwcr[1] = 0;
	set_stops();
	COVERS_EXIT("DEBUG", "watchpoint of the VMM");
}

/* It leaves, and the VMM gives it to the guest. */
static void check_brk(void)
{
	RESTART(&v, PLAIN, own_brk);
	CHECK_EQ(run_to_port(&v, PORT_VECTOR), 0xf2000123, "BRK is the guest's own");
	stops.flags = AXVCPU_ARM64_STOP_BRK;
	RESTART(&v, PLAIN, own_brk);
	set_stops();
	stopped(AXVCPU_DEBUG_BREAKPOINT, CODE + 4, CODE + 4, 0x3c, "BRK");
	CHECK_EQ(v.run->exit.u.debug.detail, 0xf2000123, "with its immediate");
	CHECK_RET(inject_exception(&v, AXVCPU_ARM64_VECTOR_SYNC, true, v.run->exit.u.debug.detail, 0),
		  0, "INJECT of it");
	CHECK_EQ(run_to_port(&v, PORT_VECTOR), 0xf2000123, "gives it to the guest");
	CHECK_EQ(get_system(&v).elr_el1, CODE + 4, "at its instruction");
	stops.flags = 0;
	COVERS_EXIT("DEBUG", "BRK");
}

static void check_mask(void)
{
	struct axvcpu_arm64_create_config c = { .size = sizeof(c), .exception_exits = 1ULL << 0x3c };
	const struct axvcpu_exit *e;
	struct vcpu other;

	vcpu_open(&other, &vm, create_vcpu_config(vm.fd, 1, &c));
	START(&other, PLAIN, own_brk);
	NEED_EXIT(&other, EXCEPTION);
	e = &other.run->exit;
	CHECK_EQ(e->u.exception.vector, AXVCPU_ARM64_VECTOR_SYNC, "an exception that was asked for");
	CHECK_EQ(e->u.exception.error_code, 0xf2000123, "its syndrome");
	CHECK_EQ(e->u.exception.has_error_code, 1, "is there");
	CHECK_EQ(e->flags, 0, "nothing is pending");
	CHECK_EQ(pc_of(&other), CODE + 4, "the PC is at it");
	CHECK_RET(inject_exception(&other, AXVCPU_ARM64_VECTOR_SYNC, true, 0xf2000123, 0), 0,
		  "INJECT of it");
	CHECK_EQ(run_to_port(&other, PORT_VECTOR), 0xf2000123, "gives it to the guest");
	vcpu_free(&other);
	COVERS_EXIT("EXCEPTION", "BRK");
}

/* What the VMM sets is not seen by the guest, whose own wait. */
static void check_own(void)
{
	struct axvcpu_arm64_debug d;

	RESTART(&v, PLAIN, steps_itself);
	stops.dbgbvr[0] = HOLE;
	stops.dbgbcr[0] = BREAK;
	set_stops();
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, 5), 0xa001, "the guest has its own MDSCR_EL1");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_DEBUG, &d));
	CHECK(d.dbgbvr[0] != HOLE && d.dbgbcr[0] == 0x1e3, "and breakpoint");
	memset(&stops, 0, sizeof(stops));
	set_stops();
	RESTART(&v, PLAIN, steps_itself);
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0x33, "without a stop it steps itself");
}

static void refused(const struct axvcpu_arm64_stops *s, const char *what)
{
	struct axvcpu_arm64_stops after;

	EXPECT_RET(set_block(&v, AXVCPU_BLOCK_STOPS, s), -EINVAL, "%s", what);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_STOPS, &after));
	EXPECT_EQ(memcmp(&stops, &after, sizeof(after)), 0, "%s: nothing changed", what);
}

#define REFUSED(text, member, value)                                                              \
	do {                                                                                       \
		struct axvcpu_arm64_stops s_ = stops;                                              \
		s_.member = value;                                                                 \
		refused(&s_, text);                                                                \
	} while (0)

static void check_refused(void)
{
	REFUSED("an unknown flag", flags, 2);
	REFUSED("a reserved field", reserved, 1);
	REFUSED("a breakpoint that the host lacks", dbgbcr[15], BREAK);
	REFUSED("the address of one", dbgbvr[15], CODE);
	REFUSED("a watchpoint that the host lacks", dbgwcr[15], WATCH_STORE);
	REFUSED("HMC, which is EL2", dbgbcr[0], BREAK | 1 << 13);
	REFUSED("SSC", dbgbcr[0], BREAK | 1 << 14);
	REFUSED("a type", dbgbcr[0], BREAK | 2 << 20);
	REFUSED("no level", dbgbcr[0], BREAK & ~6ULL);
	REFUSED("HMC of a watchpoint", dbgwcr[0], WATCH_STORE | 1 << 13);
	REFUSED("a linked watchpoint", dbgwcr[0], WATCH_STORE | 1 << 20);
	REFUSED("a watchpoint of no level", dbgwcr[0], WATCH_STORE & ~6ULL);
	CHECK(!failures, "stops that could be the host's are refused");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_break();
	check_watch();
	check_brk();
	check_mask();
	check_own();
	check_refused();
	return finish();
}
