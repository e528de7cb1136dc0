// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CR0 and CR4: the guest's accesses that are intercepted (see svm_set_cr0() and
 * svm_set_cr4()). With decode assists the exit tells the registers (APM Volume 2,
 * 15.8.1); else, and for LMSW, SMSW and CLTS, the bytes are decoded.
 */
#include <asm/msr-index.h>
#include <asm/processor-flags.h>

#include "svm.h"

enum svm_cr_op {
	SVM_CR_TO,		/* MOV to CR */
	SVM_CR_FROM,
	SVM_CR_LMSW,
	SVM_CR_SMSW,
	SVM_CR_CLTS,
};

struct svm_cr_insn {
	u8 op;
	u8 cr;
	u8 gpr;
	u8 bytes;	/* of the general register */
	u8 length;
};

/* CS is a 64-bit code segment, which real long-mode transitions forbid. */
static bool svm_code64(const struct svm_vcpu *svm)
{
	return svm->vmcb->save.cs.attributes & SVM_SEGMENT_L;
}

static bool svm_write_cr0(struct svm_vcpu *svm, u64 cr0)
{
	u64 old = svm_get_efer(svm), efer = old;

	if (!x86_write_cr0(svm_get_cr0(svm), &cr0, &efer, svm->cr4,
			   svm_code64(svm)))
		return false;
	if (efer != old)
		svm_set_efer(svm, efer);
	svm_set_cr0(svm, cr0);
	return true;
}

static bool svm_write_cr4(struct svm_vcpu *svm, u64 cr4)
{
	u64 changed = cr4 ^ svm->cr4;
	u64 tlb = svm->tlb_generation;

	if (!x86_write_cr4(svm->cr4, cr4, svm_get_efer(svm),
			   svm->vmcb->save.cr3))
		return false;
	svm_set_cr4(svm, cr4);
	/* Only what paging looks at makes translations stale. */
	if (!(changed & X86_CR4_PAGING))
		svm->tlb_generation = tlb;
	return true;
}

static u64 svm_read_cr(const struct svm_vcpu *svm, u8 cr)
{
	return cr == 0 ? svm_get_cr0(svm) : svm->cr4;
}

static bool svm_write_cr(struct svm_vcpu *svm, u8 cr, u64 value)
{
	return cr == 0 ? svm_write_cr0(svm, value) : svm_write_cr4(svm, value);
}

static bool svm_lmsw(struct svm_vcpu *svm, u64 value)
{
	return svm_write_cr0(svm, x86_lmsw(svm_get_cr0(svm), value));
}

static void svm_set_register(struct svm_vcpu *svm, const struct svm_cr_insn *insn,
			     u64 value)
{
	u64 *gpr = &svm->x.gpr[insn->gpr & 15];

	if (insn->bytes == 2)
		*gpr = (*gpr & ~0xffffULL) | (u16)value;
	else
		*gpr = insn->bytes == 4 ? (u32)value : value;
}

static int svm_do_cr(struct svm_vcpu *svm, const struct svm_cr_insn *insn,
		     u64 next_rip)
{
	u64 value = svm->x.gpr[insn->gpr & 15];
	bool ok = true;

	if (insn->bytes == 4)
		value = (u32)value;
	switch (insn->op) {
	case SVM_CR_TO:
		ok = svm_write_cr(svm, insn->cr, value);
		break;
	case SVM_CR_LMSW:
		ok = svm_lmsw(svm, value);
		break;
	case SVM_CR_CLTS:
		ok = svm_write_cr0(svm, svm_get_cr0(svm) & ~(u64)X86_CR0_TS);
		break;
	default:
		svm_set_register(svm, insn, svm_read_cr(svm, insn->cr));
		break;
	}
	if (ok)
		x86_skip(&svm->x, next_rip);
	else
		x86_queue_gp(&svm->x, 0);
	/* CR4.OSXSAVE and PKE want another FPU load. */
	return svm->x.fpu.changed ? AXVCPU_OUT_WORK : AXVCPU_OUT_AGAIN;
}

/* The register operand of MOV CR: always of the mode's full width. */
static u8 svm_cr_bytes(const struct svm_vcpu *svm)
{
	return (svm_get_efer(svm) & EFER_LMA) && svm_code64(svm) ? 8 : 4;
}

/* From run(). */
int svm_exit_cr(struct svm_vcpu *svm)
{
	const struct vmcb_control *control = &svm->vmcb->control;
	u64 code = control->exit_code;
	struct svm_cr_insn insn;

	if (!svm_features.decode || !svm_features.nrip ||
	    !(control->exit_info1 & SVM_CR_INFO_MOV)) {
		svm->emulation = SVM_EMULATE_CR;
		return AXVCPU_OUT_EMULATE;
	}
	insn.op = code == SVM_EXIT_CR0_READ || code == SVM_EXIT_CR4_READ ?
			  SVM_CR_FROM : SVM_CR_TO;
	insn.cr = code == SVM_EXIT_CR4_READ || code == SVM_EXIT_CR4_WRITE ?
			  4 : 0;
	insn.gpr = control->exit_info1 & SVM_CR_INFO_GPR;
	insn.bytes = svm_cr_bytes(svm);
	return svm_do_cr(svm, &insn, control->nrip);
}

/* ---- without decode assists -------------------------------------------------- */

struct svm_bytes {
	const u8 *insn;
	unsigned int count;
	unsigned int at;
};

/* 0 behind the end: no opcode that is looked for. */
static u8 svm_byte(struct svm_bytes *b)
{
	return b->at < b->count ? b->insn[b->at++] : 0;
}

/* 0F 01 /4, /6: SMSW, LMSW of a register */
static bool svm_decode_msw(struct svm_cr_insn *insn, u8 modrm, u8 rex,
			   bool small)
{
	u8 reg = (modrm >> 3) & 7;

	if (modrm >> 6 != 3 || (reg != 4 && reg != 6))
		return false;
	insn->op = reg == 4 ? SVM_CR_SMSW : SVM_CR_LMSW;
	insn->cr = 0;
	insn->bytes = rex & 8 ? 8 : small ? 2 : 4;
	return true;
}

/* 0F 20, 0F 22: MOV from, to CR0 or CR4 */
static bool svm_decode_mov(struct svm_cr_insn *insn, u8 opcode, u8 modrm, u8 rex)
{
	insn->op = opcode == 0x20 ? SVM_CR_FROM : SVM_CR_TO;
	insn->cr = (modrm >> 3) & 7;
	return !(rex & 4) && (insn->cr == 0 || insn->cr == 4);
}

static bool svm_decode_cr(struct svm_vcpu *svm, const u8 *bytes,
			  unsigned int count, struct svm_cr_insn *insn)
{
	struct svm_bytes b = { .insn = bytes, .count = count };
	bool small = x86_code_bytes(&svm->x) == 2, code64 = x86_long_mode(&svm->x);
	bool ok = true;
	u8 byte, opcode, modrm, rex = 0;

	for (byte = svm_byte(&b);; byte = svm_byte(&b)) {
		if (byte == 0x66)
			small = x86_code_bytes(&svm->x) != 2;
		else if (code64 && (byte & 0xf0) == 0x40)
			rex = byte;
		else if (byte != 0x67 && byte != 0xf2 && byte != 0xf3 &&
			 byte != 0x2e && byte != 0x36 && byte != 0x3e &&
			 byte != 0x26 && byte != 0x64 && byte != 0x65)
			break;
	}
	if (byte != 0x0f)
		return false;
	insn->bytes = svm_cr_bytes(svm);
	insn->gpr = 0;
	opcode = svm_byte(&b);
	if (opcode == 0x06) {
		insn->op = SVM_CR_CLTS;
	} else {
		modrm = svm_byte(&b);
		insn->gpr = (modrm & 7) | (rex & 1) << 3;
		if (opcode == 0x01)
			ok = svm_decode_msw(insn, modrm, rex, small);
		else if (opcode == 0x20 || opcode == 0x22)
			ok = svm_decode_mov(insn, opcode, modrm, rex);
		else
			ok = false;
	}
	insn->length = b.at;
	return ok;
}

/*
 * From emulate(), x->mode is synced. Bytes that can't be read are gone from the
 * guest's own tables: without its stale translation the processor faults.
 */
int svm_cr_emulate(struct svm_vcpu *svm)
{
	const struct vmcb_control *control = &svm->vmcb->control;
	struct x86_vcpu *x = &svm->x;
	struct svm_cr_insn insn;
	struct x86_walk walk;
	u64 fault_linear;
	u8 bytes[15];
	int count;

	count = x86_fetch(x, bytes, &walk, &fault_linear);
	if (count <= 0) {
		svm_flush_tag(svm);
		return AXVCPU_OUT_WORK;
	}
	/* LMSW from memory, SMSW to memory: a known limit. */
	if (!svm_decode_cr(svm, bytes, count, &insn))
		return axvcpu_exit_unhandled(&x->core, "LMSW or SMSW of memory",
					     control->exit_code,
					     control->exit_info1,
					     control->exit_info2);
	return svm_do_cr(svm, &insn, x86_next_rip(x, insn.length));
}
