// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * FAIL_ENTRY. SET_REGS refuses what an entry would refuse; on a correct processor
 * only #OF and #BR, injected in 64-bit mode, come that far. QEMU 7.2 lets those
 * through, but answers MOV CR3 of an address beyond the physical ones in this way,
 * in place of #GP: nothing has happened then, the vCPU stays Ready, and the VMM
 * can mend it. An entry of VMX looks at more, what SET_REGS puts together included.
 */
#include "guest.h"

#define HANDLER		0x2000UL
#define BAD_CR3		(1ULL << 62 | TABLES)
#define BAD_RIP		(1ULL << 32 | CODE)
#define VMEXIT_INVALID	~0ULL
#define VMX_INVALID	0x80000021ULL	/* the entry failed: invalid guest state */
#define FLAGS_TF	0x100ULL
#define CR0_PG		0x80000000ULL
#define CR4_PAE		0x20ULL
#define EFER_LME	0x100ULL
#define TYPE_32		0x8	/* of a TSS */

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

/* @code: hw_reason; @pc: of the guest. */
static void check_record(unsigned int nth, u64 code, u64 pc)
{
	const struct axvcpu_exit *e = &v.run->exit;

	NEED_EXIT(&v, FAIL_ENTRY);
	CHECK_EQ(e->u.fail_entry.hw_reason, code, "%u: the hardware's reason", nth);
	CHECK(e->u.fail_entry.check[0] &&
		      strnlen(e->u.fail_entry.check, sizeof(e->u.fail_entry.check)) <
			      sizeof(e->u.fail_entry.check),
	      "%u: in words: %.*s", nth, (int)sizeof(e->u.fail_entry.check), e->u.fail_entry.check);
	CHECK_EQ(e->pc, pc, "%u: the PC is at the instruction", nth);
	CHECK_EQ(e->flags, 0, "%u: nothing is pending", nth);
	CHECK_EQ(state_of(&v), AXVCPU_STATE_READY, "%u: the vCPU stays Ready", nth);
}

static void check_mended(void)
{
	set_rax(TABLES);
	CHECK_EQ(run_to_port(&v, PORT_DONE), TABLES, "with a good value the guest goes on");
	CHECK_EQ(get_stats(&v).exit[AXVCPU_EXIT_FAIL_ENTRY].count, 2, "both are counted");
}

static bool named(const char *check)
{
	return !strncmp(v.run->exit.u.fail_entry.check, check, strlen(check));
}

/* A RIP beyond 4 GiB in 32-bit code. (In 64-bit code, Bochs 2.7 takes what is no address.) */
GUEST(say, 32, "mov $7, %eax\n" GUEST_DONE);

static void check_rip(void)
{
	struct axvcpu_x86_general g;

	RESTART(&v, PROTECTED, say);
	g = get_general(&v);
	g.rip = BAD_RIP;
	set_general(&v, &g);
	check_record(1, VMX_INVALID, BAD_RIP);
	CHECK(named("a bit of RIP above 31 is set"), "it is named");
	check_record(2, VMX_INVALID, BAD_RIP);
	g.rip = CODE;
	set_general(&v, &g);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 7, "with a good one the guest goes on");
	CHECK_EQ(get_stats(&v).exit[AXVCPU_EXIT_FAIL_ENTRY].count, 2, "both are counted");
	COVERS_EXIT("FAIL_ENTRY", "RIP beyond 4 GiB in 32-bit code");
}

/* A PDPTE with a reserved bit set, when the VMM turns PAE paging on. */
static void check_pdpte(void)
{
	struct axvcpu_x86_system s;

	RESTART(&v, PROTECTED, say);
	memset(vm.ram + DATA, 0, 32);
	*(u64 *)(vm.ram + DATA) = TABLES | 3;
	s = get_system(&v);
	s.cr0 |= CR0_PG;
	s.cr3 = DATA;
	s.cr4 |= CR4_PAE;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	NEED_EXIT(&v, FAIL_ENTRY);
	CHECK(named("a PDPTE has a reserved bit set"), "a reserved bit of a PDPTE is named");
}

/* Long mode with a TSS of 16 bits: the guest's MOV faults. */
GUEST(lme_on, 32, "mov %cr0, %eax; or $0x80000000, %eax; mov %eax, %cr0; mov $1, %eax\n" GUEST_VALUE);
GUEST(gp32, 32, "mov $13, %eax\n" GUEST_VALUE);

static void check_tss16(void)
{
	struct axvcpu_x86_system s;

	RESTART(&v, PROTECTED, lme_on);
	identity(&vm);
	load(&vm, HANDLER, gp32, gp32_end);
	gate(&v, AXVCPU_X86_START_PROTECTED, 13, HANDLER);
	s = get_system(&v);
	s.cr3 = TABLES;
	s.cr4 |= CR4_PAE;
	s.efer |= EFER_LME;
	s.segment[AXVCPU_X86_TR].attributes &= ~TYPE_32;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 13, "long mode with a TSS of 16 bits: #GP");
}

/* TF cleared from outside in a shadow in which a single step was pending. */
GUEST(shadow, 64, "mov %ss, %eax; mov %eax, %ss; mov 0x10000000, %eax\n" GUEST_DONE);

static void check_shadow(void)
{
	struct axvcpu_x86_general g;

	RESTART(&v, LONG, shadow);
	g = get_general(&v);
	g.rip += 2;
	g.gpr[AXVCPU_X86_RAX] = SEL_DATA;
	g.rflags |= FLAGS_TF;
	set_general(&v, &g);
	NEED_EXIT(&v, MMIO_READ);
	CHECK_EQ(get_events(&v).interrupt_shadow, 1, "an exit in the shadow of MOV SS");
	cancel(&v);
	NEED_RET(call_value(v.fd, AXVCPU_RUN, AXVCPU_RUN_COMPLETE_ONLY));
	g = get_general(&v);
	g.rflags &= ~FLAGS_TF;
	set_general(&v, &g);
	NEED_EXIT(&v, MMIO_READ);
	done(&v, 77);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 77, "without TF no single step is pending");
}

static void check_vmx(void)
{
	check_rip();
	check_pdpte();
	check_tss16();
	check_shadow();
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
		if (info()->backend == AXVCPU_BACKEND_VMX)
			check_vmx();
		return finish();
	}
	check_record(1, VMEXIT_INVALID, CODE);
	check_record(2, VMEXIT_INVALID, CODE);
	CHECK_EQ(get_system(&v).cr3, TABLES, "CR3 is as it was");
	check_mended();
	COVERS_EXIT("FAIL_ENTRY", "MOV CR3 beyond memory, where QEMU should raise #GP");
	return finish();
}
