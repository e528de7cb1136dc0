// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vCPU: its fd, its ioctl table and its run loop. A guest exit comes up from
 * the back end's run(), and this file decides whether the guest goes on or RUN
 * returns.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <linux/timex.h>
#include <linux/uaccess.h>

#include "arch.h"
#include "change.h"
#include "compat/hrtimer.h"
#include "compat/vma.h"
#include "exit.h"
#include "ioctl.h"
#include "percpu.h"
#include "trace.h"
#include "vcpu.h"
#include "vm.h"

#define AXVCPU_REQUEST_FLAGS	(AXVCPU_RUN_IRQ_WINDOW | AXVCPU_RUN_SINGLE_STEP)

DEFINE_STATIC_CALL_NULL(axvcpu_arch_run, axvcpu_arch_run_type);
DEFINE_STATIC_CALL_NULL(axvcpu_arch_emulate, axvcpu_arch_run_type);
DEFINE_STATIC_CALL_NULL(axvcpu_arch_done, axvcpu_arch_done_type);
DEFINE_STATIC_CALL_NULL(axvcpu_arch_show, axvcpu_arch_show_type);
DEFINE_STATIC_CALL_NULL(axvcpu_arch_runnable, axvcpu_arch_runnable_type);
DEFINE_STATIC_CALL_NULL(axvcpu_arch_set_return_value,
			axvcpu_arch_set_return_value_type);

int axvcpu_vcpu_init(void)
{
	BUILD_BUG_ON(sizeof(struct axvcpu_run) > PAGE_SIZE);
	static_call_update(axvcpu_arch_run, axvcpu_arch->run);
	static_call_update(axvcpu_arch_emulate, axvcpu_arch->emulate);
	static_call_update(axvcpu_arch_done, axvcpu_arch->done);
	static_call_update(axvcpu_arch_show, axvcpu_arch->show);
	static_call_update(axvcpu_arch_runnable, axvcpu_arch->runnable);
	static_call_update(axvcpu_arch_set_return_value,
			   axvcpu_arch->set_return_value);
	return 0;
}

void axvcpu_vcpu_exit(void)
{
}

/* ---- requests from other threads ---------------------------------------- */

void axvcpu_vcpu_notify(struct axvcpu_vcpu *vcpu)
{
	struct task_struct *task;

	/* Has a full barrier: the request is visible before mode is read. */
	rcuwait_wake_up(&vcpu->wait);
	if (READ_ONCE(vcpu->mode) != AXVCPU_IN_GUEST)
		return;
	rcu_read_lock();
	task = rcu_dereference(vcpu->task);
	if (task && task != current) {
		atomic64_inc(&vcpu->stats.ipis);
		kick_process(task);
	}
	rcu_read_unlock();
}

static void axvcpu_vcpu_request(struct axvcpu_vcpu *vcpu, int request)
{
	set_bit(request, &vcpu->requests);
	axvcpu_vcpu_notify(vcpu);
}

static enum hrtimer_restart axvcpu_vcpu_deadline(struct hrtimer *timer)
{
	axvcpu_vcpu_request(container_of(timer, struct axvcpu_vcpu, timer),
			    AXVCPU_REQUEST_DEADLINE);
	return HRTIMER_NORESTART;
}

static void axvcpu_vcpu_start_timer(struct axvcpu_vcpu *vcpu)
{
	hrtimer_start(&vcpu->timer, min_t(u64, vcpu->deadline_ns, KTIME_MAX),
		      HRTIMER_MODE_ABS_HARD);
}

/*
 * The timer stays armed from RUN to RUN as long as the deadline is the same; where the
 * back end keeps it while the guest runs, axvcpu_vcpu_wait() arms it.
 */
static noinline void axvcpu_vcpu_set_deadline(struct axvcpu_vcpu *vcpu,
					      u64 deadline_ns)
{
	hrtimer_cancel(&vcpu->timer);
	clear_bit(AXVCPU_REQUEST_DEADLINE, &vcpu->requests);
	vcpu->deadline_ns = deadline_ns;
	if (!deadline_ns)
		return;
	if (unlikely(deadline_ns <= ktime_get_ns()))
		set_bit(AXVCPU_REQUEST_DEADLINE, &vcpu->requests);
	else if (!axvcpu_host.deadline)
		axvcpu_vcpu_start_timer(vcpu);
}

/* ---- the run loop --------------------------------------------------------- */

/*
 * The host has work or a request waits: AGAIN, or NOTHING with its cause. Work of
 * the scheduler's own (NUMA balancing, mm_cid) comes now and then by itself and says
 * SIGNAL only if there is no better cause.
 */
static int axvcpu_vcpu_work(struct axvcpu_vcpu *vcpu)
{
	cond_resched();
	if (signal_pending(current))
		return axvcpu_exit_nothing(vcpu, AXVCPU_CAUSE_SIGNAL);
	if (test_and_clear_bit(AXVCPU_REQUEST_KICK, &vcpu->requests))
		return axvcpu_exit_nothing(vcpu, AXVCPU_CAUSE_KICK);
	if (test_and_clear_bit(AXVCPU_REQUEST_DEADLINE, &vcpu->requests)) {
		/* The next RUN arms it again, if it asks for the same. */
		vcpu->deadline_ns = 0;
		return axvcpu_exit_nothing(vcpu, AXVCPU_CAUSE_DEADLINE);
	}
	if (!axvcpu_vcpu_allowed(vcpu, raw_smp_processor_id()))
		return axvcpu_exit_nothing(vcpu, AXVCPU_CAUSE_AFFINITY);
	if (axvcpu_vcpu_user_work())
		return axvcpu_exit_nothing(vcpu, AXVCPU_CAUSE_SIGNAL);
	return AXVCPU_OUT_AGAIN;
}

/* Blocked, until an event, a request or a signal. */
static void axvcpu_vcpu_wait(struct axvcpu_vcpu *vcpu)
{
	bool timed = axvcpu_host.deadline && vcpu->deadline_ns;
	u64 start = ktime_get_mono_fast_ns();

	axvcpu_state_wait(vcpu);
	if (timed)
		axvcpu_vcpu_start_timer(vcpu);
	rcuwait_wait_event(&vcpu->wait,
			   READ_ONCE(vcpu->requests) ||
				   static_call(axvcpu_arch_runnable)(vcpu),
			   TASK_INTERRUPTIBLE);
	if (timed)
		hrtimer_cancel(&vcpu->timer);
	axvcpu_state_wake(vcpu);
	vcpu->stats.blocked_ns += ktime_get_mono_fast_ns() - start;
}

/* The guest waits for an event: so does RUN, if the VM wants it. */
static int axvcpu_vcpu_halt(struct axvcpu_vcpu *vcpu)
{
	struct axvcpu_exit *exit;

	if (static_call(axvcpu_arch_runnable)(vcpu))
		return AXVCPU_OUT_AGAIN;
	if (!(vcpu->vm->behaviours & AXVCPU_VM_HALT_IN_KERNEL)) {
		exit = axvcpu_exit_begin(vcpu, AXVCPU_EXIT_HALT, 0);
		exit->u.halt.timer_ns =
			axvcpu_arch->timer ? axvcpu_arch->timer(vcpu) : 0;
		return AXVCPU_OUT_EXIT;
	}
	/* Who asked for this moment may be the only one to inject. */
	if (unlikely(vcpu->request_flags & AXVCPU_RUN_IRQ_WINDOW) &&
	    axvcpu_arch->interruptible(vcpu)) {
		vcpu->halted = true;
		axvcpu_exit_begin(vcpu, AXVCPU_EXIT_IRQ_WINDOW, 0);
		return AXVCPU_OUT_EXIT;
	}
	axvcpu_vcpu_wait(vcpu);
	if (!static_call(axvcpu_arch_runnable)(vcpu))
		vcpu->halted = true;
	return AXVCPU_OUT_WORK;
}

static int axvcpu_vcpu_fault(struct axvcpu_vcpu *vcpu)
{
	int ret = axvcpu_memory_fault(vcpu);

	trace_axvcpu_fault(vcpu, ret);
	if (likely(!ret))
		return AXVCPU_OUT_AGAIN;
	if (ret == 1)
		return AXVCPU_OUT_EMULATE;
	return ret == -EINTR ? AXVCPU_OUT_WORK : ret;
}

/* From @out, what run(), done() or complete() said, to an exit record or an errno. */
static noinline int axvcpu_vcpu_loop(struct axvcpu_vcpu *vcpu, int out,
				     bool enter)
{
	/* A device's access, or a page. */
	if (likely(out == AXVCPU_OUT_FAULT))
		out = axvcpu_vcpu_fault(vcpu);
	if (likely(out == AXVCPU_OUT_EMULATE))
		out = static_call(axvcpu_arch_emulate)(vcpu);
	while (out != AXVCPU_OUT_EXIT) {
		if (unlikely(out < 0))
			return out;
		switch (out) {
		case AXVCPU_OUT_AGAIN:
			if (unlikely(!enter))
				out = axvcpu_exit_nothing(vcpu,
							  AXVCPU_CAUSE_NONE);
			else if (unlikely(vcpu->halted))
				out = AXVCPU_OUT_HALT;
			else
				out = static_call(axvcpu_arch_run)(vcpu);
			break;
		case AXVCPU_OUT_FAULT:
			out = axvcpu_vcpu_fault(vcpu);
			break;
		case AXVCPU_OUT_EMULATE:
			out = static_call(axvcpu_arch_emulate)(vcpu);
			break;
		case AXVCPU_OUT_HALT:
			vcpu->halted = false;
			out = axvcpu_vcpu_halt(vcpu);
			break;
		default:
			out = axvcpu_vcpu_work(vcpu);
			break;
		}
	}
	return 0;
}

/*
 * What is pending is DONE: what nearly every answer is. One read of shared memory; no
 * access is wider than eight bytes yet.
 */
static __always_inline int axvcpu_vcpu_done(struct axvcpu_vcpu *vcpu,
					    struct axvcpu_run *run)
{
	u64 data = READ_ONCE(run->complete.data[0]);
	int out;

	vcpu->pending = false;
	out = static_call(axvcpu_arch_done)(vcpu, data);
	if (unlikely(out != AXVCPU_OUT_AGAIN) && out < 0) {
		vcpu->pending = true;
		return out;
	}
	WRITE_ONCE(run->complete.action, AXVCPU_ANSWER_NONE);
	return out;
}

/* DONE to an exit that is complete says nothing, but to a HYPERCALL. */
static int axvcpu_vcpu_done_anyway(struct axvcpu_vcpu *vcpu)
{
	u64 data = READ_ONCE(vcpu->run->complete.data[0]);

	if (vcpu->exit_reason == AXVCPU_EXIT_HYPERCALL)
		static_call(axvcpu_arch_set_return_value)(vcpu, data);
	vcpu->exit_reason = AXVCPU_EXIT_NOTHING;
	WRITE_ONCE(vcpu->run->complete.action, AXVCPU_ANSWER_NONE);
	return AXVCPU_OUT_AGAIN;
}

/* An answer is needed and is not DONE, or is given and not needed. */
static noinline int axvcpu_vcpu_answer(struct axvcpu_vcpu *vcpu, u32 action)
{
	struct axvcpu_complete answer;
	int out;

	if (!vcpu->pending && action == AXVCPU_ANSWER_DONE)
		return axvcpu_vcpu_done_anyway(vcpu);
	if (!vcpu->pending)
		return -EINVAL;
	out = axvcpu_exit_answer(vcpu, action, &answer);
	if (out)
		return out;
	vcpu->pending = false;
	out = axvcpu_arch->complete(vcpu, &answer);
	if (out < 0) {
		vcpu->pending = true;
		return out;
	}
	WRITE_ONCE(vcpu->run->complete.action, AXVCPU_ANSWER_NONE);
	return out;
}

/*
 * The first eight bytes of the run page, which hold request_flags and immediate_exit,
 * are read at once: mostly they are 0.
 */
union axvcpu_vcpu_wish {
	u64 all;
	struct {
		u32 request_flags;
		u8 immediate_exit;
	};
};

static int axvcpu_vcpu_check_wish(union axvcpu_vcpu_wish wish)
{
	BUILD_BUG_ON(offsetof(struct axvcpu_run, immediate_exit) !=
		     offsetof(union axvcpu_vcpu_wish, immediate_exit));
	if (wish.request_flags & ~AXVCPU_REQUEST_FLAGS)
		return -EINVAL;
	if (wish.request_flags & AXVCPU_RUN_SINGLE_STEP &&
	    !(axvcpu_host.capabilities & AXVCPU_CAP_SINGLE_STEP))
		return -EOPNOTSUPP;
	return 0;
}

/* RUN by the owner, in Running. */
static __always_inline int axvcpu_vcpu_run_owned(struct axvcpu_vcpu *vcpu,
						 union axvcpu_vcpu_wish wish,
						 bool enter)
{
	struct axvcpu_run *run = vcpu->run;
	u64 deadline_ns = READ_ONCE(run->deadline_ns);
	int out = AXVCPU_OUT_AGAIN;
	bool halted = false;
	u32 action;

	if (unlikely(wish.all)) {
		out = axvcpu_vcpu_check_wish(wish);
		if (out)
			return out;
		out = AXVCPU_OUT_AGAIN;
	}
	if (unlikely(enter && !vcpu->any_cpu &&
		     !axvcpu_vcpu_allowed(vcpu, raw_smp_processor_id())))
		return -EXDEV;
	vcpu->entry_cycles = get_cycles();
	vcpu->request_flags = wish.request_flags;
	if (unlikely(deadline_ns != vcpu->deadline_ns))
		axvcpu_vcpu_set_deadline(vcpu, deadline_ns);
	action = READ_ONCE(run->complete.action);
	if (vcpu->pending && likely(action == AXVCPU_ANSWER_DONE)) {
		/* What is halted has nothing pending. */
		out = axvcpu_vcpu_done(vcpu, run);
	} else {
		if (unlikely(vcpu->pending || action != AXVCPU_ANSWER_NONE))
			out = axvcpu_vcpu_answer(vcpu, action);
		halted = vcpu->halted;
	}
	if (unlikely(out != AXVCPU_OUT_AGAIN) && out < 0)
		return out;
	if (unlikely(wish.immediate_exit) && out == AXVCPU_OUT_AGAIN && enter)
		out = axvcpu_exit_nothing(vcpu, AXVCPU_CAUSE_IMMEDIATE);
	if (likely(out == AXVCPU_OUT_AGAIN && enter && !halted))
		out = static_call(axvcpu_arch_run)(vcpu);
	if (unlikely(out != AXVCPU_OUT_EXIT)) {
		out = axvcpu_vcpu_loop(vcpu, out, enter);
		if (unlikely(out)) {
			/* Without a record: the last one has had its answer. */
			vcpu->exit_reason = AXVCPU_EXIT_NOTHING;
			return out;
		}
	}
	axvcpu_exit_finish(vcpu);
	return 0;
}

/* The same, for what is rare. */
static noinline int axvcpu_vcpu_run_special(struct axvcpu_vcpu *vcpu,
					    union axvcpu_vcpu_wish wish,
					    bool enter)
{
	return axvcpu_vcpu_run_owned(vcpu, wish, enter);
}

static noinline int axvcpu_vcpu_run_failed(struct axvcpu_vcpu *vcpu, int ret)
{
	if (ret == -ENOTRECOVERABLE)
		axvcpu_state_lost(vcpu);
	axvcpu_state_end_run(vcpu);
	return ret;
}

static __always_inline long axvcpu_vcpu_run(struct axvcpu_vcpu *vcpu, bool enter)
{
	const union axvcpu_vcpu_wish none = { .all = 0 };
	struct task_struct *task = current;
	union axvcpu_vcpu_wish wish;
	int ret;

	if (unlikely(vcpu->vm->mm != task->mm))
		return -EIO;
	ret = axvcpu_state_begin_run(vcpu);
	if (unlikely(ret))
		return ret;
	rcu_assign_pointer(vcpu->task, task);
	wish.all = READ_ONCE(*(u64 *)vcpu->run);
	ret = likely(enter && !wish.all) ?
		      axvcpu_vcpu_run_owned(vcpu, none, true) :
		      axvcpu_vcpu_run_special(vcpu, wish, enter);
	RCU_INIT_POINTER(vcpu->task, NULL);
	if (unlikely(ret))
		return axvcpu_vcpu_run_failed(vcpu, ret);
	axvcpu_state_end_run(vcpu);
	return 0;
}

static noinline long axvcpu_vcpu_complete_only(struct axvcpu_vcpu *vcpu,
					       unsigned long flags)
{
	if (flags & ~AXVCPU_RUN_COMPLETE_ONLY)
		return -EINVAL;
	return axvcpu_vcpu_run(vcpu, false);
}

/* ---- the other ioctls ------------------------------------------------------ */

/*
 * The run page and the data area, if they are not there yet. SETUP and the mapping's
 * users may come here at once.
 */
static int axvcpu_vcpu_run_new(struct axvcpu_vcpu *vcpu)
{
	struct axvcpu_run *run;

	BUILD_BUG_ON(AXVCPU_STATE_CREATED != 0);
	if (smp_load_acquire(&vcpu->run))
		return 0;
	run = alloc_pages_exact(AXVCPU_RUN_BYTES,
				GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!run)
		return -ENOMEM;
	if (cmpxchg(&vcpu->run, NULL, run))
		free_pages_exact(run, AXVCPU_RUN_BYTES);
	return 0;
}

/* What only a vCPU that gets a start state needs. */
static int axvcpu_vcpu_prepare(struct axvcpu_vcpu *vcpu)
{
	int ret = axvcpu_vcpu_run_new(vcpu);

	if (ret)
		return ret;
	vcpu->data_area = (void *)vcpu->run + AXVCPU_DATA_OFFSET;
	return axvcpu_arch->prepare ? axvcpu_arch->prepare(vcpu) : 0;
}

static int axvcpu_vcpu_setup(void *object, void *args)
{
	const struct axvcpu_setup *setup = args;
	struct axvcpu_vcpu *vcpu = object;
	void *config;
	int ret;

	if (setup->flags || setup->reserved)
		return -EINVAL;
	config = axvcpu_copy_config(setup->config, setup->config_length);
	if (IS_ERR(config))
		return PTR_ERR(config);
	ret = axvcpu_vcpu_prepare(vcpu);
	if (ret)
		goto config;
	axvcpu_arch->set_entry(vcpu, setup->entry);
	axvcpu_arch->set_ept_root(vcpu, axvcpu_stage2_root(vcpu->vm),
				  axvcpu_host.stage2_levels);
	ret = axvcpu_arch->setup(vcpu, config, setup->config_length);
config:
	kfree(config);
	return ret;
}

static int axvcpu_vcpu_bind(void *object, void *args)
{
	const struct axvcpu_bind *bind = args;
	struct axvcpu_vcpu *vcpu = object;
	int cpu = bind->cpu;
	int ret;

	if (bind->flags || bind->reserved || cpu < -1)
		return -EINVAL;
	if (cpu == -1) {
		cpu = vcpu->favor_cpu;
		if (cpu < 0 || !cpu_online(cpu))
			cpu = raw_smp_processor_id();
	} else if (cpu >= nr_cpu_ids || !cpu_possible(cpu)) {
		return -EINVAL;
	}
	if (!axvcpu_vcpu_allowed(vcpu, cpu))
		return -EXDEV;
	if (!cpu_online(cpu))
		return -ENODEV;
	ret = axvcpu_arch->bind(vcpu, cpu);
	if (!ret)
		WRITE_ONCE(vcpu->bound_cpu, cpu);
	return ret;
}

static int axvcpu_vcpu_unbind(void *object, void *args)
{
	struct axvcpu_vcpu *vcpu = object;
	int ret = axvcpu_arch->unbind(vcpu);

	if (!ret)
		WRITE_ONCE(vcpu->bound_cpu, -1);
	return ret;
}

static int axvcpu_vcpu_reset(void *object, void *args)
{
	struct axvcpu_vcpu *vcpu = object;
	int ret;

	/* What can't be flushed is not needed any more, but reset() must work. */
	if (vcpu->bound_cpu >= 0)
		axvcpu_vcpu_unbind(vcpu, NULL);
	ret = axvcpu_arch->reset(vcpu);
	if (ret)
		return ret;
	WRITE_ONCE(vcpu->bound_cpu, -1);
	vcpu->pending = false;
	vcpu->exit_reason = AXVCPU_EXIT_NOTHING;
	vcpu->halted = false;
	vcpu->power = AXVCPU_POWER_ON;
	return 0;
}

static int axvcpu_vcpu_kick(void *object, void *args)
{
	axvcpu_vcpu_request(object, AXVCPU_REQUEST_KICK);
	return 0;
}

static int axvcpu_vcpu_get_block(struct axvcpu_vcpu *vcpu, u32 block,
				 void *buffer)
{
	struct axvcpu_power *power = buffer;

	if (block != AXVCPU_BLOCK_POWER)
		return axvcpu_arch->get_block(vcpu, block, buffer);
	power->state = vcpu->power;
	power->reserved = 0;
	return 0;
}

static int axvcpu_vcpu_set_block(struct axvcpu_vcpu *vcpu, u32 block,
				 const void *buffer)
{
	const struct axvcpu_power *power = buffer;

	if (vcpu->pending)
		return -EBUSY;
	if (block != AXVCPU_BLOCK_POWER)
		return axvcpu_arch->set_block(vcpu, block, buffer);
	if (power->reserved || power->state > AXVCPU_POWER_ON_PENDING)
		return -EINVAL;
	WRITE_ONCE(vcpu->power, power->state);
	return 0;
}

/* The length of a block that this host has, else 0. */
static u32 axvcpu_block_length(u64 block)
{
	if (block >= AXVCPU_BLOCK_COUNT)
		return 0;
	return axvcpu_host.block_length[array_index_nospec(
		block, AXVCPU_BLOCK_COUNT)];
}

static int axvcpu_vcpu_get_regs(void *object, void *args)
{
	const struct axvcpu_regs *regs = args;
	u32 length = axvcpu_block_length(regs->block);
	void *buffer;
	int ret;

	if (regs->flags || !length || regs->length != length)
		return -EINVAL;
	buffer = kzalloc(length, GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return -ENOMEM;
	ret = axvcpu_vcpu_get_block(object, regs->block, buffer);
	if (!ret && copy_to_user(u64_to_user_ptr(regs->addr), buffer, length))
		ret = -EFAULT;
	kfree(buffer);
	return ret;
}

static int axvcpu_vcpu_set_regs(void *object, void *args)
{
	const struct axvcpu_regs *regs = args;
	u32 length = axvcpu_block_length(regs->block);
	void *buffer;
	int ret;

	if (regs->flags || !length || regs->length != length)
		return -EINVAL;
	buffer = memdup_user(u64_to_user_ptr(regs->addr), length);
	if (IS_ERR(buffer))
		return PTR_ERR(buffer);
	ret = axvcpu_vcpu_set_block(object, regs->block, buffer);
	kfree(buffer);
	return ret;
}

/* One register is a part of its block: read the block, and write it back. */
static int axvcpu_vcpu_one_reg(struct axvcpu_vcpu *vcpu,
			       struct axvcpu_one_reg *reg, bool set)
{
	u64 known = AXVCPU_REG(0xfffff, 0xffffffff, 0xf);
	u32 bytes = 1U << AXVCPU_REG_LOG2_BYTES(reg->id);
	u32 offset = AXVCPU_REG_OFFSET(reg->id);
	u32 length = axvcpu_block_length(AXVCPU_REG_BLOCK(reg->id));
	void *buffer;
	int ret;

	if (reg->flags || reg->id & ~known || bytes > sizeof(reg->value) ||
	    offset % min_t(u32, bytes, 8) || bytes > length ||
	    offset > length - bytes)
		return -EINVAL;
	/* Events come from other threads: a block read and written loses them. */
	if (set && AXVCPU_REG_BLOCK(reg->id) == AXVCPU_BLOCK_EVENTS)
		return -EINVAL;
	if (set && memchr_inv((u8 *)reg->value + bytes, 0,
			      sizeof(reg->value) - bytes))
		return -EINVAL;
	buffer = kzalloc(length, GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return -ENOMEM;
	ret = axvcpu_vcpu_get_block(vcpu, AXVCPU_REG_BLOCK(reg->id), buffer);
	if (!ret && set) {
		memcpy(buffer + offset, reg->value, bytes);
		ret = axvcpu_vcpu_set_block(vcpu, AXVCPU_REG_BLOCK(reg->id),
					    buffer);
	} else if (!ret) {
		memset(reg->value, 0, sizeof(reg->value));
		memcpy(reg->value, buffer + offset, bytes);
	}
	kfree(buffer);
	return ret;
}

static int axvcpu_vcpu_get_one_reg(void *object, void *args)
{
	return axvcpu_vcpu_one_reg(object, args, false);
}

static int axvcpu_vcpu_set_one_reg(void *object, void *args)
{
	return axvcpu_vcpu_one_reg(object, args, true);
}

static int axvcpu_vcpu_inject_exception(struct axvcpu_vcpu *vcpu,
					const struct axvcpu_inject *event)
{
	int ret;

	if (!axvcpu_vm_owned(vcpu->vm))
		return -EIO;
	ret = axvcpu_state_begin(vcpu, AXVCPU_CALL_EXCEPTION);
	if (ret)
		return ret;
	if (vcpu->pending)
		ret = -EBUSY;
	else
		ret = axvcpu_arch->inject_exception(vcpu, event);
	axvcpu_state_end(vcpu, AXVCPU_CALL_EXCEPTION, !ret);
	return ret;
}

static int axvcpu_vcpu_inject(void *object, void *args)
{
	const struct axvcpu_inject *event = args;
	struct axvcpu_vcpu *vcpu = object;
	int ret;

	if (event->flags || event->reserved || event->has_error_code > 1)
		return -EINVAL;
	if (event->type == AXVCPU_EVENT_EXCEPTION)
		return axvcpu_vcpu_inject_exception(vcpu, event);
	if (event->type > AXVCPU_EVENT_EXCEPTION || event->has_error_code ||
	    event->error_code || event->address)
		return -EINVAL;
	if (axvcpu_state_get(vcpu) == AXVCPU_STATE_INVALID)
		return -EBADFD;
	ret = axvcpu_arch->inject_interrupt(vcpu, event->type, event->vector);
	if (!ret)
		axvcpu_vcpu_notify(vcpu);
	return ret;
}

static int axvcpu_vcpu_set_return_value(void *object, void *args)
{
	const struct axvcpu_return_value *value = args;
	struct axvcpu_vcpu *vcpu = object;

	if (value->flags)
		return -EINVAL;
	if (vcpu->pending)
		return -EBUSY;
	axvcpu_arch->set_return_value(vcpu, value->value);
	return 0;
}

static int axvcpu_vcpu_translate(void *object, void *args)
{
	struct axvcpu_translate *translate = args;

	if (translate->flags ||
	    translate->access & ~(AXVCPU_ACCESS_READ | AXVCPU_ACCESS_WRITE |
				  AXVCPU_ACCESS_EXECUTE | AXVCPU_ACCESS_USER))
		return -EINVAL;
	return axvcpu_arch->translate(object, translate);
}

static int axvcpu_vcpu_get_state(void *object, void *args)
{
	axvcpu_state_report(object, args);
	return 0;
}

static int axvcpu_vcpu_get_stats(void *object, void *args)
{
	axvcpu_stats_report(object, args);
	return 0;
}

#define ARGS(kind, type)	AXVCPU_ARG_##kind, sizeof(struct type)

static const struct axvcpu_ioctl axvcpu_vcpu_ioctls[] = {
	{ AXVCPU_SETUP, ARGS(IN, axvcpu_setup), false,
	  AXVCPU_CALL_SETUP, axvcpu_vcpu_setup },
	{ AXVCPU_BIND, ARGS(IN, axvcpu_bind), false,
	  AXVCPU_CALL_BIND, axvcpu_vcpu_bind },
	{ AXVCPU_UNBIND, AXVCPU_ARG_NONE, 0, false,
	  AXVCPU_CALL_UNBIND, axvcpu_vcpu_unbind },
	{ AXVCPU_RESET, AXVCPU_ARG_NONE, 0, false,
	  AXVCPU_CALL_RESET, axvcpu_vcpu_reset },
	{ AXVCPU_KICK, AXVCPU_ARG_NONE, 0, true,
	  -1, axvcpu_vcpu_kick },
	{ AXVCPU_GET_REGS, ARGS(IN, axvcpu_regs), false,
	  AXVCPU_CALL_ACCESS, axvcpu_vcpu_get_regs },
	{ AXVCPU_SET_REGS, ARGS(IN, axvcpu_regs), false,
	  AXVCPU_CALL_ACCESS, axvcpu_vcpu_set_regs },
	{ AXVCPU_GET_ONE_REG, ARGS(INOUT, axvcpu_one_reg), false,
	  AXVCPU_CALL_ACCESS, axvcpu_vcpu_get_one_reg },
	{ AXVCPU_SET_ONE_REG, ARGS(IN, axvcpu_one_reg), false,
	  AXVCPU_CALL_ACCESS, axvcpu_vcpu_set_one_reg },
	{ AXVCPU_INJECT, ARGS(IN, axvcpu_inject), true,
	  -1, axvcpu_vcpu_inject },
	{ AXVCPU_SET_RETURN_VALUE, ARGS(IN, axvcpu_return_value), false,
	  AXVCPU_CALL_ACCESS, axvcpu_vcpu_set_return_value },
	{ AXVCPU_TRANSLATE, ARGS(INOUT, axvcpu_translate), false,
	  AXVCPU_CALL_ACCESS, axvcpu_vcpu_translate },
	{ AXVCPU_GET_STATE, ARGS(OUT, axvcpu_get_state), true,
	  -1, axvcpu_vcpu_get_state },
	{ AXVCPU_GET_STATS, ARGS(OUT, axvcpu_stats), true,
	  -1, axvcpu_vcpu_get_stats },
};

static int axvcpu_vcpu_begin(void *object, const struct axvcpu_ioctl *ioctl)
{
	struct axvcpu_vcpu *vcpu = object;

	if (!ioctl->foreign && !axvcpu_vm_owned(vcpu->vm))
		return -EIO;
	return ioctl->call < 0 ? 0 : axvcpu_state_begin(vcpu, ioctl->call);
}

static void axvcpu_vcpu_end(void *object, const struct axvcpu_ioctl *ioctl,
			    int ret)
{
	struct axvcpu_vcpu *vcpu = object;

	if (ioctl->call < 0)
		return;
	if (unlikely(ret == -ENOTRECOVERABLE))
		axvcpu_state_lost(vcpu);
	axvcpu_state_end(vcpu, ioctl->call, ret >= 0);
}

static const struct axvcpu_ioctl_bracket axvcpu_vcpu_bracket = {
	.begin = axvcpu_vcpu_begin,
	.end = axvcpu_vcpu_end,
};

static noinline long axvcpu_vcpu_other(struct file *file, unsigned int cmd,
				       unsigned long arg)
{
	return axvcpu_ioctl_dispatch(axvcpu_vcpu_ioctls,
				     ARRAY_SIZE(axvcpu_vcpu_ioctls),
				     &axvcpu_vcpu_bracket, file->private_data,
				     cmd, arg);
}

static long axvcpu_vcpu_ioctl(struct file *file, unsigned int cmd,
			      unsigned long arg)
{
	if (unlikely(cmd != AXVCPU_RUN))
		return axvcpu_vcpu_other(file, cmd, arg);
	if (unlikely(arg))
		return axvcpu_vcpu_complete_only(file->private_data, arg);
	return axvcpu_vcpu_run(file->private_data, true);
}

/* ---- life: create, map, close ------------------------------------------------ */

/* The mapping holds the file, and so the vCPU and its pages. */
static vm_fault_t axvcpu_vcpu_page_fault(struct vm_fault *vmf)
{
	struct axvcpu_vcpu *vcpu = vmf->vma->vm_file->private_data;

	if (vmf->pgoff >= AXVCPU_RUN_BYTES / PAGE_SIZE)
		return VM_FAULT_SIGBUS;
	if (axvcpu_vcpu_run_new(vcpu))
		return VM_FAULT_OOM;
	vmf->page = virt_to_page((void *)vcpu->run + vmf->pgoff * PAGE_SIZE);
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct axvcpu_vcpu_vm_ops = {
	.fault = axvcpu_vcpu_page_fault,
};

static int axvcpu_vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct axvcpu_vcpu *vcpu = file->private_data;
	unsigned long bytes = vma->vm_end - vma->vm_start;

	if (!axvcpu_vm_owned(vcpu->vm))
		return -EIO;
	if (!(vma->vm_flags & VM_SHARED) || vma->vm_pgoff ||
	    vma->vm_flags & VM_EXEC || bytes > AXVCPU_RUN_BYTES)
		return -EINVAL;
	/* VM_IO: MADV_DOFORK must not undo DONTCOPY. */
	axvcpu_vma_flags(vma, VM_IO | VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP,
			 VM_MAYEXEC);
	vma->vm_ops = &axvcpu_vcpu_vm_ops;
	return 0;
}

/* Nothing refers to it any more. */
static void axvcpu_vcpu_free(struct axvcpu_vcpu *vcpu)
{
	hrtimer_cancel(&vcpu->timer);
	axvcpu_stage2_cache_drain(&vcpu->cache);
	kfree(vcpu->cpu_set);
	if (vcpu->run)
		free_pages_exact(vcpu->run, AXVCPU_RUN_BYTES);
	axvcpu_arch->vcpu_release(vcpu);
}

static int axvcpu_vcpu_release(struct inode *inode, struct file *file)
{
	struct axvcpu_vcpu *vcpu = file->private_data;
	struct axvcpu_vm *vm = vcpu->vm;

	axvcpu_vm_remove_vcpu(vm, vcpu);
	axvcpu_vcpu_free(vcpu);
	axvcpu_vm_put(vm);
	return 0;
}

static const struct file_operations axvcpu_vcpu_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = axvcpu_vcpu_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.mmap = axvcpu_vcpu_mmap,
	.release = axvcpu_vcpu_release,
	.llseek = noop_llseek,
};

/* As sched_setaffinity(2): bits of CPUs that can't exist don't matter. */
static int axvcpu_vcpu_copy_cpu_set(struct axvcpu_vcpu *vcpu,
				    const struct axvcpu_create_vcpu *args)
{
	u32 bytes = min_t(u32, args->cpu_set_length, cpumask_size());

	if (!args->cpu_set != !args->cpu_set_length)
		return -EINVAL;
	if (!args->cpu_set) {
		vcpu->any_cpu = true;
		return 0;
	}
	/* By itself on every kernel: hardened usercopy lets nothing into the vCPU. */
	vcpu->cpu_set = kzalloc(cpumask_size(), GFP_KERNEL_ACCOUNT);
	if (!vcpu->cpu_set)
		return -ENOMEM;
	if (copy_from_user(cpumask_bits(vcpu->cpu_set),
			   u64_to_user_ptr(args->cpu_set), bytes))
		return -EFAULT;
	if (!cpumask_and(vcpu->cpu_set, vcpu->cpu_set, cpu_possible_mask))
		return -EINVAL;
	vcpu->any_cpu = cpumask_equal(vcpu->cpu_set, cpu_possible_mask);
	return 0;
}

static int axvcpu_vcpu_set_favor_cpu(struct axvcpu_vcpu *vcpu, int cpu)
{
	if (cpu < -1 || cpu >= (int)nr_cpu_ids)
		return -EINVAL;
	if (cpu >= 0 && !cpu_possible(cpu))
		return -EINVAL;
	if (cpu >= 0 && !axvcpu_vcpu_allowed(vcpu, cpu))
		return -EXDEV;
	vcpu->favor_cpu = cpu;
	return 0;
}

static int axvcpu_vcpu_configure(struct axvcpu_vcpu *vcpu,
				 const struct axvcpu_create_vcpu *args)
{
	void *config;
	int ret;

	ret = axvcpu_vcpu_copy_cpu_set(vcpu, args) ?:
	      axvcpu_vcpu_set_favor_cpu(vcpu, args->favor_cpu);
	if (ret)
		return ret;
	config = axvcpu_copy_config(args->config, args->config_length);
	if (IS_ERR(config))
		return PTR_ERR(config);
	ret = axvcpu_arch->vcpu_new(vcpu, config, args->config_length);
	kfree(config);
	return ret;
}

static struct axvcpu_vcpu *
axvcpu_vcpu_alloc(struct axvcpu_vm *vm, const struct axvcpu_create_vcpu *args)
{
	struct axvcpu_vcpu *vcpu = axvcpu_arch->vcpu_alloc();
	int ret;

	if (!vcpu)
		return ERR_PTR(-ENOMEM);
	vcpu->vm = vm;
	vcpu->id = args->vcpu_id;
	vcpu->cpu = -1;
	vcpu->bound_cpu = -1;
	rcuwait_init(&vcpu->wait);
	axvcpu_hrtimer_setup(&vcpu->timer, axvcpu_vcpu_deadline);
	axvcpu_state_new(vcpu);
	ret = axvcpu_vcpu_configure(vcpu, args);
	if (ret) {
		axvcpu_vcpu_free(vcpu);
		return ERR_PTR(ret);
	}
	return vcpu;
}

/* The fd and the file, and the vCPU's place in the VM. */
static int axvcpu_vcpu_publish(struct axvcpu_vm *vm, struct axvcpu_vcpu *vcpu)
{
	struct file *file;
	int fd, ret;

	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		return fd;
	ret = axvcpu_vm_add_vcpu(vm, vcpu);
	if (ret)
		goto fd;
	file = anon_inode_getfile("axvcpu-vcpu", &axvcpu_vcpu_fops, vcpu,
				  O_RDWR);
	if (IS_ERR(file)) {
		ret = PTR_ERR(file);
		goto remove;
	}
	kref_get(&vm->kref);
	fd_install(fd, file);
	return fd;

remove:
	axvcpu_vm_remove_vcpu(vm, vcpu);
fd:
	put_unused_fd(fd);
	return ret;
}

int axvcpu_vcpu_create(struct axvcpu_vm *vm,
		       const struct axvcpu_create_vcpu *args)
{
	struct axvcpu_vcpu *vcpu;
	int ret;

	if (args->flags || args->vcpu_id >= AXVCPU_MAX_VCPUS)
		return -EINVAL;
	if (axvcpu_vm_has_vcpu(vm, args->vcpu_id))
		return -EEXIST;
	vcpu = axvcpu_vcpu_alloc(vm, args);
	if (IS_ERR(vcpu))
		return PTR_ERR(vcpu);
	ret = axvcpu_vcpu_publish(vm, vcpu);
	if (ret < 0)
		axvcpu_vcpu_free(vcpu);
	return ret;
}
