/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The registers of the virtual CPU interface, which are EL2's. What is here touches
 * nothing but its arguments, see world.h.
 *
 * GIC architecture (IHI 0069): "AArch64 System register descriptions of the virtual
 * registers", ICH_*_EL2.
 */
#ifndef AXVCPU_ARM64_ICH_H
#define AXVCPU_ARM64_ICH_H

#include <asm/sysreg.h>

#include "arm64.h"

#define ICH_EN			BIT_ULL(0)
#define ICH_UIE			BIT_ULL(1)
#define SRE_SRE			BIT_ULL(0)
#define SRE_ENABLE		BIT_ULL(3)

#define ICH_EACH_LR(f)	f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) \
			f(10) f(11) f(12) f(13) f(14) f(15)

static __always_inline u64 ich_read_lr(unsigned int n)
{
	switch (n) {
#define ICH_READ_LR(n)	case n: return read_sysreg_s(SYS_ICH_LR##n##_EL2);
	ICH_EACH_LR(ICH_READ_LR)
	default:
		return 0;
	}
}

static __always_inline void ich_write_lr(unsigned int n, u64 value)
{
	switch (n) {
#define ICH_WRITE_LR(n)	case n: write_sysreg_s(value, SYS_ICH_LR##n##_EL2); break;
	ICH_EACH_LR(ICH_WRITE_LR)
	}
}

/* Active priorities: one, two or four registers of each group. */
static __always_inline void ich_load_active(const struct arm64_ich *g,
					    u32 registers)
{
	if (registers == 4) {
		write_sysreg_s(g->ap0r[3], SYS_ICH_AP0R3_EL2);
		write_sysreg_s(g->ap0r[2], SYS_ICH_AP0R2_EL2);
		write_sysreg_s(g->ap1r[3], SYS_ICH_AP1R3_EL2);
		write_sysreg_s(g->ap1r[2], SYS_ICH_AP1R2_EL2);
	}
	if (registers >= 2) {
		write_sysreg_s(g->ap0r[1], SYS_ICH_AP0R1_EL2);
		write_sysreg_s(g->ap1r[1], SYS_ICH_AP1R1_EL2);
	}
	write_sysreg_s(g->ap0r[0], SYS_ICH_AP0R0_EL2);
	write_sysreg_s(g->ap1r[0], SYS_ICH_AP1R0_EL2);
}

static __always_inline void ich_save_active(struct arm64_ich *g, u32 registers)
{
	if (registers == 4) {
		g->ap0r[3] = read_sysreg_s(SYS_ICH_AP0R3_EL2);
		g->ap0r[2] = read_sysreg_s(SYS_ICH_AP0R2_EL2);
		g->ap1r[3] = read_sysreg_s(SYS_ICH_AP1R3_EL2);
		g->ap1r[2] = read_sysreg_s(SYS_ICH_AP1R2_EL2);
	}
	if (registers >= 2) {
		g->ap0r[1] = read_sysreg_s(SYS_ICH_AP0R1_EL2);
		g->ap1r[1] = read_sysreg_s(SYS_ICH_AP1R1_EL2);
	}
	g->ap0r[0] = read_sysreg_s(SYS_ICH_AP0R0_EL2);
	g->ap1r[0] = read_sysreg_s(SYS_ICH_AP1R0_EL2);
}

/* Return: false: the list registers are empty, and so are the guest's. */
static __always_inline bool ich_load_lrs(const struct arm64_ich *g,
					 const struct el2_cpu *c)
{
	u64 empty = read_sysreg_s(SYS_ICH_ELRSR_EL2);
	unsigned int i;

	if (likely(!g->live && empty == BIT(c->features.gic_lrs) - 1))
		return false;
	for (i = 0; i < c->features.gic_lrs; i++)
		ich_write_lr(i, g->lr[i]);
	return true;
}

/*
 * All but ICH_HCR_EL2. The guest's ICC_SRE_EL1 is fixed; the register is the host's.
 * Return: a list register was written.
 */
static __always_inline bool ich_load(const struct arm64_ich *g,
				     struct el2_cpu *c)
{
	c->host.sre = read_sysreg_s(SYS_ICC_SRE_EL2);
	write_sysreg_s(c->host.sre & ~SRE_ENABLE, SYS_ICC_SRE_EL2);
	ich_load_active(g, c->features.gic_aprs);
	write_sysreg_s(g->vmcr, SYS_ICH_VMCR_EL2);
	return ich_load_lrs(g, c);
}

/* All but the list registers, which are empty behind it. */
static __always_inline void ich_save(struct arm64_ich *g, const struct el2_cpu *c)
{
	unsigned int i;

	g->vmcr = read_sysreg_s(SYS_ICH_VMCR_EL2);
	ich_save_active(g, c->features.gic_aprs);
	write_sysreg_s(0, SYS_ICH_HCR_EL2);
	for (i = 0; unlikely(g->live) && i < c->features.gic_lrs; i++)
		if (g->live & BIT(i))
			ich_write_lr(i, 0);
	write_sysreg_s(c->host.sre, SYS_ICC_SRE_EL2);
}

#endif /* AXVCPU_ARM64_ICH_H */
