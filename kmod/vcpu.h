/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AXVCPU_VCPU_H
#define AXVCPU_VCPU_H

#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/rbtree.h>
#include <linux/rcuwait.h>
#include <linux/sched.h>
#include <linux/task_work.h>
#include <linux/thread_info.h>
#include <linux/types.h>

#include "../uapi/axvcpu.h"
#include "memory.h"
#include "stage2.h"
#include "state.h"
#include "stats.h"

struct axvcpu_vm;

/* vcpu->requests: looked at with interrupts off before each entry */
#define AXVCPU_REQUEST_KICK	0	/* KICK: ends one RUN */
#define AXVCPU_REQUEST_DEADLINE	1	/* the deadline has passed */

/* vcpu->mode */
#define AXVCPU_OUTSIDE		0
#define AXVCPU_IN_GUEST		1	/* set with interrupts off, before requests are read */

/**
 * struct axvcpu_vcpu - one virtual processor; a back end's struct embeds it
 *
 * The run path's members come first. All are owned by the holder of the BUSY
 * bit but where the comment says "any".
 */
struct axvcpu_vcpu {
	struct axvcpu_vm *vm;
	struct axvcpu_run *run;		/* the run page: written, never read back; or NULL */
	void *data_area;		/* behind it: same; from SETUP on */
	unsigned long requests;		/* any: atomic bits */
	int mode;			/* any may read: AXVCPU_OUTSIDE, AXVCPU_IN_GUEST */
	int cpu;			/* any may read: host CPU of the last entry, -1: none */
	u32 request_flags;		/* checked copy of run->request_flags */
	bool pending;			/* an exit waits for its answer */
	bool halted;			/* HLT was cut short by a request: RUN waits on */
	u64 entry_cycles;		/* when this RUN began, by get_cycles() */
	u32 exit_reason;		/* of the last record; NOTHING: it has had its answer */
	u64 seq;
	struct axvcpu_fault fault;
	struct axvcpu_hole hole;	/* of the last fault without a region */
	struct axvcpu_counters stats;	/* any may read */
	struct axvcpu_state_word state;	/* any, through state.c */

	u32 id;
	s32 favor_cpu;
	s32 bound_cpu;			/* -1: none */
	u32 power;			/* enum axvcpu_power_state */
	struct cpumask *cpu_set;	/* only if not @any_cpu */
	bool any_cpu;			/* every possible CPU may run it */
	struct task_struct __rcu *task;	/* any, under RCU: who is in RUN */
	struct rcuwait wait;
	struct hrtimer timer;
	u64 deadline_ns;		/* of this RUN and what the timer is armed for, 0: none */
	struct axvcpu_stage2_cache cache;
	struct axvcpu_history history;	/* any, through state.c */
	struct rb_node node;		/* in vm->vcpus */
};

/* Every vCPU of a VM, under vm->vcpus_lock. */
#define axvcpu_for_each_vcpu(vcpu, vm)                                        \
	for (vcpu = rb_entry_safe(rb_first(&(vm)->vcpus), struct axvcpu_vcpu, \
				  node);                                      \
	     vcpu; vcpu = rb_entry_safe(rb_next(&vcpu->node),                 \
					struct axvcpu_vcpu, node))

/*
 * The run page's mapping: struct axvcpu_run, and behind it the data area. They are
 * made by SETUP, or before by the mapping's first use, and live as long as the vCPU.
 */
#define AXVCPU_RUN_BYTES	(2 * PAGE_SIZE)
#define AXVCPU_DATA_OFFSET	PAGE_SIZE
#define AXVCPU_DATA_BYTES	PAGE_SIZE

int axvcpu_vcpu_init(void);	/* module init: the run path's static calls */
void axvcpu_vcpu_exit(void);

int axvcpu_vcpu_create(struct axvcpu_vm *vm,
		       const struct axvcpu_create_vcpu *args);

/**
 * axvcpu_vcpu_notify() - a request or event was queued: leave guest mode or wake
 *
 * Any context that may take a spinlock. The caller has made the request
 * visible before (set_bit() or a lock).
 */
void axvcpu_vcpu_notify(struct axvcpu_vcpu *vcpu);

/* May it run on this host CPU? */
static inline bool axvcpu_vcpu_allowed(const struct axvcpu_vcpu *vcpu, int cpu)
{
	return vcpu->any_cpu || cpumask_test_cpu(cpu, vcpu->cpu_set);
}

/*
 * Work that only the way back to user space does, and that can't wait for as long
 * as a guest may run: task work, throttling above memory.high. The flag is also
 * set at every preemption of a thread with restartable sequences, which are no
 * reason to leave: user space is not entered before it is handled. Task work that
 * another thread adds while the flag is set comes without an IPI: a guest that
 * never exits sees it at the next host interrupt.
 */
static inline bool axvcpu_vcpu_user_work(void)
{
	if (likely(!test_thread_flag(TIF_NOTIFY_RESUME)))
		return false;
#ifdef CONFIG_MEMCG
	if (current->memcg_nr_pages_over_high)
		return true;
#endif
	return task_work_pending(current);
}

/* What the flags of AXVCPU_LEAVE mean: is it a reason to leave? */
static noinline bool __maybe_unused axvcpu_vcpu_leave_slow(void)
{
	return need_resched() || signal_pending(current) ||
	       axvcpu_vcpu_user_work();
}

#define AXVCPU_LEAVE	(_TIF_NEED_RESCHED | _TIF_SIGPENDING | \
			 _TIF_NOTIFY_SIGNAL | _TIF_NOTIFY_RESUME)

/**
 * axvcpu_vcpu_quiet() - where axvcpu_vcpu_must_leave() is asked, and first
 * @more: other thread flags that the back end looks for
 *
 * Return: neither is there a reason to leave, nor is a flag of @more set.
 */
static __always_inline bool axvcpu_vcpu_quiet(const struct axvcpu_vcpu *vcpu,
					      unsigned long more)
{
	return likely(!READ_ONCE(vcpu->requests)) &&
	       likely(!(read_thread_flags() & (AXVCPU_LEAVE | more)));
}

/**
 * axvcpu_vcpu_must_leave() - before an entry, with interrupts off and mode set
 *
 * The back end has looked at axvcpu_vcpu_allowed() since it came to this CPU.
 * Return: the host has work for the task, or a request waits: return
 * AXVCPU_OUT_WORK instead of entering.
 */
static __always_inline bool
axvcpu_vcpu_must_leave(const struct axvcpu_vcpu *vcpu)
{
	if (unlikely(READ_ONCE(vcpu->requests)))
		return true;
	return unlikely(read_thread_flags() & AXVCPU_LEAVE) &&
	       axvcpu_vcpu_leave_slow();
}

/**
 * axvcpu_memory_in_hole() - is vcpu->fault where there was no region the last time?
 * @changes: the VM's now
 *
 * Return: true: it is, and vcpu->fault says so.
 */
static inline bool axvcpu_memory_in_hole(struct axvcpu_vcpu *vcpu,
					 unsigned long changes)
{
	struct axvcpu_fault *fault = &vcpu->fault;

	if (unlikely(fault->gpa - vcpu->hole.start >= vcpu->hole.length ||
		     vcpu->hole.changes != changes))
		return false;
	fault->host_errno = 0;
	fault->cause = AXVCPU_NPF_NO_REGION;
	return true;
}

#endif /* AXVCPU_VCPU_H */
