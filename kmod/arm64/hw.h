/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bits and encodings of DDI 0487, chapter "AArch64 System Register Descriptions",
 * with the names of the manual. Nothing else.
 */
#ifndef AXVCPU_ARM64_HW_H
#define AXVCPU_ARM64_HW_H

#include <linux/bits.h>

/* HCR_EL2 */
#define EL2_HCR_VM		BIT_ULL(0)
#define EL2_HCR_SWIO		BIT_ULL(1)
#define EL2_HCR_PTW		BIT_ULL(2)
#define EL2_HCR_FMO		BIT_ULL(3)
#define EL2_HCR_IMO		BIT_ULL(4)
#define EL2_HCR_AMO		BIT_ULL(5)
#define EL2_HCR_VSE		BIT_ULL(8)
#define EL2_HCR_FB		BIT_ULL(9)
#define EL2_HCR_BSU_IS		BIT_ULL(10)
#define EL2_HCR_TWI		BIT_ULL(13)
#define EL2_HCR_TWE		BIT_ULL(14)
#define EL2_HCR_TID1		BIT_ULL(16)
#define EL2_HCR_TID3		BIT_ULL(18)
#define EL2_HCR_TSC		BIT_ULL(19)
#define EL2_HCR_TIDCP		BIT_ULL(20)
#define EL2_HCR_TACR		BIT_ULL(21)
#define EL2_HCR_TGE		BIT_ULL(27)
#define EL2_HCR_RW		BIT_ULL(31)
#define EL2_HCR_E2H		BIT_ULL(34)
#define EL2_HCR_TLOR		BIT_ULL(35)
#define EL2_HCR_TERR		BIT_ULL(36)
#define EL2_HCR_APK		BIT_ULL(40)
#define EL2_HCR_API_BIT		41
#define EL2_HCR_API		BIT_ULL(EL2_HCR_API_BIT)
#define EL2_HCR_FWB		BIT_ULL(46)

/* CPTR_EL2 with HCR_EL2.E2H 1 */
#define EL2_CPTR_FPEN		(3ULL << 20)
#define EL2_CPTR_ZEN		(3ULL << 16)
#define EL2_CPTR_TTA		BIT_ULL(28)
#define EL2_CPTR_TAM		BIT_ULL(30)

/* CPTR_EL2 with E2H 0: its RES1 bits, of which TZ and TSM trap SVE and SME, TTA and TAM */
#define EL2_CPTR_NVHE		(0x33ffULL | BIT_ULL(20) | BIT_ULL(30))

#define EL2_CPTR_NVHE_TZ	BIT_ULL(8)
#define EL2_CPTR_NVHE_TFP	BIT_ULL(10)

/* MPAM2_EL2: TRAPMPAM0EL1, TRAPMPAM1EL1 */
#define EL2_MPAM2		sys_reg(3, 4, 10, 5, 0)
#define EL2_MPAM2_TRAPS		(BIT_ULL(48) | BIT_ULL(49))

/* MDCR_EL2 */
#define EL2_MDCR_TPMCR		BIT_ULL(5)
#define EL2_MDCR_TPM		BIT_ULL(6)
#define EL2_MDCR_TDE		BIT_ULL(8)
#define EL2_MDCR_TDA		BIT_ULL(9)
#define EL2_MDCR_TDOSA		BIT_ULL(10)
#define EL2_MDCR_TDRA		BIT_ULL(11)
#define EL2_MDCR_E2PB		(3ULL << 12)
#define EL2_MDCR_TPMS		BIT_ULL(14)
#define EL2_MDCR_TTRF		BIT_ULL(19)
#define EL2_MDCR_E2TB		(3ULL << 24)

/* MDSCR_EL1 */
#define EL1_MDSCR_SS		BIT_ULL(0)
#define EL1_MDSCR_KDE		BIT_ULL(13)
#define EL1_MDSCR_MDE		BIT_ULL(15)

/* DBGBCR<n>_EL1, DBGWCR<n>_EL1: what both have */
#define DBG_E			BIT_ULL(0)
#define DBG_PMC			(3ULL << 1)	/* DBGWCR: PAC */
#define DBG_SSC(control)	(((control) >> 14) & 3)
#define DBG_SSC_SECURE		2
#define DBG_LBN_SHIFT		16
#define DBG_LBN_MASK		(0xfULL << DBG_LBN_SHIFT)
#define DBG_LBN(control)	(((control) >> DBG_LBN_SHIFT) & 0xf)
/* DBGBCR<n>_EL1 */
#define DBGBCR_BAS		(0xfULL << 5)
#define DBGBCR_BT_MASK		(0xfULL << 20)
#define DBGBCR_BT(control)	(((control) >> 20) & 0xf)
#define DBGBCR_BT_LINKED	1
#define DBGBCR_BT_CONTEXT_LINKED	3
/* DBGWCR<n>_EL1 */
#define DBGWCR_LSC		(3ULL << 3)
#define DBGWCR_BAS		(0xffULL << 5)
#define DBGWCR_WT		BIT_ULL(20)
#define DBGWCR_MASK		(0x1fULL << 24)

/* CNTHCTL_EL2 with HCR_EL2.E2H 1 */
#define EL2_CNTHCTL_EL1PCTEN	BIT_ULL(10)
#define EL2_CNTHCTL_EL1PTEN	BIT_ULL(11)
/* and with E2H 0 */
#define EL2_CNTHCTL_NVHE_EL1PCTEN	BIT_ULL(0)
#define EL2_CNTHCTL_NVHE_EL1PCEN	BIT_ULL(1)

/* VTCR_EL2 */
#define EL2_VTCR_T0SZ(bits)	(64 - (bits))
#define EL2_VTCR_SL0(levels)	((u64)((levels) - 2) << 6)
#define EL2_VTCR_IRGN0_WBWA	(1ULL << 8)
#define EL2_VTCR_ORGN0_WBWA	(1ULL << 10)
#define EL2_VTCR_SH0_INNER	(3ULL << 12)
#define EL2_VTCR_PS(range)	((u64)(range) << 16)
#define EL2_VTCR_VS		BIT_ULL(19)
#define EL2_VTCR_RES1		BIT_ULL(31)

/* MAIR_EL2: attribute 0, the only one, is normal memory, write-back */
#define EL2_MAIR		0xff

/* TCR_EL2 with E2H 0: one range of addresses, granule of 4 KiB */
#define EL2_TCR_T0SZ(bits)	(64 - (bits))
#define EL2_TCR_IRGN0_WBWA	(1ULL << 8)
#define EL2_TCR_ORGN0_WBWA	(1ULL << 10)
#define EL2_TCR_SH0_INNER	(3ULL << 12)
#define EL2_TCR_PS(range)	((u64)(range) << 16)
#define EL2_TCR_RES1		(BIT_ULL(31) | BIT_ULL(23))

/* SCTLR_EL2 with E2H 0: RES1 bits, M, C, SA, I, WXN; and the kernel's byte order, EE */
#ifdef CONFIG_CPU_BIG_ENDIAN
#define EL2_SCTLR_NVHE		0x32cd183d
#else
#define EL2_SCTLR_NVHE		0x30cd183d
#endif

/* Stage 1 descriptors of EL2 with E2H 0: "VMSAv8-64 translation table format descriptors" */
#define E2_VALID		BIT_ULL(0)
#define E2_TABLE		BIT_ULL(1)
#define E2_ADDRESS		GENMASK_ULL(47, 12)
#define E2_AP1_RES1		BIT_ULL(6)
#define E2_READONLY		BIT_ULL(7)
#define E2_SH_INNER		(3ULL << 8)
#define E2_AF			BIT_ULL(10)
#define E2_XN			BIT_ULL(54)
#define E2_PAGE			(E2_VALID | E2_TABLE | E2_AP1_RES1 | E2_SH_INNER | E2_AF)
#define E2_CODE			E2_READONLY
#define E2_DATA			E2_XN

/* Stage 2 descriptors: "Stage 2 translation table block and page descriptors" */
#define S2_VALID		BIT_ULL(0)
#define S2_TABLE		BIT_ULL(1)	/* at the last level: page */
#define S2_MEMATTR_NORMAL_WB	(0xfULL << 2)
#define S2_MEMATTR_FWB_WB	(0x6ULL << 2)
#define S2_AP_READ		BIT_ULL(6)
#define S2_AP_WRITE		BIT_ULL(7)
#define S2_SH_INNER		(3ULL << 8)
#define S2_AF			BIT_ULL(10)
#define S2_XN			BIT_ULL(54)
#define S2_ADDRESS		GENMASK_ULL(47, 12)

/* ESR_ELx */
#define ESR_EC_SHIFT		26
#define ESR_EC(esr)		(((esr) >> ESR_EC_SHIFT) & 0x3f)
#define ESR_EC_UNKNOWN		0x00
#define ESR_EC_WFX		0x01
#define ESR_EC_FP		0x07
#define ESR_EC_PAC		0x09
#define ESR_EC_HVC64		0x16
#define ESR_EC_SMC64		0x17
#define ESR_EC_SYS64		0x18
#define ESR_EC_SVE		0x19
#define ESR_EC_IABT_LOWER	0x20
#define ESR_EC_IABT_SAME	0x21
#define ESR_EC_DABT_LOWER	0x24
#define ESR_EC_DABT_SAME	0x25
#define ESR_EC_BREAKPOINT_LOWER	0x30
#define ESR_EC_STEP_LOWER	0x32
#define ESR_EC_WATCHPOINT_LOWER	0x34
#define ESR_EC_BKPT32		0x38
#define ESR_EC_BRK64		0x3c
#define ESR_IL			BIT_ULL(25)
#define ESR_ISS			GENMASK_ULL(24, 0)
/* ISS of an abort */
#define ESR_ISV			BIT_ULL(24)
#define ESR_SAS(esr)		(((esr) >> 22) & 3)
#define ESR_SSE			BIT_ULL(21)
#define ESR_SRT(esr)		(((esr) >> 16) & 31)
#define ESR_SF			BIT_ULL(15)
#define ESR_FNV			BIT_ULL(10)
#define ESR_CM			BIT_ULL(8)
#define ESR_S1PTW		BIT_ULL(7)
#define ESR_WNR			BIT_ULL(6)
#define ESR_FSC(esr)		((esr) & 0x3f)
#define ESR_FSC_TYPE(esr)	((esr) & 0x3c)
#define ESR_FSC_ADDRESS		0x00
#define ESR_FSC_TRANSLATION	0x04
#define ESR_FSC_ACCESS		0x08
#define ESR_FSC_PERMISSION	0x0c
#define ESR_FSC_EXTERNAL	0x10
/* ISS of WFI and WFE */
#define ESR_WFX_TI(esr)		((esr) & 3)

/* HPFAR_EL2 */
#define HPFAR_FIPA		GENMASK_ULL(43, 4)

/* PAR_EL1 */
#define PAR_F			BIT_ULL(0)
#define PAR_PA			GENMASK_ULL(51, 12)

/* PSTATE as in SPSR_ELx */
#define PS_MODE			0x1fULL
#define PS_EL0T			0x0ULL
#define PS_EL1T			0x4ULL
#define PS_EL1H			0x5ULL
#define PS_EL2H			0x9ULL
#define PS_A32_USER		0x10ULL
#define PS_A32			BIT_ULL(4)
#define PS_EL			0xfULL
#define PS_F			BIT_ULL(6)
#define PS_I			BIT_ULL(7)
#define PS_A			BIT_ULL(8)
#define PS_D			BIT_ULL(9)
#define PS_DAIF			(PS_D | PS_A | PS_I | PS_F)
#define PS_BTYPE		(3ULL << 10)
#define PS_SSBS			BIT_ULL(12)
#define PS_IL			BIT_ULL(20)
#define PS_SS			BIT_ULL(21)
#define PS_PAN			BIT_ULL(22)
#define PS_UAO			BIT_ULL(23)
#define PS_DIT			BIT_ULL(24)
#define PS_TCO			BIT_ULL(25)
#define PS_NZCV			(0xfULL << 28)

/* SCTLR_EL1 */
#define EL1_SCTLR_SPAN		BIT_ULL(23)
#define EL1_SCTLR_DSSBS		BIT_ULL(44)
#define EL1_SCTLR_RESET		0x30d00800ULL	/* RES1 bits; MMU and caches off */
#define EL1_CPACR_FPEN		(3ULL << 20)

/* MPIDR_EL1: bit 31 is RES1 */
#define ARM64_MPIDR_RES1	BIT_ULL(31)

/* ID registers: op0 3, op1 0, CRn 0; CRm is this by 8, op2 the rest */
#define ID_REGS			64
#define ID_MIDR			0
#define ID_AA64PFR0		(8 * 4 + 0)
#define ID_AA64PFR1		(8 * 4 + 1)
#define ID_AA64ZFR0		(8 * 4 + 4)
#define ID_AA64DFR0		(8 * 5 + 0)
#define ID_AA64ISAR0		(8 * 6 + 0)
#define ID_AA64ISAR1		(8 * 6 + 1)
#define ID_AA64ISAR2		(8 * 6 + 2)
#define ID_AA64MMFR0		(8 * 7 + 0)
#define ID_AA64MMFR1		(8 * 7 + 1)
#define ID_AA64MMFR2		(8 * 7 + 2)
/* Fields of four bits in them */
#define ID_FIELD(value, shift)	(((value) >> (shift)) & 0xf)
#define ID_ABSENT		15	/* of a field with a sign */
#define ID_PFR0_EL2		8
#define ID_PFR0_FP		16
#define ID_PFR0_ADVSIMD		20
#define ID_PFR0_GIC		24
#define ID_PFR0_RAS		28
#define ID_PFR0_MPAM		40
#define ID_PFR1_MPAM_FRAC	16
#define ID_PFR0_SVE		32
#define ID_ISAR1_APA		4
#define ID_ISAR1_API		8
#define ID_ISAR1_GPA		24
#define ID_ISAR1_GPI		28
#define ID_ISAR2_GPA3		8
#define ID_ISAR2_APA3		12
#define ID_DFR0_BRPS		12
#define ID_DFR0_WRPS		20
#define ID_DFR0_CTX_CMPS	28
#define ID_DFR0_PMSVER		32
#define ID_DFR0_TRACEFILT	40
#define ID_MMFR0_PARANGE	0
#define ID_MMFR0_TGRAN4		28
#define ID_MMFR0_TGRAN4_2	40
#define ID_MMFR0_FGT		56
#define ID_MMFR1_HAFDBS		0
#define ID_MMFR1_VMID_BITS	4
#define ID_MMFR1_HPDS		12
#define ID_MMFR1_PAN		20
#define ID_MMFR1_HCX		40
#define ID_MMFR2_ST		28

/* el2_cpu.mitigate: bits 15 to 0: how often switch.S loops; the others */
#define EL2_MITIGATE_LOOPS	0xffff
#define EL2_MITIGATE_CLRBHB_BIT	16
#define EL2_MITIGATE_CALL_1_BIT	17
#define EL2_MITIGATE_CALL_3_BIT	18
#define EL2_MITIGATE_CLRBHB	BIT_ULL(EL2_MITIGATE_CLRBHB_BIT)
#define EL2_MITIGATE_CALL_1	BIT_ULL(EL2_MITIGATE_CALL_1_BIT)
#define EL2_MITIGATE_CALL_3	BIT_ULL(EL2_MITIGATE_CALL_3_BIT)

#endif /* AXVCPU_ARM64_HW_H */
