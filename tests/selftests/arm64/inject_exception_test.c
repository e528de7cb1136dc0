// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * INJECT of exceptions: the guest is at its vector as if the processor had taken it
 * (DDI 0487, pseudocode AArch64.TakeException), from EL0, EL1t and EL1h; an SError waits
 * until the guest lets it in; what no exception is like is refused.
 */
#include "guest.h"

#define ABORT		0x96000010ULL	/* data abort from the same EL, external */
#define ABORT_EL0	0x92000010ULL
#define EC_SERROR	0x2f
#define PSTATE_PAN	(1ULL << 22)
#define PSTATE_FLAGS	0xf0000000ULL
#define SCTLR_SPAN	(1ULL << 23)
#define DAIF		0x3c0ULL

GUEST(spin, PLAIN, "1: b 1b\n");
GUEST(taken, PLAIN, "mrs x3, esr_el1\nmrs x4, far_el1\n" GUEST_VALUE);
GUEST(features, PLAIN, "mrs x0, id_aa64mmfr1_el1\n" GUEST_VALUE);
GUEST(lets_in, PLAIN, "nop\nmov w0, #1\n" GUEST_VALUE "msr daifclr, #4\nnop\nmov w0, #2\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static void begin(const u8 *code, const u8 *end, u64 pstate)
{
	struct axvcpu_arm64_general g;
	u32 at;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_PLAIN, code, end);
	for (at = 0; at < 0x800; at += 0x80)
		set_vector(&vm, at, taken, taken_end);
	g = get_general(&v);
	g.pstate = pstate;
	set_general(&v, &g);
}

/* Before it has run on, and behind that. */
static void check_taken(u64 pstate, u32 vector, u64 esr, const char *name)
{
	struct axvcpu_arm64_general g;
	struct axvcpu_arm64_system s;

	begin(spin, spin_end, pstate);
	CHECK_RET(inject_exception(&v, AXVCPU_ARM64_VECTOR_SYNC, true, esr, HOLE + 0x123), 0,
		  "%s: INJECT", name);
	g = get_general(&v);
	s = get_system(&v);
	CHECK_EQ(g.pc, VECTORS + vector, "%s: the vector", name);
	CHECK_EQ(g.pstate & 0x3df, DAIF | 5, "%s: EL1h, all masked", name);
	CHECK_EQ(g.pstate & PSTATE_FLAGS, pstate & PSTATE_FLAGS, "%s: flags stay", name);
	CHECK_EQ(s.elr_el1, CODE, "%s: ELR_EL1", name);
	CHECK_EQ(s.spsr_el1, pstate, "%s: SPSR_EL1", name);
	CHECK_EQ(s.esr_el1, esr, "%s: ESR_EL1", name);
	CHECK_EQ(s.far_el1, HOLE + 0x123, "%s: FAR_EL1", name);
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(gpr(&v, 3), esr, "%s: the guest reads it", name);
	CHECK_EQ(gpr(&v, 4), HOLE + 0x123, "%s: and the address", name);
}

/* "Privileged Access Never": set unless SCTLR_EL1.SPAN says that it stays. */
static void check_pan(void)
{
	struct axvcpu_arm64_system s;
	bool has_pan;

	begin(features, features_end, DAIF | 5);
	run_to_port(&v, PORT_VALUE);
	has_pan = gpr(&v, 0) >> 20 & 15;
	begin(spin, spin_end, DAIF | 5);
	s = get_system(&v);
	s.sctlr_el1 &= ~SCTLR_SPAN;
	set_system(&v, &s);
	NEED_RET(inject_exception(&v, AXVCPU_ARM64_VECTOR_SYNC, true, ABORT, 0));
	CHECK_EQ(!!(get_general(&v).pstate & PSTATE_PAN), has_pan,
		 "with SPAN clear PAN is set, if there is PAN");
	begin(spin, spin_end, DAIF | 5);
	s = get_system(&v);
	s.sctlr_el1 |= SCTLR_SPAN;
	set_system(&v, &s);
	NEED_RET(inject_exception(&v, AXVCPU_ARM64_VECTOR_SYNC, true, ABORT, 0));
	CHECK_EQ(get_general(&v).pstate & PSTATE_PAN, 0, "with SPAN set it stays");
}

static void check_undefined(void)
{
	begin(spin, spin_end, DAIF | 5);
	CHECK_RET(inject_exception(&v, AXVCPU_ARM64_VECTOR_SYNC, false, 0, 0), 0,
		  "an exception without syndrome");
	CHECK_EQ(get_system(&v).esr_el1, 0x02000000, "is an undefined instruction");
}

static void check_serror(void)
{
	begin(lets_in, lets_in_end, DAIF | 5);
	CHECK_RET(inject_exception(&v, AXVCPU_ARM64_VECTOR_SERROR, false, 0, 0), 0, "an SError");
	CHECK_EQ(get_events(&v).serror_pending, 1, "waits");
	CHECK_RET(inject_exception(&v, AXVCPU_ARM64_VECTOR_SERROR, false, 0, 0), -EBUSY,
		  "and a second one has no place");
	CHECK_EQ(run_to_port(&v, PORT_VALUE), 1, "while the guest masks it");
	CHECK_EQ(get_events(&v).serror_pending, 1, "it waits on");
	run_to_port(&v, PORT_VALUE);
	CHECK_EQ(gpr(&v, 3) >> 26, EC_SERROR, "and is taken when it does not");
	CHECK_EQ(get_events(&v).serror_pending, 0, "once");
	CHECK(get_system(&v).elr_el1 > CODE + 0x10 && get_system(&v).elr_el1 < CODE + 0x20,
	      "where it was let in");
}

static void refused(u32 vector, bool has_code, u64 code, u64 address, const char *name)
{
	struct snapshot before = snapshot(&v), after;

	CHECK_RET(inject_exception(&v, vector, has_code, code, address), -EINVAL, "%s", name);
	after = snapshot(&v);
	EXPECT_EQ(same_snapshot(&before, &after), 1, "%s: nothing has changed", name);
	free_snapshot(&before);
	free_snapshot(&after);
}

static void check_values(void)
{
	begin(spin, spin_end, DAIF | 5);
	refused(1, true, ABORT, 0, "the vector of IRQ");
	refused(2, true, ABORT, 0, "the vector of FIQ");
	refused(4, true, ABORT, 0, "vector 4");
	refused(~0U, true, ABORT, 0, "the last vector");
	refused(AXVCPU_ARM64_VECTOR_SYNC, true, 0, 0, "a syndrome without class");
	refused(AXVCPU_ARM64_VECTOR_SYNC, true, 1ULL << 32 | ABORT, 0, "a long syndrome");
	refused(AXVCPU_ARM64_VECTOR_SYNC, false, ABORT, 0, "a syndrome that it says it has not");
	refused(AXVCPU_ARM64_VECTOR_SYNC, false, 0, 8, "an address without syndrome");
	refused(AXVCPU_ARM64_VECTOR_SERROR, true, 1ULL << 25, 0, "an SError with a long ISS");
	refused(AXVCPU_ARM64_VECTOR_SERROR, false, 0, 8, "an SError with an address");
	COVERS("INJECT", "Ready", "bad value");
}

static void check_states(void)
{
	NEED_RET(call(v.fd, AXVCPU_UNBIND, NULL));
	CHECK_RET(inject_exception(&v, AXVCPU_ARM64_VECTOR_SYNC, true, ABORT, 0), -EBADFD,
		  "an exception in Free");
	COVERS("INJECT", "Free", "wrong state");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_taken(DAIF | 5, 0x200, ABORT, "EL1h");
	check_taken(0x60000005, 0x200, ABORT, "EL1h, not masked, with flags");
	check_taken(DAIF | 4, 0x000, ABORT, "EL1t");
	check_taken(DAIF, 0x400, ABORT_EL0, "EL0");
	check_pan();
	check_undefined();
	check_serror();
	check_values();
	check_states();
	COVERS("INJECT", "Ready", "good");
	return finish();
}
