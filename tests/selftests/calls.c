// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "calls.h"

/* The vCPU spins, halts for ever in the kernel, or waits for an answer. */
GUEST(stage_spin, PLAIN, "1: " G_JUMP(1b));
GUEST(stage_halt, PLAIN, "1: " G_HALT G_JUMP(1b));
GUEST(stage_input, PLAIN, G_ASK(0x70) "1: " G_JUMP(1b));

static u8 block_buffer[1024];

static void fill_memory(union call_argument *a)
{
	static u8 page[PAGE] __attribute__((aligned(PAGE)));

	a->memory.gpa = HOLE;
	a->memory.length = PAGE;
	a->memory.user_addr = (u64)page;
}

static void fill_create_vcpu(union call_argument *a)
{
	a->create_vcpu.vcpu_id = 77;
	a->create_vcpu.favor_cpu = -1;
}

static void fill_setup(union call_argument *a)
{
	a->setup.entry = CODE;
}

static void fill_bind(union call_argument *a)
{
	a->bind.cpu = -1;
}

static void fill_regs(union call_argument *a)
{
	a->regs.block = AXVCPU_BLOCK_GENERAL;
	a->regs.length = info()->block_length[AXVCPU_BLOCK_GENERAL];
	a->regs.addr = (u64)block_buffer;
}

static void fill_one_reg(union call_argument *a)
{
	a->one_reg.id = AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 8, 3);
}

static void fill_inject(union call_argument *a)
{
	a->inject.type = AXVCPU_EVENT_INTERRUPT;
	a->inject.vector = VECTOR_INTERRUPT;
}

static void fill_translate(union call_argument *a)
{
	a->translate.gva = CODE;
}

#define STRUCT(name)	sizeof(struct axvcpu_##name)
#define ACCESS		(IN_STATE(FREE) | IN_STATE(READY))
#define RESETTABLE	(IN_STATE(CREATED) | IN_STATE(FREE) | IN_STATE(READY))

const struct abi_call abi_calls[] = {
	{ "GET_INFO", AXVCPU_GET_INFO, ON_DEVICE, CALL_OUT, STRUCT(info), 0, true, NULL },
	{ "CREATE_VM", AXVCPU_CREATE_VM, ON_DEVICE, CALL_IN, STRUCT(create_vm), 0, true, NULL },
	{ "SET_MEMORY", AXVCPU_SET_MEMORY, ON_VM, CALL_IN, STRUCT(memory), 0, false, fill_memory },
	{ "CREATE_VCPU", AXVCPU_CREATE_VCPU, ON_VM, CALL_IN, STRUCT(create_vcpu), 0, false,
	  fill_create_vcpu },
	{ "SETUP", AXVCPU_SETUP, ON_VCPU, CALL_IN, STRUCT(setup), IN_STATE(CREATED), false,
	  fill_setup },
	{ "BIND", AXVCPU_BIND, ON_VCPU, CALL_IN, STRUCT(bind), IN_STATE(FREE), false, fill_bind },
	{ "UNBIND", AXVCPU_UNBIND, ON_VCPU, CALL_NONE, 0, IN_STATE(READY), false, NULL },
	{ "RUN", AXVCPU_RUN, ON_VCPU, CALL_RUN, 0, IN_STATE(READY), false, NULL },
	{ "RESET", AXVCPU_RESET, ON_VCPU, CALL_NONE, 0, RESETTABLE, false, NULL },
	{ "KICK", AXVCPU_KICK, ON_VCPU, CALL_NONE, 0, IN_EVERY_STATE, true, NULL },
	{ "GET_REGS", AXVCPU_GET_REGS, ON_VCPU, CALL_IN, STRUCT(regs), ACCESS, false, fill_regs },
	{ "SET_REGS", AXVCPU_SET_REGS, ON_VCPU, CALL_IN, STRUCT(regs), ACCESS, false, fill_regs },
	{ "GET_ONE_REG", AXVCPU_GET_ONE_REG, ON_VCPU, CALL_INOUT, STRUCT(one_reg), ACCESS, false,
	  fill_one_reg },
	{ "SET_ONE_REG", AXVCPU_SET_ONE_REG, ON_VCPU, CALL_IN, STRUCT(one_reg), ACCESS, false,
	  fill_one_reg },
	{ "INJECT", AXVCPU_INJECT, ON_VCPU, CALL_IN, STRUCT(inject), IN_EVERY_STATE, true,
	  fill_inject },
	{ "SET_RETURN_VALUE", AXVCPU_SET_RETURN_VALUE, ON_VCPU, CALL_IN, STRUCT(return_value),
	  ACCESS, false, NULL },
	{ "TRANSLATE", AXVCPU_TRANSLATE, ON_VCPU, CALL_INOUT, STRUCT(translate), ACCESS, false,
	  fill_translate },
	{ "GET_STATE", AXVCPU_GET_STATE, ON_VCPU, CALL_OUT, STRUCT(get_state), IN_EVERY_STATE, true,
	  NULL },
	{ "GET_STATS", AXVCPU_GET_STATS, ON_VCPU, CALL_OUT, STRUCT(stats), IN_EVERY_STATE, true,
	  NULL },
};
const unsigned int abi_call_count = ARRAY_SIZE(abi_calls);

bool call_is_there(const struct abi_call *c)
{
	return c->command != AXVCPU_TRANSLATE || info()->capabilities & AXVCPU_CAP_TRANSLATE;
}

void fill_argument(const struct abi_call *c, union call_argument *argument)
{
	memset(argument, 0, sizeof(*argument));
	argument->head.size = (u32)c->size;
	if (c->fill)
		c->fill(argument);
}

long make_call(const struct abi_call *c, int fd, const union call_argument *argument)
{
	bool plain = c->kind == CALL_NONE || c->kind == CALL_RUN;
	long ret = plain ? call_value(fd, c->command, 0) : call(fd, c->command, argument);

	if (ret > 0) {
		close((int)ret);
		ret = 0;
	}
	return ret;
}

static void stage_run(struct stage *s, u32 state, const u8 *code, const u8 *end)
{
	start_code(&s->v, MODE_PLAIN, code, end);
	if (state == AXVCPU_STATE_RUNNING)
		open_to_host(&s->v);
	runner_start(&s->runner, &s->v, -1);
	NEED(WAIT_FOR(state_of(&s->v) == state, 2000), "the vCPU does not become %s",
	     axvcpu_name(AXVCPU_NAME_STATE, state));
}

void stage_enter(struct stage *s, u32 state, bool pending)
{
	s->state = state;
	s->pending = pending;
	vm_new(&s->vm, AXVCPU_VM_HALT_IN_KERNEL);
	vcpu_new(&s->v, &s->vm, 0);
	if (state == AXVCPU_STATE_RUNNING)
		stage_run(s, state, stage_spin, stage_spin_end);
	else if (state == AXVCPU_STATE_BLOCKED)
		stage_run(s, state, stage_halt, stage_halt_end);
	else if (state != AXVCPU_STATE_CREATED)
		START(&s->v, PLAIN, stage_input);
	if (pending)
		NEED_ASK(&s->v);
	if (state == AXVCPU_STATE_FREE)
		NEED_RET(call(s->v.fd, AXVCPU_UNBIND, NULL));
	NEED(state_of(&s->v) == state, "the vCPU is not %s", axvcpu_name(AXVCPU_NAME_STATE, state));
	if (state == AXVCPU_STATE_FREE || state == AXVCPU_STATE_READY)
		NEED_RET(get_block(&s->v, AXVCPU_BLOCK_GENERAL, block_buffer));
}

void stage_leave(struct stage *s)
{
	if (s->state == AXVCPU_STATE_RUNNING || s->state == AXVCPU_STATE_BLOCKED)
		runner_kick(&s->runner);
	vcpu_free(&s->v);
	vm_free(&s->vm);
}

const char *stage_name(const struct stage *s)
{
	static const char *const name[] = {
		[AXVCPU_STATE_CREATED] = "Created", [AXVCPU_STATE_FREE] = "Free",
		[AXVCPU_STATE_READY] = "Ready",	    [AXVCPU_STATE_RUNNING] = "Running",
		[AXVCPU_STATE_BLOCKED] = "Blocked",
	};

	if (s->pending)
		return s->state == AXVCPU_STATE_FREE ? "Free pending" : "Ready pending";
	return name[s->state];
}
