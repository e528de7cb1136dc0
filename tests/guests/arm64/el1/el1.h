/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A kernel that looks whether EL1 and EL0 are what the architecture says (DDI 0487), as
 * far as a guest can see it. It is for the machine that both axvmm and QEMU's "virt" have:
 * memory from 1 GiB on, a GICv3, a PL011, PSCI by HVC, two CPUs. Each check prints a line
 * `ok NAME` or `FAIL NAME got X want Y`.
 *
 * Code that a check executes is in snippets, made by EL1() and EL0(): an exception in one
 * is noted in @taken, and it goes on behind the instruction.
 */
#ifndef EL1_H
#define EL1_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

#define BIT(n)		(1UL << (n))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define UART		0x09000000UL
#define GICD		0x08000000UL
#define GICR		0x080a0000UL

#define STR_(x)		#x
#define STR(x)		STR_(x)
#define mrs(reg)							\
	({								\
		u64 value_;						\
		asm volatile("mrs %0, " reg : "=r"(value_) : : "memory"); \
		value_;							\
	})
#define msr(reg, value) asm volatile("msr " reg ", %0" : : "r"((u64)(value)) : "memory")
#define isb()		asm volatile("isb" : : : "memory")
#define dsb()		asm volatile("dsb sy" : : : "memory")

static inline u32 read32(u64 address)
{
	return *(volatile u32 *)address;
}

static inline void write32(u64 address, u32 value)
{
	*(volatile u32 *)address = value;
}

/* ---- reporting -------------------------------------------------------------- */

void check(const char *name, u64 got, u64 want);
#define check_true(name, what)	check(name, !!(what), 1)
void print(const char *text);
void print_hex(u64 value);
/* axvmm's, not QEMU's own machine. */
extern int is_vm;

/* ---- exceptions -------------------------------------------------------------- */

/* As start.S lays it out. */
struct frame {
	u64 x[31];
	u64 sp_el0;
	u64 elr;
	u64 spsr;
	u64 esr;
	u64 far;
	u64 vector;
	u64 daif;
	u64 spsel;
};

/* The last exception of the last snippet, and how many there were. */
struct taken {
	u64 count;
	u64 vector;
	u64 esr;
	u64 far;
	u64 elr;
	u64 spsr;
	u64 daif;
	u64 spsel;
	u64 irq;	/* what IAR said, in an IRQ's vector */
	u64 irqs;
};
extern struct taken taken;

#define EC(esr)		((esr) >> 26)
#define ISS(esr)	((esr) & 0x1ffffff)
#define ESR(ec, iss)	((u64)(ec) << 26 | BIT(25) | (iss))
#define FSC(esr)	((esr) & 0x3f)
#define VECTOR_EL1	0x200
#define VECTOR_EL0	0x400

/* Snippets take X0 and X1 and return X0; X2 to X17 are free. */
#define SNIPPET(section, name, text, end)				\
	extern u8 name[];						\
	asm(".pushsection " section ",\"ax\"\n.balign 4\n"		\
	    ".arch armv8.5-a+crypto\n" #name ":\n" text "\n" end "\n.popsection\n")
#define EL1(name, text)	SNIPPET(".text.snippet", name, text, "ret")
#define EL0(name, text)	SNIPPET(".el0", name, text, "svc #0xe10")

/* What was taken; el1() and el0() do so first. */
void forget(void);
u64 el1(const void *code, u64 x0, u64 x1);
u64 el0(const void *code, u64 x0, u64 x1);
u64 el0_with(const void *code, u64 pstate, u64 sp, u64 x0, u64 x1);
/* An exception that is no instruction's: go on at @address. */
extern u64 resume_at;
#define PSTATE_EL0	0x3c0UL	/* D, A, I, F masked */
extern u8 el0_page[], el0_stack[];

/* The class of the exception that the snippet takes; ~0: it takes none. */
u64 class_of(const void *code);

/* ---- translation --------------------------------------------------------------- */

#define TEST_VA		0x41000000UL	/* 512 pages that nothing is mapped at */
#define TEST_PA		0x41200000UL	/* memory for them, mapped as it is */
#define HIGH		0xffffff8000000000UL
#define PAGE		4096UL

/* Descriptors (D8.3) */
#define D_VALID		BIT(0)
#define D_PAGE		3UL
#define D_BLOCK		1UL
#define D_TABLE		3UL
#define D_DEVICE	(0UL << 2)
#define D_NORMAL	(1UL << 2)
#define D_USER		BIT(6)
#define D_RO		BIT(7)
#define D_INNER		(3UL << 8)
#define D_AF		BIT(10)
#define D_NG		BIT(11)
#define D_DBM		BIT(51)
#define D_CONT		BIT(52)
#define D_PXN		BIT(53)
#define D_UXN		BIT(54)
#define D_MEMORY	(D_NORMAL | D_INNER | D_AF)
#define D_DATA		(D_MEMORY | D_PXN | D_UXN)

#define SCTLR_M		BIT(0)
#define SCTLR_A		BIT(1)
#define SCTLR_C		BIT(2)
#define SCTLR_SA	BIT(3)
#define SCTLR_SA0	BIT(4)
#define SCTLR_UMA	BIT(9)
#define SCTLR_I		BIT(12)
#define SCTLR_DZE	BIT(14)
#define SCTLR_UCT	BIT(15)
#define SCTLR_NTWI	BIT(16)
#define SCTLR_NTWE	BIT(18)
#define SCTLR_WXN	BIT(19)
#define SCTLR_SPAN	BIT(23)
#define SCTLR_E0E	BIT(24)
#define SCTLR_UCI	BIT(26)
extern u64 sctlr;	/* of both CPUs, as the checks find it */

void tables_make(void);
void tables_use(void);
/* Page @n of TEST_VA; the translation of before is gone. Returns its address. */
u64 map(unsigned int n, u64 descriptor);
u64 *entry(unsigned int n);
void flush(void);
void set_sctlr(u64 value);

/* ---- ID registers ----------------------------------------------------------------- */

#define field(reg, shift)	(mrs(reg) >> (shift) & 15)
#define ID_PFR0		"S3_0_C0_C4_0"
#define ID_PFR1		"S3_0_C0_C4_1"
#define ID_DFR0		"S3_0_C0_C5_0"
#define ID_ISAR0	"S3_0_C0_C6_0"
#define ID_ISAR1	"S3_0_C0_C6_1"
#define ID_ISAR2	"S3_0_C0_C6_2"
#define ID_MMFR0	"S3_0_C0_C7_0"
#define ID_MMFR1	"S3_0_C0_C7_1"
#define ID_MMFR2	"S3_0_C0_C7_2"
#define ID_MMFR3	"S3_0_C0_C7_3"

/* ---- interrupts ---------------------------------------------------------------------- */

#define ICC_PMR		"S3_0_C4_C6_0"
#define ICC_IAR1	"S3_0_C12_C12_0"
#define ICC_EOIR1	"S3_0_C12_C12_1"
#define ICC_HPPIR1	"S3_0_C12_C12_2"
#define ICC_BPR1	"S3_0_C12_C12_3"
#define ICC_CTLR	"S3_0_C12_C12_4"
#define ICC_SRE		"S3_0_C12_C12_5"
#define ICC_IGRPEN1	"S3_0_C12_C12_7"
#define ICC_DIR		"S3_0_C12_C11_1"
#define ICC_RPR		"S3_0_C12_C11_3"
#define ICC_SGI1R	"S3_0_C12_C11_5"
#define ICC_AP1R0	"S3_0_C12_C9_0"
#define SPURIOUS	1023
#define PPI_VTIMER	27
#define PPI_PTIMER	30
#define SGI_SELF(n)	((u64)(n) << 24 | 1)
#define PRIORITY	0xa0

void gic_start_cpu(unsigned int cpu);
/* Wait until an IRQ is pending, for at most a second or so. Return: it is. */
int irq_comes(void);
/* The same for a moment: for what should not come. */
int irq_lingers(void);

/* ---- firmware, the other CPU ------------------------------------------------------------ */

#define PSCI_VERSION		0x84000000UL
#define PSCI_CPU_SUSPEND	0xc4000001UL
#define PSCI_CPU_OFF		0x84000002UL
#define PSCI_CPU_ON		0xc4000003UL
#define PSCI_AFFINITY_INFO	0xc4000004UL
#define PSCI_MIGRATE_INFO_TYPE	0x84000006UL
#define PSCI_SYSTEM_OFF		0x84000008UL
#define PSCI_FEATURES		0x8400000aUL
#define SMCCC_VERSION		0x80000000UL

u64 hvc(u64 x0, u64 x1, u64 x2, u64 x3);
extern u8 cpu1_start[];

/* ---- the groups of checks ------------------------------------------------------------------ */

void check_exceptions(void);
void check_steps(void);
void check_translation(void);
void check_tlb(void);
void check_caches(void);
void check_timers(void);
void check_gic(void);
void check_registers(void);
void check_instructions(void);
void check_devices(void);
void check_firmware(void);
void check_cpus(void);

#endif /* EL1_H */
