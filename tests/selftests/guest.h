/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * VMs, vCPUs and guest code for the selftests. A guest has RAM_SIZE bytes at
 * GPA 0, its code at CODE, and nothing at HOLE:
 *
 *	0x1000  CODE	the guest program
 *	0x7000		what the architecture needs, see its guest_arch.h
 *	0xa000  STACK	grows down
 *	0xc000		the architecture's
 *	0x20000 DATA	free
 *	0x10000000 HOLE	an address without memory
 *
 * A test that is for every architecture starts its guests in the mode PLAIN, the
 * simplest there is, or WIDE, with 64-bit registers and RAM and HOLE at their
 * physical addresses, and makes their code of what guest_arch.h gives under the
 * same names for each:
 *
 *	G_SAY(port)		tell the VMM the low half of VALUE: PORT_*, below 0x100
 *	G_ASK(port)		the low byte of VALUE is what the VMM answers
 *	G_SET(register, n)	n has 31 bits; the registers: VALUE, ADDRESS, COUNT, STEP
 *	G_INC(register)
 *	G_LOAD, G_STORE		8 bytes at ADDRESS to VALUE, and back
 *	G_BUMP			add 1 to the 8 bytes at ADDRESS
 *	G_ADVANCE(n)		ADDRESS goes on by n, 8 to 4096
 *	G_ADVANCE_STEP		by STEP
 *	G_REPEAT(label)		to the label, unless COUNT has become 0
 *	G_PUT(address)		VALUE to the 8 bytes at an address of RAM
 *	G_GET(address)		from there
 *	G_BUMP_AT(address)	add 1 to those
 *	G_JUMP(label)
 *	G_CALL_COUNT, G_RETURN	the code at COUNT, and back from it
 *	G_SAY_SEVERAL		one instruction, which the VMM is told of more than once
 *	G_ODD_WRITE		at ADDRESS, by an instruction that is no plain store
 *	G_IN_KERNEL		leaves guest mode and is handled in the kernel
 *	G_LET_IN_20		takes interrupt 0x20 if it waits, and does not come back then
 *	G_MASK, G_UNMASK	interrupts off and on, each one instruction
 *	G_HALT, G_PAUSE		each one instruction, of G_HALT_SIZE, G_PAUSE_SIZE bytes
 *	G_LISTEN		before the first of the next three: what they need
 *	G_WAIT			halts for an interrupt, and takes it at G_WAIT_BACK bytes
 *	G_DEAF			from here on no interrupt comes, nor ends a halt
 *	G_HANDLER(text)		of interrupts, for on_interrupt(); VALUE is kept
 *
 * In PLAIN there are G_SAY, G_ASK, G_INC of VALUE, G_JUMP, G_IN_KERNEL,
 * G_LET_IN_20, G_MASK, G_UNMASK and G_HALT.
 */
#ifndef GUEST_H
#define GUEST_H

#include "harness.h"

#define CODE		0x1000UL
#define CODE_END	0x7000UL
#define STACK		0xa000UL
#define DATA		0x20000UL
#define RAM_SIZE	0x200000UL
#define HOLE		0x10000000UL

/* What a guest says by these. */
#define PORT_DONE	0xf0
#define PORT_VALUE	0xf1

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

#include "guest_arch.h"

#define GUEST_DONE	G_SAY(PORT_DONE)
#define GUEST_VALUE	G_SAY(PORT_VALUE)

/* ---- making ---------------------------------------------------------------------- */

int create_vm(u64 behaviours);			/* fd, or -errno */
long set_memory(int vm, u64 gpa, const void *address, u64 length, u32 flags);
int create_vcpu(int vm, u32 id);		/* fd, or -errno */
int create_watched_vcpu(int vm, u32 id);	/* whose own faults are seen (the architecture's) */

void vm_new(struct vm *vm, u64 behaviours);	/* with RAM */
void vm_free(struct vm *vm);
void vcpu_new(struct vcpu *v, struct vm *vm, u32 id);
void vcpu_open(struct vcpu *v, struct vm *vm, int fd); /* of an fd, the run page mapped */
void vcpu_free(struct vcpu *v);

void load(struct vm *vm, u64 gpa, const u8 *code, const u8 *end);
long setup_vcpu(struct vcpu *v, u32 mode, u64 entry); /* the architecture's; @mode: MODE_* */
extern const u32 start_modes[]; /* all of the architecture's */
extern const unsigned int start_mode_count;
/* Before and after SETUP, what a guest in @mode needs around its code (the architecture's). */
void prepare_mode(struct vm *vm, u32 mode);
void finish_mode(struct vcpu *v, u32 mode);
/* The address by which a started guest in WIDE reaches @gpa, a multiple of 2 MiB. */
u64 reach(struct vm *vm, u64 gpa);
long bind_vcpu(struct vcpu *v, int cpu);
/* What a started guest in WIDE does with interrupt @vector (the architecture's). */
void on_interrupt(struct vcpu *v, u32 vector, const u8 *code, const u8 *end);
#define ON_INTERRUPT(v, vector, name) on_interrupt(v, vector, name, name##_end)
/* SETUP in @mode with @code at CODE, and BIND. */
void start_code(struct vcpu *v, u32 mode, const u8 *code, const u8 *end);
#define START(v, mode, name) start_code(v, MODE_##mode, name, name##_end)
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

/* What get_info_test has to say of the architecture. */
void check_info(const struct axvcpu_info *i);

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
/* The same for what the guest says and asks. */
#define EXPECT_SAY(v) expect_exit_at(v, REASON_SAY, __FILE__, __LINE__)
#define EXPECT_ASK(v) expect_exit_at(v, REASON_ASK, __FILE__, __LINE__)
#define NEED_SAY(v) NEED(EXPECT_SAY(v), "the guest says nothing")
#define NEED_ASK(v) NEED(EXPECT_ASK(v), "the guest asks nothing")
/* The last exit is this; said_value(): what it said. */
bool said(const struct vcpu *v, u16 port);
bool asked(const struct vcpu *v, u16 port);
u32 said_value(const struct vcpu *v);
/* Until the guest says something by @port, whatever comes before is wrong; its value. */
u32 run_to_port_at(struct vcpu *v, u16 port, const char *file, int line);
#define run_to_port(v, port) run_to_port_at(v, port, __FILE__, __LINE__)

void done(struct vcpu *v, u64 value);		/* answers */
void fault(struct vcpu *v, u32 vector, bool has_error_code, u64 error_code);
void cancel(struct vcpu *v);
/* The architecture's: answers to a pending exit that are refused. */
struct wrong_answer {
	struct axvcpu_complete answer;
	const char *text;
};

extern const struct wrong_answer wrong_answers[];
extern const unsigned int wrong_answer_count;

/* ---- registers, state, events --------------------------------------------------------- */

long get_block(struct vcpu *v, u32 block, void *buffer);
long set_block(struct vcpu *v, u32 block, const void *buffer);
/* Whether what G_PAUSE is can be intercepted by this host; QEMU 7.2's WFE never traps. */
bool pause_can_leave(void);
/* The architecture's: get_general() and set_general(), get_system(), get_events(). */
u64 gpr(struct vcpu *v, unsigned int index); /* by the register's number; REG_VALUE... */
void set_gpr(struct vcpu *v, unsigned int index, u64 value);
u64 pc_of(struct vcpu *v);
/* The architecture's: where a handler that has just spoken goes back to. */
u64 interrupted_pc(struct vcpu *v);
/* The architecture's: whether the guest's processor masks interrupts. */
bool is_masked(struct vcpu *v);
void set_masked(struct vcpu *v, bool masked);
/* The architecture's: there are NMIs, and a guest comes back from one. */
bool has_nmi(void);
void show_registers(struct vcpu *v); /* for messages */
/* Make room for the host in a guest that something of the host's has to end. */
void open_to_host(struct vcpu *v);
/* The emulator's host would not survive this guest (the architecture's). */
bool kills_host(struct vcpu *v);
/* Of a block that was read: zero what this host does not keep. */
void drop_unkept(u32 block, void *bytes);
struct axvcpu_get_state get_state(struct vcpu *v);
struct axvcpu_stats get_stats(struct vcpu *v);
u32 state_of(struct vcpu *v);
long inject(struct vcpu *v, u32 type, u32 vector);
long inject_exception(struct vcpu *v, u32 vector, bool has_error_code, u64 error_code, u64 address);
long inject_any_exception(struct vcpu *v); /* the architecture's: one that is always taken */
long kick(struct vcpu *v);

/* The architecture's: the codes by which hardware tells of an exit, any of them. */
enum hw_exit {
	HW_FETCH_FAULT,	/* of an instruction, by the second stage */
	HW_IN_KERNEL,	/* G_IN_KERNEL */
	HW_SAY,		/* GUEST_VALUE in WIDE */
	HW_HALT,
};

struct hw_codes {
	unsigned int count;
	u64 code[4];
	const char *info;	/* what stands behind it in the trace, as far as it is known */
};

const struct hw_codes *hw_codes(enum hw_exit which);

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
