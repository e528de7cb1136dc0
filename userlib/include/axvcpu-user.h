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
 *  - Each comment lists every errno. Those without an explanation have one
 *    meaning everywhere: -EIO: the VM belongs to another process; -EBADFD: the
 *    vCPU is not in the state that the call needs ("needs Ready"); -EBUSY:
 *    another thread is in a call on this vCPU; -ENOTRECOVERABLE: the hardware
 *    state is lost and the vCPU Invalid, axvcpu_vcpu_reset() or close it;
 *    -EMFILE, -ENFILE, -ENOMEM as in open(2). -ENOTTY is not repeated: the file descriptor given to
 *    axvcpu_vcpu_from_fd() was of another kind, or the kernel module is older
 *    than the call.
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
 * Return: 0; -ENOENT: the module is not loaded; -ENODEV, -ENXIO: nor is it, and
 * the device's name was made by hand; -EACCES: the caller may not open it;
 * -EPROTONOSUPPORT: the module speaks another version of the ABI; -ENOTTY: @path
 * is something else; -ENOMEM; -EMFILE; -ENFILE; what else open(2) has for a bad
 * @path.
 */
int axvcpu_open(const char *path, struct axvcpu_device **device);

/**
 * axvcpu_from_fd() - make a handle for an open file descriptor of the device
 * @fd: for example received over a socket; belongs to the handle on success
 * @device: out: handle, ends with axvcpu_close()
 *
 * Return: 0; -EPROTONOSUPPORT: the module speaks another version of the ABI;
 * -ENOTTY: @fd is something else; -EBADF: @fd is not open; -ENOMEM.
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
 * may change while the device is open. axvcpu_name() puts it in words.
 *
 * Return: 0; a good handle has no errno.
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
 * does not offer; -ENODEV: no vCPU can run here, see info.reason, or the host
 * goes down; -EBUSY: the extension has another owner; -ENOMEM; -EMFILE; -ENFILE;
 * -EINTR: a signal came.
 */
int axvcpu_vm_create(struct axvcpu_device *device, uint64_t behaviours, struct axvcpu_vm **vm);

/**
 * axvcpu_vm_close() - close a VM
 * @vm: handle or NULL; its vCPUs keep the VM alive
 *
 * Memory from axvcpu_vm_add_ram() stays mapped in the caller.
 */
void axvcpu_vm_close(struct axvcpu_vm *vm);

/**
 * axvcpu_vm_set_memory() - show a range of the caller's memory to the guest, or
 * take it away
 * @vm: handle
 * @gpa: first guest-physical address, page aligned: the region's key
 * @addr: first address in the caller, page aligned; with DELETE NULL
 * @length: bytes, page aligned, not zero; with DELETE 0 or the region's
 * @flags: AXVCPU_MEM_READONLY, AXVCPU_MEM_PIN; AXVCPU_MEM_DELETE alone
 *
 * Any thread of the owner, also while vCPUs run. The caller keeps the memory
 * mapped; what it unmaps, the guest loses. When AXVCPU_MEM_DELETE has returned,
 * no vCPU reaches the region any more.
 *
 * Return: 0; -EINVAL: flag, alignment, wrap-around, beyond info.gpa_bits, or
 * DELETE of nothing; -EOPNOTSUPP: reserved flag; -EEXIST: overlaps a region;
 * -EFAULT: the range is not mapped, or can't be read or written; -ENOSPC:
 * info.max_regions reached, or too many in this process; -ENOMEM: also for
 * RLIMIT_MEMLOCK with PIN; -EINTR: a fatal signal came; -EIO.
 */
int axvcpu_vm_set_memory(struct axvcpu_vm *vm, uint64_t gpa, void *addr, size_t length,
			 uint32_t flags);

/**
 * axvcpu_vm_add_ram() - allocate zeroed memory and show it to the guest
 * @vm: handle
 * @gpa: first guest-physical address, page aligned
 * @length: bytes, page aligned, not zero
 * @flags: AXVCPU_MEM_READONLY, AXVCPU_MEM_PIN
 * @hva: out: where the caller sees it; ends with axvcpu_vm_remove_ram(), or
 *	munmap() when the VM is gone
 *
 * Pages come on first touch and may be huge.
 *
 * Return: 0; -EINVAL, -EOPNOTSUPP, -EEXIST, -EFAULT, -ENOSPC, -ENOMEM, -EINTR,
 * -EIO: as axvcpu_vm_set_memory(); -ENOMEM: also for the caller's own mapping;
 * -EAGAIN: the caller used mlockall(2) and RLIMIT_MEMLOCK is reached.
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
 * Return: 0; -EINVAL: no such region; -ENOMEM; -EINTR: a fatal signal came; -EIO.
 * On an error nothing was unmapped.
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
 * -EOPNOTSUPP: @config asks for what this host lacks; -E2BIG: @config is newer
 * than the module; -ENOMEM; -EMFILE; -ENFILE; -EAGAIN: the caller used
 * mlockall(2) and RLIMIT_MEMLOCK is reached; -EIO.
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
 * Return: 0; -EXDEV: @favor_cpu is outside @cpu_set; -EINVAL: also if no CPU in
 * @cpu_set, or not @favor_cpu, is one that this host could have; -EFAULT:
 * @cpu_set can't be read; -EEXIST, -EOPNOTSUPP, -E2BIG, -ENOMEM, -EMFILE,
 * -ENFILE, -EAGAIN, -EIO: as axvcpu_vcpu_create().
 */
int axvcpu_vcpu_create_on(struct axvcpu_vm *vm, uint32_t id, int favor_cpu, const void *cpu_set,
			  size_t cpu_set_length, const void *config, size_t config_length,
			  struct axvcpu_vcpu **vcpu);

/**
 * axvcpu_vcpu_from_fd() - make a handle for a vCPU's file descriptor
 * @fd: for example received over a socket; belongs to the handle on success
 * @vcpu: out: handle without a run page, ends with axvcpu_vcpu_close()
 *
 * For a process other than the VM's owner, which may KICK, INJECT an interrupt
 * or NMI, GET_STATE and GET_STATS.
 *
 * Return: 0; -ENOMEM.
 */
int axvcpu_vcpu_from_fd(int fd, struct axvcpu_vcpu **vcpu);

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
 * axvcpu_vcpu_from_fd().
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
 * Return: 0; -EINVAL: bad value in @config; -EOPNOTSUPP: it asks for what this
 * host lacks; -E2BIG: @config is newer than the module; -ENOMEM;
 * -ENOTRECOVERABLE; -EBADFD; -EBUSY; -EIO.
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
 * -ENOTRECOVERABLE; -EBADFD; -EBUSY; -EIO.
 */
int axvcpu_vcpu_bind(struct axvcpu_vcpu *vcpu, int cpu);

/**
 * axvcpu_vcpu_unbind() - undo axvcpu_vcpu_bind()
 * @vcpu: handle; needs Ready, becomes Free
 *
 * Return: 0; -ENOTRECOVERABLE; -EBADFD; -EBUSY; -EIO.
 */
int axvcpu_vcpu_unbind(struct axvcpu_vcpu *vcpu);

/**
 * axvcpu_vcpu_reset() - back to Created
 * @vcpu: handle; any state but Running and Blocked
 *
 * Keeps memory, policies and statistics; clears registers, events, a pending
 * exit and the binding. The only way out of Invalid.
 *
 * Return: 0; -ENOTRECOVERABLE; -EBADFD; -EBUSY; -EIO.
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
 * Return: 0; -EXDEV: the current CPU is outside cpu_set; -ENODEV: it goes down;
 * -EINVAL: unknown flag, or run->complete is no valid answer (nothing was
 * consumed); -ENOMEM: for a page of guest memory or a table; -ENOTRECOVERABLE;
 * -EBADFD; -EBUSY: also, on an arm64 host without VHE: KVM has taken EL2; -EIO. After
 * -ENOMEM, -ENODEV and -EBUSY of that kind the guest may have run on:
 * run->complete.action is AXVCPU_ANSWER_NONE if the answer was taken.
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
 * @reserved: NULL
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
 * Return: 0; a handler's negative errno; -EPROTO: a record that this library
 * can't read; -EINVAL: also for a handle from axvcpu_vcpu_from_fd(); -EXDEV,
 * -ENODEV, -ENOMEM, -ENOTRECOVERABLE, -EBADFD, -EBUSY, -EIO: as
 * axvcpu_vcpu_run().
 */
int axvcpu_vcpu_loop(struct axvcpu_vcpu *vcpu, const struct axvcpu_handlers *handlers, void *ctx);

/**
 * axvcpu_pin_thread() - let the calling thread run on one host CPU only
 * @cpu: host CPU
 *
 * Return: 0; -EINVAL: @cpu is negative, or offline, or not allowed to the
 * thread; -EPERM: a security module forbids it; -ENOMEM.
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
 * Return: 0; -EINVAL: unknown block or wrong length; -EFAULT: @regs can't be
 * written; -ENOMEM; -EBADFD; -EBUSY; -EIO.
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
 * pending; -EFAULT: @regs can't be read; -ENOMEM; -EBADFD; -EIO.
 */
int axvcpu_vcpu_set_regs(struct axvcpu_vcpu *vcpu, uint32_t block, const void *regs, size_t length);

/**
 * axvcpu_vcpu_get_one_reg() - read one register
 * @vcpu: handle; needs Free or Ready
 * @id: AXVCPU_REG()
 * @value: out: the register, zero-extended to @length
 * @length: bytes at @value: at least the register's, at most 64
 *
 * Return: 0; -EINVAL: unknown id or bad @length; -ENOMEM; -EBADFD; -EBUSY; -EIO.
 */
int axvcpu_vcpu_get_one_reg(struct axvcpu_vcpu *vcpu, uint64_t id, void *value, size_t length);

/**
 * axvcpu_vcpu_set_one_reg() - write one register
 * @vcpu: handle; needs Free or Ready
 * @id: AXVCPU_REG()
 * @value: the register; bytes beyond its width must be zero
 * @length: bytes at @value: at least the register's, at most 64
 *
 * Return: 0; -EINVAL: unknown id, bad @length, a value that the architecture
 * forbids, or a part of AXVCPU_BLOCK_EVENTS; -EBUSY: also while an exit is
 * pending; -ENOMEM; -EBADFD; -EIO.
 */
int axvcpu_vcpu_set_one_reg(struct axvcpu_vcpu *vcpu, uint64_t id, const void *value,
			    size_t length);

/**
 * axvcpu_vcpu_inject() - raise an interrupt, an NMI or an exception
 * @vcpu: handle; for INTERRUPT and NMI any state but Invalid, any thread, any
 *	process that holds it; for EXCEPTION needs Ready, of the owner
 * @event: type and vector, for an exception also its error code and address
 *	(the size field is set here)
 *
 * The guest takes an interrupt or NMI when it can; a run wakes or leaves guest
 * mode for it. An exception is raised at the current PC.
 *
 * Return: 0; -EBUSY: that vector, two NMIs or an exception already wait, or for
 * an exception an exit is pending; -EINVAL: no such event; -EOPNOTSUPP: an NMI
 * without AXVCPU_CAP_NMI; -EBADFD; -EIO.
 */
int axvcpu_vcpu_inject(struct axvcpu_vcpu *vcpu, const struct axvcpu_inject *event);

/**
 * axvcpu_vcpu_set_return_value() - set a hypercall's result register
 * @vcpu: handle; needs Free or Ready
 * @value: for rax, x0 or a0
 *
 * Return: 0; -EBUSY: also while an exit is pending; -EBADFD; -EIO.
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
 * memory that can't be read; -EINVAL: unknown bit in @access; -EOPNOTSUPP: without
 * AXVCPU_CAP_TRANSLATE; -EBADFD; -EBUSY; -EIO.
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

/** enum axvcpu_name_of - which enum of the ABI a number is of */
enum axvcpu_name_of {
	AXVCPU_NAME_EXIT,    /* enum axvcpu_exit_reason: "IO_WRITE" */
	AXVCPU_NAME_CAUSE,   /* enum axvcpu_cause: "KICK" */
	AXVCPU_NAME_STATE,   /* enum axvcpu_state: "READY" */
	AXVCPU_NAME_CALL,    /* enum axvcpu_call: "BIND" */
	AXVCPU_NAME_ARCH,    /* enum axvcpu_arch: "x86" */
	AXVCPU_NAME_BACKEND, /* enum axvcpu_backend: "svm" */
	AXVCPU_NAME_REASON,  /* enum axvcpu_reason: a sentence without full stop */
	AXVCPU_NAME_COUNT,
};

/**
 * axvcpu_name() - a word for a number
 * @of: what the number is
 * @value: the number
 *
 * Return: the word, or the sentence for AXVCPU_NAME_REASON; "?" for a number
 * that this library does not know.
 */
const char *axvcpu_name(enum axvcpu_name_of of, uint32_t value);

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
