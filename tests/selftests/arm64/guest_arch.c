// SPDX-License-Identifier: GPL-3.0-or-later
/* What guest.h and harness.h leave to the architecture. */
#define _GNU_SOURCE
#include "../guest.h"

GUEST(exception, PLAIN, "mrs x0, esr_el1\n" G_SAY(0xef) "1: b 1b");

bool under_tcg(void)
{
	FILE *f = fopen("/proc/device-tree/compatible", "re");
	char text[64] = "";

	if (!f)
		return false;
	if (fread(text, 1, sizeof(text) - 1, f) == 0)
		text[0] = 0;
	fclose(f);
	return !strcmp(text, "linux,dummy-virt");
}

int create_vcpu_config(int vm, u32 id, const struct axvcpu_arm64_create_config *config)
{
	struct axvcpu_create_vcpu args = { .size = sizeof(args),
					   .vcpu_id = id,
					   .favor_cpu = -1,
					   .config = (u64)config,
					   .config_length = sizeof(*config) };

	return (int)call(vm, AXVCPU_CREATE_VCPU, &args);
}

/* Its vectors show them: finish_mode(). */
int create_watched_vcpu(int vm, u32 id)
{
	return create_vcpu(vm, id);
}

long setup_vcpu(struct vcpu *v, u32 mode, u64 entry)
{
	struct axvcpu_arm64_setup_config config = { .size = sizeof(config), .stack_pointer = STACK };
	struct axvcpu_setup args = { .size = sizeof(args),
				     .entry = entry,
				     .config = (u64)&config,
				     .config_length = sizeof(config) };

	(void)mode;
	return call(v->fd, AXVCPU_SETUP, &args);
}

void set_vector(struct vm *vm, u32 vector, const u8 *code, const u8 *end)
{
	NEED(end - code <= 0x80, "a vector has room for 32 instructions");
	load(vm, VECTORS + vector, code, end);
}

const u32 start_modes[] = { MODE_PLAIN };
const unsigned int start_mode_count = ARRAY_SIZE(start_modes);

void prepare_mode(struct vm *vm, u32 mode)
{
	u32 vector;

	(void)mode;
	for (vector = 0; vector < 0x800; vector += 0x80)
		set_vector(vm, vector, exception, exception_end);
}

void finish_mode(struct vcpu *v, u32 mode)
{
	struct axvcpu_arm64_system system = get_system(v);

	(void)mode;
	system.vbar_el1 = VECTORS;
	set_system(v, &system);
}

/* One vector for all of them. */
void on_interrupt(struct vcpu *v, u32 vector, const u8 *code, const u8 *end)
{
	(void)vector;
	set_vector(v->vm, VECTOR_IRQ, code, end);
}

u64 reach(struct vm *vm, u64 gpa)
{
	(void)vm;
	return gpa;
}

/* ---- what it says --------------------------------------------------------------------------- */

bool said(const struct vcpu *v, u16 port)
{
	return v->run->exit.reason == AXVCPU_EXIT_MMIO_WRITE &&
	       v->run->exit.u.mmio.gpa == PORTS + 8 * port;
}

bool asked(const struct vcpu *v, u16 port)
{
	return v->run->exit.reason == AXVCPU_EXIT_MMIO_READ &&
	       v->run->exit.u.mmio.gpa == PORTS + 8 * port;
}

u32 said_value(const struct vcpu *v)
{
	return (u32)v->run->exit.u.mmio.data[0];
}

/* ---- registers, events ------------------------------------------------------------------------ */

struct axvcpu_arm64_general get_general(struct vcpu *v)
{
	struct axvcpu_arm64_general general;

	NEED_RET(get_block(v, AXVCPU_BLOCK_GENERAL, &general));
	return general;
}

void set_general(struct vcpu *v, const struct axvcpu_arm64_general *general)
{
	NEED_RET(set_block(v, AXVCPU_BLOCK_GENERAL, general));
}

struct axvcpu_arm64_system get_system(struct vcpu *v)
{
	struct axvcpu_arm64_system system;

	NEED_RET(get_block(v, AXVCPU_BLOCK_SYSTEM, &system));
	return system;
}

void set_system(struct vcpu *v, const struct axvcpu_arm64_system *system)
{
	NEED_RET(set_block(v, AXVCPU_BLOCK_SYSTEM, system));
}

struct axvcpu_arm64_events get_events(struct vcpu *v)
{
	struct axvcpu_arm64_events events;

	NEED_RET(get_block(v, AXVCPU_BLOCK_EVENTS, &events));
	return events;
}

u64 gpr(struct vcpu *v, unsigned int index)
{
	return get_general(v).x[index];
}

void set_gpr(struct vcpu *v, unsigned int index, u64 value)
{
	struct axvcpu_arm64_general general = get_general(v);

	general.x[index] = value;
	set_general(v, &general);
}

u64 pc_of(struct vcpu *v)
{
	return get_general(v).pc;
}

u64 interrupted_pc(struct vcpu *v)
{
	return get_system(v).elr_el1;
}

#define PSTATE_I	(1ULL << 7)

bool is_masked(struct vcpu *v)
{
	return get_general(v).pstate & PSTATE_I;
}

void set_masked(struct vcpu *v, bool masked)
{
	struct axvcpu_arm64_general general = get_general(v);

	general.pstate = (general.pstate & ~PSTATE_I) | (masked ? PSTATE_I : 0);
	set_general(v, &general);
}

bool has_nmi(void)
{
	return false;
}

void show_registers(struct vcpu *v)
{
	struct axvcpu_arm64_general g;
	struct axvcpu_arm64_system s;

	if (get_block(v, AXVCPU_BLOCK_GENERAL, &g) || get_block(v, AXVCPU_BLOCK_SYSTEM, &s))
		return;
	note("pc %llx pstate %llx x0 %llx x1 %llx x2 %llx x9 %llx sp %llx", g.pc, g.pstate, g.x[0],
	     g.x[1], g.x[2], g.x[9], g.sp_el1);
	note("esr %llx far %llx elr %llx sctlr %llx", s.esr_el1, s.far_el1, s.elr_el1, s.sctlr_el1);
}

/* An IRQ of the host's leaves guest mode, whatever the guest masks. */
void open_to_host(struct vcpu *v)
{
	(void)v;
}

bool kills_host(struct vcpu *v)
{
	(void)v;
	return false;
}

void drop_unkept(u32 block, void *bytes)
{
	(void)block;
	(void)bytes;
}

long inject_any_exception(struct vcpu *v)
{
	return inject_exception(v, AXVCPU_ARM64_VECTOR_SYNC, true, 0x96000010, HOLE);
}

/*
 * ESR_EL2: a translation fault is of the level that has no entry. IL is set where the
 * instruction has 32 bits, and for a fetch.
 */
#define ANY_LEVEL(esr)	{ (esr) | 4, (esr) | 5, (esr) | 6, (esr) | 7 }

const struct hw_codes *hw_codes(enum hw_exit which)
{
	static const struct hw_codes codes[] = {
		[HW_FETCH_FAULT] = { 4, ANY_LEVEL(0x82000000), "" },
		[HW_IN_KERNEL] = { 1, { 0x5e000000 }, "" },
		/* ISV, 4 bytes, of X0, WnR */
		[HW_SAY] = { 4, ANY_LEVEL(0x93800040), " info 0xf000788" },
		[HW_HALT] = { 1, { 0x07e00000 }, "" },
	};

	return &codes[which];
}

bool pause_can_leave(void)
{
	return !under_tcg();
}

static void check_lengths(const struct axvcpu_info *i)
{
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_GENERAL], sizeof(struct axvcpu_arm64_general),
		 "length of GENERAL");
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_SYSTEM], sizeof(struct axvcpu_arm64_system),
		 "length of SYSTEM");
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_FPU], sizeof(struct axvcpu_arm64_fpu),
		 "length of FPU");
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_MSRS], 0, "length of MSRS");
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_DEBUG], sizeof(struct axvcpu_arm64_debug),
		 "length of DEBUG");
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_EVENTS], sizeof(struct axvcpu_arm64_events),
		 "length of EVENTS");
}

void check_info(const struct axvcpu_info *i)
{
	CHECK_EQ(i->arch, AXVCPU_ARCH_ARM64, "architecture");
	CHECK_EQ(i->backend, AXVCPU_BACKEND_EL2, "back end");
	CHECK(i->mode == AXVCPU_MODE_VHE || i->mode == AXVCPU_MODE_NVHE, "mode");
	if (!i->reason)
		check_lengths(i);
}

#define FAULT_ANSWER(text, ...) { { .action = AXVCPU_ANSWER_FAULT, __VA_ARGS__ }, text }

const struct wrong_answer wrong_answers[] = {
	FAULT_ANSWER("FAULT with the vector of IRQ", .vector = 1),
	FAULT_ANSWER("FAULT with the vector of FIQ", .vector = 2),
	FAULT_ANSWER("FAULT with vector 4", .vector = 4),
	FAULT_ANSWER("FAULT with vector 256", .vector = 256),
	FAULT_ANSWER("FAULT with has_error_code 2", .has_error_code = 2, .error_code = 0x96000010),
	FAULT_ANSWER("FAULT with a syndrome that it says it has not", .error_code = 0x96000010),
	FAULT_ANSWER("FAULT with a syndrome without class", .has_error_code = 1),
	FAULT_ANSWER("FAULT with a long syndrome", .has_error_code = 1,
		     .error_code = 0x196000010ULL),
	FAULT_ANSWER("FAULT with a reserved field", .reserved = 1),
};
const unsigned int wrong_answer_count = ARRAY_SIZE(wrong_answers);
