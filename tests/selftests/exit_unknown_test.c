// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * UNKNOWN: LMSW and SMSW of memory, which nobody decodes, where CR0 is intercepted
 * because CR0.CD is set (VMX tells LMSW's operand, and does SMSW alone); and on VMX a
 * hardware task switch, which SVM leaves to the processor. Nothing has happened, the PC
 * is at the instruction, and the VMM may do it itself.
 */
#include "guest.h"

#define CR0_CD		(1ULL << 30)
#define CR0_TS		(1ULL << 3)
#define EXIT_CR0_READ	0x00
#define EXIT_CR0_WRITE	0x10
#define EXIT_TASK	9
#define BY_JMP		(2ULL << 30)
#define SEL_TASK	0x48
#define TASK		(TSS + 0x400)

GUEST(lmsw, 64, "lmsw (%rbx); mov %cr0, %rax\n" GUEST_DONE);
GUEST(task, 32, "ljmp $0x48, $0; mov $5, %eax\n" GUEST_DONE);
GUEST(smsw, 64, "smsw (%rbx); mov (%rbx), %eax\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static void start(const u8 *code, const u8 *end, u64 cr0)
{
	struct axvcpu_x86_system s;
	struct axvcpu_x86_general g;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, AXVCPU_X86_START_LONG, code, end);
	s = get_system(&v);
	s.cr0 |= cr0;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	g = get_general(&v);
	g.gpr[AXVCPU_X86_RBX] = DATA;
	set_general(&v, &g);
	*(u32 *)(vm.ram + DATA) = 0xabcd0009; /* PE, TS */
}

static void check_unknown(const char *name, u64 code, const char *what)
{
	const struct axvcpu_exit *e = &v.run->exit;
	struct snapshot first, second;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		NEED_EXIT(&v, UNKNOWN);
		CHECK_EQ(e->reason, AXVCPU_EXIT_UNKNOWN, "%s: UNKNOWN, RUN %u", name, i + 1);
		CHECK_EQ(e->u.unknown.code, code, "%s: the hardware's code", name);
		CHECK_EQ(e->hw_code, code, "%s: and in the record's head", name);
		CHECK(!strcmp(e->u.unknown.what, what), "%s: in words", name);
		CHECK_EQ(e->pc, CODE, "%s: the PC is at it", name);
		CHECK_EQ(e->flags, 0, "%s: nothing is pending", name);
		CHECK_EQ(state_of(&v), AXVCPU_STATE_READY, "%s: the vCPU is Ready", name);
		if (!i)
			first = snapshot(&v);
	}
	second = snapshot(&v);
	CHECK(same_snapshot(&first, &second), "%s: a RUN changes no register", name);
	CHECK_EQ(*(u32 *)(vm.ram + DATA), 0xabcd0009, "%s: nor memory", name);
	free_snapshot(&first);
	free_snapshot(&second);
}

/* The VMM does it, and the guest goes on behind it. */
static void skip_it(void)
{
	struct axvcpu_x86_general g = get_general(&v);

	g.rip += 3;
	set_general(&v, &g);
}

static void check_svm(void)
{
	struct axvcpu_x86_system s;

	start(lmsw, lmsw_end, CR0_CD);
	s = get_system(&v);
	check_unknown("LMSW of memory", EXIT_CR0_WRITE, "LMSW or SMSW of memory");
	s.cr0 |= CR0_TS;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s));
	skip_it();
	CHECK_EQ(run_to_port(&v, PORT_DONE), (u32)s.cr0, "LMSW by the VMM: the guest reads it");

	start(smsw, smsw_end, CR0_CD);
	check_unknown("SMSW to memory", EXIT_CR0_READ, "LMSW or SMSW of memory");
	*(u16 *)(vm.ram + DATA) = (u16)get_system(&v).cr0;
	skip_it();
	CHECK_EQ(run_to_port(&v, PORT_DONE), 0xabcd0031, "SMSW by the VMM: the guest reads it");
	CHECK_EQ(get_stats(&v).exit[AXVCPU_EXIT_UNKNOWN].count, 4, "all are counted");
	COVERS_EXIT("UNKNOWN", "LMSW, SMSW of memory with CR0.CD");
}

static void check_done(const char *how, u64 cr0)
{
	start(lmsw, lmsw_end, cr0);
	CHECK_EQ(run_to_port(&v, PORT_DONE), (u32)(0x80010031 | CR0_TS | cr0),
		 "LMSW of memory %s CR0.CD", how);
	start(smsw, smsw_end, cr0);
	CHECK_EQ(run_to_port(&v, PORT_DONE), 0xabcd0031, "SMSW to memory %s CR0.CD", how);
}

/* A task that goes on behind the JMP. */
static void start_task(void)
{
	u32 *tss = (u32 *)(vm.ram + TASK);
	unsigned int i;

	RESTART(&v, PROTECTED, task);
	*(u32 *)(vm.ram + DATA) = 0xabcd0009;
	*(u64 *)(vm.ram + GDT + SEL_TASK) = 0x0000890000000067 | TASK << 16;
	memset(tss, 0, 104);
	tss[8] = CODE + 7;
	tss[9] = 2;	/* EFLAGS */
	tss[14] = STACK;
	for (i = 18; i < 24; i++)	/* ES to GS */
		tss[i] = i == 19 ? SEL_CODE : SEL_DATA;
}

static void check_task(void)
{
	struct axvcpu_x86_system s;

	start_task();
	if (info()->backend == AXVCPU_BACKEND_VMX) {
		check_unknown("a task switch", EXIT_TASK, "a hardware task switch");
		CHECK_EQ(v.run->exit.u.unknown.qualification, SEL_TASK | BY_JMP,
			 "a task switch: to where and by what");
		COVERS_EXIT("UNKNOWN", "a hardware task switch");
		return;
	}
	CHECK_EQ(run_to_port(&v, PORT_DONE), 5, "a task switch by the processor");
	s = get_system(&v);
	CHECK_EQ(s.segment[AXVCPU_X86_TR].selector, SEL_TASK, "a task switch: TR");
	CHECK_EQ(s.cr0 & CR0_TS, CR0_TS, "a task switch: CR0.TS");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	if (info()->backend == AXVCPU_BACKEND_SVM)
		check_svm();
	else
		check_done("with", CR0_CD);
	check_done("without", 0);
	check_task();
	return finish();
}
