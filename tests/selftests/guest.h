/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * VMs, vCPUs and guest code for the selftests. A guest has RAM_SIZE bytes at
 * GPA 0, its code at CODE, and nothing at HOLE:
 *
 *	0x1000  CODE	the guest program
 *	0x7000  IDT	GDT 0x8000, TSS 0x8800
 *	0xa000  STACK	grows down
 *	0xc000  DATA16	free, within reach of real mode
 *	0x10000 TABLES	identity map of the first 4 GiB in pages of 2 MiB
 *	0x20000 DATA	free
 *	0x10000000 HOLE	an address without memory
 */
#ifndef GUEST_H
#define GUEST_H

#include "harness.h"

#define CODE		0x1000UL
#define IDT		0x7000UL
#define GDT		0x8000UL
#define TSS		0x8800UL
#define STACK		0xa000UL
#define DATA16		0xc000UL
#define TABLES		0x10000UL
#define TABLE5		0x16000UL
#define DATA		0x20000UL
#define RAM_SIZE	0x200000UL
#define HOLE		0x10000000UL

/* Selectors: those of SETUP, and those for user mode in the GDT that tables() makes. */
#define SEL_CODE	0x10
#define SEL_DATA	0x18
#define SEL_TSS		0x20
#define SEL_USER_DATA	0x33
#define SEL_USER_CODE	0x3b
#define SEL_CODE32	0x40

/* The guest says something: OUT %eax to these ports, in every mode. */
#define PORT_DONE	0xf0
#define PORT_VALUE	0xf1
#define GUEST_DONE	"out %eax, $0xf0\n"
#define GUEST_VALUE	"out %eax, $0xf1\n"

/*
 * Guest code beside the test that uses it: GUEST(name, 16, "..."). An address in
 * it is written as ADDRESS(label, name), since it runs at CODE.
 */
#define GUEST(name, bits, text)                                                                   \
	extern const u8 name[] __attribute__((visibility("hidden")));                              \
	extern const u8 name##_end[] __attribute__((visibility("hidden")));                        \
	__asm__(".pushsection .rodata.guest, \"a\"\n"                                              \
		".code" #bits "\n" #name ":\n" text "\n" #name "_end:\n"                           \
		".code64\n.popsection\n")
#define ADDRESS(label, name) "(" #label " - " #name " + 0x1000)"
#define STRING_(x)	#x
#define STRING(x)	STRING_(x)

struct vm {
	int fd;
	u8 *ram;
};

struct vcpu {
	struct vm *vm;
	int fd;
	struct axvcpu_run *run;
	u8 *data;		/* the data area */
};

/* ---- making ---------------------------------------------------------------------- */

int create_vm(u64 behaviours);			/* fd, or -errno */
long set_memory(int vm, u64 gpa, const void *address, u64 length, u32 flags);
int create_vcpu(int vm, u32 id);		/* fd, or -errno */
int create_vcpu_config(int vm, u32 id, const struct axvcpu_x86_create_config *config);

void vm_new(struct vm *vm, u64 behaviours);	/* with RAM */
void vm_free(struct vm *vm);
void vcpu_new(struct vcpu *v, struct vm *vm, u32 id);
void vcpu_open(struct vcpu *v, struct vm *vm, int fd); /* of an fd, the run page mapped */
void vcpu_free(struct vcpu *v);

void load(struct vm *vm, u64 gpa, const u8 *code, const u8 *end);
void identity(struct vm *vm);			/* the page tables at TABLES, and TABLE5 */
/* GDT, TSS, and an IDT whose gates 0 to 255 are not present; loads them. */
void tables(struct vcpu *v, u32 mode);
void gate(struct vcpu *v, u32 mode, u8 vector, u64 handler); /* interrupt gate; real: IVT */

long setup_vcpu(struct vcpu *v, u32 mode, u64 entry);
long bind_vcpu(struct vcpu *v, int cpu);
/* SETUP in @mode with @code at CODE, tables() unless real mode, and BIND. */
void start_code(struct vcpu *v, u32 mode, const u8 *code, const u8 *end);
#define START(v, mode, name) start_code(v, AXVCPU_X86_START_##mode, name, name##_end)
/* The same for a vCPU that has run: RESET first. */
#define RESTART(v, mode, name)                                                                    \
	do {                                                                                       \
		NEED_RET(call((v)->fd, AXVCPU_RESET, NULL));                                       \
		START(v, mode, name);                                                              \
	} while (0)

/* A VM with one vCPU that will run @name. */
#define BOOT(vm, v, behaviours, mode, name)                                                       \
	do {                                                                                       \
		vm_new(vm, behaviours);                                                            \
		vcpu_new(v, vm, 0);                                                                \
		START(v, mode, name);                                                              \
	} while (0)

/* ---- running ----------------------------------------------------------------------- */

long run(struct vcpu *v);			/* RUN, 0 or -errno */
/*
 * RUN until an exit that is neither a signal nor an affinity change, and for at
 * most ten seconds. Return: its reason; the test ends if RUN fails.
 */
u32 run_exit(struct vcpu *v);
/* The record's text, for messages */
const char *exit_text(const struct vcpu *v);
/* run_exit(), and it must be @reason; returns whether. Prints only on failure. */
bool expect_exit_at(struct vcpu *v, u32 reason, const char *file, int line);
#define EXPECT_EXIT(v, reason) expect_exit_at(v, AXVCPU_EXIT_##reason, __FILE__, __LINE__)
#define NEED_EXIT(v, reason)                                                                      \
	do {                                                                                       \
		if (!EXPECT_EXIT(v, reason))                                                       \
			exit(1);                                                                   \
	} while (0)
/* Until OUT %eax to @port, whatever comes before is wrong; its value. */
u32 run_to_port_at(struct vcpu *v, u16 port, const char *file, int line);
#define run_to_port(v, port) run_to_port_at(v, port, __FILE__, __LINE__)

void done(struct vcpu *v, u64 value);		/* answers */
void fault(struct vcpu *v, u32 vector, bool has_error_code, u64 error_code);
void cancel(struct vcpu *v);

/*
 * How often to try what the shadow of the guest's STI is for. QEMU 7.2 takes the
 * host's STI before VMRUN for a shadow in the guest, so that a guest's STI casts
 * none if an entry begins right at it: a host interrupt came there. It is rare.
 */
#define SHADOW_TRIES	(under_tcg() ? 20 : 1)

/* ---- registers, state, events --------------------------------------------------------- */

long get_block(struct vcpu *v, u32 block, void *buffer);
long set_block(struct vcpu *v, u32 block, const void *buffer);
struct axvcpu_x86_general get_general(struct vcpu *v);
void set_general(struct vcpu *v, const struct axvcpu_x86_general *general);
/*
 * Of a guest that something of the host's has to end: Bochs 2.7's VMRUN masks the
 * host's interrupts for a guest whose IF is clear, so it is set there.
 */
void open_to_host(struct vcpu *v);
struct axvcpu_x86_system get_system(struct vcpu *v);
struct axvcpu_x86_events get_events(struct vcpu *v);
u64 gpr(struct vcpu *v, unsigned int index);
struct axvcpu_get_state get_state(struct vcpu *v);
struct axvcpu_stats get_stats(struct vcpu *v);
u32 state_of(struct vcpu *v);
long inject(struct vcpu *v, u32 type, u32 vector);
long inject_exception(struct vcpu *v, u32 vector, bool has_error_code, u64 error_code, u64 address);
long kick(struct vcpu *v);

/* All blocks of a vCPU in Free or Ready, to see that nothing changed. */
struct snapshot {
	u8 *bytes;
	size_t size;
};

struct snapshot snapshot(struct vcpu *v);
bool same_snapshot(const struct snapshot *a, const struct snapshot *b);
void free_snapshot(struct snapshot *s);

/* ---- a thread in RUN --------------------------------------------------------------------- */

/**
 * struct runner - calls RUN until it fails or the exit is not NOTHING/SIGNAL
 * @result: of the last RUN
 * @ended: the thread is through
 * @cpu: pinned there; -1: not
 */
struct runner {
	pthread_t thread;
	struct vcpu *v;
	long result;
	volatile bool ended;
	int cpu;
};

void runner_start(struct runner *r, struct vcpu *v, int cpu);
/* Wait for its end, by itself or by KICK. */
void runner_join(struct runner *r);
void runner_kick(struct runner *r);

#endif /* GUEST_H */
