/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * x86: modes, memory, guest code. Where guest.h leaves it to the architecture:
 *
 *	0x7000  IDT	GDT 0x8000, TSS 0x8800
 *	0xc000  DATA16	free, within reach of real mode
 *	0x10000 TABLES	identity map of the first 4 GiB in pages of 2 MiB
 */
#ifndef GUEST_ARCH_H
#define GUEST_ARCH_H

#include <axvcpu/axvcpu_x86.h>

#define IDT		0x7000UL
#define GDT		0x8000UL
#define TSS		0x8800UL
#define DATA16		0xc000UL
#define TABLES		0x10000UL
#define TABLE5		0x16000UL

#define MODE_REAL	AXVCPU_X86_START_REAL
#define MODE_PROTECTED	AXVCPU_X86_START_PROTECTED
#define MODE_LONG	AXVCPU_X86_START_LONG
#define MODE_PLAIN	MODE_REAL
#define MODE_WIDE	MODE_LONG

/* Selectors: those of SETUP, and those for user mode in the GDT that tables() makes. */
#define SEL_CODE	0x10
#define SEL_DATA	0x18
#define SEL_TSS		0x20
#define SEL_USER_DATA	0x33
#define SEL_USER_CODE	0x3b
#define SEL_CODE32	0x40

/*
 * Guest code beside the test that uses it: GUEST(name, 16, "..."), or PLAIN or WIDE
 * for the number of bits. An address in it is written as ADDRESS(label, name), since
 * it runs at CODE.
 */
#define GUEST(name, bits, text)		GUEST_(name, BITS_##bits, text)
#define GUEST_(name, bits, text)	GUEST__(name, bits, text)
#define GUEST__(name, bits, text)                                                                 \
	extern const u8 name[] __attribute__((visibility("hidden")));                              \
	extern const u8 name##_end[] __attribute__((visibility("hidden")));                        \
	__asm__(".pushsection .rodata.guest, \"a\"\n"                                              \
		".code" #bits "\n" #name ":\n" text "\n" #name "_end:\n"                           \
		".code64\n.popsection\n")
#define BITS_16		16
#define BITS_32		32
#define BITS_64		64
#define BITS_PLAIN	16
#define BITS_WIDE	64
#define ADDRESS(label, name) "(" #label " - " #name " + 0x1000)"

/* OUT %eax and IN %al, in every mode. */
#define REASON_SAY	AXVCPU_EXIT_IO_WRITE
#define REASON_ASK	AXVCPU_EXIT_IO_READ
#define G_SAY(port)		"out %eax, $" STRING(port) "\n"
#define G_ASK(port)		"in $" STRING(port) ", %al\n"
#define G_ASK_SIZE		2

#define REG_VALUE	AXVCPU_X86_RAX
#define REG_ADDRESS	AXVCPU_X86_RBX
#define REG_COUNT	AXVCPU_X86_RCX
#define REG_STEP	AXVCPU_X86_RDX
#define G_REG_VALUE	"ax"
#define G_REG_ADDRESS	"bx"
#define G_REG_COUNT	"cx"
#define G_REG_STEP	"dx"

#define G_SET(register, n)	"mov $" STRING(n) ", %e" G_REG_##register "\n"
#define G_INC(register)		"inc %e" G_REG_##register "\n"
#define G_LOAD			"mov (%rbx), %rax\n"
#define G_STORE			"mov %rax, (%rbx)\n"
#define G_BUMP			"incq (%rbx)\n"
#define G_ADVANCE(n)		"add $" STRING(n) ", %rbx\n"
#define G_ADVANCE_STEP		"add %rdx, %rbx\n"
#define G_REPEAT(label)		"dec %rcx; jnz " #label "\n"
#define G_PUT(address)		"mov %rax, " STRING(address) "\n"
#define G_GET(address)		"mov " STRING(address) ", %rax\n"
#define G_BUMP_AT(address)	"incq " STRING(address) "\n"
#define G_CALL_COUNT		"call *%rcx\n"
#define G_RETURN		"ret\n"
#define G_SAY_SEVERAL		"mov $0x1f0, %dx; mov $4, %ecx; mov $0x20000, %esi; rep outsb\n"
#define G_ODD_WRITE		"lock incl (%rbx)\n"
#define G_JUMP(label)		"jmp " #label "\n"
#define G_LET_IN_20                                                                                \
	"xor %ax, %ax; mov %ax, %es; movw $0x30, %es:0x80; movw $0, %es:0x82\nsti; nop; nop; nop\n"
#define G_MASK			"cli\n"
#define G_UNMASK		"sti\n"
#define G_UNMASK_SIZE		1
/* QEMU 7.2 takes the host's STI before VMRUN for a shadow in the guest: not at the start. */
#define G_LISTEN		"nop\n"
#define G_LISTEN_SIZE		1
#define G_WAIT			"sti; hlt\n"
#define G_WAIT_BACK		2
#define G_DEAF			"cli\n"
#define G_DEAF_SIZE		1
#define G_HANDLER(text)		"push %rax\n" text "pop %rax; iretq\n"
#define G_IN_KERNEL		"xor %eax, %eax; cpuid\n"
#define G_IN_KERNEL_SIZE	4
#define G_IN_KERNEL_AT		2 /* where in it guest mode is left */
#define G_SAY_SIZE		2
#define G_SAY_AT		0
#define G_HALT			"hlt\n"
#define G_HALT_SIZE		1
#define G_PAUSE			"pause\n"
#define G_PAUSE_SIZE		2

/* An interrupt that INJECT takes. */
#define VECTOR_INTERRUPT	0x99
/* What the second stage is told of a fetch, and of a store. */
#define FETCH_ACCESS	AXVCPU_ACCESS_EXECUTE
#define WRITE_ACCESS	AXVCPU_ACCESS_WRITE
/* An entry that SETUP refuses in PLAIN. */
#define BAD_ENTRY		0x10000

typedef struct axvcpu_x86_create_config create_config;

int create_vcpu_config(int vm, u32 id, const struct axvcpu_x86_create_config *config);
void identity(struct vm *vm);			/* the page tables at TABLES, and TABLE5 */
/* GDT, TSS, and an IDT whose gates 0 to 255 are not present; loads them. */
void tables(struct vcpu *v, u32 mode);
void gate(struct vcpu *v, u32 mode, u8 vector, u64 handler); /* interrupt gate; real: IVT */

struct axvcpu_x86_general get_general(struct vcpu *v);
void set_general(struct vcpu *v, const struct axvcpu_x86_general *general);
struct axvcpu_x86_system get_system(struct vcpu *v);
struct axvcpu_x86_events get_events(struct vcpu *v);

/* But for Bochs 2.7, whose VMRUN does not load CR2, so that an exit saves the host's. */
#define has_cr2() (!bochs_svm())

/*
 * How often to try what the shadow of the guest's STI is for. QEMU 7.2 takes the
 * host's STI before VMRUN for a shadow in the guest, so that a guest's STI casts
 * none if an entry begins right at it: a host interrupt came there. It is rare.
 */
#define SHADOW_TRIES	(under_tcg() ? 20 : 1)

#endif /* GUEST_ARCH_H */
