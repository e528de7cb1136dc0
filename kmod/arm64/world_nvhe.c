// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The world switch of an nVHE host, whose kernel runs at EL1 as the guest does: all of
 * EL1 changes in each trip. It is compiled for EL2, where only this section, struct
 * el2_cpu and a page of stack are mapped: see nvhe.c. Addresses differ there, so nothing
 * may be reached but relative to the PC.
 *
 * Order. While walks for EL1&0 can't have all of their context, there are none: both
 * EPDs of TCR_EL1 are 1, and the MMU is on, without which there would be no walk to stop
 * but addresses that go to stage 2 as they are (errata 1319367 and 1319537).
 */
#define WORLD_NVHE

#include <linux/compiler.h>
#include <linux/kprobes.h>

#include "ich.h"
#include "nvhe.h"
#include "world.h"

#define nvhe_code	noinline notrace __section(".axvcpu.hyp")

#define EL1_PMSCR	sys_reg(3, 0, 9, 9, 0)
#define EL1_PMBLIMITR	sys_reg(3, 0, 9, 10, 0)
#define EL1_PMBIDR	sys_reg(3, 0, 9, 10, 7)
#define EL1_TRFCR	sys_reg(3, 0, 1, 2, 1)
#define TCR_EPD		(BIT_ULL(7) | BIT_ULL(23))
#define SCTLR_M		BIT_ULL(0)
#define PMBIDR_P	BIT_ULL(4)
#define PMBLIMITR_E	BIT_ULL(0)

u64 nvhe_trip(struct el2_cpu *c, u64 flush);
void nvhe_recover(struct el2_cpu *c);

/* ---- what the host profiles --------------------------------------------------------- */

/* Their buffers are at the host's own addresses: nothing may be on its way there. */
static __always_inline void nvhe_stop_profiling(struct el2_cpu *c)
{
	c->pmscr = 0;
	c->trfcr = 0;
	if (c->spe && !(read_sysreg_s(EL1_PMBIDR) & PMBIDR_P) &&
	    read_sysreg_s(EL1_PMBLIMITR) & PMBLIMITR_E) {
		c->pmscr = read_sysreg_s(EL1_PMSCR);
		write_sysreg_s(0, EL1_PMSCR);
		isb();
		psb_csync();
		dsb(nsh);
	}
	if (c->trace) {
		c->trfcr = read_sysreg_s(EL1_TRFCR);
		write_sysreg_s(0, EL1_TRFCR);
		isb();
		/* TSB CSYNC, twice for errata 2067961 and 2054223 */
		asm volatile("hint #18\n\thint #18" : : : "memory");
		dsb(nsh);
	}
}

static __always_inline void nvhe_start_profiling(const struct el2_cpu *c)
{
	if (c->pmscr)
		write_sysreg_s(c->pmscr, EL1_PMSCR);
	if (c->trfcr)
		write_sysreg_s(c->trfcr, EL1_TRFCR);
}

/* ---- EL1's registers ------------------------------------------------------------------ */

static __always_inline void nvhe_save_host_el1(struct el2_cpu *c)
{
	world_save_el1(&c->el1);
	c->sp_el1 = read_sysreg(sp_el1);
	c->sp_el0 = read_sysreg(sp_el0);
}

/* The host's MMU is on. */
static __always_inline void nvhe_stop_host_walks(const struct el2_cpu *c)
{
	write_sysreg_s(c->el1.tcr_el1 | TCR_EPD, SYS_TCR_EL1);
	isb();
}

static __always_inline void nvhe_stop_guest_walks(void)
{
	write_sysreg_s(read_sysreg_s(SYS_TCR_EL1) | TCR_EPD, SYS_TCR_EL1);
	isb();
	write_sysreg_s(read_sysreg_s(SYS_SCTLR_EL1) | SCTLR_M, SYS_SCTLR_EL1);
	isb();
}

/* All the rest of the context is there: SCTLR_EL1, and only then TCR_EL1. */
static __always_inline void
nvhe_start_walks(const struct axvcpu_arm64_system *s)
{
	isb();
	write_sysreg_s(s->sctlr_el1, SYS_SCTLR_EL1);
	isb();
	write_sysreg_s(s->tcr_el1, SYS_TCR_EL1);
	isb();
}

/* ---- the trip --------------------------------------------------------------------------- */

static __always_inline void nvhe_load_guest(struct el2_guest *g,
					    struct el2_cpu *c)
{
	bool written;

	world_load_traps(g, c);
	world_load_el1(&g->sys);
	write_sysreg(g->sp_el1, sp_el1);
	write_sysreg_s(g->cntv_cval, WORLD_CNTV_CVAL);
	if (!c->features.gic)
		return;
	written = ich_load(&c->ich, c);
	write_sysreg_s(c->ich.hcr, SYS_ICH_HCR_EL2);
	/* The interface must see them, not only the next instructions. */
	if (unlikely(written))
		dsb(sy);
}

static __always_inline void nvhe_save_guest(struct el2_guest *g,
					    struct el2_cpu *c)
{
	unsigned int i;

	world_save_el1(&g->sys);
	g->sp_el1 = read_sysreg(sp_el1);
	if (!c->features.gic)
		return;
	for (i = 0; i < c->features.gic_lrs; i++)
		if (c->ich.live & BIT(i))
			c->ich.lr[i] = ich_read_lr(i);
	ich_save(&c->ich, c);
}

static __always_inline void nvhe_load_host(struct el2_cpu *c)
{
	nvhe_stop_guest_walks();
	world_write_hcr(c, c->host.hcr);
	world_load_host(c);
	world_load_el1(&c->el1);
	write_sysreg(c->sp_el1, sp_el1);
	nvhe_start_walks(&c->el1);
	nvhe_start_profiling(c);
}

/* From hyp.S. Return: EL2_EXIT_* */
nvhe_code u64 nvhe_trip(struct el2_cpu *c, u64 flush)
{
	struct el2_guest *g = &c->guest;

	world_save_host(c);
	nvhe_save_host_el1(c);
	c->host.cptr = read_sysreg(cptr_el2);
	c->host.mdscr = read_sysreg(mdscr_el1);
	if (c->features.gic)
		c->host.sre = read_sysreg_s(SYS_ICC_SRE_EL2);
	nvhe_stop_profiling(c);
	c->away = true;
	nvhe_stop_host_walks(c);
	nvhe_load_guest(g, c);
	world_prepare(g, c, flush);
	nvhe_start_walks(&g->sys);
	world_go(g, c);
	nvhe_save_guest(g, c);
	nvhe_load_host(c);
	c->away = false;
	return g->exit;
}
NOKPROBE_SYMBOL(nvhe_trip);

/* From nvhe_fault: what of the trip was done is undone, as far as the host needs it. */
nvhe_code void nvhe_recover(struct el2_cpu *c)
{
	if (!c->away)
		return;
	if (c->features.gic) {
		write_sysreg_s(0, SYS_ICH_HCR_EL2);
		write_sysreg_s(c->host.sre, SYS_ICC_SRE_EL2);
	}
	write_sysreg_s(0, WORLD_CNTV_CTL);
	write_sysreg(c->host.cptr, cptr_el2);
	world_free_mpam(c);
	write_sysreg(c->host.mdscr, mdscr_el1);
	write_sysreg(c->sp_el0, sp_el0);
	nvhe_load_host(c);
	c->away = false;
}
NOKPROBE_SYMBOL(nvhe_recover);
