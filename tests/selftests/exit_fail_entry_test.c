// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * FAIL_ENTRY. SET_REGS refuses what an entry would refuse; on a correct processor
 * only #OF and #BR, injected in 64-bit mode, come that far. QEMU 7.2 lets those
 * through, but answers MOV CR3 of an address beyond the physical ones in this way,
 * in place of #GP: nothing has happened then, the vCPU stays Ready, and the VMM
 * can mend it.
 */
#include "guest.h"

#define HANDLER		0x2000UL
#define BAD_CR3		(1ULL << 62 | TABLES)

GUEST(load_cr3, 64, "mov %rax, %cr3; mov %cr3, %rax\n" GUEST_DONE);
GUEST(handler, 64, "mov $13, %eax\n" GUEST_VALUE);

static struct vm vm;
static struct vcpu v;

static void set_rax(u64 value)
{
	struct axvcpu_x86_general g = get_general(&v);

	g.gpr[AXVCPU_X86_RAX] = value;
	set_general(&v, &g);
}

static void check_record(unsigned int nth)
{
	const struct axvcpu_exit *e = &v.run->exit;

	NEED_EXIT(&v, FAIL_ENTRY);
	CHECK_EQ(e->u.fail_entry.hw_reason, ~0ULL, "%u: VMEXIT_INVALID", nth);
	CHECK(e->u.fail_entry.check[0] &&
		      strnlen(e->u.fail_entry.check, sizeof(e->u.fail_entry.check)) <
			      sizeof(e->u.fail_entry.check),
	      "%u: in words: %.*s", nth, (int)sizeof(e->u.fail_entry.check), e->u.fail_entry.check);
	CHECK_EQ(e->pc, CODE, "%u: the PC is at the instruction", nth);
	CHECK_EQ(e->flags, 0, "%u: nothing is pending", nth);
	CHECK_EQ(state_of(&v), AXVCPU_STATE_READY, "%u: the vCPU stays Ready", nth);
}

static void check_mended(void)
{
	set_rax(TABLES);
	CHECK_EQ(run_to_port(&v, PORT_DONE), TABLES, "with a good value the guest goes on");
	CHECK_EQ(get_stats(&v).exit[AXVCPU_EXIT_FAIL_ENTRY].count, 2, "both are counted");
}

int main(void)
{
	struct axvcpu_x86_system s;

	BOOT(&vm, &v, 0, LONG, load_cr3);
	s = get_system(&v);
	s.cr3 = BAD_CR3;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s), -EINVAL, "SET_REGS refuses such a CR3");
	load(&vm, HANDLER, handler, handler_end);
	gate(&v, AXVCPU_X86_START_LONG, 13, HANDLER);
	set_rax(BAD_CR3);
	if (!under_tcg()) {
		CHECK_EQ(run_to_port(&v, PORT_VALUE), 13, "MOV CR3 of an address that is none: #GP");
		return finish();
	}
	check_record(1);
	check_record(2);
	CHECK_EQ(get_system(&v).cr3, TABLES, "CR3 is as it was");
	check_mended();
	COVERS_EXIT("FAIL_ENTRY", "MOV CR3 beyond memory, where QEMU should raise #GP");
	return finish();
}
