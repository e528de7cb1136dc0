// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registers: the create and setup configs, the register blocks, and answers to what
 * is pending.
 *
 * Values of EL1's registers need no check, the hardware takes any of them; PSTATE does:
 * it must not lead to EL2.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include "arm64.h"
#include "debug.h"
#include "event.h"
#include "fpu.h"
#include "gic.h"
#include "idreg.h"
#include "mmio.h"
#include "regs.h"
#include "timer.h"

/* ---- configs --------------------------------------------------------------- */

/*
 * A copied config of @length bytes into the struct of @known bytes that this
 * module has: a shorter one reads as if the rest were zero, a longer one must be
 * zero there. Both begin with __u32 size, flags.
 */
static int arm64_copy_config(void *to, size_t known, const void *config,
			     size_t length)
{
	const u32 *head = config;

	memset(to, 0, known);
	if (!config || !length)
		return 0;
	if (length < 2 * sizeof(*head) || head[0] != length || head[1])
		return -EINVAL;
	if (length > known &&
	    memchr_inv(config + known, 0, length - known))
		return -E2BIG;
	memcpy(to, config, min(length, known));
	return 0;
}

/* What can be sent to EL2: MDCR_EL2.TDE. */
#define ARM64_EXCEPTION_EXITS						\
	(BIT_ULL(ESR_EC_BKPT32) | BIT_ULL(ESR_EC_BRK64))

/* An SGI of a GICv3 names up to 16 CPUs that differ in Aff0. */
static u64 arm64_default_mpidr(u32 id)
{
	return (id & 0xf) | (u64)(id >> 4 & 0xff) << 8;
}

int arm64_create(struct arm64_vcpu *v, const void *config, size_t length)
{
	struct axvcpu_arm64_create_config c;
	int ret;

	ret = arm64_copy_config(&c, sizeof(c), config, length);
	if (ret)
		return ret;
	if (c.exception_exits & ~ARM64_EXCEPTION_EXITS)
		return -EINVAL;
	if (c.reserved || c.mpidr_valid > 1 || (!c.mpidr_valid && c.mpidr) ||
	    c.mpidr & ~AXVCPU_ARM64_MPIDR_MASK)
		return -EINVAL;
	v->exception_exits = c.exception_exits;
	arm64_id_new(v);
	v->mpidr = ARM64_MPIDR_RES1 | (c.mpidr_valid ? c.mpidr :
					arm64_default_mpidr(v->core.id));
	return 0;
}

void arm64_set_entry(struct axvcpu_vcpu *vcpu, u64 entry)
{
	to_arm64(vcpu)->entry = entry;
}

static void arm64_clear(struct arm64_vcpu *v)
{
	memset(&v->frame, 0, sizeof(v->frame));
	memset(&v->sys, 0, sizeof(v->sys));
	memset(&v->debug, 0, sizeof(v->debug));
	arm64_fpu_clear(v);
	memset(&v->pending, 0, sizeof(v->pending));
	v->ran = false;
	v->hcr &= ~(EL2_HCR_API | EL2_HCR_APK);
	v->sp_el1 = 0;
	v->pc = 0;
	v->cntvoff = 0;
	v->pstate = PS_EL1H | PS_DAIF;
	v->sys.sctlr_el1 = EL1_SCTLR_RESET;
	v->sys.cpacr_el1 = EL1_CPACR_FPEN;
}

/* What was injected before stays. */
int arm64_setup(struct axvcpu_vcpu *vcpu, const void *config, size_t length)
{
	struct arm64_vcpu *v = to_arm64(vcpu);
	struct axvcpu_arm64_setup_config c;
	int ret;

	ret = arm64_copy_config(&c, sizeof(c), config, length);
	if (ret)
		return ret;
	if (v->entry & 3)
		return -EINVAL;
	arm64_clear(v);
	memcpy(v->frame.x, c.x, sizeof(c.x));
	v->sp_el1 = c.stack_pointer;
	v->pc = v->entry;
	return 0;
}

int arm64_reset(struct axvcpu_vcpu *vcpu)
{
	struct arm64_vcpu *v = to_arm64(vcpu);

	arm64_clear(v);
	arm64_events_reset(v);
	return 0;
}

/* ---- single registers -------------------------------------------------------- */

void arm64_set_gpr(struct axvcpu_vcpu *vcpu, unsigned int index, u64 value)
{
	arm64_set_x(to_arm64(vcpu), index, value);
}

void arm64_set_return_value(struct axvcpu_vcpu *vcpu, u64 value)
{
	to_arm64(vcpu)->frame.x[0] = value;
}

u64 arm64_show(struct axvcpu_vcpu *vcpu, struct axvcpu_run *run)
{
	struct arm64_vcpu *v = to_arm64(vcpu);

	run->interrupt_flag = !(v->pstate & PS_I);
	run->interrupt_shadow = 0;
	run->irq_pending = unlikely(arm64_gic_busy(v)) && arm64_gic_pending(v);
	run->priority = arm64_gic_mask(v);
	return v->pc;
}

/* ---- blocks -------------------------------------------------------------------- */

void arm64_block_lengths(u32 length[AXVCPU_BLOCK_COUNT])
{
	length[AXVCPU_BLOCK_GENERAL] = sizeof(struct axvcpu_arm64_general);
	length[AXVCPU_BLOCK_SYSTEM] = sizeof(struct axvcpu_arm64_system);
	length[AXVCPU_BLOCK_FPU] = sizeof(struct axvcpu_arm64_fpu);
	length[AXVCPU_BLOCK_DEBUG] = sizeof(struct axvcpu_arm64_debug);
	length[AXVCPU_BLOCK_EVENTS] = sizeof(struct axvcpu_arm64_events);
	length[AXVCPU_BLOCK_CLOCK] = sizeof(struct axvcpu_clock);
	length[AXVCPU_BLOCK_POWER] = sizeof(struct axvcpu_power);
	length[AXVCPU_BLOCK_ID] = sizeof(struct axvcpu_arm64_id);
	length[AXVCPU_BLOCK_VECTOR] = arm64_vector_length();
	length[AXVCPU_BLOCK_STOPS] = sizeof(struct axvcpu_arm64_stops);
}

/* A state that an exit can leave: of EL0 or EL1, without bits that are reserved. */
static bool arm64_pstate_valid(u64 pstate)
{
	const u64 known = PS_NZCV | PS_TCO | PS_DIT | PS_UAO | PS_PAN | PS_SS |
			  PS_IL | PS_SSBS | PS_BTYPE | PS_DAIF | PS_MODE;

	switch (pstate & PS_MODE) {
	case PS_A32_USER:
		return el2_features.aarch32 && !(pstate >> 32);
	case PS_EL0T:
	case PS_EL1T:
	case PS_EL1H:
		return !(pstate & ~known);
	default:
		return false;
	}
}

static void arm64_get_general(const struct arm64_vcpu *v,
			      struct axvcpu_arm64_general *g)
{
	memcpy(g->x, v->frame.x, sizeof(g->x));
	g->pc = v->pc;
	g->pstate = v->pstate;
	g->sp_el0 = v->frame.sp_el0;
	g->sp_el1 = v->sp_el1;
}

static int arm64_set_general(struct arm64_vcpu *v,
			     const struct axvcpu_arm64_general *g)
{
	if (!arm64_pstate_valid(g->pstate))
		return -EINVAL;
	memcpy(v->frame.x, g->x, sizeof(g->x));
	v->pc = g->pc;
	v->pstate = g->pstate;
	v->frame.sp_el0 = g->sp_el0;
	v->sp_el1 = g->sp_el1;
	return 0;
}

static int arm64_set_system(struct arm64_vcpu *v,
			    const struct axvcpu_arm64_system *s)
{
	if (s->actlr_el1 || memchr_inv(s->reserved, 0, sizeof(s->reserved)) ||
	    (!arm64_id_host_pauth() &&
	     memchr_inv(s->apkey, 0, sizeof(s->apkey))) ||
	    (!el2_features.sve_vl && s->zcr_el1))
		return -EINVAL;
	v->sys = *s;
	arm64_timer_set(v);
	return 0;
}

static int arm64_set_fpu(struct arm64_vcpu *v, const struct axvcpu_arm64_fpu *f)
{
	if (f->reserved)
		return -EINVAL;
	v->fpu = *f;
	return 0;
}

static int arm64_set_debug(struct arm64_vcpu *v,
			   const struct axvcpu_arm64_debug *d)
{
	if (d->os_lock > 1 || d->reserved)
		return -EINVAL;
	v->debug = *d;
	return 0;
}

int arm64_get_block(struct axvcpu_vcpu *vcpu, u32 block, void *buffer)
{
	struct arm64_vcpu *v = to_arm64(vcpu);
	struct axvcpu_clock *clock = buffer;

	switch (block) {
	case AXVCPU_BLOCK_GENERAL:
		arm64_get_general(v, buffer);
		return 0;
	case AXVCPU_BLOCK_SYSTEM:
		memcpy(buffer, &v->sys, sizeof(v->sys));
		arm64_timer_get(v, buffer);
		return 0;
	case AXVCPU_BLOCK_FPU:
		memcpy(buffer, &v->fpu, sizeof(v->fpu));
		return 0;
	case AXVCPU_BLOCK_DEBUG:
		memcpy(buffer, &v->debug, sizeof(v->debug));
		return 0;
	case AXVCPU_BLOCK_EVENTS:
		arm64_get_events(v, buffer);
		return 0;
	case AXVCPU_BLOCK_CLOCK:
		clock->offset = -v->cntvoff;
		return 0;
	case AXVCPU_BLOCK_ID:
		memcpy(buffer, &v->id_regs, sizeof(v->id_regs));
		return 0;
	case AXVCPU_BLOCK_STOPS:
		memcpy(buffer, &v->stops, sizeof(v->stops));
		return 0;
	case AXVCPU_BLOCK_VECTOR:
		arm64_get_vector(v, buffer);
		return 0;
	default:
		return -EINVAL;
	}
}

int arm64_set_block(struct axvcpu_vcpu *vcpu, u32 block, const void *buffer)
{
	struct arm64_vcpu *v = to_arm64(vcpu);
	const struct axvcpu_clock *clock = buffer;

	switch (block) {
	case AXVCPU_BLOCK_GENERAL:
		return arm64_set_general(v, buffer);
	case AXVCPU_BLOCK_SYSTEM:
		return arm64_set_system(v, buffer);
	case AXVCPU_BLOCK_FPU:
		return arm64_set_fpu(v, buffer);
	case AXVCPU_BLOCK_DEBUG:
		return arm64_set_debug(v, buffer);
	case AXVCPU_BLOCK_EVENTS:
		return arm64_set_events(v, buffer);
	case AXVCPU_BLOCK_CLOCK:
		v->cntvoff = -clock->offset;
		return 0;
	case AXVCPU_BLOCK_ID:
		return arm64_id_set(v, buffer);
	case AXVCPU_BLOCK_STOPS:
		return arm64_set_stops(v, buffer);
	case AXVCPU_BLOCK_VECTOR:
		return arm64_set_vector(v, buffer);
	default:
		return -EINVAL;
	}
}

/* ---- answers -------------------------------------------------------------------- */

static u64 arm64_extend(const struct arm64_pending *p, u64 data)
{
	unsigned int unused = 64 - 8 * p->width;

	data = p->sign ? (u64)((s64)(data << unused) >> unused) :
			 data << unused >> unused;
	return p->wide ? data : (u32)data;
}

int arm64_done(struct axvcpu_vcpu *vcpu, u64 data)
{
	struct arm64_vcpu *v = to_arm64(vcpu);
	struct arm64_pending *p = &v->pending;

	if (p->kind == ARM64_PENDING_INSN) {
		p->kind = ARM64_PENDING_NONE;
		return arm64_mmio_done(v, data);
	}
	if (p->kind == ARM64_PENDING_MMIO)
		data = arm64_order(v, data, p->width);
	if (p->read)
		arm64_set_x(v, p->reg, arm64_extend(p, data));
	p->kind = ARM64_PENDING_NONE;
	arm64_skip(v);
	return AXVCPU_OUT_AGAIN;
}

static int arm64_fault(struct arm64_vcpu *v, const struct axvcpu_complete *answer)
{
	if (answer->vector != AXVCPU_ARM64_VECTOR_SYNC)
		return -EINVAL;
	if (answer->has_error_code) {
		if (answer->error_code >> 32 || !ESR_EC(answer->error_code))
			return -EINVAL;
		arm64_raise(v, answer->error_code, v->far);
	} else if (answer->error_code) {
		return -EINVAL;
	} else if (v->pending.kind != ARM64_PENDING_SYSREG) {
		arm64_raise_abort(v);
	} else {
		arm64_raise_undefined(v);
	}
	return 0;
}

int arm64_complete(struct axvcpu_vcpu *vcpu,
		   const struct axvcpu_complete *answer)
{
	struct arm64_vcpu *v = to_arm64(vcpu);
	int ret = 0;

	if (answer->action == AXVCPU_ANSWER_FAULT)
		ret = arm64_fault(v, answer);
	if (ret)
		return ret;
	v->pending.kind = ARM64_PENDING_NONE;
	return AXVCPU_OUT_AGAIN;
}
