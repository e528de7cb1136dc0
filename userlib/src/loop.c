// SPDX-License-Identifier: GPL-3.0-or-later
/* The run loop: one handler per class of exit, the answer filled in for it. */
#define _GNU_SOURCE
#include <sched.h>
#include <string.h>

#include "internal.h"

/* What every per-class function below needs. */
struct loop {
	struct axvcpu_vcpu *vcpu;
	const struct axvcpu_handlers *handlers;
	void *ctx;
};

static uint64_t low_bytes(uint64_t value, unsigned int width)
{
	return width < 8 ? value & ((1ULL << (width * 8)) - 1) : value;
}

/* The exception of an access to a system register that is not there. */
static void refuse_sysreg(const struct loop *loop)
{
	struct axvcpu_run *run = loop->vcpu->run;

	switch (loop->vcpu->layout.arch) {
	case AXVCPU_ARCH_X86:
		axvcpu_run_fault(run, 13, true, 0); /* #GP(0) */
		break;
	case AXVCPU_ARCH_RISCV:
		axvcpu_run_fault(run, 2, false, 0); /* illegal instruction */
		break;
	default:
		axvcpu_run_fault(run, 0, false, 0); /* unknown reason: EC 0 */
		break;
	}
}

/* One element of a port access; @value as in struct axvcpu_handlers. */
static int io_element(const struct loop *loop, uint64_t *value)
{
	const struct axvcpu_exit *exit = &loop->vcpu->run->exit;
	bool write = exit->reason == AXVCPU_EXIT_IO_WRITE;
	int verdict = AXVCPU_REFUSE;

	if (!write)
		*value = low_bytes(~0ULL, exit->u.io.width);
	if (loop->handlers->io)
		verdict = loop->handlers->io(loop->ctx, loop->vcpu, exit->u.io.port,
					     exit->u.io.width, write, value);
	if (verdict != AXVCPU_REFUSE)
		return verdict;
	*value = ~0ULL;
	return AXVCPU_GO_ON;
}

/*
 * A string instruction, element by element. All of them are done even if a
 * handler stops at one, since the answer is for the whole exit; the first that
 * wants to stop decides.
 */
static int io_string(const struct loop *loop)
{
	const struct axvcpu_exit *exit = &loop->vcpu->run->exit;
	bool write = exit->reason == AXVCPU_EXIT_IO_WRITE;
	unsigned int width = exit->u.io.width;
	uint32_t i, count = exit->u.io.count;
	int verdict = AXVCPU_GO_ON;
	size_t size = 0;
	char *data = axvcpu_vcpu_data_area(loop->vcpu, &size);

	if (!width || width > sizeof(uint64_t) || count > size / width)
		return -EPROTO;
	for (i = 0; i < count; i++, data += width) {
		uint64_t value = 0;
		int one;

		if (write)
			memcpy(&value, data, width);
		one = io_element(loop, &value);
		if (!write)
			memcpy(data, &value, width);
		if (verdict == AXVCPU_GO_ON)
			verdict = one;
	}
	axvcpu_run_done(loop->vcpu->run, 0);
	return verdict;
}

static int handle_io(const struct loop *loop)
{
	struct axvcpu_run *run = loop->vcpu->run;
	uint64_t value = run->exit.u.io.data;
	int verdict;

	if (run->exit.flags & AXVCPU_EXIT_DATA_AREA)
		return io_string(loop);

	verdict = io_element(loop, &value);
	if (run->exit.flags & AXVCPU_EXIT_PENDING)
		axvcpu_run_done(run, low_bytes(value, run->exit.u.io.width));
	return verdict;
}

static int handle_mmio(const struct loop *loop)
{
	struct axvcpu_run *run = loop->vcpu->run;
	struct axvcpu_exit *exit = &run->exit;
	bool write = exit->reason == AXVCPU_EXIT_MMIO_WRITE;
	uint64_t value[8];
	int verdict = AXVCPU_REFUSE;

	memcpy(value, exit->u.mmio.data, sizeof(value));
	if (!write)
		memset(value, 0xff, sizeof(value));
	if (loop->handlers->mmio)
		verdict = loop->handlers->mmio(loop->ctx, loop->vcpu, exit->u.mmio.gpa,
					       exit->u.mmio.width, write, value);
	if (verdict == AXVCPU_REFUSE) {
		memset(value, 0xff, sizeof(value));
		verdict = AXVCPU_GO_ON;
	}
	if (exit->flags & AXVCPU_EXIT_PENDING) {
		memcpy(run->complete.data, value, sizeof(value));
		axvcpu_run_done(run, low_bytes(value[0], exit->u.mmio.width));
	}
	return verdict;
}

static int handle_sysreg(const struct loop *loop)
{
	struct axvcpu_run *run = loop->vcpu->run;
	bool write = run->exit.reason == AXVCPU_EXIT_SYSREG_WRITE;
	uint64_t value = write ? run->exit.u.sysreg.value : 0;
	int verdict = AXVCPU_REFUSE;

	if (loop->handlers->sysreg)
		verdict = loop->handlers->sysreg(loop->ctx, loop->vcpu, run->exit.u.sysreg.addr,
						 write, &value);
	if (verdict == AXVCPU_REFUSE) {
		refuse_sysreg(loop);
		return AXVCPU_GO_ON;
	}
	axvcpu_run_done(run, value);
	return verdict;
}

static int handle_hypercall(const struct loop *loop)
{
	struct axvcpu_run *run = loop->vcpu->run;
	uint64_t args[6], result = 0;
	int verdict = AXVCPU_REFUSE;

	memcpy(args, run->exit.u.hypercall.args, sizeof(args));
	if (loop->handlers->hypercall)
		verdict = loop->handlers->hypercall(loop->ctx, loop->vcpu, run->exit.u.hypercall.nr,
						    args, &result);
	if (verdict == AXVCPU_REFUSE) {
		result = -(uint64_t)ENOSYS;
		verdict = AXVCPU_GO_ON;
	}
	axvcpu_run_done(run, result);
	return verdict;
}

static int handle_other(const struct loop *loop)
{
	int verdict = AXVCPU_REFUSE;

	if (loop->handlers->other)
		verdict = loop->handlers->other(loop->ctx, loop->vcpu, &loop->vcpu->run->exit);
	return verdict == AXVCPU_REFUSE ? AXVCPU_STOP : verdict;
}

static int handle_exit(const struct loop *loop)
{
	switch (loop->vcpu->run->exit.reason) {
	case AXVCPU_EXIT_IO_READ:
	case AXVCPU_EXIT_IO_WRITE:
		return handle_io(loop);
	case AXVCPU_EXIT_MMIO_READ:
	case AXVCPU_EXIT_MMIO_WRITE:
		return handle_mmio(loop);
	case AXVCPU_EXIT_SYSREG_READ:
	case AXVCPU_EXIT_SYSREG_WRITE:
		return handle_sysreg(loop);
	case AXVCPU_EXIT_HYPERCALL:
		return handle_hypercall(loop);
	default:
		return handle_other(loop);
	}
}

int axvcpu_vcpu_loop(struct axvcpu_vcpu *vcpu, const struct axvcpu_handlers *handlers, void *ctx)
{
	struct loop loop = { vcpu, handlers, ctx };
	int ret;

	if (!vcpu->run)
		return -EINVAL;
	for (;;) {
		ret = axvcpu_vcpu_run(vcpu, 0);
		if (ret)
			return ret;
		ret = handle_exit(&loop);
		if (ret)
			return ret < 0 ? ret : 0;
	}
}

int axvcpu_pin_thread(int cpu)
{
	cpu_set_t *set;
	size_t size;
	int ret = 0;

	if (cpu < 0)
		return -EINVAL;
	set = CPU_ALLOC((size_t)cpu + 1);
	if (!set)
		return -ENOMEM;
	size = CPU_ALLOC_SIZE((size_t)cpu + 1);
	CPU_ZERO_S(size, set);
	CPU_SET_S(cpu, size, set);
	if (sched_setaffinity(0, size, set))
		ret = -errno;
	CPU_FREE(set);
	return ret;
}
