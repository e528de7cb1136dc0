/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arm64: memory and guest code. There is one mode: EL1h, MMU off. Where guest.h leaves
 * it to the architecture:
 *
 *	0x8000  VECTORS		every exception says PORT_VECTOR
 *	0xf000000 PORTS		no memory: port n is the 8 bytes at PORTS + 8 * n
 */
#ifndef GUEST_ARCH_H
#define GUEST_ARCH_H

#include <axvcpu/axvcpu_arm64.h>

#define VECTORS		0x8000UL
#define PORTS		0xf000000UL

#define MODE_PLAIN	0
#define MODE_WIDE	0

/* Offsets in the table of vectors (DDI 0487, D1.3.1): from EL1h. */
#define VECTOR_SYNC	0x200
#define VECTOR_IRQ	0x280
#define VECTOR_SERROR	0x380

/* The guest took an exception that nobody wanted: VALUE is ESR_EL1. */
#define PORT_VECTOR	0xef

/* Guest code beside the test that uses it: GUEST(name, PLAIN, "..."), at CODE. */
#define GUEST(name, mode, text)                                                                   \
	extern const u8 name[] __attribute__((visibility("hidden")));                              \
	extern const u8 name##_end[] __attribute__((visibility("hidden")));                        \
	__asm__(".pushsection .rodata.guest, \"a\"\n.balign 4\n" #name ":\n" text "\n" #name       \
		"_end:\n.popsection\n")

/* STR and LDRB, by X9. */
#define REASON_SAY	AXVCPU_EXIT_MMIO_WRITE
#define REASON_ASK	AXVCPU_EXIT_MMIO_READ
#define G_SAY(port)		"mov x9, #0xf000000\nstr w0, [x9, #(" STRING(port) " * 8)]\n"
#define G_ASK(port)		"mov x9, #0xf000000\nldrb w0, [x9, #(" STRING(port) " * 8)]\n"
#define G_ASK_SIZE		4

/* X9 to X12 are for what stands here. */
#define REG_VALUE	0
#define REG_ADDRESS	1
#define REG_COUNT	2
#define REG_STEP	3
#define G_REG_VALUE	"0"
#define G_REG_ADDRESS	"1"
#define G_REG_COUNT	"2"
#define G_REG_STEP	"3"

#define G_CONSTANT(register, n)                                                                    \
	"mov w" register ", #(" n " & 0xffff)\nmovk w" register ", #(" n " >> 16), lsl #16\n"
#define G_SET(register, n)	G_CONSTANT(G_REG_##register, STRING(n))
#define G_INC(register)		"add x" G_REG_##register ", x" G_REG_##register ", #1\n"
#define G_LOAD			"ldr x0, [x1]\n"
#define G_STORE			"str x0, [x1]\n"
#define G_BUMP			"ldr x9, [x1]\nadd x9, x9, #1\nstr x9, [x1]\n"
#define G_ADVANCE(n)		"add x1, x1, #" STRING(n) "\n"
#define G_ADVANCE_STEP		"add x1, x1, x3\n"
#define G_REPEAT(label)		"sub x2, x2, #1\ncbnz x2, " #label "\n"
#define G_PUT(address)		G_CONSTANT("9", STRING(address)) "str x0, [x9]\n"
#define G_GET(address)		G_CONSTANT("9", STRING(address)) "ldr x0, [x9]\n"
#define G_BUMP_AT(address)                                                                         \
	G_CONSTANT("9", STRING(address)) "ldr x10, [x9]\nadd x10, x10, #1\nstr x10, [x9]\n"
#define G_CALL_COUNT		"blr x2\n"
#define G_RETURN		"ret\n"
#define G_SAY_SEVERAL		"mov x9, #0xf000000\nstp x0, x1, [x9]\n"
#define G_ODD_WRITE		"st2 {v0.2d, v1.2d}, [x1]\n"
#define G_JUMP(label)		"b " #label "\n"
/* ICC_PMR_EL1, ICC_IGRPEN1_EL1; the vector says PORT_VECTOR. */
#define G_LET_IN_20                                                                                \
	"mov x0, #0xff\nmsr S3_0_C4_C6_0, x0\nmov x0, #1\nmsr S3_0_C12_C12_7, x0\nisb\n"            \
	"msr daifclr, #2\nnop\nnop\n"
#define G_MASK			"msr daifset, #2\n"
#define G_UNMASK		"msr daifclr, #2\n"
#define G_UNMASK_SIZE		4
/* ICC_PMR_EL1, ICC_IGRPEN1_EL1 */
#define G_LISTEN                                                                                   \
	"mov x9, #0xff\nmsr S3_0_C4_C6_0, x9\nmov x9, #1\nmsr S3_0_C12_C12_7, x9\nisb\n"
#define G_LISTEN_SIZE		20
#define G_WAIT			"wfi\nmsr daifclr, #2\nisb\nmsr daifset, #2\n"
#define G_WAIT_BACK		8
#define G_DEAF			"msr daifset, #2\nmsr S3_0_C4_C6_0, xzr\n"
#define G_DEAF_SIZE		8
/* ICC_IAR1_EL1, ICC_EOIR1_EL1 */
#define G_HANDLER(text)                                                                            \
	"mov x11, x0\nmrs x12, S3_0_C12_C12_0\n" text "msr S3_0_C12_C12_1, x12\nmov x0, x11\neret\n"
#define G_IN_KERNEL		"mov w0, #0x84000000\nsmc #0\n" /* PSCI_VERSION */
#define G_IN_KERNEL_SIZE	8
#define G_IN_KERNEL_AT		4 /* where in it guest mode is left */
#define G_SAY_SIZE		8
#define G_SAY_AT		4
#define G_HALT			"wfi\n"
#define G_HALT_SIZE		4
#define G_PAUSE			"wfe\n"
#define G_PAUSE_SIZE		4

/* An interrupt that INJECT takes. */
#define VECTOR_INTERRUPT	0x99
/* No instruction casts a shadow over interrupts. */
#define SHADOW_TRIES	1
/* What the second stage is told of a fetch, and of a store. */
#define FETCH_ACCESS	(AXVCPU_ACCESS_EXECUTE | AXVCPU_ACCESS_GVA)
#define WRITE_ACCESS	(AXVCPU_ACCESS_WRITE | AXVCPU_ACCESS_GVA)
/* An entry that SETUP refuses. */
#define BAD_ENTRY		2

typedef struct axvcpu_arm64_create_config create_config;

int create_vcpu_config(int vm, u32 id, const struct axvcpu_arm64_create_config *config);

struct axvcpu_arm64_general get_general(struct vcpu *v);
void set_general(struct vcpu *v, const struct axvcpu_arm64_general *general);
struct axvcpu_arm64_system get_system(struct vcpu *v);
void set_system(struct vcpu *v, const struct axvcpu_arm64_system *system);
struct axvcpu_arm64_events get_events(struct vcpu *v);
/* What a vector does instead of saying PORT_VECTOR. */
void set_vector(struct vm *vm, u32 vector, const u8 *code, const u8 *end);

#endif /* GUEST_ARCH_H */
