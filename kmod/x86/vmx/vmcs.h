/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VMCS beyond what the kernel's own asm/vmx.h has: field encodings, controls,
 * exit reasons and events have their names from there.
 *
 * SDM Volume 3: 25 "Virtual Machine Control Structures", 28.2 "Information for
 * VM Exits", appendices A to C. (Chapters by the edition of December 2023.)
 */
#ifndef AXVCPU_X86_VMX_VMCS_H
#define AXVCPU_X86_VMX_VMCS_H

#include <linux/bits.h>
#include <linux/types.h>
#include <asm/vmx.h>

/* IA32_VMX_BASIC: A.1 */
#define VMX_CAP_BASIC_REVISION		0x7fffffffULL
#define VMX_CAP_BASIC_TYPE_SHIFT	50
#define VMX_CAP_BASIC_IO_INFO		BIT_ULL(54)
#define VMX_CAP_BASIC_TRUE		BIT_ULL(55)

/* IA32_VMX_MISC: A.6 */
#define VMX_CAP_MISC_TIMER_RATE		0x1fULL
#define VMX_CAP_MISC_PT			BIT_ULL(14)

/* IA32_VMX_EPT_VPID_CAP: A.10 */
#define EPT_CAP_WALK_4			BIT_ULL(6)
#define EPT_CAP_WB			BIT_ULL(14)
#define EPT_CAP_2M			BIT_ULL(16)
#define EPT_CAP_1G			BIT_ULL(17)
#define EPT_CAP_INVEPT			BIT_ULL(20)
#define EPT_CAP_ACCESSED_DIRTY		BIT_ULL(21)
#define EPT_CAP_INVEPT_SINGLE		BIT_ULL(25)
#define EPT_CAP_INVEPT_ALL		BIT_ULL(26)
#define VPID_CAP_INVVPID		BIT_ULL(32)
#define VPID_CAP_INVVPID_ALL		BIT_ULL(42)

/* INVEPT and INVVPID types: 30.3 */
#define INVEPT_SINGLE			1
#define INVEPT_ALL			2
#define INVVPID_ALL			2

/* EPTP: table 25-9; entries: 28.3.2 */
#define EPTP_WB				6ULL
#define EPTP_WALK_SHIFT			3
#define EPTP_ACCESSED_DIRTY		BIT_ULL(6)
#define EPT_READ			BIT_ULL(0)
#define EPT_WRITE			BIT_ULL(1)
#define EPT_EXECUTE			BIT_ULL(2)
#define EPT_TYPE_WB			(6ULL << 3)
#define EPT_IGNORE_PAT			BIT_ULL(6)
#define EPT_LEAF			BIT_ULL(7)
#define EPT_ACCESSED			BIT_ULL(8)
#define EPT_DIRTY			BIT_ULL(9)

/* Access rights: table 25-2 */
#define VMX_AR_TYPE			0x000f
#define VMX_AR_S			0x0010
#define VMX_AR_DPL_SHIFT		5
#define VMX_AR_P			0x0080
#define VMX_AR_LOW			0x00ff	/* the same in a VMCB */
#define VMX_AR_HIGH_SHIFT		4	/* AVL, L, D/B, G: four bits further up */
#define VMX_AR_L			0x2000
#define VMX_AR_UNUSABLE			0x10000

/* Exit qualifications: 28.2.1 */
#define VMX_IO_WIDTH			0x7
#define VMX_IO_IN			BIT(3)
#define VMX_IO_STRING			BIT(4)
#define VMX_IO_REP			BIT(5)
#define VMX_IO_PORT_SHIFT		16
#define VMX_IO_INFO_ADDRESS_SHIFT	7	/* of the instruction information */
#define VMX_IO_INFO_SEGMENT_SHIFT	15

#define VMX_CR_NUMBER			0xf
#define VMX_CR_TYPE_SHIFT		4
#define VMX_CR_TYPE			0x3
#define VMX_CR_TO			0
#define VMX_CR_FROM			1
#define VMX_CR_CLTS			2
#define VMX_CR_LMSW			3
#define VMX_CR_GPR_SHIFT		8
#define VMX_CR_GPR			0xf
#define VMX_CR_LMSW_SHIFT		16

#define VMX_EPT_READ			BIT(0)
#define VMX_EPT_WRITE			BIT(1)
#define VMX_EPT_FETCH			BIT(2)
#define VMX_EPT_LINEAR			BIT(7)	/* there is a linear address */
#define VMX_EPT_FINAL			BIT(8)	/* and it is of the access itself */
#define VMX_EPT_NMI_UNBLOCKED		BIT(12)

/* Pending debug exceptions: table 25-4. BS is where DR6 has it. */
#define VMX_PENDING_ENABLED		BIT_ULL(12)
#define VMX_PENDING_BS			BIT_ULL(14)

/* Exit reason: table 25-18 */
#define VMX_REASON_BASIC		0xffff
#define VMX_REASON_ENTRY_FAILED		BIT(31)

/* What becomes of an entry beside an exit: vmx_switch(). */
#define VMX_FAIL_VALID			1	/* the instruction error tells why */
#define VMX_FAIL_INVALID		2	/* no current VMCS, or VMX is off */

#endif /* AXVCPU_X86_VMX_VMCS_H */
