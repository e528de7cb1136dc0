// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "guest.h"

/* ---- making ----------------------------------------------------------------------- */

int create_vm(u64 behaviours)
{
	struct axvcpu_create_vm args = { .size = sizeof(args), .behaviours = behaviours };
	int device = open_device();
	int fd = (int)call(device, AXVCPU_CREATE_VM, &args);

	close(device);
	return fd;
}

long set_memory(int vm, u64 gpa, const void *address, u64 length, u32 flags)
{
	struct axvcpu_memory args = { .size = sizeof(args),
				      .flags = flags,
				      .gpa = gpa,
				      .length = length,
				      .user_addr = (u64)address };

	return call(vm, AXVCPU_SET_MEMORY, &args);
}

int create_vcpu(int vm, u32 id)
{
	struct axvcpu_create_vcpu args = { .size = sizeof(args), .vcpu_id = id, .favor_cpu = -1 };

	return (int)call(vm, AXVCPU_CREATE_VCPU, &args);
}

void vm_new(struct vm *vm, u64 behaviours)
{
	vm->fd = create_vm(behaviours);
	NEED(vm->fd >= 0, "CREATE_VM: %s", strerror(-vm->fd));
	vm->ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(vm->ram != MAP_FAILED, "mmap: %s", strerror(errno));
	NEED_RET(set_memory(vm->fd, 0, vm->ram, RAM_SIZE, 0));
}

void vm_free(struct vm *vm)
{
	close(vm->fd);
	munmap(vm->ram, RAM_SIZE);
}

void vcpu_open(struct vcpu *v, struct vm *vm, int fd)
{
	NEED(fd >= 0, "CREATE_VCPU: %s", strerror(-fd));
	v->vm = vm;
	v->fd = fd;
	v->run = mmap(NULL, info()->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	NEED(v->run != MAP_FAILED, "mmap of the run page: %s", strerror(errno));
	v->data = (u8 *)v->run + info()->data_offset;
}

void vcpu_new(struct vcpu *v, struct vm *vm, u32 id)
{
	vcpu_open(v, vm, create_vcpu(vm->fd, id));
}

void vcpu_free(struct vcpu *v)
{
	munmap(v->run, info()->run_size);
	close(v->fd);
}

/* Byte by byte: a library's memcpy() may use SVE, whose stores QEMU 7.2 takes for no code. */
void load(struct vm *vm, u64 gpa, const u8 *code, const u8 *end)
{
	volatile u8 *to = vm->ram + gpa;

	NEED(gpa + (end - code) <= RAM_SIZE, "guest code does not fit");
	while (code < end)
		*to++ = *code++;
}

long bind_vcpu(struct vcpu *v, int cpu)
{
	struct axvcpu_bind args = { .size = sizeof(args), .cpu = cpu };

	return call(v->fd, AXVCPU_BIND, &args);
}

void start_code(struct vcpu *v, u32 mode, const u8 *code, const u8 *end)
{
	NEED(CODE + (end - code) <= CODE_END, "guest code is too long");
	load(v->vm, CODE, code, end);
	prepare_mode(v->vm, mode);
	NEED_RET(setup_vcpu(v, mode, CODE));
	finish_mode(v, mode);
	NEED_RET(bind_vcpu(v, -1));
}

/* ---- running --------------------------------------------------------------------------- */

long run(struct vcpu *v)
{
	return call_value(v->fd, AXVCPU_RUN, 0);
}

static bool spurious(const struct axvcpu_exit *e)
{
	return e->reason == AXVCPU_EXIT_NOTHING &&
	       (e->u.nothing.cause == AXVCPU_CAUSE_SIGNAL ||
		e->u.nothing.cause == AXVCPU_CAUSE_AFFINITY);
}

u32 run_exit(struct vcpu *v)
{
	bool guard = !v->run->deadline_ns;

	if (guard)
		v->run->deadline_ns = now_ns() + 5 * SECOND * slowness();
	do
		NEED_RET(run(v));
	while (spurious(&v->run->exit));
	if (guard)
		v->run->deadline_ns = 0;
	return v->run->exit.reason;
}

const char *exit_text(const struct vcpu *v)
{
	static __thread char text[AXVCPU_DESCRIBE_SIZE];

	return axvcpu_describe_exit(&v->run->exit, text, sizeof(text));
}

bool expect_exit_at(struct vcpu *v, u32 reason, const char *file, int line)
{
	u32 got = run_exit(v);

	if (got == reason)
		return true;
	report(false, file, line,
	       text_of("exit %s comes, not %s", axvcpu_name(AXVCPU_NAME_EXIT, reason), exit_text(v)));
	show_registers(v);
	return false;
}

u32 run_to_port_at(struct vcpu *v, u16 port, const char *file, int line)
{
	if (!expect_exit_at(v, REASON_SAY, file, line))
		exit(1);
	if (!said(v, port)) {
		report(false, file, line,
		       text_of("the guest speaks by port 0x%x, not %s", port, exit_text(v)));
		show_registers(v);
		exit(1);
	}
	return said_value(v);
}

void done(struct vcpu *v, u64 value)
{
	axvcpu_run_done(v->run, value);
}

void fault(struct vcpu *v, u32 vector, bool has_error_code, u64 error_code)
{
	axvcpu_run_fault(v->run, vector, has_error_code, error_code);
}

void cancel(struct vcpu *v)
{
	axvcpu_run_cancel(v->run);
}

/* ---- registers, state, events ------------------------------------------------------------- */

static long move_block(struct vcpu *v, unsigned long command, u32 block, const void *buffer)
{
	struct axvcpu_regs args = { .size = sizeof(args),
				    .block = block,
				    .length = info()->block_length[block],
				    .addr = (u64)buffer };

	return call(v->fd, command, &args);
}

long get_block(struct vcpu *v, u32 block, void *buffer)
{
	return move_block(v, AXVCPU_GET_REGS, block, buffer);
}

long set_block(struct vcpu *v, u32 block, const void *buffer)
{
	return move_block(v, AXVCPU_SET_REGS, block, buffer);
}

struct axvcpu_get_state get_state(struct vcpu *v)
{
	struct axvcpu_get_state state = { .size = sizeof(state) };

	NEED_RET(call(v->fd, AXVCPU_GET_STATE, &state));
	return state;
}

struct axvcpu_stats get_stats(struct vcpu *v)
{
	struct axvcpu_stats stats = { .size = sizeof(stats) };

	NEED_RET(call(v->fd, AXVCPU_GET_STATS, &stats));
	return stats;
}

u32 state_of(struct vcpu *v)
{
	return get_state(v).state;
}

long inject(struct vcpu *v, u32 type, u32 vector)
{
	struct axvcpu_inject args = { .size = sizeof(args), .type = type, .vector = vector };

	return call(v->fd, AXVCPU_INJECT, &args);
}

long inject_exception(struct vcpu *v, u32 vector, bool has_error_code, u64 error_code, u64 address)
{
	struct axvcpu_inject args = { .size = sizeof(args),
				      .type = AXVCPU_EVENT_EXCEPTION,
				      .vector = vector,
				      .has_error_code = has_error_code,
				      .error_code = error_code,
				      .address = address };

	return call(v->fd, AXVCPU_INJECT, &args);
}

long kick(struct vcpu *v)
{
	return call_value(v->fd, AXVCPU_KICK, 0);
}

struct snapshot snapshot(struct vcpu *v)
{
	struct snapshot s = { NULL, 0 };
	unsigned int i;

	for (i = 0; i < AXVCPU_BLOCK_COUNT; i++) {
		u32 length = info()->block_length[i];

		if (!length || i == AXVCPU_BLOCK_CLOCK)
			continue;
		s.bytes = realloc(s.bytes, s.size + length);
		memset(s.bytes + s.size, 0, length);
		NEED_RET(get_block(v, i, s.bytes + s.size));
		drop_unkept(i, s.bytes + s.size);
		s.size += length;
	}
	return s;
}

bool same_snapshot(const struct snapshot *a, const struct snapshot *b)
{
	return a->size == b->size && !memcmp(a->bytes, b->bytes, a->size);
}

void free_snapshot(struct snapshot *s)
{
	free(s->bytes);
}

/* ---- a thread in RUN ------------------------------------------------------------------------ */

static void *runner_thread(void *argument)
{
	struct runner *r = argument;

	if (r->cpu >= 0)
		pin_to(r->cpu);
	do
		r->result = run(r->v);
	while (!r->result && spurious(&r->v->run->exit));
	r->ended = true;
	return NULL;
}

void runner_start(struct runner *r, struct vcpu *v, int cpu)
{
	r->v = v;
	r->result = 0;
	r->ended = false;
	r->cpu = cpu;
	r->thread = start_thread(runner_thread, r);
}

void runner_join(struct runner *r)
{
	end_thread(r->thread);
}

void runner_kick(struct runner *r)
{
	if (!r->ended)
		NEED_RET(kick(r->v));
	runner_join(r);
}
