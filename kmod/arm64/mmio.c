// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loads and stores on which no memory answers and whose abort has no syndrome (DDI 0487,
 * "ISS encoding for an exception from a Data Abort": ISV): the instruction is read and
 * decoded. Each register is an access of its own, and a Q register two, as the
 * processor makes them ("Single-copy atomicity"): a pair of W registers is two reads
 * of four bytes, not one of eight.
 *
 * A load writes its registers when it has all of them, so that until then it can be
 * begun again. A store's last access completes it; the earlier ones are PENDING.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/cputype.h>

#include "../memory.h"
#include "access.h"
#include "arm64.h"
#include "fpu.h"
#include "mmio.h"
#include "record.h"

#define DCZID_BLOCK	0xf		/* DCZID_EL0: log2 of words; D24.2 */
#define DCZID_PROHIBITED BIT(4)
#define ELEMENT_MAX	8
#define PS_SPSEL	BIT_ULL(0)	/* of AArch64: EL1 uses SP_EL1 */

#define EL1_SCTLR_E0E		BIT_ULL(24)
#define EL1_SCTLR_EE		BIT_ULL(25)
#define PS_A32_E		BIT_ULL(9)

static bool arm64_is_big_endian(const struct arm64_vcpu *v)
{
	if (v->pstate & PS_A32)
		return v->pstate & PS_A32_E;
	return v->sys.sctlr_el1 &
	       (v->pstate & PS_EL ? EL1_SCTLR_EE : EL1_SCTLR_E0E);
}

u64 arm64_order(const struct arm64_vcpu *v, u64 data, unsigned int width)
{
	if (arm64_is_big_endian(v))
		return swab64(data) >> (64 - 8 * width);
	return data & (~0ULL >> (64 - 8 * width));
}

static u64 arm64_sp(const struct arm64_vcpu *v)
{
	return v->pstate & PS_SPSEL ? v->sp_el1 : v->frame.sp_el0;
}

/* The accesses that it makes. Return: false: none that we can make. */
static bool arm64_mmio_divide(const struct arm64_vcpu *v, struct arm64_mmio *m)
{
	const struct arm64_insn *insn = &m->insn;

	if (insn->simd && arm64_is_big_endian(v))
		return false;

	if (insn->zero) {
		u32 dczid = read_cpuid(DCZID_EL0);

		m->width = ELEMENT_MAX;
		m->count = (4 << (dczid & DCZID_BLOCK)) / ELEMENT_MAX;
		return !(dczid & DCZID_PROHIBITED) && m->count;
	}
	m->width = min_t(u8, insn->width, ELEMENT_MAX);
	m->count = insn->count * insn->width / m->width;
	return true;
}

/*
 * The abort must be of this instruction, and the whole of it must be in one page: beyond
 * that there may be memory. Return: false: another one, or it isn't.
 */
static bool arm64_mmio_place(struct arm64_vcpu *v, struct arm64_mmio *m)
{
	const struct axvcpu_fault *fault = &v->core.fault;
	u64 bytes = (u64)m->width * m->count, first;

	first = arm64_insn_address(&m->insn, v->pc, v->frame.x, arm64_sp(v));
	if (m->insn.zero)
		first &= ~(bytes - 1);
	if (v->far - first >= bytes ||
	    (first & ~PAGE_MASK) + bytes > PAGE_SIZE)
		return false;
	m->gpa = fault->gpa - (v->far - first);
	return true;
}

/* The element's value in its register, in the low m->width bytes. */
static u64 arm64_mmio_element(const struct arm64_vcpu *v, unsigned int index)
{
	const struct arm64_mmio *m = &v->mmio;
	unsigned int per_register = m->count / m->insn.count;
	unsigned int reg = m->insn.reg[index / per_register];

	return m->insn.simd ? v->fpu.v[reg][index % per_register] :
			      arm64_get_x(v, reg);
}

static void arm64_mmio_writeback(struct arm64_vcpu *v)
{
	const struct arm64_insn *insn = &v->mmio.insn;
	u64 base;

	if (!insn->writeback)
		return;
	base = arm64_insn_writeback(insn, v->frame.x, arm64_sp(v));
	if (insn->base != ARM64_DECODE_SP)
		v->frame.x[insn->base] = base;
	else if (v->pstate & PS_SPSEL)
		v->sp_el1 = base;
	else
		v->frame.sp_el0 = base;
}

static u64 arm64_mmio_extend(const struct arm64_insn *insn, u64 data)
{
	if (insn->sign_extend)
		data = sign_extend64(data, 8 * insn->width - 1);
	return insn->reg_width == 8 ? data : (u32)data;
}

/* All elements are there. What is loaded over the base counts: without writeback then. */
static void arm64_mmio_load(struct arm64_vcpu *v)
{
	const struct arm64_mmio *m = &v->mmio;
	unsigned int per_register = m->count / m->insn.count, i;

	arm64_mmio_writeback(v);
	for (i = 0; i < m->insn.count; i++) {
		const u64 *data = &m->data[i * per_register];
		unsigned int reg = m->insn.reg[i];

		if (!m->insn.simd) {
			arm64_set_x(v, reg, arm64_mmio_extend(&m->insn, data[0]));
			continue;
		}
		arm64_fpu_set(v, reg, data[0], per_register > 1 ? data[1] : 0);
	}
}

/* Report the element at m->done. */
static int arm64_mmio_report(struct arm64_vcpu *v)
{
	struct arm64_mmio *m = &v->mmio;
	bool write = m->insn.write;
	struct axvcpu_exit *exit =
		axvcpu_exit_begin(&v->core, write ? AXVCPU_EXIT_MMIO_WRITE :
						    AXVCPU_EXIT_MMIO_READ,
				  el2_hw_code(v));

	exit->next_pc = v->pc + 4;
	exit->u.mmio.gpa = m->gpa + m->done * m->width;
	exit->u.mmio.width = m->width;
	exit->u.mmio.reg = ~0;
	exit->u.mmio.reg_width = 0;
	exit->u.mmio.sign_extend = 0;
	exit->u.mmio.data[0] = 0;
	if (write && !m->insn.zero)
		exit->u.mmio.data[0] =
			arm64_order(v, arm64_mmio_element(v, m->done), m->width);
	if (write && m->done == m->count - 1) {
		arm64_mmio_writeback(v);
		arm64_skip(v);
		return AXVCPU_OUT_EXIT;
	}
	v->pending.kind = ARM64_PENDING_INSN;
	v->pending.read = !write;
	axvcpu_exit_pending(&v->core, exit);
	return AXVCPU_OUT_EXIT;
}

/* From emulate(): fault->gpa has no memory, or none for a write. */
int arm64_mmio(struct arm64_vcpu *v)
{
	struct axvcpu_fault *fault = &v->core.fault;
	struct arm64_mmio *m = &v->mmio;
	u32 word;
	int ret;

	ret = v->pstate & PS_A32 ? -ENXIO : arm64_fetch(v, &word);
	/* Its page is not there any more: the guest has the fault itself, or we do. */
	if (ret > 0)
		return AXVCPU_OUT_AGAIN;
	memset(m, 0, sizeof(*m));
	if (!ret && fault->access & AXVCPU_ACCESS_GVA &&
	    !arm64_decode(word, &m->insn) && arm64_mmio_divide(v, m) &&
	    m->insn.write == !!(fault->access & AXVCPU_ACCESS_WRITE) &&
	    arm64_mmio_place(v, m))
		return arm64_mmio_report(v);
	if (fault->cause == AXVCPU_NPF_NO_REGION)
		fault->cause = AXVCPU_NPF_CANT_DECODE;
	return axvcpu_exit_npf(&v->core, el2_hw_code(v), ret ? NULL : (u8 *)&word,
			       ret ? 0 : sizeof(word));
}

int arm64_mmio_done(struct arm64_vcpu *v, u64 data)
{
	struct arm64_mmio *m = &v->mmio;

	if (!m->insn.write)
		m->data[m->done] = arm64_order(v, data, m->width);
	m->done++;
	if (m->done < m->count)
		return arm64_mmio_report(v);
	arm64_mmio_load(v);
	arm64_skip(v);
	return AXVCPU_OUT_AGAIN;
}
