// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Every encoding of MRS and MSR with op0 2 or 3: a guest at EL1 reads a value or takes its
 * own exception, or the VMM is asked; nothing of EL2's, EL3's or the Secure world's is
 * there. What it writes, anywhere, harms nobody but itself.
 */
#include "guest.h"

#define MRS		0xd5300000U	/* op0 has its low bit in bit 19 */
#define MSR		0xd5100000U
#define PLACE		(CODE + 12)	/* of the instruction, instead of a NOP */
#define EC_UNKNOWN	0x00
#define EC_SYSREG	0x18

/* X0 is written, and read to; X1: ESR_EL1 of what the instruction raised. */
GUEST(tries, PLAIN, "msr daifset, #15\nmov x1, #-1\nmov x2, #0\nnop\nmov x2, #1\n" GUEST_DONE);
GUEST(vector, PLAIN, "mrs x1, esr_el1\n" GUEST_DONE);

enum outcome { WORKS, UNDEFINED, LEFT, STUCK, OTHER, OUTCOMES };

static struct vm vm;
static struct vcpu v;
static u64 seed = 0xda942042e4dd58b5;
static u64 counts[2][OUTCOMES];

static void begin(void)
{
	u32 at;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	v.run->complete.action = AXVCPU_ANSWER_NONE;
	START(&v, PLAIN, tries);
	for (at = 0; at < 0x800; at += 0x80)
		set_vector(&vm, at, vector, vector_end);
}

static u32 encoding(unsigned int op0, unsigned int op1, unsigned int crn, unsigned int crm,
		    unsigned int op2)
{
	return (op0 & 1) << 19 | op1 << 16 | crn << 12 | crm << 8 | op2 << 5;
}

static enum outcome look(void)
{
	u64 class;

	switch (v.run->exit.reason) {
	case AXVCPU_EXIT_SYSREG_READ:
	case AXVCPU_EXIT_SYSREG_WRITE:
	case AXVCPU_EXIT_SEND_IPI:
		return LEFT;
	case AXVCPU_EXIT_NOTHING:	/* it has turned its MMU on, say */
	case AXVCPU_EXIT_DEBUG:
	case AXVCPU_EXIT_NESTED_PAGE_FAULT:
		return STUCK;
	}
	if (!said(&v, PORT_DONE))
		return OTHER;
	if (gpr(&v, 2) == 1)
		return WORKS;
	class = gpr(&v, 1) >> 26;
	return class == EC_UNKNOWN || class == EC_SYSREG ? UNDEFINED : STUCK;
}

/* Return: the outcome; @value: what is written, or was read; @limit: of its time. */
static enum outcome try_one(u32 instruction, u64 *value, u64 limit)
{
	struct axvcpu_arm64_general g = get_general(&v);
	enum outcome outcome;

	memcpy(vm.ram + PLACE, &instruction, sizeof(instruction));
	g.pc = CODE;
	g.pstate = 0x3c5;
	g.x[0] = *value;
	set_general(&v, &g);
	v.run->deadline_ns = now_ns() + limit;
	do
		NEED_RET(run(&v));
	while (v.run->exit.reason == AXVCPU_EXIT_NOTHING &&
	       v.run->exit.u.nothing.cause == AXVCPU_CAUSE_SIGNAL);
	outcome = look();
	*value = gpr(&v, 0);
	if (outcome == OTHER)
		CHECK(false, "instruction %08x: %s", instruction, exit_text(&v));
	if (v.run->exit.flags & AXVCPU_EXIT_PENDING) {
		fault(&v, AXVCPU_ARM64_VECTOR_SYNC, false, 0);
		NEED_RET(call_value(v.fd, AXVCPU_RUN, AXVCPU_RUN_COMPLETE_ONLY));
	}
	return outcome;
}

/* The guest's code is in place again with each group, whatever it has done. */
static void check_reads(unsigned int op1)
{
	unsigned int group, op2, wrong = 0;

	for (group = 0; group < 2 * 256 && wrong < 10; group++) {
		unsigned int op0 = 2 + group / 256, crn = group / 16 % 16, crm = group % 16;

		begin();
		for (op2 = 0; op2 < 8; op2++) {
			u64 value = 0x5555;
			enum outcome outcome =
				try_one(MRS | encoding(op0, op1, crn, crm, op2), &value, 5 * SECOND);

			counts[0][outcome]++;
			if (op1 >= 4 && outcome != UNDEFINED && outcome != LEFT) {
				note("S%u_%u_C%u_C%u_%u: %llx", op0, op1, crn, crm, op2,
				     (unsigned long long)value);
				wrong++;
			}
		}
	}
	if (op1 >= 4)
		CHECK_EQ(wrong, 0, "no register with op1 %u is there to be read", op1);
}

static void check_writes(unsigned int op1)
{
	unsigned int group, op2;

	for (group = 0; group < 2 * 256 && failures < 10; group++) {
		unsigned int op0 = 2 + group / 256, crn = group / 16 % 16, crm = group % 16;

		for (op2 = 0; op2 < 8; op2++) {
			u64 value = random_next(&seed) & 3 ? random_next(&seed) : ~0ULL;
			enum outcome outcome;

			begin();
			outcome = try_one(MSR | encoding(op0, op1, crn, crm, op2), &value, 20 * MS);
			counts[1][outcome]++;
		}
	}
}

static void show(const char *what, const u64 *count)
{
	note("%s: %llu work, %llu undefined, %llu left, %llu end elsewhere", what,
	     (unsigned long long)count[WORKS], (unsigned long long)count[UNDEFINED],
	     (unsigned long long)count[LEFT], (unsigned long long)count[STUCK]);
}

int main(void)
{
	unsigned int op1;

	alarm(checking_kernel() ? 260 : 85);
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	for (op1 = 0; op1 < 8; op1++)
		check_reads(op1);
	show("MRS", counts[0]);
	CHECK(counts[0][WORKS] > 50 && counts[0][UNDEFINED] > 1000, "some can be read, most not");
	CHECK_EQ(counts[0][OTHER] + counts[0][STUCK], 0, "and nothing else comes of it");
	/* Those of EL1 and EL0; what is above is undefined as above. */
	check_writes(0);
	check_writes(3);
	show("MSR", counts[1]);
	CHECK(counts[1][WORKS] > 50 && counts[1][UNDEFINED] > 1000, "some can be written, most not");
	CHECK_EQ(counts[1][OTHER], 0, "and nothing else comes of it");
	begin();
	v.run->deadline_ns = 0;
	CHECK_EQ(run_to_port(&v, PORT_DONE), gpr(&v, 0) & 0xffffffff, "a guest runs behind it");
	COVERS_EXIT("SYSREG_READ", "every encoding");
	COVERS_EXIT("SYSREG_WRITE", "every encoding");
	return finish();
}
