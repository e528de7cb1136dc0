// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Why an entry refuses a guest state: SDM Volume 3, 27.3.1 "Checks on the Guest
 * State Area", in words; and 31.4 "VM Instruction Error Numbers". Pure C.
 */
#include "check.h"

#define BIT_AT(n)	(1ULL << (n))
#define CR0_PE		BIT_AT(0)
#define CR0_PG		BIT_AT(31)
#define CR4_PAE		BIT_AT(5)
#define CR4_PCIDE	BIT_AT(17)
#define EFER_LME_BIT	BIT_AT(8)
#define EFER_LMA_BIT	BIT_AT(10)
#define EFER_KNOWN	(BIT_AT(0) | EFER_LME_BIT | EFER_LMA_BIT | BIT_AT(11))
#define FLAGS_FIXED	BIT_AT(1)
#define FLAGS_TF	BIT_AT(8)
#define FLAGS_IF	BIT_AT(9)
#define FLAGS_VM	BIT_AT(17)
#define FLAGS_RESERVED	(~0ULL << 22 | BIT_AT(15) | BIT_AT(5) | BIT_AT(3))

#define AR_TYPE		0xfU
#define AR_S		0x10U
#define AR_DPL(ar)	(((ar) >> 5) & 3)
#define AR_P		0x80U
#define AR_RESERVED	(0xf00U | 0xfffe0000U)
#define AR_L		0x2000U
#define AR_DB		0x4000U
#define AR_G		0x8000U
#define AR_UNUSABLE	0x10000U
#define SELECTOR_TI	4

#define PDPTE_P		BIT_AT(0)
#define PDPTE_RESERVED	0x1e6ULL
#define PENDING_BS	BIT_AT(14)

#define STI		1U
#define MOV_SS		2U
#define NMI		8U
#define EVENT_VALID	(1U << 31)
#define EVENT_TYPE(e)	(((e) >> 8) & 7)
#define EVENT_INTERRUPT	0
#define EVENT_NMI	2

static bool canonical(u64 address)
{
	/* 57 bits if there are five levels: the weaker of the two. */
	u64 top = address >> 56;

	return !top || top == 0xff;
}

/* 27.3.1.6 */
static const char *check_pdptes(const struct vmx_check_state *s)
{
	unsigned int i;

	if (!(s->cr0 & CR0_PG) || !(s->cr4 & CR4_PAE) || s->ia32e)
		return NULL;
	for (i = 0; i < 4; i++)
		if ((s->pdpte[i] & PDPTE_P) &&
		    (s->pdpte[i] & PDPTE_RESERVED ||
		     s->pdpte[i] >> s->address_bits))
			return "a PDPTE has a reserved bit set";
	return NULL;
}

static const char *check_control(const struct vmx_check_state *s)
{
	if ((s->cr0 & CR0_PG) && !(s->cr0 & CR0_PE))
		return "CR0.PG is set, CR0.PE is clear";
	if (s->ia32e && !(s->cr0 & CR0_PG))
		return "IA-32e mode guest, CR0.PG is clear";
	if (s->ia32e && !(s->cr4 & CR4_PAE))
		return "IA-32e mode guest, CR4.PAE is clear";
	if (!s->ia32e && (s->cr4 & CR4_PCIDE))
		return "CR4.PCIDE is set outside of IA-32e mode";
	if (s->cr3 >> s->address_bits)
		return "CR3 is beyond the physical addresses";
	if (s->dr7 >> 32)
		return "a bit of DR7 above 31 is set";
	if (!canonical(s->sysenter_esp) || !canonical(s->sysenter_eip))
		return "SYSENTER_ESP or SYSENTER_EIP is not canonical";
	if (s->efer & ~EFER_KNOWN)
		return "a reserved bit of EFER is set";
	if (!(s->efer & EFER_LMA_BIT) == s->ia32e)
		return "EFER.LMA differs from IA-32e mode guest";
	if ((s->cr0 & CR0_PG) &&
	    !(s->efer & EFER_LMA_BIT) != !(s->efer & EFER_LME_BIT))
		return "CR0.PG is set, EFER.LMA and EFER.LME differ";
	return NULL;
}

static bool usable(const struct vmx_check_segment *s)
{
	return !(s->ar & AR_UNUSABLE);
}

static bool granularity_valid(const struct vmx_check_segment *s)
{
	if ((s->limit & 0xfff) != 0xfff && (s->ar & AR_G))
		return false;
	return !(s->limit >> 20) || (s->ar & AR_G);
}

static const char *check_code(const struct vmx_check_state *s)
{
	const struct vmx_check_segment *cs = &s->segment[VMX_CHECK_CS];
	u32 dpl = AR_DPL(cs->ar), ss_dpl = AR_DPL(s->segment[VMX_CHECK_SS].ar);

	switch (cs->ar & AR_TYPE) {
	case 3:
		if (dpl)
			return "CS is a data segment with a DPL that is not 0";
		break;
	case 9:
	case 11:
		if (dpl != ss_dpl)
			return "CS is not conforming and its DPL is not that of SS";
		break;
	case 13:
	case 15:
		if (dpl > ss_dpl)
			return "CS is conforming and its DPL is above that of SS";
		break;
	default:
		return "the type of CS is not accessed code";
	}
	if (s->ia32e && (cs->ar & AR_L) && (cs->ar & AR_DB))
		return "CS.L and CS.D are both set";
	return NULL;
}

static const char *check_stack(const struct vmx_check_state *s)
{
	const struct vmx_check_segment *ss = &s->segment[VMX_CHECK_SS];
	u32 type = ss->ar & AR_TYPE;

	if (usable(ss) && type != 3 && type != 7)
		return "the type of SS is not accessed, writable data";
	if ((!(s->cr0 & CR0_PE) ||
	     (s->segment[VMX_CHECK_CS].ar & AR_TYPE) == 3) && AR_DPL(ss->ar))
		return "SS.DPL is not 0 in real mode";
	return NULL;
}

static const char *check_segment(const struct vmx_check_segment *s, bool data)
{
	u32 type = s->ar & AR_TYPE;

	if (!usable(s))
		return NULL;
	if (!(s->ar & AR_S) || !(s->ar & AR_P) || (s->ar & AR_RESERVED))
		return "a segment has S or P clear, or a reserved bit set";
	if (!granularity_valid(s))
		return "a segment's granularity does not fit its limit";
	if (data && (!(type & 1) || ((type & 8) && !(type & 2))))
		return "a data segment is not accessed, or code that can't be read";
	return NULL;
}

static const char *check_segments(const struct vmx_check_state *s)
{
	const char *check = check_code(s);
	unsigned int i;

	if (!check)
		check = check_stack(s);
	for (i = VMX_CHECK_ES; !check && i <= VMX_CHECK_GS; i++) {
		check = check_segment(&s->segment[i],
				      i != VMX_CHECK_CS && i != VMX_CHECK_SS);
		if (!check && (i >= VMX_CHECK_FS || i == VMX_CHECK_CS)) {
			if (i >= VMX_CHECK_FS ? !canonical(s->segment[i].base) :
						s->segment[i].base >> 32)
				check = "the base of CS, FS or GS is not valid";
		} else if (!check && usable(&s->segment[i]) &&
			   s->segment[i].base >> 32) {
			check = "the base of ES, SS or DS has a bit above 31 set";
		}
	}
	return check;
}

static const char *check_system_segments(const struct vmx_check_state *s)
{
	const struct vmx_check_segment *tr = &s->segment[VMX_CHECK_TR];
	const struct vmx_check_segment *ldtr = &s->segment[VMX_CHECK_LDTR];
	u32 type = tr->ar & AR_TYPE;

	if (tr->selector & SELECTOR_TI)
		return "TR's selector is of the LDT";
	if (!usable(tr) || (tr->ar & AR_S) || !(tr->ar & AR_P) ||
	    (tr->ar & AR_RESERVED) || !canonical(tr->base))
		return "TR is not usable";
	if (type != 11 && (type != 3 || s->ia32e))
		return "the type of TR is not a busy TSS";
	if (!granularity_valid(tr))
		return "the granularity of TR does not fit its limit";
	if (!usable(ldtr))
		return NULL;
	if (ldtr->selector & SELECTOR_TI)
		return "LDTR's selector is of the LDT";
	if ((ldtr->ar & AR_TYPE) != 2 || (ldtr->ar & AR_S) ||
	    !(ldtr->ar & AR_P) || (ldtr->ar & AR_RESERVED) ||
	    !canonical(ldtr->base) || !granularity_valid(ldtr))
		return "LDTR is neither an LDT nor unusable";
	return NULL;
}

static const char *check_flow(const struct vmx_check_state *s)
{
	bool code64 = s->ia32e && (s->segment[VMX_CHECK_CS].ar & AR_L);
	u64 rip_top = s->rip >> s->linear_bits;

	if (!canonical(s->gdt_base) || !canonical(s->idt_base))
		return "the base of GDTR or IDTR is not canonical";
	if (!code64 && s->rip >> 32)
		return "a bit of RIP above 31 is set outside of 64-bit code";
	/* All the same, which need not be the highest one of the address. */
	if (code64 && rip_top && rip_top != ~0ULL >> s->linear_bits)
		return "RIP is not a linear address";
	if (s->rflags & FLAGS_RESERVED || !(s->rflags & FLAGS_FIXED))
		return "a reserved bit of RFLAGS is not what it has to be";
	if ((s->rflags & FLAGS_VM) && (s->ia32e || !(s->cr0 & CR0_PE)))
		return "RFLAGS.VM is set in IA-32e mode or real mode";
	return NULL;
}

static const char *check_event(const struct vmx_check_state *s)
{
	u32 type = EVENT_TYPE(s->event), state = s->interruptibility;

	if ((state & STI) && (state & MOV_SS))
		return "both kinds of interrupt shadow are set";
	if ((state & STI) && !(s->rflags & FLAGS_IF))
		return "in the shadow of STI, RFLAGS.IF is clear";
	if ((state & (STI | MOV_SS)) &&
	    !(s->rflags & FLAGS_TF) != !(s->pending_debug & PENDING_BS))
		return "in an interrupt shadow, a pending single step does not fit RFLAGS.TF";
	if (!(s->event & EVENT_VALID))
		return NULL;
	if (type == EVENT_INTERRUPT && !(s->rflags & FLAGS_IF))
		return "an interrupt is injected, RFLAGS.IF is clear";
	if (type == EVENT_INTERRUPT && (state & (STI | MOV_SS)))
		return "an interrupt is injected in an interrupt shadow";
	if (type == EVENT_NMI && (state & (MOV_SS | NMI)))
		return "an NMI is injected while NMIs are blocked";
	return NULL;
}

/* Segments of virtual-8086 mode can't be set from outside: RFLAGS.VM alone can. */
static const char *check_v86(const struct vmx_check_state *s)
{
	unsigned int i;

	for (i = VMX_CHECK_ES; i <= VMX_CHECK_GS; i++)
		if (s->segment[i].base != (u64)s->segment[i].selector << 4 ||
		    s->segment[i].limit != 0xffff || s->segment[i].ar != 0xf3)
			return "RFLAGS.VM is set, a segment is not of virtual-8086 mode";
	return NULL;
}

const char *vmx_check_guest(const struct vmx_check_state *s)
{
	const char *check = check_control(s);

	if (!check)
		check = check_flow(s);
	if (!check)
		check = s->rflags & FLAGS_VM ? check_v86(s) : check_segments(s);
	if (!check)
		check = check_system_segments(s);
	if (!check)
		check = check_event(s);
	if (!check)
		check = check_pdptes(s);
	return check;
}

const char *vmx_instruction_error(u32 error)
{
	static const char *const words[] = {
		[1] = "VMCALL in VMX root operation",
		[2] = "VMCLEAR with an invalid address",
		[3] = "VMCLEAR of the VMXON region",
		[4] = "VMLAUNCH of a VMCS that is not clear",
		[5] = "VMRESUME of a VMCS that was not launched",
		[6] = "VMRESUME after VMXOFF and VMXON",
		[7] = "the entry has invalid control fields",
		[8] = "the entry has invalid host-state fields",
		[9] = "VMPTRLD with an invalid address",
		[10] = "VMPTRLD of the VMXON region",
		[11] = "VMPTRLD of a VMCS with another revision",
		[12] = "VMREAD or VMWRITE of a field that does not exist",
		[13] = "VMWRITE of a read-only field",
		[15] = "VMXON in VMX root operation",
		[26] = "the entry comes in the shadow of MOV SS",
		[28] = "INVEPT or INVVPID with an invalid operand",
	};

	if (error >= sizeof(words) / sizeof(words[0]) || !words[error])
		return "an entry refused for a reason that we do not know";
	return words[error];
}
