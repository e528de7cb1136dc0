// SPDX-License-Identifier: GPL-3.0-or-later
/* Values that no guest can have are -EINVAL, block by block, and set nothing at all. */
#include "guest.h"

GUEST(spin, PLAIN, "1: b 1b");

#define PSTATE_IL	(1ULL << 20)
#define EL1H_MASKED	0x3c5ULL

static struct vm vm;
static struct vcpu v;

static void refused(u32 block, const void *bad, const char *name)
{
	struct snapshot before = snapshot(&v), after;

	CHECK_RET(set_block(&v, block, bad), -EINVAL, "%s", name);
	after = snapshot(&v);
	EXPECT_EQ(same_snapshot(&before, &after), 1, "%s: nothing was set", name);
	free_snapshot(&before);
	free_snapshot(&after);
}

#define BAD(BLOCK, type, name, ...)                                                               \
	do {                                                                                       \
		type b;                                                                            \
		NEED_RET(get_block(&v, AXVCPU_BLOCK_##BLOCK, &b));                                 \
		__VA_ARGS__;                                                                       \
		refused(AXVCPU_BLOCK_##BLOCK, &b, name);                                           \
	} while (0)

/* SPSR_EL2: M has five bits. What leads to EL2, EL3 or EL1 of AArch32 is no guest's. */
static void check_pstate(void)
{
	static const u32 allowed[] = { 0x00, 0x04, 0x05 };
	unsigned int mode, i, bit, reserved = 0;

	for (mode = 0; mode < 32; mode++) {
		struct axvcpu_arm64_general g = get_general(&v);
		bool known = mode == 0x10; /* EL0 of AArch32: if the host has it */

		for (i = 0; i < ARRAY_SIZE(allowed); i++)
			known |= mode == allowed[i];
		if (known)
			continue;
		g.pstate = 0x3c0 | mode;
		refused(AXVCPU_BLOCK_GENERAL, &g, text_of("PSTATE with M 0x%x", mode));
	}
	for (i = 0; i < ARRAY_SIZE(allowed); i++) {
		struct axvcpu_arm64_general g = get_general(&v);

		g.pstate = 0x3c0 | allowed[i];
		CHECK_RET(set_block(&v, AXVCPU_BLOCK_GENERAL, &g), 0, "PSTATE with M 0x%x",
			  allowed[i]);
	}
	for (bit = 33; bit < 64; bit++) {
		struct axvcpu_arm64_general g = get_general(&v);

		g.pstate = EL1H_MASKED | 1ULL << bit;
		reserved += set_block(&v, AXVCPU_BLOCK_GENERAL, &g) == -EINVAL;
	}
	CHECK_EQ(reserved, 31, "PSTATE beyond 33 bits");
	BAD(GENERAL, struct axvcpu_arm64_general, "PSTATE bit 5", b.pstate = EL1H_MASKED | 1 << 5);
	BAD(GENERAL, struct axvcpu_arm64_general, "PSTATE bit 14", b.pstate = EL1H_MASKED | 1 << 14);
}

static void check_reserved(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(((struct axvcpu_arm64_system *)0)->reserved); i++)
		BAD(SYSTEM, struct axvcpu_arm64_system, text_of("reserved field %u of SYSTEM", i),
		    b.reserved[i] = 1ULL << 63);
	BAD(SYSTEM, struct axvcpu_arm64_system, "ACTLR_EL1", b.actlr_el1 = 1);
	BAD(FPU, struct axvcpu_arm64_fpu, "the reserved field of FPU", b.reserved = 1ULL << 40);
	BAD(DEBUG, struct axvcpu_arm64_debug, "the reserved field of DEBUG", b.reserved = 1);
	BAD(DEBUG, struct axvcpu_arm64_debug, "an OS lock of 2", b.os_lock = 2);
}

#define LR_PENDING	(1ULL << 62)
#define LR_HW		(1ULL << 61)
#define LR_GROUP	(1ULL << 60)

#define BAD_EVENTS(name, ...) BAD(EVENTS, struct axvcpu_arm64_events, name, __VA_ARGS__)

static void check_events(void)
{
	unsigned int i;

	BAD_EVENTS("serror_pending 2", b.serror_pending = 2);
	BAD_EVENTS("a syndrome without SError", b.serror_esr = 1);
	BAD_EVENTS("a syndrome that is too long", {
		b.serror_pending = 1;
		b.serror_esr = 1ULL << 25;
	});
	BAD_EVENTS("halted 2", b.halted = 2);
	for (i = 0; i < sizeof(((struct axvcpu_arm64_events *)0)->reserved); i++)
		BAD_EVENTS("a reserved byte", b.reserved[i] = 1);
	BAD_EVENTS("INTID 1020 that waits", b.interrupts[15] |= 1ULL << 60);
	BAD_EVENTS("INTID 1023 that waits", b.interrupts[15] |= 1ULL << 63);
	BAD_EVENTS("INTID 1020 in a list register", b.list[0] = LR_PENDING | LR_GROUP | 1020);
	BAD_EVENTS("an LPI in a list register", b.list[0] = LR_PENDING | LR_GROUP | 8192);
	BAD_EVENTS("an interrupt of the hardware's", b.list[0] = LR_PENDING | LR_GROUP | LR_HW | 40);
	BAD_EVENTS("a list register without state", b.list[0] = LR_GROUP | 40);
	BAD_EVENTS("the same INTID twice", {
		b.list[0] = LR_PENDING | LR_GROUP | 40;
		b.list[1] = LR_PENDING | LR_GROUP | 40;
	});
}

/* What real guests have is taken. */
static void check_good(void)
{
	struct axvcpu_arm64_general g = get_general(&v);
	struct axvcpu_arm64_events e = get_events(&v);

	g.pstate = EL1H_MASKED | 0xfULL << 28 | PSTATE_IL;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_GENERAL, &g), 0, "all flags, and IL");
	g.pstate = EL1H_MASKED;
	g.pc = 0xffff800000000001;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_GENERAL, &g), 0, "a PC that is not aligned");
	e.list[0] = LR_PENDING | LR_GROUP | 0xa0ULL << 48 | 40;
	e.interrupts[0] = 1ULL << 41;
	e.serror_pending = 1;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_EVENTS, &e), 0, "events that wait");
}

int main(void)
{
	BOOT(&vm, &v, 0, PLAIN, spin);
	check_pstate();
	check_reserved();
	check_events();
	check_good();
	COVERS("SET_REGS", "Ready", "bad value");
	return finish();
}
