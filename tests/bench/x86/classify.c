// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The classes of x86 instructions, from their bytes in 64-bit mode. Only as much
 * is decoded as tells them apart: prefixes, opcode, ModRM, SIB.
 */
#include <string.h>

#include "classes.h"
#include "marker.h"

const char *class_name(unsigned int class)
{
	static const char *const names[CLASS_COUNT] = {
		[CLASS_OTHER] = "other",
		[CLASS_RDMSR] = "rdmsr",
		[CLASS_WRMSR] = "wrmsr",
		[CLASS_XSAVE] = "xsave",
		[CLASS_XRSTOR] = "xrstor",
		[CLASS_VMRUN] = "vmrun",
		[CLASS_VMLOAD] = "vmload",
		[CLASS_VMSAVE] = "vmsave",
		[CLASS_STGI] = "stgi",
		[CLASS_CLGI] = "clgi",
		[CLASS_MOV_FROM_CR] = "mov_from_cr",
		[CLASS_MOV_TO_CR] = "mov_to_cr",
		[CLASS_MOV_FROM_DR] = "mov_from_dr",
		[CLASS_MOV_TO_DR] = "mov_to_dr",
		[CLASS_INVLPG] = "invlpg",
		[CLASS_INVPCID] = "invpcid",
		[CLASS_LGDT] = "lgdt",
		[CLASS_LTR] = "ltr",
		[CLASS_LOCK] = "lock",
		[CLASS_INDIRECT] = "indirect",
		[CLASS_RETPOLINE] = "retpoline",
		[CLASS_XGETBV] = "xgetbv",
		[CLASS_XSETBV] = "xsetbv",
		[CLASS_CPUID] = "cpuid",
		[CLASS_RDTSC] = "rdtsc",
		[CLASS_SYSCALL] = "syscall",
		[CLASS_SYSRET] = "sysret",
		[CLASS_IRET] = "iret",
		[CLASS_SWAPGS] = "swapgs",
		[CLASS_POPF] = "popf",
		[CLASS_MOV_TO_SEG] = "mov_to_seg",
		[CLASS_FENCE] = "fence",
	};

	return names[class];
}

/** struct insn - the parts that matter; bytes beyond the end read as 0 */
struct insn {
	bool lock;
	bool operand16;
	bool rep;
	uint8_t rex;
	uint16_t opcode; /* 0x0f00 and up: two bytes; 0x3800 and up: three */
	uint8_t modrm;
	uint8_t sib;
};

static bool is_memory(const struct insn *insn)
{
	return insn->modrm < 0xc0;
}

static unsigned int modrm_reg(const struct insn *insn)
{
	return insn->modrm >> 3 & 7;
}

/* ---- decoding -------------------------------------------------------------- */

static bool take_prefix(struct insn *insn, uint8_t byte)
{
	switch (byte) {
	case 0xf0:
		insn->lock = true;
		return true;
	case 0x66:
		insn->operand16 = true;
		return true;
	case 0xf3:
		insn->rep = true;
		return true;
	case 0xf2:
	case 0x67:
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64:
	case 0x65:
		return true;
	default:
		return false;
	}
}

static void decode(struct insn *insn, const uint8_t *bytes, size_t length)
{
	uint8_t buffer[20] = { 0 };
	const uint8_t *at = buffer;

	memcpy(buffer, bytes, length < 15 ? length : 15);
	memset(insn, 0, sizeof(*insn));
	while (at < buffer + 14 && take_prefix(insn, *at))
		at++;
	if (*at >= 0x40 && *at <= 0x4f)
		insn->rex = *at++;
	insn->opcode = *at++;
	if (insn->opcode == 0x0f) {
		insn->opcode = 0x0f00 | *at++;
		if (insn->opcode == 0x0f38)
			insn->opcode = 0x3800 | *at++;
	}
	insn->modrm = *at++;
	insn->sib = *at;
}

bool marker_decode(const uint8_t *bytes, size_t length, unsigned int *number)
{
	static const uint8_t nop[4] = { 0x0f, 0x1f, 0x84, 0x00 };

	if (length != 8 || memcmp(bytes, nop, sizeof(nop)) ||
	    (bytes[6] | bytes[7] << 8) != MARKER_MAGIC)
		return false;
	*number = bytes[4] | bytes[5] << 8;
	return true;
}

/* ---- one function for each group of opcodes ---------------------------------- */

/* 0f 01 with a register operand: instructions of their own. */
static enum insn_class classify_0f01_register(uint8_t modrm)
{
	switch (modrm) {
	case 0xd0:
		return CLASS_XGETBV;
	case 0xd1:
		return CLASS_XSETBV;
	case 0xd8:
		return CLASS_VMRUN;
	case 0xda:
		return CLASS_VMLOAD;
	case 0xdb:
		return CLASS_VMSAVE;
	case 0xdc:
		return CLASS_STGI;
	case 0xdd:
		return CLASS_CLGI;
	case 0xdf: /* INVLPGA */
		return CLASS_INVLPG;
	case 0xf8:
		return CLASS_SWAPGS;
	case 0xf9: /* RDTSCP */
		return CLASS_RDTSC;
	case 0xfe: /* INVLPGB */
		return CLASS_INVLPG;
	default:
		return CLASS_OTHER;
	}
}

static enum insn_class classify_0f01(const struct insn *insn)
{
	if (!is_memory(insn))
		return classify_0f01_register(insn->modrm);
	switch (modrm_reg(insn)) {
	case 2: /* LGDT */
	case 3: /* LIDT */
		return CLASS_LGDT;
	case 7:
		return CLASS_INVLPG;
	default:
		return CLASS_OTHER;
	}
}

static enum insn_class classify_0fae(const struct insn *insn)
{
	if (!is_memory(insn))
		return modrm_reg(insn) >= 5 && !insn->rep && !insn->operand16 ? CLASS_FENCE :
										CLASS_OTHER;
	if (insn->operand16 || insn->rep)
		return CLASS_OTHER; /* CLWB, CLFLUSHOPT, CET */
	switch (modrm_reg(insn)) {
	case 0: /* FXSAVE */
	case 4: /* XSAVE */
	case 6: /* XSAVEOPT */
		return CLASS_XSAVE;
	case 1: /* FXRSTOR */
	case 5: /* XRSTOR */
		return CLASS_XRSTOR;
	default:
		return CLASS_OTHER;
	}
}

static enum insn_class classify_0fc7(const struct insn *insn)
{
	if (!is_memory(insn))
		return CLASS_OTHER;
	switch (modrm_reg(insn)) {
	case 3: /* XRSTORS */
		return CLASS_XRSTOR;
	case 4: /* XSAVEC */
	case 5: /* XSAVES */
		return CLASS_XSAVE;
	default:
		return CLASS_OTHER;
	}
}

static enum insn_class classify_two_bytes(const struct insn *insn)
{
	switch (insn->opcode) {
	case 0x0f00:
		return modrm_reg(insn) == 2 || modrm_reg(insn) == 3 ? CLASS_LTR : CLASS_OTHER;
	case 0x0f01:
		return classify_0f01(insn);
	case 0x0f05:
		return CLASS_SYSCALL;
	case 0x0f07:
		return CLASS_SYSRET;
	case 0x0f20:
		return CLASS_MOV_FROM_CR;
	case 0x0f21:
		return CLASS_MOV_FROM_DR;
	case 0x0f22:
		return CLASS_MOV_TO_CR;
	case 0x0f23:
		return CLASS_MOV_TO_DR;
	case 0x0f30:
		return CLASS_WRMSR;
	case 0x0f31:
		return CLASS_RDTSC;
	case 0x0f32:
		return CLASS_RDMSR;
	case 0x0fa2:
		return CLASS_CPUID;
	case 0x0fae:
		return classify_0fae(insn);
	case 0x0fc7:
		return classify_0fc7(insn);
	case 0x3882:
		return insn->operand16 ? CLASS_INVPCID : CLASS_OTHER;
	default:
		return CLASS_OTHER;
	}
}

static enum insn_class classify_one_byte(const struct insn *insn)
{
	switch (insn->opcode) {
	case 0x86: /* XCHG with memory locks by itself */
	case 0x87:
		return is_memory(insn) ? CLASS_LOCK : CLASS_OTHER;
	case 0x8e:
		return CLASS_MOV_TO_SEG;
	case 0x9d:
		return CLASS_POPF;
	case 0xcf:
		return CLASS_IRET;
	case 0xff: /* CALL and JMP, near and far */
		return modrm_reg(insn) >= 2 && modrm_reg(insn) <= 5 ? CLASS_INDIRECT : CLASS_OTHER;
	default:
		return CLASS_OTHER;
	}
}

/* MOV of a 64-bit register to (%rsp). */
static bool replaces_return_address(const struct insn *insn)
{
	return insn->opcode == 0x89 && (insn->rex & 8) && (insn->modrm & 0xc7) == 4 &&
	       insn->sib == 0x24;
}

/*
 * A return to an address that was just stored is the kernel's form of an indirect
 * branch (retpoline).
 */
unsigned int classify(struct classifier *state, const uint8_t *bytes, size_t length)
{
	bool loads_return = state->loads_return;
	struct insn insn;

	decode(&insn, bytes, length);
	state->loads_return = replaces_return_address(&insn);
	if (insn.lock)
		return CLASS_LOCK;
	if (loads_return && insn.opcode == 0xc3)
		return CLASS_RETPOLINE;
	return insn.opcode > 0xff ? classify_two_bytes(&insn) : classify_one_byte(&insn);
}
