// SPDX-License-Identifier: GPL-3.0-or-later
/* GET_REGS, SET_REGS, GET_ONE_REG and SET_ONE_REG: what is set is what the guest has. */
#include "guest.h"

/* Each register minus its number must be X0; a difference goes to X9. */
#define SAME(n) "sub x9, x" #n ", #" #n "\ncmp x9, x0\nb.ne 9f\n"
GUEST(general, PLAIN,
      "mov x10, #0\n" SAME(1) SAME(2) SAME(3) SAME(4) SAME(5) SAME(6) SAME(7) SAME(8) SAME(11)
      SAME(12) SAME(13) SAME(14) SAME(15) SAME(16) SAME(17) SAME(18) SAME(19) SAME(20) SAME(21)
      SAME(22) SAME(23) SAME(24) SAME(25) SAME(26) SAME(27) SAME(28) SAME(29) SAME(30)
      "mov x0, sp\nmov x10, #1\n9: mrs x1, sp_el0\nmrs x2, nzcv\n" GUEST_DONE);
GUEST(fpu, PLAIN,
      "fmov x0, d0\nfmov x1, v0.d[1]\nfmov x2, d31\nfmov x3, v31.d[1]\nmrs x4, fpcr\nmrs x5, fpsr\n"
      "fmov d7, x0\n" GUEST_DONE);
GUEST(system_regs, PLAIN,
      "mrs x0, tpidr_el0\nmrs x1, tpidr_el1\nmrs x2, tpidrro_el0\nmrs x3, ttbr1_el1\n"
      "mrs x4, far_el1\nmrs x5, spsr_el1\nmrs x6, contextidr_el1\nmrs x7, cpacr_el1\n" GUEST_DONE);
GUEST(say, PLAIN, GUEST_DONE);

#define PATTERN	0x0123456789abcd00ULL

static struct vm vm;
static struct vcpu v;

static void check_general(void)
{
	struct axvcpu_arm64_general g, back;
	unsigned int i;

	START(&v, PLAIN, general);
	g = get_general(&v);
	CHECK_EQ(g.pc, CODE, "PC is the entry");
	CHECK_EQ(g.pstate, 0x3c5, "PSTATE is EL1h with all masked");
	CHECK_EQ(g.sp_el1, STACK, "SP_EL1 is the config's");
	for (i = 0; i < 31; i++)
		g.x[i] = PATTERN + i;
	g.sp_el0 = 0x5510;
	g.sp_el1 = 0x6620;
	g.pstate = 0xa00003c5;
	set_general(&v, &g);
	back = get_general(&v);
	CHECK(!memcmp(&g, &back, sizeof(g)), "they read back");
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, 10), 1, "the guest has X0 to X30 (X9 has a difference)");
	CHECK_EQ(gpr(&v, 0), 0x6620, "and SP");
	CHECK_EQ(gpr(&v, 1), 0x5510, "and SP_EL0");
	COVERS("SET_REGS", "Ready", "good");
	COVERS("GET_REGS", "Ready", "good");
}

static void check_flags(void)
{
	struct axvcpu_arm64_general g;
	static const u64 wrong[] = { 0x3c9, 0x3cd, 0x1d3, 0x3c6, 1ULL << 63 };
	unsigned int i;

	RESTART(&v, PLAIN, say);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		g = get_general(&v);
		g.pstate = wrong[i];
		CHECK_RET(set_block(&v, AXVCPU_BLOCK_GENERAL, &g), -EINVAL, "PSTATE 0x%llx",
			  (unsigned long long)wrong[i]);
	}
	CHECK_EQ(get_general(&v).pstate, 0x3c5, "refused, it stays");
	run_to_port(&v, PORT_DONE);
	COVERS("SET_REGS", "Ready", "bad value");
}

static void check_fpu(void)
{
	struct axvcpu_arm64_fpu f, back;
	unsigned int i;

	RESTART(&v, PLAIN, fpu);
	memset(&f, 0, sizeof(f));
	for (i = 0; i < 32; i++) {
		f.v[i][0] = PATTERN + 2 * i;
		f.v[i][1] = ~PATTERN + 2 * i;
	}
	f.fpcr = 0x00400000;
	f.fpsr = 0x08000011;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_FPU, &f));
	NEED_RET(get_block(&v, AXVCPU_BLOCK_FPU, &back));
	CHECK(!memcmp(&f, &back, sizeof(f)), "FP and SIMD read back");
	run_to_port(&v, PORT_DONE);
	CHECK(gpr(&v, 0) == f.v[0][0] && gpr(&v, 1) == f.v[0][1], "the guest has V0");
	CHECK(gpr(&v, 2) == f.v[31][0] && gpr(&v, 3) == f.v[31][1], "and V31");
	CHECK(gpr(&v, 4) == f.fpcr && gpr(&v, 5) == f.fpsr, "and FPCR and FPSR");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_FPU, &back));
	f.v[7][0] = f.v[0][0];
	f.v[7][1] = 0;
	CHECK(!memcmp(&f, &back, sizeof(f)), "what it changes is seen, the rest stays");
	f.reserved = 1;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_FPU, &f), -EINVAL, "a reserved field");
}

static void check_system(void)
{
	struct axvcpu_arm64_system s, back;

	RESTART(&v, PLAIN, system_regs);
	s = get_system(&v);
	s.tpidr_el0 = PATTERN;
	s.tpidr_el1 = PATTERN + 1;
	s.tpidrro_el0 = PATTERN + 2;
	s.ttbr1_el1 = 0x123456789000;
	s.far_el1 = PATTERN + 4;
	s.spsr_el1 = 0x3c5;
	s.contextidr_el1 = 0x1234;
	set_system(&v, &s);
	back = get_system(&v);
	CHECK(!memcmp(&s, &back, sizeof(s)), "system registers read back");
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, 0), s.tpidr_el0, "the guest has TPIDR_EL0");
	CHECK_EQ(gpr(&v, 1), s.tpidr_el1, "TPIDR_EL1");
	CHECK_EQ(gpr(&v, 2), s.tpidrro_el0, "TPIDRRO_EL0");
	CHECK_EQ(gpr(&v, 3), s.ttbr1_el1, "TTBR1_EL1");
	CHECK_EQ(gpr(&v, 4), s.far_el1, "FAR_EL1");
	CHECK_EQ(gpr(&v, 5), s.spsr_el1, "SPSR_EL1");
	CHECK_EQ(gpr(&v, 6), s.contextidr_el1, "CONTEXTIDR_EL1");
	CHECK_EQ(gpr(&v, 7) >> 20 & 3, 3, "CPACR_EL1 lets FP and SIMD be used");
	s.reserved[0] = 1;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_SYSTEM, &s), -EINVAL, "a reserved field");
}

static void check_one(void)
{
	struct axvcpu_one_reg r = { .size = sizeof(r) };

	RESTART(&v, PLAIN, say);
	set_gpr(&v, 5, PATTERN);
	r.id = AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 5 * 8, 3);
	CHECK_RET(call(v.fd, AXVCPU_GET_ONE_REG, &r), 0, "GET_ONE_REG");
	CHECK_EQ(r.value[0], PATTERN, "has X5");
	r.value[0] = 0x1234;
	CHECK_RET(call(v.fd, AXVCPU_SET_ONE_REG, &r), 0, "SET_ONE_REG");
	CHECK_EQ(gpr(&v, 5), 0x1234, "sets X5");
	r.id = AXVCPU_REG(AXVCPU_BLOCK_SYSTEM, offsetof(struct axvcpu_arm64_system, tpidr_el1), 3);
	CHECK_RET(call(v.fd, AXVCPU_SET_ONE_REG, &r), 0, "SET_ONE_REG of a system register");
	CHECK_EQ(get_system(&v).tpidr_el1, 0x1234, "sets TPIDR_EL1");
	r.id = AXVCPU_REG(AXVCPU_BLOCK_FPU, 16, 4);
	CHECK_RET(call(v.fd, AXVCPU_GET_ONE_REG, &r), 0, "GET_ONE_REG of 16 bytes");
	r.id = AXVCPU_REG(AXVCPU_BLOCK_GENERAL, sizeof(struct axvcpu_arm64_general), 3);
	CHECK_RET(call(v.fd, AXVCPU_GET_ONE_REG, &r), -EINVAL, "behind the block");
	r.id = AXVCPU_REG(AXVCPU_BLOCK_MSRS, 0, 3);
	CHECK_RET(call(v.fd, AXVCPU_GET_ONE_REG, &r), -EINVAL, "of a block that there is not");
	COVERS("SET_ONE_REG", "Ready", "good");
}

/* A guest that came from one vCPU goes on in another. */
GUEST(stops, PLAIN, "fmov d3, x0\nmsr tpidr_el0, x0\n" G_SAY(0x50)
      "fmov x1, d3\nmrs x2, tpidr_el0\n" GUEST_DONE);

static void check_copy(void)
{
	static u8 block[AXVCPU_BLOCK_COUNT][16384];
	struct vcpu other;
	unsigned int i;

	RESTART(&v, PLAIN, stops);
	set_gpr(&v, 0, PATTERN);
	run_to_port(&v, 0x50);
	vcpu_new(&other, &vm, 1);
	NEED_RET(setup_vcpu(&other, MODE_PLAIN, 0));
	for (i = 0; i < AXVCPU_BLOCK_COUNT; i++) {
		if (!info()->block_length[i])
			continue;
		NEED_RET(get_block(&v, i, block[i]));
		CHECK_RET(set_block(&other, i, block[i]), 0, "block %u into another vCPU", i);
	}
	NEED_RET(bind_vcpu(&other, -1));
	run_to_port(&other, PORT_DONE);
	CHECK_EQ(gpr(&other, 1), PATTERN, "which goes on with its SIMD registers");
	CHECK_EQ(gpr(&other, 2), PATTERN, "and system registers");
	vcpu_free(&other);
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_general();
	check_flags();
	check_fpu();
	check_system();
	check_one();
	check_copy();
	return finish();
}
