// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The world switch of a VHE host, whose kernel runs at EL2. EL1's registers are loaded
 * once a run(), since the host has no use for them; those of EL2 too where the host does
 * not look at them while no task is switched. HCR_EL2, the vectors, SP_EL0, MDSCR_EL1
 * and the virtual timer change for a single trip.
 */
#include <linux/compiler.h>
#include <asm/alternative.h>
#include <asm/cpufeature.h>

#include "world.h"

void el2_load_el1(struct el2_guest *g)
{
	world_load_regime(&g->sys);
	world_load_el1(&g->sys);
	write_sysreg(g->sp_el1, sp_el1);
}

void el2_save_el1(struct el2_guest *g)
{
	world_save_el1(&g->sys);
	g->sp_el1 = read_sysreg(sp_el1);
}

/*
 * PAR_EL1 is not the host's: no AT of its own waits for the outcome. One between two
 * trips, in a fault of the kernel's, changes the guest's.
 */
void el2_load_world(struct el2_guest *g, struct el2_cpu *c)
{
	world_save_host(c);
	c->host.tpidr_el0 = read_sysreg(tpidr_el0);
	c->host.tpidrro_el0 = read_sysreg(tpidrro_el0);
	world_load_traps(g, c);
	world_load_regime(&g->sys);
	world_load_el1(&g->sys);
	write_sysreg(g->sp_el1, sp_el1);
	write_sysreg_s(0, WORLD_CNTV_CTL);
	write_sysreg_s(g->sys.cntv_cval_el0, WORLD_CNTV_CVAL);
}

void el2_put_world(struct el2_guest *g, struct el2_cpu *c)
{
	el2_save_el1(g);
	WRITE_ONCE(g->sys.cntv_cval_el0, read_sysreg_s(WORLD_CNTV_CVAL));
	world_load_host(c);
	write_sysreg(c->host.tpidr_el0, tpidr_el0);
	write_sysreg(c->host.tpidrro_el0, tpidrro_el0);
}

/* What an exception does not set as this kernel has it. */
static __always_inline void vhe_host_pstate(void)
{
	asm volatile(ALTERNATIVE("nop", SET_PSTATE_PAN(1), ARM64_HAS_PAN));
#ifdef CONFIG_ARM64_MTE
	asm volatile(ALTERNATIVE("nop", SET_PSTATE_TCO(0), ARM64_MTE));
#endif
#ifdef SET_PSTATE_DIT
	asm volatile(ALTERNATIVE("nop", SET_PSTATE_DIT(1), ARM64_HAS_DIT));
#endif
}

noinstr void el2_enter(struct el2_guest *g, struct el2_cpu *c, u64 flush)
{
	world_prepare(g, c, flush);
	world_go(g, c);
	world_write_hcr(c, c->host.hcr);
	isb();
	vhe_host_pstate();
	if (unlikely(g->exit == EL2_EXIT_SERROR))
		el2_host_serror(c->vbar + 0x380,
				PS_EL2H | PS_DAIF |
				(system_uses_hw_pan() ? PS_PAN : 0));
}
