/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arch interface: what the core asks of a back end.
 *
 * It is the Linux form of the traits AxArchVCpu (the vcpu_ and run members) and
 * AxArchPerCpu (the cpu_ members). One back end is chosen when the module
 * loads. The members on the run path (declared at the end) are reached through
 * static calls; the others through the table.
 */
#ifndef AXVCPU_ARCH_H
#define AXVCPU_ARCH_H

#include <linux/static_call.h>
#include <linux/types.h>

#include "../uapi/axvcpu.h"

struct axvcpu_vcpu;
struct axvcpu_vm;
struct axvcpu_stage2_format;

/**
 * struct axvcpu_host - what the chosen back end offers on this host
 *
 * @backend: enum axvcpu_backend
 * @mode: enum axvcpu_mode
 * @capabilities: AXVCPU_CAP_*
 * @gpa_bits: guest-physical addresses have so many bits
 * @stage2_levels: of the second-stage tables; by max_guest_page_table_levels()
 * @tags: ASIDs, VPIDs, VMIDs that the hardware has
 * @cycles_hz: how fast get_cycles() counts, not 0
 * @deadline: run() itself leaves guest mode at vcpu->deadline_ns, sets the request
 *	and returns AXVCPU_OUT_WORK: the core's timer is for Blocked alone
 * @block_length: bytes of each register block, 0: there is none
 * @stage2_format: how second-stage entries are written
 *
 * Filled by the back end's init(), constant afterwards; GET_INFO copies it.
 */
struct axvcpu_host {
	u32 backend;
	u32 mode;
	u64 capabilities;
	u32 gpa_bits;
	u32 stage2_levels;
	u32 tags;
	u64 cycles_hz;
	bool deadline;
	u32 block_length[AXVCPU_BLOCK_COUNT];
	const struct axvcpu_stage2_format *stage2_format;
};

/**
 * enum axvcpu_out - why arch run(), emulate() or complete() returned to the core
 * @AXVCPU_OUT_EXIT: the exit record is written, report it
 * @AXVCPU_OUT_AGAIN: enter the guest again (emulate(), done() and complete() only)
 * @AXVCPU_OUT_WORK: the host has work for this task, or vcpu->requests is set
 * @AXVCPU_OUT_FAULT: second-stage fault, described in vcpu->fault
 * @AXVCPU_OUT_EMULATE: the core calls emulate() where it can sleep
 * @AXVCPU_OUT_HALT: the guest waits for an event (HLT, WFI); the PC is past it
 *
 * Negative: an errno; the vCPU is as before the call. -ENODEV: the extension is
 * not enabled on this CPU.
 */
enum axvcpu_out {
	AXVCPU_OUT_EXIT,
	AXVCPU_OUT_AGAIN,
	AXVCPU_OUT_WORK,
	AXVCPU_OUT_FAULT,
	AXVCPU_OUT_EMULATE,
	AXVCPU_OUT_HALT,
};

/**
 * struct axvcpu_arch_ops - one back end
 *
 * "Owned" below means: the caller holds the vCPU's BUSY bit, in process
 * context, preemptible, in the owner's mm. Where such a member returns an int,
 * -ENOTRECOVERABLE says that the hardware state is lost: the vCPU becomes Invalid.
 *
 * The module (all may sleep; init and exit once):
 * @name: as in the module parameter
 * @init: look at the hardware, fill @host as far as known, allocate what all
 *	CPUs need. Returns an enum axvcpu_reason; any but NONE: the module stays
 *	loaded for GET_INFO, and exit() is not called
 * @exit: undo init()
 * @busy: who holds the extension now, as an enum axvcpu_reason: NONE if it is
 *	free, or enabled by us
 *
 * Per CPU (AxArchPerCpu). cpu_new and cpu_free may sleep; the others run on the
 * CPU itself with interrupts off:
 * @cpu_new: allocate for @cpu
 * @cpu_free: undo cpu_new(); also after a failed one
 * @is_enabled: the extension is on, whoever turned it on
 * @hardware_enable: turn it on; flush every guest translation of the CPU.
 *	-EBUSY: somebody else has it; -EIO
 * @hardware_disable: turn it off; nothing if it is off already
 * @max_guest_page_table_levels: levels of the second-stage tables
 *
 * The VM:
 * @vm_new: allocate what the back end needs beside the second-stage tables
 * @vm_free: undo vm_new()
 *
 * The vCPU (AxArchVCpu):
 * @vcpu_alloc: the struct whose first member is struct axvcpu_vcpu, zeroed
 * @vcpu_release: undo vcpu_alloc(), and vcpu_new() and prepare() with it, a failed or
 *	a missing one too. No CPU runs it or holds state of it; the back end drops
 *	what a CPU caches of it
 * @vcpu_new: parse the copied create config (NULL if the length is 0). -EINVAL,
 *	-E2BIG, -ENOMEM, -EOPNOTSUPP
 * @prepare: build what a vCPU has from its first SETUP on: the hardware's structures.
 *	Called by every SETUP, before set_entry(); what is there already stays, also
 *	after a failed one. NULL: vcpu_new() did. -ENOMEM. Owned
 * @set_entry: first PC, used by the next setup()
 * @set_ept_root: host-physical root of the second stage, and its levels
 * @setup: parse the copied setup config (NULL: defaults), write all registers.
 *	On an error nothing has changed. Owned
 * @reset: as after vcpu_new(): registers, events and what is pending cleared; also
 *	before the first prepare(). Owned, in any state but Running and Blocked
 * @run: enter the guest until something is for the core. Owned, on a CPU of
 *	the cpu_set. Sets vcpu->mode around guest mode, and looks at
 *	vcpu->requests with interrupts off before each entry
 * @emulate: go on with the instruction that run() could not handle with
 *	preemption off; or, after FAULT where no memory answers
 *	(vcpu->fault.cause is set), make an MMIO access or NESTED_PAGE_FAULT of it.
 *	Owned, may sleep and touch user memory
 * @done: what is pending goes on, a read with @data. Owned
 * @complete: apply @answer (already copied and generally checked), FAULT or CANCEL, to
 *	what is pending. -EINVAL: no valid answer to it, nothing was consumed. Owned
 * @bind: the vCPU will run on @cpu next. Owned
 * @unbind: leave the CPU: flush cached hardware state to memory. Owned
 * @set_gpr: general register @index. Owned
 * @inject_interrupt: queue an interrupt or NMI. Any context that may take a
 *	spinlock, any thread: atomic against run(). -EBUSY, -EINVAL
 * @inject_exception: Owned. -EBUSY, -EINVAL
 * @set_return_value: the hypercall result register. Owned
 * @runnable: an event waits that ends HLT or WFI. Any context
 * @timer: CLOCK_MONOTONIC at which a timer of the guest would end HLT or WFI; 0: none
 *	does. NULL: it has none. Owned
 * @interruptible: the guest can take an interrupt now. Owned
 * @show: fill the run page's interrupt_flag, interrupt_shadow, irq_pending and
 *	priority. Return: the guest's PC. Owned
 * @get_block: write block to @buffer (of block_length bytes). Owned
 * @set_block: check all of @buffer, then set it. -EINVAL. Owned
 * @translate: walk the guest's tables. Owned, touches user memory
 */
struct axvcpu_arch_ops {
	const char *name;
	u32 (*init)(struct axvcpu_host *host);
	void (*exit)(void);
	u32 (*busy)(void);

	int (*cpu_new)(unsigned int cpu);
	void (*cpu_free)(unsigned int cpu);
	bool (*is_enabled)(void);
	int (*hardware_enable)(void);
	void (*hardware_disable)(void);
	unsigned int (*max_guest_page_table_levels)(void);

	int (*vm_new)(struct axvcpu_vm *vm);
	void (*vm_free)(struct axvcpu_vm *vm);

	struct axvcpu_vcpu *(*vcpu_alloc)(void);
	void (*vcpu_release)(struct axvcpu_vcpu *vcpu);
	int (*vcpu_new)(struct axvcpu_vcpu *vcpu, const void *config,
			size_t length);
	int (*prepare)(struct axvcpu_vcpu *vcpu);
	void (*set_entry)(struct axvcpu_vcpu *vcpu, u64 entry);
	void (*set_ept_root)(struct axvcpu_vcpu *vcpu, u64 root,
			     unsigned int levels);
	int (*setup)(struct axvcpu_vcpu *vcpu, const void *config,
		     size_t length);
	int (*reset)(struct axvcpu_vcpu *vcpu);
	int (*run)(struct axvcpu_vcpu *vcpu);
	int (*emulate)(struct axvcpu_vcpu *vcpu);
	int (*done)(struct axvcpu_vcpu *vcpu, u64 data);
	int (*complete)(struct axvcpu_vcpu *vcpu,
			const struct axvcpu_complete *answer);
	int (*bind)(struct axvcpu_vcpu *vcpu, int cpu);
	int (*unbind)(struct axvcpu_vcpu *vcpu);
	void (*set_gpr)(struct axvcpu_vcpu *vcpu, unsigned int index, u64 value);
	int (*inject_interrupt)(struct axvcpu_vcpu *vcpu, u32 type, u32 vector);
	int (*inject_exception)(struct axvcpu_vcpu *vcpu,
				const struct axvcpu_inject *event);
	void (*set_return_value)(struct axvcpu_vcpu *vcpu, u64 value);
	bool (*runnable)(struct axvcpu_vcpu *vcpu);
	u64 (*timer)(struct axvcpu_vcpu *vcpu);
	bool (*interruptible)(struct axvcpu_vcpu *vcpu);
	u64 (*show)(struct axvcpu_vcpu *vcpu, struct axvcpu_run *run);
	int (*get_block)(struct axvcpu_vcpu *vcpu, u32 block, void *buffer);
	int (*set_block)(struct axvcpu_vcpu *vcpu, u32 block,
			 const void *buffer);
	int (*translate)(struct axvcpu_vcpu *vcpu,
			 struct axvcpu_translate *args);
};

#if defined(CONFIG_X86_64)
#include "x86/host.h"
#elif defined(CONFIG_ARM64)
#include "arm64/host.h"
#endif

/* The members that every RUN takes, without an indirect branch. */
int axvcpu_arch_run_type(struct axvcpu_vcpu *vcpu);
int axvcpu_arch_done_type(struct axvcpu_vcpu *vcpu, u64 data);
u64 axvcpu_arch_show_type(struct axvcpu_vcpu *vcpu, struct axvcpu_run *run);
bool axvcpu_arch_runnable_type(struct axvcpu_vcpu *vcpu);
void axvcpu_arch_set_return_value_type(struct axvcpu_vcpu *vcpu, u64 value);
DECLARE_STATIC_CALL(axvcpu_arch_run, axvcpu_arch_run_type);
DECLARE_STATIC_CALL(axvcpu_arch_emulate, axvcpu_arch_run_type);
DECLARE_STATIC_CALL(axvcpu_arch_done, axvcpu_arch_done_type);
DECLARE_STATIC_CALL(axvcpu_arch_show, axvcpu_arch_show_type);
DECLARE_STATIC_CALL(axvcpu_arch_runnable, axvcpu_arch_runnable_type);
DECLARE_STATIC_CALL(axvcpu_arch_set_return_value,
		    axvcpu_arch_set_return_value_type);

/* The back end in use and its host; set once in module init. */
extern const struct axvcpu_arch_ops *axvcpu_arch __ro_after_init;
extern struct axvcpu_host axvcpu_host __ro_after_init;

/**
 * axvcpu_arch_choose() - the back end for this CPU; each architecture has one
 * @wanted: the module parameter "backend", empty: by the CPU
 *
 * Return: NULL if the CPU has none or @wanted names none.
 */
const struct axvcpu_arch_ops *axvcpu_arch_choose(const char *wanted);

#endif /* AXVCPU_ARCH_H */
