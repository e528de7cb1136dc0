/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libaxvcpu-user: virtual CPUs from user space, one function per ioctl.
 *
 * The library is thin. It opens, maps and closes, sets the size field of every
 * struct, and turns errno into a return value; what a call means is said once,
 * in <axvcpu/axvcpu.h> and axvcpu(4). A program also includes the register
 * blocks and configs of its architecture, for example <axvcpu/axvcpu_x86.h>.
 *
 * Rules that hold for every function:
 *  - It returns 0 or a negative errno, unless its comment says otherwise. On
 *    an error nothing has changed and no out parameter was written.
 *  - There is no global state, nothing is printed, nothing exits, errno is not
 *    part of the interface.
 *  - A handle does not change between its creation and its close, so threads
 *    may share it without a lock; which calls the kernel takes side by side is
 *    the kernel's rule (one thread per vCPU needs to think of none; KICK,
 *    INJECT of interrupts, GET_STATE and GET_STATS work from any thread). Only
 *    close needs to be the last call on its handle.
 *  - Handles may be closed in any order: a vCPU does not need the handle of its
 *    VM, nor a VM that of the device. NULL may be closed.
 *  - Errnos that every call on a VM or vCPU can give and that are not repeated
 *    below: -EIO if the VM belongs to another process, -ENOTTY if the file
 *    descriptor is not of that kind or the kernel module is too old.
 *
 * "Needs Ready" names the state in which a vCPU must be; any other is -EBADFD.
 * -EBUSY without a comment: another thread is in a call on this vCPU.
 */
#ifndef AXVCPU_USER_H
#define AXVCPU_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <axvcpu/axvcpu.h>

#ifdef __cplusplus
extern "C" {
#endif

struct axvcpu_device; /* an open /dev/axvcpu */
struct axvcpu_vm;     /* a guest-physical address space and its vCPUs */
struct axvcpu_vcpu;   /* one virtual processor, with its run page mapped */

/* ---- the device ------------------------------------------------------- */

/**
 * axvcpu_open() - open the device
 * @path: its path, NULL: AXVCPU_DEVICE
 * @device: out: handle, ends with axvcpu_close()
 *
 * Works wherever the module is loaded, also if no vCPU can run: see
 * axvcpu_get_info().
 *
 * Return: 0; -ENOENT: the module is not loaded; -EACCES: the caller may not
 * open it; -EPROTONOSUPPORT: the module speaks another version of the ABI;
 * -ENOTTY: @path is something else; -ENOMEM; -EMFILE; -ENFILE.
 */
int axvcpu_open(const char *path, struct axvcpu_device **device);

/**
 * axvcpu_from_fd() - make a handle for an open file descriptor of the device
 * @fd: for example received over a socket; belongs to the handle on success
 * @device: out: handle, ends with axvcpu_close()
 *
 * Return: 0; -EPROTONOSUPPORT; -ENOTTY; -EBADF; -ENOMEM.
 */
int axvcpu_from_fd(int fd, struct axvcpu_device **device);

/**
 * axvcpu_close() - close the device
 * @device: handle or NULL; VMs made from it live on
 */
void axvcpu_close(struct axvcpu_device *device);

/**
 * axvcpu_get_info() - ask what this host can do
 * @device: handle
 * @info: out: fields that the module does not know are 0
 *
 * info->reason says why vCPUs can't run, AXVCPU_REASON_NONE that they can; it
 * may change while the device is open. axvcpu_reason_text() puts it in words.
 *
 * Return: 0; no errno is expected on a good handle.
 */
int axvcpu_get_info(struct axvcpu_device *device, struct axvcpu_info *info);

/* ---- the VM ----------------------------------------------------------- */

/**
 * axvcpu_vm_create() - make a VM, owned by the calling process
 * @device: handle
 * @behaviours: AXVCPU_VM_*, fixed for the VM's life
 * @vm: out: handle, ends with axvcpu_vm_close()
 *
 * Return: 0; -EINVAL: unknown behaviour; -EOPNOTSUPP: one that axvcpu_get_info()
 * does not offer; -ENODEV, -EBUSY: see info.reason; -ENOMEM; -EMFILE; -ENFILE;
 * -EINTR.
 */
int axvcpu_vm_create(struct axvcpu_device *device, uint64_t behaviours, struct axvcpu_vm **vm);

/**
 * axvcpu_vm_from_fd() - make a handle for a VM's file descriptor
 * @fd: belongs to the handle on success
 * @info: as axvcpu_get_info() has it on this host
 * @vm: out: handle, ends with axvcpu_vm_close()
 *
 * Return: 0; -ENOMEM.
 */
int axvcpu_vm_from_fd(int fd, const struct axvcpu_info *info, struct axvcpu_vm **vm);

/**
 * axvcpu_vm_close() - close a VM
 * @vm: handle or NULL; its vCPUs keep the VM alive
 *
 * Memory from axvcpu_vm_add_ram() stays mapped in the caller.
 */
void axvcpu_vm_close(struct axvcpu_vm *vm);

/**
 * axvcpu_vm_fd() - the VM's file descriptor
 * @vm: handle, which keeps owning the descriptor
 *
 * Return: the file descriptor.
 */
int axvcpu_vm_fd(const struct axvcpu_vm *vm);

/**
 * axvcpu_vm_set_memory() - show a range of the caller's memory to the guest
 * @vm: handle
 * @gpa: first guest-physical address, page aligned: the region's key
 * @addr: first address in the caller, page aligned
 * @length: bytes, page aligned, not zero
 * @flags: AXVCPU_MEM_READONLY, AXVCPU_MEM_PIN
 *
 * Any thread of the owner, also while vCPUs run. The caller keeps the memory
 * mapped; what it unmaps, the guest loses.
 *
 * Return: 0; -EINVAL: flag, alignment, wrap-around or beyond info.gpa_bits;
 * -EOPNOTSUPP: reserved flag, or a capability that is absent; -EEXIST: overlaps
 * a region; -EFAULT: the range is not mapped, or can't be read or written;
 * -ENOSPC: info.max_regions reached; -ENOMEM, also for RLIMIT_MEMLOCK; -EINTR.
 */
int axvcpu_vm_set_memory(struct axvcpu_vm *vm, uint64_t gpa, void *addr, size_t length,
			 uint32_t flags);

/**
 * axvcpu_vm_delete_memory() - take a region from the guest
 * @vm: handle
 * @gpa: where the region starts
 *
 * When it has returned, no vCPU reaches the region any more.
 *
 * Return: 0; -EINVAL: no region starts at @gpa.
 */
int axvcpu_vm_delete_memory(struct axvcpu_vm *vm, uint64_t gpa);

/**
 * axvcpu_vm_add_ram() - allocate zeroed memory and show it to the guest
 * @vm: handle
 * @gpa: first guest-physical address, page aligned
 * @length: bytes, page aligned, not zero
 * @flags: as for axvcpu_vm_set_memory()
 * @hva: out: where the caller sees it; ends with axvcpu_vm_remove_ram(), or
 *	munmap() when the VM is gone
 *
 * Pages come on first touch and may be huge.
 *
 * Return: 0; as axvcpu_vm_set_memory().
 */
int axvcpu_vm_add_ram(struct axvcpu_vm *vm, uint64_t gpa, size_t length, uint32_t flags,
		      void **hva);

/**
 * axvcpu_vm_remove_ram() - undo axvcpu_vm_add_ram()
 * @vm: handle
 * @gpa: as it was added
 * @length: as it was added
 * @hva: as it was returned; not mapped any more afterwards
 *
 * Return: 0; -EINVAL: no such region (nothing was unmapped).
 */
int axvcpu_vm_remove_ram(struct axvcpu_vm *vm, uint64_t gpa, size_t length, void *hva);

/* ---- the vCPU: making and placing it ---------------------------------- */

/**
 * axvcpu_vcpu_create() - make a vCPU that may run on every host CPU
 * @vm: handle
 * @id: the caller's number, below info.max_vcpus, unique in the VM
 * @config: the architecture's create config (its size field is set here), or
 *	NULL for defaults
 * @config_length: bytes at @config
 * @vcpu: out: handle, Created, ends with axvcpu_vcpu_close()
 *
 * Return: 0; -EEXIST: @id is in use; -EINVAL: @id too large or bad @config;
 * -E2BIG: @config is newer than the module; -ENOMEM; -EMFILE; -ENFILE.
 */
int axvcpu_vcpu_create(struct axvcpu_vm *vm, uint32_t id, const void *config, size_t config_length,
		       struct axvcpu_vcpu **vcpu);

/**
 * axvcpu_vcpu_create_on() - make a vCPU that may run on some host CPUs
 * @vm: handle
 * @id: as axvcpu_vcpu_create()
 * @favor_cpu: the host CPU that axvcpu_vcpu_bind(vcpu, -1) prefers, -1: none
 * @cpu_set: cpu_set_t, or a longer mask from CPU_ALLOC(); NULL: every CPU
 * @cpu_set_length: its bytes
 * @config: as axvcpu_vcpu_create()
 * @config_length: bytes at @config
 * @vcpu: out: handle
 *
 * Return: 0; -EXDEV: @favor_cpu is outside @cpu_set; -EINVAL: no CPU in
 * @cpu_set that this host could have; else as axvcpu_vcpu_create().
 */
int axvcpu_vcpu_create_on(struct axvcpu_vm *vm, uint32_t id, int favor_cpu, const void *cpu_set,
			  size_t cpu_set_length, const void *config, size_t config_length,
			  struct axvcpu_vcpu **vcpu);

/**
 * axvcpu_vcpu_from_fd() - make a handle for a vCPU's file descriptor
 * @fd: belongs to the handle on success
 * @info: as axvcpu_get_info() has it: the run page is mapped. NULL: it is not,
 *	which is what a process other than the owner wants: KICK, INJECT of an
 *	interrupt or NMI, GET_STATE and GET_STATS need none
 * @vcpu: out: handle, ends with axvcpu_vcpu_close()
 *
 * Return: 0; -EIO: the VM belongs to another process, which can't map the run
 * page; -ENOMEM.
 */
int axvcpu_vcpu_from_fd(int fd, const struct axvcpu_info *info, struct axvcpu_vcpu **vcpu);

/**
 * axvcpu_vcpu_close() - unmap the run page and close the vCPU
 * @vcpu: handle or NULL
 */
void axvcpu_vcpu_close(struct axvcpu_vcpu *vcpu);

/**
 * axvcpu_vcpu_fd() - the vCPU's file descriptor
 * @vcpu: handle, which keeps owning the descriptor
 *
 * Return: the file descriptor.
 */
int axvcpu_vcpu_fd(const struct axvcpu_vcpu *vcpu);

/**
 * axvcpu_vcpu_run_page() - the page shared with the kernel
 * @vcpu: handle
 *
 * Return: the run page, for the life of the handle; NULL for a handle from
 * axvcpu_vcpu_from_fd() without info.
 */
struct axvcpu_run *axvcpu_vcpu_run_page(const struct axvcpu_vcpu *vcpu);

/**
 * axvcpu_vcpu_data_area() - the bytes behind the run page
 * @vcpu: handle
 * @size: out: its bytes; may be NULL
 *
 * Exits with AXVCPU_EXIT_DATA_AREA have their data there.
 *
 * Return: the data area; NULL without a run page.
 */
void *axvcpu_vcpu_data_area(const struct axvcpu_vcpu *vcpu, size_t *size);

/**
 * axvcpu_vcpu_setup() - give the vCPU its start state
 * @vcpu: handle; needs Created, becomes Free
 * @entry: first instruction: an offset in CS in real mode, else an address
 * @config: the architecture's setup config (its size field is set here), or
 *	NULL for defaults
 * @config_length: bytes at @config
 *
 * All registers are overwritten.
 *
 * Return: 0; -EINVAL: bad value in @config; -E2BIG: @config is newer than the
 * module; -EBADFD; -EBUSY.
 */
int axvcpu_vcpu_setup(struct axvcpu_vcpu *vcpu, uint64_t entry, const void *config,
		      size_t config_length);

/**
 * axvcpu_vcpu_bind() - place the vCPU on a host CPU
 * @vcpu: handle; needs Free, becomes Ready
 * @cpu: host CPU; -1: favor_cpu if it is online and in the mask, else the
 *	caller's current one
 *
 * Does not change the thread's affinity: see axvcpu_pin_thread().
 *
 * Return: 0; -EXDEV: outside cpu_set; -EINVAL: no such CPU; -ENODEV: offline;
 * -EBADFD; -EBUSY.
 */
int axvcpu_vcpu_bind(struct axvcpu_vcpu *vcpu, int cpu);

/**
 * axvcpu_vcpu_unbind() - undo axvcpu_vcpu_bind()
 * @vcpu: handle; needs Ready, becomes Free
 *
 * Return: 0; -EBADFD; -EBUSY.
 */
int axvcpu_vcpu_unbind(struct axvcpu_vcpu *vcpu);

/**
 * axvcpu_vcpu_reset() - back to Created
 * @vcpu: handle; any state but Running and Blocked
 *
 * Keeps memory, policies and statistics; clears registers, events, a pending
 * exit and the binding. The only way out of Invalid.
 *
 * Return: 0; -EBADFD; -EBUSY.
 */
int axvcpu_vcpu_reset(struct axvcpu_vcpu *vcpu);

/* ---- the vCPU: running it --------------------------------------------- */

/**
 * axvcpu_vcpu_run() - run the guest until it needs the caller
 * @vcpu: handle; needs Ready, is Ready again afterwards
 * @flags: 0 or AXVCPU_RUN_COMPLETE_ONLY: apply the answer to a pending exit
 *	and don't enter the guest
 *
 * The record is in axvcpu_vcpu_run_page()->exit. A signal ends the call with 0
 * and NOTHING, never with -EINTR.
 *
 * Return: 0; -EXDEV: the current CPU is outside cpu_set; -ENODEV: the CPU goes
 * down; -EINVAL: unknown flag, or run->complete is no valid answer (nothing was
 * consumed); -EBADFD; -EBUSY.
 */
int axvcpu_vcpu_run(struct axvcpu_vcpu *vcpu, unsigned long flags);

/**
 * axvcpu_vcpu_kick() - end one run, the current or the next
 * @vcpu: handle; any state, any thread, any process that holds it
 *
 * Return: 0.
 */
int axvcpu_vcpu_kick(struct axvcpu_vcpu *vcpu);

/**
 * axvcpu_run_done() - answer a pending exit or a hypercall
 * @run: run page
 * @value: what the read returns (low bytes, as wide as the access) or the
 *	hypercall's result; any value for a write
 *
 * The next run applies it. For data in the data area @value is not used.
 */
static inline void axvcpu_run_done(struct axvcpu_run *run, uint64_t value)
{
	run->complete.data[0] = value;
	run->complete.action = AXVCPU_ANSWER_DONE;
}

/**
 * axvcpu_run_fault() - answer a pending exit by an exception at its instruction
 * @run: run page
 * @vector: exception number
 * @has_error_code: true if the architecture gives @vector an error code
 * @error_code: the error code, else 0
 */
static inline void axvcpu_run_fault(struct axvcpu_run *run, uint32_t vector, bool has_error_code,
				    uint64_t error_code)
{
	run->complete.vector = vector;
	run->complete.reserved = 0;
	run->complete.has_error_code = has_error_code;
	run->complete.error_code = error_code;
	run->complete.action = AXVCPU_ANSWER_FAULT;
}

/**
 * axvcpu_run_cancel() - answer a pending exit by executing it again
 * @run: run page
 */
static inline void axvcpu_run_cancel(struct axvcpu_run *run)
{
	run->complete.action = AXVCPU_ANSWER_CANCEL;
}

/** enum axvcpu_verdict - what a handler of axvcpu_vcpu_loop() returns */
enum axvcpu_verdict {
	AXVCPU_GO_ON,  /* handled: the guest goes on */
	AXVCPU_STOP,   /* handled: the loop returns 0 */
	AXVCPU_REFUSE, /* not handled: do as if there were no handler */
};

/**
 * struct axvcpu_handlers - what axvcpu_vcpu_loop() calls for each exit
 * @io: a port access (x86), once per element of a string instruction; @value
 *	is what the guest writes, or is set to what it reads, in the low @width
 *	bytes. Without it: reads give all ones, writes are dropped
 * @mmio: an access to an address without memory; @value is one or more
 *	elements of 8 bytes. Without it: as @io
 * @sysreg: an access to a system register (MSR, CSR). Without it: the
 *	instruction raises the architecture's exception (x86: #GP(0))
 * @hypercall: @result goes to the guest. Without it: the result is -ENOSYS
 * @other: every other exit. Without it: the loop returns 0
 *
 * Each is called on the thread that runs the loop, gets the loop's @ctx and
 * returns an enum axvcpu_verdict or a negative errno, which ends the loop. The
 * access is answered whatever the verdict is, so that a later loop or run goes
 * on behind it. The whole record is in axvcpu_vcpu_run_page(vcpu)->exit.
 * Zero-initialise the struct: members may be added at its end.
 */
struct axvcpu_handlers {
	int (*io)(void *ctx, struct axvcpu_vcpu *vcpu, uint16_t port, unsigned int width,
		  bool write, uint64_t *value);
	int (*mmio)(void *ctx, struct axvcpu_vcpu *vcpu, uint64_t gpa, unsigned int width,
		    bool write, uint64_t *value);
	int (*sysreg)(void *ctx, struct axvcpu_vcpu *vcpu, uint64_t addr, bool write,
		      uint64_t *value);
	int (*hypercall)(void *ctx, struct axvcpu_vcpu *vcpu, uint64_t nr, const uint64_t args[6],
			 uint64_t *result);
	int (*other)(void *ctx, struct axvcpu_vcpu *vcpu, const struct axvcpu_exit *exit);
	void *reserved[3];
};

/**
 * axvcpu_vcpu_loop() - run the guest and call a handler for each exit
 * @vcpu: handle; needs Ready
 * @handlers: see there
 * @ctx: for the handlers
 *
 * Returns after an exit for which a handler said AXVCPU_STOP, or that reached a
 * missing or refusing @handlers->other; the run page still has it. That
 * includes NOTHING: a signal or axvcpu_vcpu_kick() ends the loop, and so may
 * nothing at all; a caller that has no reason to stop calls it again.
 *
 * Return: 0; a handler's negative errno; else as axvcpu_vcpu_run().
 */
int axvcpu_vcpu_loop(struct axvcpu_vcpu *vcpu, const struct axvcpu_handlers *handlers, void *ctx);

/**
 * axvcpu_pin_thread() - let the calling thread run on one host CPU only
 * @cpu: host CPU
 *
 * Return: 0; -EINVAL: @cpu is negative, or offline, or not allowed to the
 * thread; -ENOMEM.
 */
int axvcpu_pin_thread(int cpu);

/* ---- the vCPU: registers, events, state ------------------------------- */

/**
 * axvcpu_vcpu_get_regs() - read one block of registers
 * @vcpu: handle; needs Free or Ready
 * @block: enum axvcpu_block
 * @regs: out: the block's struct
 * @length: its bytes: exactly info.block_length[block]
 *
 * Return: 0; -EINVAL: unknown block or wrong length; -EFAULT; -EBADFD; -EBUSY.
 */
int axvcpu_vcpu_get_regs(struct axvcpu_vcpu *vcpu, uint32_t block, void *regs, size_t length);

/**
 * axvcpu_vcpu_set_regs() - write one block of registers
 * @vcpu: handle; needs Free or Ready
 * @block: enum axvcpu_block
 * @regs: the block's struct
 * @length: its bytes: exactly info.block_length[block]
 *
 * Return: 0; -EINVAL: unknown block, wrong length, or a value that the
 * architecture forbids (nothing was set); -EBUSY: also while an exit is
 * pending; -EFAULT; -EBADFD.
 */
int axvcpu_vcpu_set_regs(struct axvcpu_vcpu *vcpu, uint32_t block, const void *regs, size_t length);

/**
 * axvcpu_vcpu_get_one_reg() - read one register
 * @vcpu: handle; needs Free or Ready
 * @id: AXVCPU_REG()
 * @value: out: the register, zero-extended to @length
 * @length: bytes at @value: at least the register's, at most 64
 *
 * Return: 0; -EINVAL: unknown id or bad @length; -EBADFD; -EBUSY.
 */
int axvcpu_vcpu_get_one_reg(struct axvcpu_vcpu *vcpu, uint64_t id, void *value, size_t length);

/**
 * axvcpu_vcpu_set_one_reg() - write one register
 * @vcpu: handle; needs Free or Ready
 * @id: AXVCPU_REG()
 * @value: the register; bytes beyond its width must be zero
 * @length: bytes at @value: at least the register's, at most 64
 *
 * Return: 0; -EINVAL: unknown id, bad @length, or a value that the architecture
 * forbids; -EBUSY: also while an exit is pending; -EBADFD.
 */
int axvcpu_vcpu_set_one_reg(struct axvcpu_vcpu *vcpu, uint64_t id, const void *value,
			    size_t length);

/**
 * axvcpu_vcpu_inject_interrupt() - raise an interrupt
 * @vcpu: handle; any state but Invalid, any thread, any process that holds it
 * @vector: interrupt number
 *
 * The guest takes it when it can; a run wakes or leaves guest mode for it.
 *
 * Return: 0; -EBUSY: @vector already waits; -EINVAL: no such vector; -EBADFD.
 */
int axvcpu_vcpu_inject_interrupt(struct axvcpu_vcpu *vcpu, uint32_t vector);

/**
 * axvcpu_vcpu_inject_nmi() - raise a non-maskable interrupt
 * @vcpu: as axvcpu_vcpu_inject_interrupt()
 *
 * Return: 0; -EBUSY: two already wait; -EOPNOTSUPP: without AXVCPU_CAP_NMI;
 * -EBADFD.
 */
int axvcpu_vcpu_inject_nmi(struct axvcpu_vcpu *vcpu);

/**
 * axvcpu_vcpu_inject_exception() - raise an exception at the current PC
 * @vcpu: handle; needs Ready, of the owner
 * @vector: exception number
 * @has_error_code: as the architecture has it for @vector
 * @error_code: error code, else 0
 * @address: x86: CR2 for #PF, DR6 bits for #DB, else 0
 *
 * Return: 0; -EBUSY: also if an exception waits or an exit is pending;
 * -EINVAL; -EBADFD.
 */
int axvcpu_vcpu_inject_exception(struct axvcpu_vcpu *vcpu, uint32_t vector, bool has_error_code,
				 uint64_t error_code, uint64_t address);

/**
 * axvcpu_vcpu_set_return_value() - set a hypercall's result register
 * @vcpu: handle; needs Free or Ready
 * @value: for rax, x0 or a0
 *
 * Return: 0; -EBUSY: also while an exit is pending; -EBADFD.
 */
int axvcpu_vcpu_set_return_value(struct axvcpu_vcpu *vcpu, uint64_t value);

/**
 * axvcpu_vcpu_translate() - walk the guest's own page tables
 * @vcpu: handle; needs Free or Ready
 * @gva: guest-virtual (x86: linear) address
 * @access: AXVCPU_ACCESS_READ, WRITE, EXECUTE, USER to check, 0: none
 * @result: out: result->valid says whether result->gpa holds
 *
 * Return: 0, also if the guest would fault; -EFAULT: the guest's tables lie in
 * memory that can't be read; -EINVAL; -EOPNOTSUPP; -EBADFD; -EBUSY.
 */
int axvcpu_vcpu_translate(struct axvcpu_vcpu *vcpu, uint64_t gva, uint32_t access,
			  struct axvcpu_translate *result);

/**
 * axvcpu_vcpu_get_state() - read state and history
 * @vcpu: handle; any state, any thread, any process that holds it
 * @state: out
 *
 * Return: 0.
 */
int axvcpu_vcpu_get_state(struct axvcpu_vcpu *vcpu, struct axvcpu_get_state *state);

/**
 * axvcpu_vcpu_get_stats() - read the counters
 * @vcpu: handle; any state, any thread, any process that holds it
 * @stats: out
 *
 * Return: 0.
 */
int axvcpu_vcpu_get_stats(struct axvcpu_vcpu *vcpu, struct axvcpu_stats *stats);

/* ---- words ------------------------------------------------------------ */

/**
 * axvcpu_exit_name() - name of an exit reason
 * @reason: enum axvcpu_exit_reason
 *
 * Return: as in the header, without prefix ("IO_WRITE"); "?" for an unknown
 * one. So do the other *_name() functions.
 */
const char *axvcpu_exit_name(uint32_t reason);

/** axvcpu_cause_name() - name of an enum axvcpu_cause ("KICK") */
const char *axvcpu_cause_name(uint32_t cause);

/** axvcpu_state_name() - name of an enum axvcpu_state ("READY") */
const char *axvcpu_state_name(uint32_t state);

/** axvcpu_call_name() - name of an enum axvcpu_call ("BIND") */
const char *axvcpu_call_name(uint32_t call);

/** axvcpu_arch_name() - name of an enum axvcpu_arch ("x86") */
const char *axvcpu_arch_name(uint32_t arch);

/** axvcpu_backend_name() - name of an enum axvcpu_backend ("svm") */
const char *axvcpu_backend_name(uint32_t backend);

/**
 * axvcpu_reason_text() - why vCPUs can't run, in words
 * @reason: enum axvcpu_reason
 *
 * Return: a sentence without full stop; "vCPUs can run" for
 * AXVCPU_REASON_NONE.
 */
const char *axvcpu_reason_text(uint32_t reason);

#define AXVCPU_DESCRIBE_SIZE 320

/**
 * axvcpu_describe_exit() - put an exit record into one line of text
 * @exit: record
 * @text: out: ends with a zero byte, without newline; cut to fit
 * @size: bytes at @text; AXVCPU_DESCRIBE_SIZE hold every record
 *
 * Return: @text.
 */
char *axvcpu_describe_exit(const struct axvcpu_exit *exit, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif /* AXVCPU_USER_H */
