// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Device memory: from a second-stage fault that no memory answers to MMIO_READ or
 * MMIO_WRITE.
 *
 * Another vCPU can change the code between its execution and our decoding, so
 * the decoded instruction counts only if its own operand, translated with its
 * own rights, is at the address that faulted. Anything else is
 * NESTED_PAGE_FAULT.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "access.h"
#include "event.h"
#include "mmio.h"

static inline u64 x86_mmio_mask(unsigned int width)
{
	return ~0ULL >> (64 - 8 * width);
}

static int x86_mmio_cant_decode(struct x86_vcpu *x, const u8 *insn,
				unsigned int length, u64 hw_code)
{
	struct axvcpu_fault *fault = &x->core.fault;

	if (fault->cause == AXVCPU_NPF_NO_REGION)
		fault->cause = AXVCPU_NPF_CANT_DECODE;
	return axvcpu_exit_npf(&x->core, hw_code, insn, length);
}

/* Offset of the operand in its segment. */
static u64 x86_mmio_offset(const struct x86_vcpu *x, const struct x86_insn *insn)
{
	u64 offset = insn->displacement;

	if (insn->base < ARRAY_SIZE(x->gpr))
		offset += x->gpr[insn->base];
	if (insn->index < ARRAY_SIZE(x->gpr))
		offset += x->gpr[insn->index] * insn->scale;
	if (insn->rip_relative)
		offset += x86_next_rip(x, insn->length);
	return offset & x86_mmio_mask(insn->address_bytes);
}

static bool x86_mmio_is_store(const struct x86_insn *insn)
{
	return insn->op == X86_OP_STORE_REG || insn->op == X86_OP_STORE_IMM;
}

static u64 x86_mmio_store_value(const struct x86_vcpu *x,
				const struct x86_insn *insn)
{
	u64 value;

	if (insn->op == X86_OP_STORE_IMM)
		value = insn->immediate;
	else
		value = x->gpr[insn->reg & 15] >> (insn->high_byte ? 8 : 0);
	return value & x86_mmio_mask(insn->width);
}

/*
 * The operand's guest-physical address. Return: 0; -EPERM: @walk tells the
 * guest's fault; -ENXIO: not where the fault was, or in two pages; -EFAULT.
 */
static int x86_mmio_address(struct x86_vcpu *x, const struct x86_insn *insn,
			    struct x86_walk *walk, u64 *linear)
{
	const struct axvcpu_fault *fault = &x->core.fault;
	bool store = x86_mmio_is_store(insn);
	u32 access = store ? AXVCPU_ACCESS_WRITE : AXVCPU_ACCESS_READ;
	int ret;

	if (store != !!(fault->access & AXVCPU_ACCESS_WRITE))
		return -ENXIO;
	*linear = x86_mmio_offset(x, insn);
	if (likely(x86_long_mode(x))) {
		/* x86_walk() looks whether it is canonical. */
		if (insn->segment >= AXVCPU_X86_FS)
			*linear += x->mode.segment[insn->segment].base;
	} else if (!x86_linear(x, insn->segment, *linear, insn->width, store,
			       linear)) {
		return -ENXIO;
	}
	if ((*linear & (PAGE_SIZE - 1)) + insn->width > PAGE_SIZE)
		return -ENXIO;
	if (x->mode.cpl == 3)
		access |= AXVCPU_ACCESS_USER;
	ret = x86_walk(x, *linear, access, true, walk);
	if (ret)
		return ret;
	return (walk->gpa ^ fault->gpa) >> PAGE_SHIFT ? -ENXIO : 0;
}

static int x86_mmio_write(struct x86_vcpu *x, const struct x86_insn *insn,
			  u64 gpa, u64 hw_code)
{
	struct axvcpu_exit *exit =
		axvcpu_exit_begin(&x->core, AXVCPU_EXIT_MMIO_WRITE, hw_code);
	u64 next_rip = x86_next_rip(x, insn->length);

	exit->next_pc = next_rip;
	exit->u.mmio.gpa = gpa;
	exit->u.mmio.width = insn->width;
	exit->u.mmio.reg = ~0;
	exit->u.mmio.reg_width = 0;
	exit->u.mmio.sign_extend = 0;
	exit->u.mmio.data[0] = x86_mmio_store_value(x, insn);
	x86_skip(x, next_rip);
	return AXVCPU_OUT_EXIT;
}

static int x86_mmio_read(struct x86_vcpu *x, const struct x86_insn *insn,
			 u64 gpa, u64 linear, u64 hw_code)
{
	struct axvcpu_exit *exit =
		axvcpu_exit_begin(&x->core, AXVCPU_EXIT_MMIO_READ, hw_code);
	struct x86_pending *p = &x->pending;

	exit->next_pc = x86_next_rip(x, insn->length);
	exit->u.mmio.gpa = gpa;
	exit->u.mmio.width = insn->width;
	/* No number stands for AH, CH, DH and BH. */
	exit->u.mmio.reg = insn->high_byte ? ~0 : insn->reg;
	exit->u.mmio.reg_width = insn->reg_width;
	exit->u.mmio.sign_extend = insn->op == X86_OP_LOAD_SX;
	exit->u.mmio.data[0] = 0;
	p->kind = X86_PENDING_MMIO;
	p->read = true;
	p->width = insn->width;
	p->length = insn->length;
	p->mmio.insn = *insn;
	p->mmio.gpa = gpa;
	p->mmio.gva = linear;
	axvcpu_exit_pending(&x->core, exit);
	return AXVCPU_OUT_EXIT;
}

static u64 x86_mmio_word(const u8 *from)
{
	u64 word;

	memcpy(&word, from, sizeof(word));
	return word;
}

/* The same fifteen bytes as last time are the same instruction. */
static const struct x86_insn *x86_mmio_decode(struct x86_vcpu *x,
					      const u8 *bytes,
					      unsigned int length)
{
	unsigned int code_bytes = x86_code_bytes(x);
	struct x86_decoded *d = &x->decoded;

	BUILD_BUG_ON(sizeof(d->bytes) != 2 * sizeof(u64) - 1);
	if (likely(length == sizeof(d->bytes) && d->code_bytes == code_bytes &&
		   x86_mmio_word(bytes) == x86_mmio_word(d->bytes) &&
		   x86_mmio_word(bytes + 7) == x86_mmio_word(d->bytes + 7)))
		return &d->insn;
	d->code_bytes = 0;
	if (x86_decode(bytes, length, code_bytes, &d->insn))
		return NULL;
	if (length == sizeof(d->bytes)) {
		memcpy(d->bytes, bytes, sizeof(d->bytes));
		d->code_bytes = code_bytes;
	}
	return &d->insn;
}

/* With the instruction's bytes at hand. */
static int x86_mmio_decoded(struct x86_vcpu *x, const u8 *bytes,
			    unsigned int length, u64 hw_code)
{
	const struct x86_insn *insn = x86_mmio_decode(x, bytes, length);
	struct axvcpu_fault *fault = &x->core.fault;
	struct x86_scratch *s = &x->scratch;
	int ret;

	if (!insn)
		return x86_mmio_cant_decode(x, bytes, length, hw_code);
	ret = x86_mmio_address(x, insn, &s->walk, &s->linear);
	if (ret == -EPERM) {
		/* A stale translation may have let it pass; it may end any time. */
		x86_queue_walk_fault(x, &s->walk, s->linear);
		return AXVCPU_OUT_AGAIN;
	}
	if (ret)
		return x86_mmio_cant_decode(x, bytes, length, hw_code);
	fault->gva = s->linear;
	fault->access |= AXVCPU_ACCESS_GVA;
	if (x86_mmio_is_store(insn))
		return x86_mmio_write(x, insn, s->walk.gpa, hw_code);
	return x86_mmio_read(x, insn, s->walk.gpa, s->linear, hw_code);
}

int x86_mmio(struct x86_vcpu *x, const u8 *insn, unsigned int length,
	     u64 hw_code)
{
	const struct axvcpu_fault *fault = &x->core.fault;
	struct x86_scratch *s = &x->scratch;
	int ret;

	if (fault->cause == AXVCPU_NPF_HOST_FAULT ||
	    fault->cause == AXVCPU_NPF_POISONED ||
	    fault->access & (AXVCPU_ACCESS_EXECUTE | AXVCPU_ACCESS_WALK))
		return axvcpu_exit_npf(&x->core, hw_code, insn, length);
	if (length)
		return x86_mmio_decoded(x, insn, length, hw_code);
	ret = x86_fetch(x, s->insn, &s->walk, &s->linear);
	if (ret == -EPERM) {
		x86_queue_walk_fault(x, &s->walk, s->linear);
		return AXVCPU_OUT_AGAIN;
	}
	if (ret < 0)
		return x86_mmio_cant_decode(x, NULL, 0, hw_code);
	return x86_mmio_decoded(x, s->insn, ret, hw_code);
}

/* Part @width of a general register; one of 4 bytes clears the upper half. */
static void x86_mmio_set_register(struct x86_vcpu *x, const struct x86_insn *insn,
				  u64 value)
{
	unsigned int shift = insn->high_byte ? 8 : 0;
	u64 *reg = &x->gpr[insn->reg & 15];
	u64 mask = x86_mmio_mask(insn->reg_width) << shift;

	if (insn->reg_width == 4)
		*reg = (u32)value;
	else
		*reg = (*reg & ~mask) | (value << shift & mask);
}

int x86_mmio_done(struct x86_vcpu *x, u64 data)
{
	const struct x86_insn *insn = &x->pending.mmio.insn;
	u64 value = data & x86_mmio_mask(insn->width);
	u64 sign = 1ULL << (8 * insn->width - 1);

	if (insn->op == X86_OP_LOAD_SX)
		value = (value ^ sign) - sign;
	x86_mmio_set_register(x, insn, value);
	x86_skip(x, x86_next_rip(x, insn->length));
	return AXVCPU_OUT_AGAIN;
}
