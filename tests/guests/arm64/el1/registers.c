// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * System registers: those that hold what is written, those that are not there, and ID
 * registers that agree with what then traps. Instructions likewise.
 */
#include "el1.h"

EL1(write_pfr0, "msr S3_0_C0_C4_0, x0");
EL1(write_midr, "msr S3_0_C0_C0_0, x0");
EL1(read_reserved, "mrs x0, S3_0_C0_C7_7");
EL1(read_hcr, "mrs x0, hcr_el2");
EL1(write_vbar2, "msr vbar_el2, x0");
EL1(read_scr, "mrs x0, scr_el3");
EL1(read_elr12, "mrs x0, S3_5_C4_C0_1");
EL1(read_cntvoff, "mrs x0, cntvoff_el2");
EL1(read_ich, "mrs x0, S3_4_C12_C11_0");
EL1(tlbi_alle1, "tlbi alle1");
EL1(at_s12, "at s12e1r, x0");
EL1(unallocated, "mrs x0, S3_0_C3_C7_7");
EL1(eret_aa, ".inst 0xd69f0bff");

#define HOLDS(name, reg, value)						\
	do {								\
		u64 before_ = mrs(reg);					\
		msr(reg, value);					\
		isb();							\
		check(name, mrs(reg), value);				\
		msr(reg, before_);					\
		isb();							\
	} while (0)

static void check_holding(void)
{
	HOLDS("tpidr-el1", "tpidr_el1", 0x123456789abcdef0);
	HOLDS("tpidr-el0", "tpidr_el0", 0x23456789abcdef01);
	HOLDS("tpidrro-el0", "tpidrro_el0", 0x3456789abcdef012);
	HOLDS("contextidr", "contextidr_el1", 0x89abcdef);
	HOLDS("elr", "elr_el1", 0x1234567890);
	HOLDS("spsr", "spsr_el1", 0x600003c5);
	HOLDS("esr", "esr_el1", 0x96000045);
	HOLDS("far", "far_el1", 0xfedcba9876543210);
	HOLDS("sp-el0", "sp_el0", 0x456789abcdef0120);
	HOLDS("cntkctl", "cntkctl_el1", 0x2f3);
	HOLDS("cntv-cval", "cntv_cval_el0", 0x123456789abcde);
	HOLDS("cntp-cval", "cntp_cval_el0", 0x23456789abcdef);
	HOLDS("mdscr-tdcc", "mdscr_el1", BIT(12));
	check("sctlr", mrs("sctlr_el1") & 0xffffffff, sctlr);
}

static void check_identity(void)
{
	u64 mpidr = mrs("mpidr_el1");

	check("mpidr-affinity", mpidr & 0xff00ffffff, 0);
	check("mpidr-res1", mpidr >> 31 & 1, 1);
	check("mpidr-multiprocessor", mpidr >> 30 & 1, 0);
	check("midr-architecture", mrs("midr_el1") >> 16 & 0xf, 0xf);
	check("pfr0-el0-el1", mrs(ID_PFR0) & 0xff, mrs(ID_PFR0) & 0xee ? 0x22 : 0x11);
	check("pfr0-fp", field(ID_PFR0, 16), field(ID_PFR0, 20));
	check("id-reserved", el1(read_reserved, 1, 0), 0);
	check("id-reserved-no-trap", taken.count, 0);
	check("id-write", class_of(write_pfr0), 0);
	check("midr-write", class_of(write_midr), 0);
}

static void check_absent(void)
{
	check("el2-hcr", class_of(read_hcr), 0);
	check("el2-vbar", class_of(write_vbar2), 0);
	check("el3-scr", class_of(read_scr), 0);
	check("el12-elr", class_of(read_elr12), 0);
	check("el2-cntvoff", class_of(read_cntvoff), 0);
	check("el2-ich", class_of(read_ich), 0);
	check("el2-tlbi", class_of(tlbi_alle1), 0);
	check("el2-at", class_of(at_s12), 0);
	check("unallocated", class_of(unallocated), 0);
}

/* ---- what an ID register says, and what happens ------------------------------------------- */

#define MRS(name, reg)	EL1(name, "mrs x0, " reg)
MRS(r_pan, "S3_0_C4_C2_3");
MRS(r_uao, "S3_0_C4_C2_4");
MRS(r_dit, "S3_3_C4_C2_5");
MRS(r_ssbs, "S3_3_C4_C2_6");
MRS(r_tco, "S3_3_C4_C2_7");
MRS(r_rndr, "S3_3_C2_C4_0");
MRS(r_key, "S3_0_C2_C1_0");
MRS(r_zcr, "S3_0_C1_C2_0");
MRS(r_smcr, "S3_0_C1_C2_6");
MRS(r_pmcr, "S3_3_C9_C12_0");
MRS(r_pmevtyper, "S3_3_C14_C12_0");
MRS(r_erridr, "S3_0_C5_C3_0");
MRS(r_rgsr, "S3_0_C1_C0_5");
MRS(r_lorid, "S3_0_C10_C4_7");
MRS(r_scxtnum, "S3_0_C13_C0_7");
MRS(r_amcr, "S3_3_C13_C2_0");
MRS(r_trfcr, "S3_0_C1_C2_1");
MRS(r_pmscr, "S3_0_C9_C9_0");
MRS(r_trb, "S3_0_C9_C11_0");
MRS(r_tcr2, "S3_0_C2_C0_3");
MRS(r_cntss, "S3_3_C14_C0_6");
MRS(r_sre, ICC_SRE);
EL1(i_lse, ".arch armv8.1-a\nsub sp, sp, #16\nldadd x0, x1, [sp]\nadd sp, sp, #16");
EL1(i_crc, "crc32b w0, w0, w1");
EL1(i_rcpc, "sub sp, sp, #16\nldapr x0, [sp]\nadd sp, sp, #16");
EL1(i_flagm, ".inst 0xd500401f"); /* CFINV */
EL1(i_sb, ".inst 0xd50330ff");
EL1(i_aes, "aese v0.16b, v1.16b");
EL1(i_dotprod, ".arch armv8.4-a\nudot v0.4s, v1.16b, v2.16b");
EL1(i_jscvt, "fjcvtzs w0, d0");
EL1(i_sve, ".inst 0x0420e3e0"); /* CNTB */
EL1(i_fp16, ".arch armv8.4-a+fp16\nfadd h0, h0, h1");

static u64 pointer_keys(void)
{
	return field(ID_ISAR1, 4) | field(ID_ISAR1, 8) | field(ID_ISAR2, 12);
}

static u64 pmu(void)
{
	u64 version = field(ID_DFR0, 8);

	return version && version != 15;
}

static void agrees(const char *name, u64 there, const void *code)
{
	el1(code, 0, 0);
	/* Of SVE it may be its own trap, of what is there but off. */
	check(name, taken.count ? EC(taken.esr) : ~0UL, there ? ~0UL : 0);
}

static void check_ids(void)
{
	agrees("id-pan", field(ID_MMFR1, 20), r_pan);
	agrees("id-uao", field(ID_MMFR2, 4), r_uao);
	agrees("id-dit", field(ID_PFR0, 48), r_dit);
	agrees("id-ssbs", field(ID_PFR1, 4) >= 2, r_ssbs);
	agrees("id-mte-tco", field(ID_PFR1, 8), r_tco);
	agrees("id-mte-rgsr", field(ID_PFR1, 8) >= 2, r_rgsr);
	agrees("id-rndr", field(ID_ISAR0, 60), r_rndr);
	agrees("id-pauth", pointer_keys(), r_key);
	agrees("id-sve-zcr", field(ID_PFR0, 32), r_zcr);
	agrees("id-sme-smcr", field(ID_PFR1, 24), r_smcr);
	agrees("id-pmu", pmu(), r_pmcr);
	agrees("id-pmu-events", pmu(), r_pmevtyper);
	agrees("id-ras", field(ID_PFR0, 28), r_erridr);
	agrees("id-lor", field(ID_MMFR1, 16), r_lorid);
	agrees("id-csv2", field(ID_PFR0, 56) >= 2, r_scxtnum);
	agrees("id-amu", field(ID_PFR0, 44), r_amcr);
	agrees("id-trf", field(ID_DFR0, 40), r_trfcr);
	agrees("id-spe", field(ID_DFR0, 32), r_pmscr);
	agrees("id-trbe", field(ID_DFR0, 44), r_trb);
	agrees("id-tcr2", field(ID_MMFR3, 0), r_tcr2);
	agrees("id-ecv", field(ID_MMFR0, 60), r_cntss);
	agrees("id-gic", field(ID_PFR0, 24), r_sre);
}

void check_registers(void)
{
	check_holding();
	check_identity();
	check_absent();
	check_ids();
}

/* ---- instructions --------------------------------------------------------------------------- */

EL1(exclusive, "1: ldxr x2, [x0]\nadd x2, x2, x1\nstxr w3, x2, [x0]\nmov w0, w3");
EL1(exclusive_lost, "ldxr x2, [x0]\nsvc #0\nstxr w3, x2, [x0]\nmov w0, w3");
EL1(exclusive_cleared, "ldxr x2, [x0]\nclrex\nstxr w3, x2, [x0]\nmov w0, w3");
EL1(exclusive_pair, "ldxp x2, x3, [x0]\nadd x3, x3, x1\nstxp w4, x2, x3, [x0]\nmov w0, w4");
EL1(add, ".arch armv8.1-a\nldadd x1, x0, [x0]");
EL1(compare, ".arch armv8.1-a\nmov x2, #5\ncas x2, x1, [x0]\nmov x0, x2");
EL1(swap, ".arch armv8.1-a\nswp x1, x0, [x0]");
EL1(divide, "fmov d0, #1.0\nfmov d1, #3.0\nmsr fpcr, x0\nmsr fpsr, xzr\nfdiv d0, d0, d1\nfmov x0, d0\n"
    "msr fpcr, xzr");
EL1(fpsr, "mrs x0, fpsr");
/* V0 to V31 have what others don't, over a call of the hypervisor and one of EL1. */
#define EACH_V(f)	f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) \
			f(14) f(15) f(16) f(17) f(18) f(19) f(20) f(21) f(22) f(23) f(24) f(25) \
			f(26) f(27) f(28) f(29) f(30) f(31)
#define PUT_V(n)	"add x2, x2, #0x11\nfmov d" #n ", x2\nins v" #n ".d[1], x2\n"
#define SUM_V(n)	"umov x3, v" #n ".d[1]\nfmov x4, d" #n "\nadd x5, x5, x3\neor x6, x3, x4\n" \
			"orr x7, x7, x6\nror x5, x5, #1\n"
EL1(vectors_stay, "mov x2, #0\n" EACH_V(PUT_V) "mov x0, #0x84000000\nhvc #0\nsvc #0\n"
    "mov x5, #0\nmov x7, #0\n" EACH_V(SUM_V) "mov x0, x5\ncmp x7, #0\ncinv x0, x0, ne");
EL1(vectors_sum, "mov x2, #0\n" EACH_V(PUT_V) "mov x5, #0\nmov x7, #0\n" EACH_V(SUM_V) "mov x0, x5");

static void check_exclusives(void)
{
	u64 va = map(0, TEST_PA | D_PAGE | D_DATA);
	volatile u64 *words = (volatile u64 *)va;

	words[0] = 40;
	words[1] = 1;
	check("exclusive", el1(exclusive, va, 2), 0);
	check("exclusive-stores", words[0], 42);
	check("exclusive-lost-by-exception", el1(exclusive_lost, va, 2), 1);
	check("exclusive-clrex", el1(exclusive_cleared, va, 2), 1);
	check("exclusive-stores-not", words[0], 42);
	check("exclusive-pair", el1(exclusive_pair, va, 6), 0);
	check("exclusive-pair-stores", words[1], 7);
	if (field(ID_ISAR0, 20) >= 2) {
		check("ldadd-old", el1(add, va, 8), 42);
		check("ldadd-new", words[0], 50);
		words[0] = 5;
		check("cas-old", el1(compare, va, 6), 5);
		check("cas-new", words[0], 6);
		check("cas-differs", el1(compare, va, 7), 6);
		check("swp", el1(swap, va, 9), 6);
	}
}

static void check_fp(void)
{
	u64 near = 0x3fd5555555555555;

	check("fp-nearest", el1(divide, 0, 0), near);
	check("fp-inexact", el1(fpsr, 0, 0) & 0x10, 0x10);
	check("fp-upwards", el1(divide, 1UL << 22, 0), near + 1);
	check("fp-downwards", el1(divide, 2UL << 22, 0), near);
	check("vectors-stay", el1(vectors_stay, 0, 0), el1(vectors_sum, 0, 0));
}

void check_instructions(void)
{
	agrees("id-lse", field(ID_ISAR0, 20) >= 2, i_lse);
	agrees("id-crc32", field(ID_ISAR0, 16), i_crc);
	agrees("id-lrcpc", field(ID_ISAR1, 20), i_rcpc);
	agrees("id-flagm", field(ID_ISAR0, 52), i_flagm);
	agrees("id-sb", field(ID_ISAR1, 36), i_sb);
	agrees("id-aes", field(ID_ISAR0, 4), i_aes);
	agrees("id-dotprod", field(ID_ISAR0, 44), i_dotprod);
	agrees("id-jscvt", field(ID_ISAR1, 12), i_jscvt);
	agrees("id-fp16", field(ID_PFR0, 16) == 1, i_fp16);
	if (!field(ID_PFR0, 32))
		agrees("id-sve", 0, i_sve);
	check_exclusives();
	check_fp();
}
