/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world switch in C, for world_vhe.c, which runs in the host's kernel at EL2, and
 * for world_nvhe.c, which runs at EL2 below it. What is here touches nothing but its
 * two arguments, and calls nothing but switch.S: at EL2 on an nVHE host there is no
 * kernel.
 *
 * Order. An out-of-context walk (an AT, or by errata 1165522, 1319367 and 1530923)
 * uses EL1's registers and VTTBR_EL2 as they are. On VHE all of them are in place when
 * TGE becomes 0, and are touched only after it is 1 again, each with an ISB between.
 */
#ifndef AXVCPU_ARM64_WORLD_H
#define AXVCPU_ARM64_WORLD_H

#include <asm/barrier.h>
#include <asm/sysreg.h>
#include <asm/tlbflush.h>

#include "arm64.h"
#include "switch.h"

/* The names of EL1's registers at EL2, and EL2's own that depend on HCR_EL2.E2H. */
#ifdef WORLD_NVHE
#define WORLD_EL1(name)		SYS_##name##_EL1
#define WORLD_CNTV_CTL		SYS_CNTV_CTL_EL0
#define WORLD_CNTV_CVAL		SYS_CNTV_CVAL_EL0
#define WORLD_CNTV_OWN		false
#define WORLD_CPTR(g)		((EL2_CPTR_NVHE & ~EL2_CPTR_NVHE_TZ) |		\
				 ((g)->fp ? 0 : EL2_CPTR_NVHE_TFP) |		\
				 ((g)->sve ? 0 : EL2_CPTR_NVHE_TZ))
#define WORLD_CNTHCTL_PCTEN	EL2_CNTHCTL_NVHE_EL1PCTEN
#define WORLD_CNTHCTL_PTEN	EL2_CNTHCTL_NVHE_EL1PCEN
#define world_switch		nvhe_switch
#else
#define WORLD_EL1(name)		SYS_##name##_EL12
#define WORLD_CNTV_CTL		SYS_CNTV_CTL_EL02
#define WORLD_CNTV_CVAL		SYS_CNTV_CVAL_EL02
#define WORLD_CNTV_OWN		true
#define WORLD_CPTR(g)		(EL2_CPTR_TTA | EL2_CPTR_TAM |			\
				 ((g)->fp ? EL2_CPTR_FPEN : 0) |		\
				 ((g)->sve ? EL2_CPTR_ZEN : 0))
#define WORLD_CNTHCTL_PCTEN	EL2_CNTHCTL_EL1PCTEN
#define WORLD_CNTHCTL_PTEN	EL2_CNTHCTL_EL1PTEN
#define world_switch		el2_switch
#endif

/* ---- EL1's registers ------------------------------------------------------------ */

/* What says how addresses are translated. */
static __always_inline void
world_load_regime(const struct axvcpu_arm64_system *s)
{
	write_sysreg_s(s->sctlr_el1, WORLD_EL1(SCTLR));
	write_sysreg_s(s->tcr_el1, WORLD_EL1(TCR));
}

static __always_inline void world_load_el1(const struct axvcpu_arm64_system *s)
{
	write_sysreg_s(s->cpacr_el1, WORLD_EL1(CPACR));
	write_sysreg_s(s->ttbr0_el1, WORLD_EL1(TTBR0));
	write_sysreg_s(s->ttbr1_el1, WORLD_EL1(TTBR1));
	write_sysreg_s(s->mair_el1, WORLD_EL1(MAIR));
	write_sysreg_s(s->amair_el1, WORLD_EL1(AMAIR));
	write_sysreg_s(s->vbar_el1, WORLD_EL1(VBAR));
	write_sysreg_s(s->contextidr_el1, WORLD_EL1(CONTEXTIDR));
	write_sysreg_s(s->elr_el1, WORLD_EL1(ELR));
	write_sysreg_s(s->spsr_el1, WORLD_EL1(SPSR));
	write_sysreg_s(s->esr_el1, WORLD_EL1(ESR));
	write_sysreg_s(s->far_el1, WORLD_EL1(FAR));
	write_sysreg_s(s->afsr0_el1, WORLD_EL1(AFSR0));
	write_sysreg_s(s->afsr1_el1, WORLD_EL1(AFSR1));
	write_sysreg_s(s->cntkctl_el1, WORLD_EL1(CNTKCTL));
	write_sysreg(s->par_el1, par_el1);
	write_sysreg(s->csselr_el1, csselr_el1);
	write_sysreg(s->tpidr_el0, tpidr_el0);
	write_sysreg(s->tpidrro_el0, tpidrro_el0);
	write_sysreg(s->tpidr_el1, tpidr_el1);
}

static __always_inline void world_save_el1(struct axvcpu_arm64_system *s)
{
	s->sctlr_el1 = read_sysreg_s(WORLD_EL1(SCTLR));
	s->tcr_el1 = read_sysreg_s(WORLD_EL1(TCR));
	s->cpacr_el1 = read_sysreg_s(WORLD_EL1(CPACR));
	s->ttbr0_el1 = read_sysreg_s(WORLD_EL1(TTBR0));
	s->ttbr1_el1 = read_sysreg_s(WORLD_EL1(TTBR1));
	s->mair_el1 = read_sysreg_s(WORLD_EL1(MAIR));
	s->amair_el1 = read_sysreg_s(WORLD_EL1(AMAIR));
	s->vbar_el1 = read_sysreg_s(WORLD_EL1(VBAR));
	s->contextidr_el1 = read_sysreg_s(WORLD_EL1(CONTEXTIDR));
	s->elr_el1 = read_sysreg_s(WORLD_EL1(ELR));
	s->spsr_el1 = read_sysreg_s(WORLD_EL1(SPSR));
	s->esr_el1 = read_sysreg_s(WORLD_EL1(ESR));
	s->far_el1 = read_sysreg_s(WORLD_EL1(FAR));
	s->afsr0_el1 = read_sysreg_s(WORLD_EL1(AFSR0));
	s->afsr1_el1 = read_sysreg_s(WORLD_EL1(AFSR1));
	s->cntkctl_el1 = read_sysreg_s(WORLD_EL1(CNTKCTL));
	s->par_el1 = read_sysreg_par();
	s->csselr_el1 = read_sysreg(csselr_el1);
	s->tpidr_el0 = read_sysreg(tpidr_el0);
	s->tpidrro_el0 = read_sysreg(tpidrro_el0);
	s->tpidr_el1 = read_sysreg(tpidr_el1);
}

/* ---- EL2's registers ------------------------------------------------------------- */

#define EL2_HFGRTR	sys_reg(3, 4, 1, 1, 4)
#define EL2_HFGWTR	sys_reg(3, 4, 1, 1, 5)
#define EL2_HFGITR	sys_reg(3, 4, 1, 1, 6)
#define EL2_HDFGRTR	sys_reg(3, 4, 3, 1, 4)
#define EL2_HDFGWTR	sys_reg(3, 4, 3, 1, 5)

static __always_inline void world_save_fgt(struct el2_cpu *c)
{
	if (!c->features.fgt)
		return;
	c->host.fgt[0] = read_sysreg_s(EL2_HFGRTR);
	c->host.fgt[1] = read_sysreg_s(EL2_HFGWTR);
	c->host.fgt[2] = read_sysreg_s(EL2_HFGITR);
	c->host.fgt[3] = read_sysreg_s(EL2_HDFGRTR);
	c->host.fgt[4] = read_sysreg_s(EL2_HDFGWTR);
}

/* NULL: 0, which traps what is new, and nothing else. */
static __always_inline void world_load_fgt(const struct el2_cpu *c,
					   const u64 *fgt)
{
	if (!c->features.fgt)
		return;
	write_sysreg_s(fgt ? fgt[0] : 0, EL2_HFGRTR);
	write_sysreg_s(fgt ? fgt[1] : 0, EL2_HFGWTR);
	write_sysreg_s(fgt ? fgt[2] : 0, EL2_HFGITR);
	write_sysreg_s(fgt ? fgt[3] : 0, EL2_HDFGRTR);
	write_sysreg_s(fgt ? fgt[4] : 0, EL2_HDFGWTR);
}

static __always_inline void world_save_host(struct el2_cpu *c)
{
	world_save_fgt(c);
	c->host.hcr = read_sysreg(hcr_el2);
	if (c->features.hcx)
		c->host.hcrx = read_sysreg_s(SYS_HCRX_EL2);
	c->host.mdcr = read_sysreg(mdcr_el2);
	c->host.hstr = read_sysreg(hstr_el2);
	c->host.vtcr = read_sysreg(vtcr_el2);
	c->host.vttbr = read_sysreg(vttbr_el2);
	c->host.vpidr = read_sysreg(vpidr_el2);
	c->host.vmpidr = read_sysreg(vmpidr_el2);
	c->host.cnthctl = read_sysreg(cnthctl_el2);
	c->host.cntvoff = read_sysreg(cntvoff_el2);
}

/*
 * The deferred error that an ESB left, VDISR_EL2, can't be trapped when the guest reads or
 * writes it as DISR_EL1: a guest, which has no RAS, finds 0 and no other guest's.
 *
 * What is not named here traps or is 0: SME, AMU and trace by CPTR_EL2; debug
 * registers, PMU, SPE and self-hosted trace by MDCR_EL2, whose bits for the host's own
 * counters stay; what newer architectures add to EL1 by HCRX_EL2 and the fine-grained
 * traps.
 */
static __always_inline void world_load_traps(const struct el2_guest *g,
					     const struct el2_cpu *c)
{
	u64 mdcr = c->host.mdcr &
		   ~(EL2_MDCR_TDE | EL2_MDCR_E2PB | EL2_MDCR_E2TB);
	u64 cnthctl = c->host.cnthctl &
		      ~(WORLD_CNTHCTL_PTEN | WORLD_CNTHCTL_PCTEN);

	if (g->debug_trapped)
		mdcr |= EL2_MDCR_TDE;
	mdcr |= EL2_MDCR_TPMCR | EL2_MDCR_TPM | EL2_MDCR_TDA | EL2_MDCR_TDOSA |
		EL2_MDCR_TDRA | EL2_MDCR_TPMS | EL2_MDCR_TTRF;
	world_load_fgt(c, NULL);
	if (c->features.ras)
		write_sysreg_s(0, SYS_VDISR_EL2);
	if (c->features.hcx)
		write_sysreg_s(0, SYS_HCRX_EL2);
	write_sysreg(mdcr, mdcr_el2);
	write_sysreg(0, hstr_el2);
	write_sysreg(c->features.vtcr, vtcr_el2);
	write_sysreg(g->vttbr, vttbr_el2);
	write_sysreg(g->midr, vpidr_el2);
	write_sysreg(g->mpidr, vmpidr_el2);
	/* The physical counter has no offset of its own. */
	if (!g->cntvoff)
		cnthctl |= WORLD_CNTHCTL_PCTEN;
	write_sysreg(cnthctl, cnthctl_el2);
	write_sysreg(g->cntvoff, cntvoff_el2);
}

static __always_inline void world_load_host(const struct el2_cpu *c)
{
	world_load_fgt(c, c->host.fgt);
	if (c->features.hcx)
		write_sysreg_s(c->host.hcrx, SYS_HCRX_EL2);
	write_sysreg(c->host.mdcr, mdcr_el2);
	write_sysreg(c->host.hstr, hstr_el2);
	write_sysreg(c->host.vtcr, vtcr_el2);
	write_sysreg(c->host.vttbr, vttbr_el2);
	write_sysreg(c->host.vpidr, vpidr_el2);
	write_sysreg(c->host.vmpidr, vmpidr_el2);
	write_sysreg(c->host.cnthctl, cnthctl_el2);
	write_sysreg(c->host.cntvoff, cntvoff_el2);
}

/* ---- one trip ---------------------------------------------------------------------- */

/*
 * Stage 2's and stage 1's, of the VMID in VTTBR_EL2 or of all, on this CPU; a line of
 * code that another vCPU's addresses brought in as well. The guest's VTTBR_EL2 and
 * HCR_EL2 are in force.
 */
static __always_inline void world_flush(u64 flush)
{
	dsb(nshst);
	if (flush == EL2_FLUSH_ALL)
		__tlbi(alle1);
	else
		__tlbi(vmalls12e1);
	asm volatile("ic iallu");
	dsb(nsh);
	isb();
}

/*
 * HPFAR_EL2 does not tell the address of a permission fault of the access itself
 * ("HPFAR_EL2, Hypervisor IPA Fault Address Register"): stage 1 is asked again. It may
 * have changed meanwhile; or, with erratum 834220, never have had the address: the guest
 * meets its own fault when it is entered again.
 */
static __always_inline void world_find_ipa(struct el2_guest *g)
{
	u64 par = read_sysreg_par(), found;

	asm volatile("at s1e1r, %0" : : "r"(g->far));
	isb();
	found = read_sysreg_par();
	write_sysreg(par, par_el1);
	if (found & PAR_F)
		g->retry = true;
	else
		g->hpfar = (found & PAR_PA) >> 8;
}

/* Its syndrome is that of an abort, and FAR_EL2 holds. */
static __always_inline bool world_is_abort(u64 esr)
{
	return ESR_EC(esr) == ESR_EC_DABT_LOWER ||
	       ESR_EC(esr) == ESR_EC_IABT_LOWER ||
	       ESR_EC(esr) == ESR_EC_WATCHPOINT_LOWER;
}

static __always_inline void world_save_syndrome(struct el2_guest *g,
						const struct el2_cpu *c)
{
	g->esr = read_sysreg(esr_el2);
	g->far = 0;
	g->hpfar = 0;
	g->retry = false;
	if (g->exit != EL2_EXIT_SYNC || !world_is_abort(g->esr))
		return;
	g->far = read_sysreg(far_el2);
	g->hpfar = read_sysreg(hpfar_el2);
	if ((c->features.fault_doubtful ||
	     ESR_FSC_TYPE(g->esr) == ESR_FSC_PERMISSION) &&
	    !(g->esr & ESR_S1PTW))
		world_find_ipa(g);
}

/* The length of SVE's vectors. The host's CPTR_EL2, or the guest's, lets EL2 use them. */
static __always_inline void world_load_zcr(const struct el2_guest *g,
					   struct el2_cpu *c)
{
	c->host.zcr_el1 = read_sysreg_s(WORLD_EL1(ZCR));
	c->host.zcr_el2 = read_sysreg_s(SYS_ZCR_EL2);
	write_sysreg_s(g->sys.zcr_el1, WORLD_EL1(ZCR));
	write_sysreg_s(c->features.sve_vl / 16 - 1, SYS_ZCR_EL2);
}

static __always_inline void world_save_zcr(struct el2_guest *g,
					   const struct el2_cpu *c)
{
	g->sys.zcr_el1 = read_sysreg_s(WORLD_EL1(ZCR));
	write_sysreg_s(c->host.zcr_el1, WORLD_EL1(ZCR));
	write_sysreg_s(c->host.zcr_el2, SYS_ZCR_EL2);
}

/*
 * The virtual timer; its CVAL is in place. Where the kernel has no use for it
 * (WORLD_CNTV_OWN) CTL is 0 between trips, and a CVAL that nothing waits for is read when
 * all of them are over.
 */
static __always_inline void world_start_timer(const struct el2_guest *g)
{
	if (!WORLD_CNTV_OWN || g->cntv_ctl)
		write_sysreg_s(g->cntv_ctl, WORLD_CNTV_CTL);
}

static __always_inline void world_stop_timer(struct el2_guest *g)
{
	g->cntv_ctl = read_sysreg_s(WORLD_CNTV_CTL);
	if (!WORLD_CNTV_OWN || g->cntv_ctl)
		g->cntv_cval = read_sysreg_s(WORLD_CNTV_CVAL);
	if (g->cntv_ctl)
		write_sysreg_s(0, WORLD_CNTV_CTL);
}

/* It takes effect with the next ISB; where that matters, before any access of ours. */
static __always_inline void world_write_hcr(const struct el2_cpu *c, u64 hcr)
{
	bool sync = unlikely(c->features.hcr_sync);

	if (sync)
		dsb(nsh);
	write_sysreg(hcr, hcr_el2);
	if (sync)
		isb();
}

/*
 * Cache and bandwidth partitions are the host's: MPAM0_EL1 and MPAM1_EL1 trap, for a trip
 * alone, as on VHE the host has MPAM2_EL2 as its own MPAM1_EL1.
 */
static __always_inline void world_trap_mpam(struct el2_cpu *c)
{
	if (likely(!c->features.mpam))
		return;
	c->host.mpam2 = read_sysreg_s(EL2_MPAM2);
	write_sysreg_s(c->host.mpam2 | EL2_MPAM2_TRAPS, EL2_MPAM2);
}

static __always_inline void world_free_mpam(const struct el2_cpu *c)
{
	if (unlikely(c->features.mpam))
		write_sysreg_s(c->host.mpam2, EL2_MPAM2);
}

/* The guest's registers are in place, but for these. */
static __always_inline void world_prepare(const struct el2_guest *g,
					  struct el2_cpu *c, u64 flush)
{
	u64 hcr = g->hcr;

	if (g->serror_pending) {
		hcr |= EL2_HCR_VSE;
		if (c->features.ras)
			write_sysreg_s(g->serror_esr, SYS_VSESR_EL2);
	}
	c->host.cptr = read_sysreg(cptr_el2);
	if (unlikely(g->sve))
		world_load_zcr(g, c);
	write_sysreg(WORLD_CPTR(g), cptr_el2);
	c->host.mdscr = read_sysreg(mdscr_el1);
	if (unlikely(c->host.mdscr != g->mdscr))
		write_sysreg(g->mdscr, mdscr_el1);
	world_start_timer(g);
	world_trap_mpam(c);
	world_write_hcr(c, hcr);
	/* Else the switch itself makes it take effect. */
	if (flush) {
		isb();
		world_flush(flush);
	}
	write_sysreg(g->pc, elr_el2);
	write_sysreg(g->pstate, spsr_el2);
}

static __always_inline void world_go(struct el2_guest *g, struct el2_cpu *c)
{
	g->exit = world_switch(&g->frame, c);
	g->pc = read_sysreg(elr_el2);
	g->pstate = read_sysreg(spsr_el2);
	if (g->serror_pending)
		g->serror_pending = read_sysreg(hcr_el2) & EL2_HCR_VSE;
	world_save_syndrome(g, c);
	world_stop_timer(g);
	if (unlikely(g->sve))
		world_save_zcr(g, c);
	write_sysreg(c->host.cptr, cptr_el2);
	world_free_mpam(c);
	if (unlikely(c->host.mdscr != g->mdscr))
		write_sysreg(c->host.mdscr, mdscr_el1);
}

#endif /* AXVCPU_ARM64_WORLD_H */
