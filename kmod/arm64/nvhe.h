/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An nVHE host's EL2: what nvhe.c, at EL1, and hyp.S, at EL2, agree on. */
#ifndef AXVCPU_ARM64_NVHE_H
#define AXVCPU_ARM64_NVHE_H

/*
 * X0 of our HVCs, numbers that neither the kernel's stub nor KVM knows; and of the
 * answer, with an EL2_EXIT_* added, which neither of them gives.
 */
#define NVHE_QUERY		0x61780000
#define NVHE_TRIP		0x61780001	/* X1: enum el2_flush */
#define NVHE_ANSWER		0x61789000

/* Members of struct el2_cpu */
#define NVHE_STUB		24		/* VBAR_EL2, SCTLR_EL2 */
#define NVHE_ENTRY		40
#define NVHE_OFF		48
#define NVHE_RETURN		56		/* ELR_EL2, SPSR_EL2 */
#define NVHE_X			72		/* X18 to X30 */
#define NVHE_FAULT		176		/* ESR_EL2, FAR_EL2, ELR_EL2 */

/* What ended a trip, beside the exits of switch.S: a fault of ours at EL2 */
#define EL2_EXIT_FAULT		4

#ifndef __ASSEMBLY__
#include <linux/compiler.h>
#include <linux/types.h>

struct arm64_vcpu;
struct el2_cpu;

/* ---- nvhe.c ---------------------------------------------------------------- */
/*
 * Once, in process context: is EL2 free, and what does it have? Return: enum
 * axvcpu_reason.
 */
u32 nvhe_init(void);
void nvhe_exit(void);
/* Who has EL2 on this CPU, as enum axvcpu_reason; NONE: nobody, or we. */
u32 nvhe_owner(void);
struct el2_cpu *nvhe_cpu_new(unsigned int cpu);
void nvhe_cpu_free(struct el2_cpu *c);
/* On each CPU, with interrupts off. -EBUSY: EL2 is not the stub's. -EIO */
int nvhe_enable(struct el2_cpu *c);
void nvhe_disable(struct el2_cpu *c);
bool nvhe_is_enabled(void);
/* ICH_VTR_EL2; 0: the guest can't have the interface. Once, before nvhe_enable(). */
u64 nvhe_read_vtr(void);

/* ---- hyp.S: run with the MMU off, by its physical address ---------------------- */
extern char nvhe_idmap[], nvhe_idmap_end[], nvhe_on[], nvhe_off[], nvhe_probe[];
/* What is mapped at EL2, and where it begins there. */
extern char nvhe_text[], nvhe_text_end[], nvhe_entry[];
/* As el2_host_serror(), on a host at EL1, where @esr is to be seen. */
void nvhe_host_serror(u64 vector, u64 pstate, u64 esr);

/* Registers that a call may change are changed: asm/virt.h. */
static __always_inline u64 nvhe_call(u64 number, u64 a, u64 b, u64 c, u64 d)
{
	register u64 x0 asm("x0") = number;
	register u64 x1 asm("x1") = a;
	register u64 x2 asm("x2") = b;
	register u64 x3 asm("x3") = c;
	register u64 x4 asm("x4") = d;

	asm volatile("hvc #0"
		     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4)
		     :
		     : "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
		       "x14", "x15", "x16", "x17", "memory", "cc");
	return x0;
}
#endif

#endif /* AXVCPU_ARM64_NVHE_H */
