// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The guest's own break- and watchpoints: they hit in the guest, only where it lets
 * them, and another vCPU and the host keep theirs.
 */
#include "guest.h"
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>

/* DBGBCR: E, PMC 01, BAS; DBGWCR: E, PAC 01, LSC, BAS. */
#define BREAK_EL1	0x1e3ULL
#define WATCH_EL1	0x1ffbULL
#define MDE_KDE		"0xa000"

/* X3: DBGBCR0_EL1; X4: MDSCR_EL1; the breakpoint is at 1. */
GUEST(breaks, PLAIN,
      "adr x1, 1f\nmsr dbgbvr0_el1, x1\nmsr dbgbcr0_el1, x3\nmsr mdscr_el1, x4\nisb\n"
      "msr daifclr, #8\nisb\n1: nop\n" GUEST_DONE);
/* X1: address; X3: DBGWCR1_EL1 */
GUEST(watches, PLAIN,
      "mov x4, #" MDE_KDE "\nmsr dbgwvr1_el1, x1\nmsr dbgwcr1_el1, x3\nmsr mdscr_el1, x4\nisb\n"
      "msr daifclr, #8\nisb\nldr x0, [x1, #8]\n1: ldr x0, [x1]\n" GUEST_DONE);
/* A context breakpoint, the last one, that breakpoint 0 is linked to; X5: its number. */
GUEST(linked, PLAIN,
      "adr x1, 1f\nmsr dbgbvr0_el1, x1\nmsr dbgbcr0_el1, x3\nmov x2, #0x55\n"
      "msr dbgbvr1_el1, x2\nmov x2, #0x1e7\nmovk x2, #0x30, lsl #16\nmsr dbgbcr1_el1, x2\n"
      "mov x4, #" MDE_KDE "\nmsr mdscr_el1, x4\nmsr contextidr_el1, x6\nisb\nmsr daifclr, #8\nisb\n"
      "1: nop\n" GUEST_DONE);
GUEST(locked, PLAIN,
      "mov x4, #1\nmsr oslar_el1, x4\nadr x1, 1f\nmsr dbgbvr0_el1, x1\nmsr dbgbcr0_el1, x3\n"
      "mov x4, #" MDE_KDE "\nmsr mdscr_el1, x4\nisb\nmsr daifclr, #8\nisb\n1: nop\n" GUEST_DONE);
GUEST(plain, PLAIN, "msr daifclr, #8\nnop\nnop\nnop\nnop\nnop\nnop\nnop\nnop\nnop\n" GUEST_DONE);
#define BREAKS_AT (CODE + 7 * 4)

static struct vm vm;
static struct vcpu v;

static bool hit(u32 class)
{
	run_exit(&v);
	return said(&v, PORT_VECTOR) && said_value(&v) >> 26 == class;
}

static void start_breaks(u64 control, u64 mdscr)
{
	RESTART(&v, PLAIN, breaks);
	set_gpr(&v, 3, control);
	set_gpr(&v, 4, mdscr);
}

static void check_breakpoint(void)
{
	struct axvcpu_arm64_debug d;

	START(&v, PLAIN, breaks);
	start_breaks(BREAK_EL1, 0xa000);
	CHECK(hit(0x31), "a breakpoint of the guest's hits at EL1: %s", exit_text(&v));
	CHECK_EQ(get_system(&v).elr_el1, BREAKS_AT, "at its instruction");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_DEBUG, &d));
	CHECK_EQ(d.dbgbcr[0], BREAK_EL1, "the block has its control");
	CHECK_EQ(d.dbgbvr[0], BREAKS_AT, "and its address");
	start_breaks(BREAK_EL1 & ~1ULL, 0xa000);
	run_to_port(&v, PORT_DONE);
	start_breaks(0x1e5, 0xa000);
	run_to_port(&v, PORT_DONE);
	start_breaks(BREAK_EL1, 0x8000);
	run_to_port(&v, PORT_DONE);
	start_breaks(BREAK_EL1, 0x2000);
	run_to_port(&v, PORT_DONE);
	start_breaks(BREAK_EL1 | 2 << 14, 0xa000);
	run_to_port(&v, PORT_DONE);
	CHECK(!failures, "none without E, for EL0, without KDE, without MDE, for Secure state");
	RESTART(&v, PLAIN, locked);
	set_gpr(&v, 3, BREAK_EL1);
	run_to_port(&v, PORT_DONE);
	CHECK(!failures, "none under the OS Lock");
}

static void check_watchpoint(void)
{
	RESTART(&v, PLAIN, watches);
	set_gpr(&v, 1, DATA);
	set_gpr(&v, 3, WATCH_EL1);
	CHECK(hit(0x35), "a watchpoint hits at EL1: %s", exit_text(&v));
	CHECK_EQ(get_system(&v).far_el1, DATA, "at its address");
	CHECK_EQ(get_system(&v).elr_el1, CODE + 8 * 4, "not at the load beside it");
	RESTART(&v, PLAIN, watches);
	set_gpr(&v, 1, DATA);
	set_gpr(&v, 3, WATCH_EL1 & ~8ULL);
	run_to_port(&v, PORT_DONE);
	CHECK(!failures, "a load is no store");
}

/*
 * With two breakpoints shown the second is the one for contexts: which of the host's
 * it is, is nothing that the guest sees.
 */
static void check_linked(void)
{
	struct axvcpu_arm64_id most, id;
	unsigned int i;

	RESTART(&v, PLAIN, linked);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_ID, &most));
	id = most;
	id.reg[AXVCPU_ARM64_ID_AA64DFR0_EL1] &= ~(15ULL << 12 | 15ULL << 28);
	id.reg[AXVCPU_ARM64_ID_AA64DFR0_EL1] |= 1ULL << 12;
	for (i = 0; i < 2; i++) {
		RESTART(&v, PLAIN, linked);
		NEED_RET(set_block(&v, AXVCPU_BLOCK_ID, &id));
		set_gpr(&v, 3, BREAK_EL1 | 1ULL << 20 | 1ULL << 16);
		set_gpr(&v, 6, i ? 0x55 : 0x54);
		if (i)
			CHECK(hit(0x31), "a linked breakpoint hits in its context");
		else
			run_to_port(&v, PORT_DONE);
	}
	RESTART(&v, PLAIN, linked);
	NEED_RET(set_block(&v, AXVCPU_BLOCK_ID, &most));
}

/* A vCPU that enables its breakpoints, and has set none, sees nobody else's. */
static void check_other(void)
{
	struct axvcpu_arm64_debug d;

	start_breaks(BREAK_EL1, 0xa000);
	CHECK(hit(0x31), "one vCPU has a breakpoint");
	RESTART(&v, PLAIN, plain);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_DEBUG, &d));
	CHECK_EQ(d.dbgbcr[0] | d.dbgbvr[0] | d.mdscr_el1, 0, "RESET clears them");
	d.mdscr_el1 = 0xa000;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_DEBUG, &d));
	run_to_port(&v, PORT_DONE);
	CHECK(!failures, "the next one does not find it");
	RESTART(&v, PLAIN, plain);
	d.dbgbvr[1] = CODE + 4 * 4;
	d.dbgbcr[1] = BREAK_EL1;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_DEBUG, &d));
	CHECK(hit(0x31), "what the VMM sets in the guest's registers is the guest's");
	CHECK_EQ(get_system(&v).elr_el1, CODE + 4 * 4, "there");
}

/* The host's own, of this thread: it is there behind a trip with the guest's. */
static void check_host(void)
{
	static volatile u64 watched;
	struct perf_event_attr attr = { .type = PERF_TYPE_BREAKPOINT,
					.size = sizeof(attr),
					.bp_type = HW_BREAKPOINT_W,
					.bp_addr = (u64)&watched,
					.bp_len = HW_BREAKPOINT_LEN_8,
					.exclude_kernel = 1 };
	int fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	u64 count = 0;
	unsigned int i;

	if (fd < 0) {
		note("no perf events here");
		return;
	}
	for (i = 0; i < 20; i++) {
		start_breaks(BREAK_EL1, 0xa000);
		EXPECT_EQ(hit(0x31), true, "the guest's breakpoint hits");
		watched++;
	}
	NEED(read(fd, &count, sizeof(count)) == sizeof(count), "read of the counter");
	CHECK_EQ(count, 20, "the host's watchpoint has seen each write between trips");
	close(fd);
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_breakpoint();
	check_watchpoint();
	check_linked();
	check_other();
	check_host();
	return finish();
}
