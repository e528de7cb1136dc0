/* SPDX-License-Identifier: GPL-2.0-or-later WITH Linux-syscall-note */
/*
 * axvcpu: virtual CPUs for small VMMs. The architecture-neutral ABI.
 *
 * This header and its siblings axvcpu_x86.h, axvcpu_arm64.h and axvcpu_riscv.h
 * are the only contract between the module and user space.
 *
 * Rules that hold for every ioctl:
 *  - A struct starts with __u32 size (sizeof() as the caller was compiled) and
 *    __u32 flags. A smaller struct than the kernel's reads as if the rest were
 *    zero; a larger one must be zero beyond what the kernel knows (-E2BIG).
 *  - An unknown flag or a non-zero reserved field is -EINVAL.
 *  - On an error nothing has changed.
 *  - Errnos mean one thing each: EBADFD wrong state; EBUSY another caller
 *    holds the vCPU, a queue is full or the extension has another owner; EIO
 *    foreign mm; EINVAL unknown flag or value; E2BIG unknown non-zero tail;
 *    EOPNOTSUPP capability absent; EEXIST overlap; EFAULT bad user pointer;
 *    ENOTTY unknown ioctl; EXDEV CPU outside cpu_set; ENODEV no hardware;
 *    ENOTRECOVERABLE the hardware state is lost and the vCPU Invalid; ENOMEM;
 *    EMFILE and ENFILE from making a file descriptor.
 */
#ifndef AXVCPU_H
#define AXVCPU_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define AXVCPU_ABI_VERSION	1
#define AXVCPU_DEVICE		"/dev/axvcpu"

#if defined(__cplusplus)
#define AXVCPU_ASSERT(what, text) static_assert(what, text)
#else
#define AXVCPU_ASSERT(what, text) _Static_assert(what, text)
#endif
#define AXVCPU_ASSERT_SIZE(type, bytes) \
	AXVCPU_ASSERT(sizeof(struct type) == (bytes), "size of " #type)
#define AXVCPU_ASSERT_AT(type, member, offset) \
	AXVCPU_ASSERT(__builtin_offsetof(struct type, member) == (offset), \
		      "offset of " #type "." #member)

/* ---- ioctl numbers ---------------------------------------------------- */

#define AXVCPU_IOC			0xBC
/* on /dev/axvcpu */
#define AXVCPU_GET_INFO			_IO(AXVCPU_IOC, 0x00)
#define AXVCPU_CREATE_VM		_IO(AXVCPU_IOC, 0x01)
/* on a VM */
#define AXVCPU_SET_MEMORY		_IO(AXVCPU_IOC, 0x10)
#define AXVCPU_CREATE_VCPU		_IO(AXVCPU_IOC, 0x11)
/* on a VM, numbers reserved: -ENOTTY until built */
#define AXVCPU_SET_IRQ			_IO(AXVCPU_IOC, 0x12)
#define AXVCPU_IRQFD			_IO(AXVCPU_IOC, 0x13)
#define AXVCPU_IOEVENTFD		_IO(AXVCPU_IOC, 0x14)
#define AXVCPU_DIRTY_LOG		_IO(AXVCPU_IOC, 0x15)
#define AXVCPU_SNAPSHOT			_IO(AXVCPU_IOC, 0x16)
#define AXVCPU_SET_CPUID		_IO(AXVCPU_IOC, 0x17)
#define AXVCPU_SET_SYSREG_POLICY	_IO(AXVCPU_IOC, 0x18)
/* on a vCPU */
#define AXVCPU_SETUP			_IO(AXVCPU_IOC, 0x20)
#define AXVCPU_BIND			_IO(AXVCPU_IOC, 0x21)
#define AXVCPU_UNBIND			_IO(AXVCPU_IOC, 0x22)
#define AXVCPU_RUN			_IO(AXVCPU_IOC, 0x23)
#define AXVCPU_RESET			_IO(AXVCPU_IOC, 0x24)
#define AXVCPU_KICK			_IO(AXVCPU_IOC, 0x25)
#define AXVCPU_GET_REGS			_IO(AXVCPU_IOC, 0x26)
#define AXVCPU_SET_REGS			_IO(AXVCPU_IOC, 0x27)
#define AXVCPU_GET_ONE_REG		_IO(AXVCPU_IOC, 0x28)
#define AXVCPU_SET_ONE_REG		_IO(AXVCPU_IOC, 0x29)
#define AXVCPU_INJECT			_IO(AXVCPU_IOC, 0x2a)
#define AXVCPU_SET_RETURN_VALUE		_IO(AXVCPU_IOC, 0x2b)
#define AXVCPU_TRANSLATE		_IO(AXVCPU_IOC, 0x2c)
#define AXVCPU_GET_STATE		_IO(AXVCPU_IOC, 0x2d)
#define AXVCPU_GET_STATS		_IO(AXVCPU_IOC, 0x2e)

/* ---- GET_INFO --------------------------------------------------------- */

/** enum axvcpu_arch - the architecture of the host and of its guests */
enum axvcpu_arch {
	AXVCPU_ARCH_NONE,
	AXVCPU_ARCH_X86,
	AXVCPU_ARCH_ARM64,
	AXVCPU_ARCH_RISCV,
};

/** enum axvcpu_backend - the hardware extension in use */
enum axvcpu_backend {
	AXVCPU_BACKEND_NONE,
	AXVCPU_BACKEND_VMX,
	AXVCPU_BACKEND_SVM,
	AXVCPU_BACKEND_EL2,
	AXVCPU_BACKEND_HEXT,
	AXVCPU_BACKEND_MOCK,	/* KUnit only */
};

/** enum axvcpu_mode - the host's own mode, where a back end has several */
enum axvcpu_mode {
	AXVCPU_MODE_NONE,
	AXVCPU_MODE_VHE,
	AXVCPU_MODE_NVHE,
};

/** enum axvcpu_reason - why vCPUs can't run here; AXVCPU_REASON_NONE: they can */
enum axvcpu_reason {
	AXVCPU_REASON_NONE,
	AXVCPU_REASON_NO_HARDWARE,	/* the CPU lacks the extension */
	AXVCPU_REASON_FIRMWARE,		/* present, but switched off by the firmware */
	AXVCPU_REASON_OWNED_BY_KVM,
	AXVCPU_REASON_OWNED_BY_OTHER,	/* an unnamed hypervisor holds it */
	AXVCPU_REASON_NO_NESTED_PAGING,
	AXVCPU_REASON_MISSING_FEATURE,	/* another required feature, see the kernel log */
	AXVCPU_REASON_HOST_MODE,	/* the host kernel's mode has no sound way */
	AXVCPU_REASON_NO_MEMORY,
	AXVCPU_REASON_COUNT,
};

#define AXVCPU_CAP_PIN			(1ULL << 0)	/* SET_MEMORY with AXVCPU_MEM_PIN */
#define AXVCPU_CAP_READONLY		(1ULL << 1)	/* SET_MEMORY with AXVCPU_MEM_READONLY */
#define AXVCPU_CAP_HUGE_2M		(1ULL << 2)	/* second-stage entries of 2 MiB */
#define AXVCPU_CAP_HUGE_1G		(1ULL << 3)	/* second-stage entries of 1 GiB */
#define AXVCPU_CAP_TRANSLATE		(1ULL << 4)
#define AXVCPU_CAP_NMI			(1ULL << 5)	/* INJECT of AXVCPU_EVENT_NMI */
#define AXVCPU_CAP_POWEROFF_PORT	(1ULL << 6)	/* AXVCPU_VM_POWEROFF_PORT */
#define AXVCPU_CAP_HALT_IN_KERNEL	(1ULL << 7)	/* AXVCPU_VM_HALT_IN_KERNEL */
#define AXVCPU_CAP_IDLE_EXITS		(1ULL << 8)	/* AXVCPU_VM_IDLE_EXITS */
#define AXVCPU_CAP_SINGLE_STEP		(1ULL << 9)	/* AXVCPU_RUN_SINGLE_STEP */
#define AXVCPU_CAP_IRQCHIP		(1ULL << 10)	/* AXVCPU_VM_IRQCHIP */
#define AXVCPU_CAP_INTERRUPT_EXITS	(1ULL << 11)	/* AXVCPU_VM_INTERRUPT_EXITS */

/* ---- registers as blocks ---------------------------------------------- */

/** enum axvcpu_block - the groups in which registers are read and written */
enum axvcpu_block {
	AXVCPU_BLOCK_GENERAL,	/* general registers, PC, flags */
	AXVCPU_BLOCK_SYSTEM,	/* segments, control registers; EL1 system registers; CSRs */
	AXVCPU_BLOCK_FPU,	/* x86: standard-format XSAVE image, length from GET_INFO */
	AXVCPU_BLOCK_MSRS,
	AXVCPU_BLOCK_DEBUG,
	AXVCPU_BLOCK_EVENTS,	/* struct axvcpu_events */
	AXVCPU_BLOCK_CLOCK,	/* struct axvcpu_clock */
	AXVCPU_BLOCK_POWER,	/* struct axvcpu_power */
	AXVCPU_BLOCK_ID,	/* arm64: the ID registers that the guest is shown */
	AXVCPU_BLOCK_STOPS,	/* arm64: the VMM's break- and watchpoints */
	AXVCPU_BLOCK_VECTOR,	/* arm64: SVE, length from GET_INFO */
	AXVCPU_BLOCK_COUNT,
};
#define AXVCPU_BLOCK_MAX	16

/**
 * struct axvcpu_info - what this host can do
 * @size: in: sizeof(struct axvcpu_info); at most this many bytes are written
 * @flags: in: 0
 * @abi_version: AXVCPU_ABI_VERSION
 * @arch: enum axvcpu_arch
 * @backend: enum axvcpu_backend; also set where @reason says that it can't run
 * @mode: enum axvcpu_mode
 * @reason: enum axvcpu_reason
 * @reserved0: 0
 * @capabilities: AXVCPU_CAP_*
 * @run_size: bytes to mmap() at offset 0 of a vCPU for struct axvcpu_run
 * @data_offset: offset of the data area in it
 * @data_size: bytes in the data area
 * @max_vcpus: vCPUs in one VM
 * @max_regions: memory regions in one VM
 * @gpa_bits: width of a guest-physical address
 * @stage2_levels: levels of the second-stage tables
 * @tags: address-space tags (ASID, VPID, VMID) per CPU
 * @exit_reasons: number of reasons that GET_STATS counts
 * @reserved1: 0
 * @block_length: bytes of each register block; 0: not on this architecture
 *
 * GET_INFO works for every opener in every condition; -EINVAL: @flags, or
 * @size below 8; -EFAULT.
 */
struct axvcpu_info {
	__u32 size;
	__u32 flags;
	__u32 abi_version;
	__u32 arch;
	__u32 backend;
	__u32 mode;
	__u32 reason;
	__u32 reserved0;
	__u64 capabilities;
	__u32 run_size;
	__u32 data_offset;
	__u32 data_size;
	__u32 max_vcpus;
	__u32 max_regions;
	__u32 gpa_bits;
	__u32 stage2_levels;
	__u32 tags;
	__u32 exit_reasons;
	__u32 reserved1;
	__u32 block_length[AXVCPU_BLOCK_MAX];
};
AXVCPU_ASSERT_SIZE(axvcpu_info, 144);
AXVCPU_ASSERT_AT(axvcpu_info, capabilities, 32);
AXVCPU_ASSERT_AT(axvcpu_info, block_length, 80);

/* ---- CREATE_VM -------------------------------------------------------- */

#define AXVCPU_VM_POWEROFF_PORT		(1ULL << 0)	/* x86: OUT 0x2000 to 0x604 is SYSTEM_DOWN */
#define AXVCPU_VM_HALT_IN_KERNEL	(1ULL << 1)	/* HLT, WFI: RUN blocks until an event */
#define AXVCPU_VM_IDLE_EXITS		(1ULL << 2)	/* PAUSE loops, WFE leave as IDLE */
#define AXVCPU_VM_IRQCHIP		(1ULL << 3)	/* interrupt controller in the kernel */
#define AXVCPU_VM_INTERRUPT_EXITS	(1ULL << 4)	/* host interrupts leave as EXTERNAL_INTERRUPT */

/**
 * struct axvcpu_create_vm - make a VM that the calling process owns
 * @size: sizeof(struct axvcpu_create_vm)
 * @flags: 0
 * @behaviours: AXVCPU_VM_*, fixed for the VM's life
 *
 * Returns a file descriptor (O_CLOEXEC). Enables the extension on every CPU if
 * this is the first VM. -EINVAL: unknown @flags or @behaviours; -EOPNOTSUPP: a
 * known behaviour that GET_INFO does not offer; -ENODEV, -EBUSY: see
 * axvcpu_info.reason; -ENOMEM; -EMFILE; -ENFILE; -EINTR.
 */
struct axvcpu_create_vm {
	__u32 size;
	__u32 flags;
	__u64 behaviours;
};
AXVCPU_ASSERT_SIZE(axvcpu_create_vm, 16);

/* ---- SET_MEMORY ------------------------------------------------------- */

#define AXVCPU_MEM_DELETE	(1U << 0)	/* remove the region that starts at gpa */
#define AXVCPU_MEM_READONLY	(1U << 1)	/* guest writes leave as MMIO_WRITE */
#define AXVCPU_MEM_PIN		(1U << 2)	/* pin and map every page now */
/* reserved, -EOPNOTSUPP until built */
#define AXVCPU_MEM_LOG_DIRTY	(1U << 3)
#define AXVCPU_MEM_NO_EXECUTE	(1U << 4)
#define AXVCPU_MEM_DEVICE	(1U << 5)
#define AXVCPU_MEM_FD		(1U << 6)

/**
 * struct axvcpu_memory - map the caller's memory at a guest-physical address
 * @size: sizeof(struct axvcpu_memory)
 * @flags: AXVCPU_MEM_*
 * @gpa: first guest-physical address, page aligned: the region's key
 * @length: bytes, page aligned, not zero; with DELETE 0 or the region's length
 * @user_addr: first address in the caller's memory, page aligned; 0 with DELETE
 *
 * May be called while vCPUs run. When DELETE has returned, no vCPU reaches the
 * region any more. A change of a region is DELETE and then an add.
 * -EINVAL: unknown flag, misalignment, wrap-around, beyond gpa_bits, DELETE of
 * nothing; -EOPNOTSUPP: reserved flag; -EEXIST: overlaps a region; -EFAULT: the
 * range is not mapped in the caller or can't be read (or written, unless
 * READONLY); -ENOSPC: max_regions reached; -EIO: foreign mm; -ENOMEM, also for
 * RLIMIT_MEMLOCK with PIN; -EINTR.
 */
struct axvcpu_memory {
	__u32 size;
	__u32 flags;
	__u64 gpa;
	__u64 length;
	__u64 user_addr;
};
AXVCPU_ASSERT_SIZE(axvcpu_memory, 32);

/* ---- CREATE_VCPU, SETUP, BIND ----------------------------------------- */

/**
 * struct axvcpu_create_vcpu - make a vCPU
 * @size: sizeof(struct axvcpu_create_vcpu)
 * @flags: 0
 * @vcpu_id: the caller's number, below max_vcpus, unique in the VM
 * @favor_cpu: host CPU that BIND(-1) prefers; -1: none
 * @cpu_set: address of the mask of host CPUs that may run it, little-endian
 *	bit order as in sched_setaffinity(2); 0: every CPU
 * @cpu_set_length: bytes of the mask; any length
 * @config_length: bytes at @config
 * @config: address of the architecture's struct axvcpu_ARCH_create_config; 0:
 *	defaults
 *
 * Returns a file descriptor (O_CLOEXEC); the vCPU is Created. -EEXIST: the id
 * is in use; -EINVAL: id too large, unknown flag, no CPU in the mask that this
 * host could have, favor_cpu impossible, bad config; -EXDEV: favor_cpu outside
 * cpu_set; -EOPNOTSUPP: the config asks for what the host lacks; -EFAULT; -E2BIG;
 * -EIO; -ENOMEM; -EMFILE; -ENFILE.
 */
struct axvcpu_create_vcpu {
	__u32 size;
	__u32 flags;
	__u32 vcpu_id;
	__s32 favor_cpu;
	__u64 cpu_set;
	__u32 cpu_set_length;
	__u32 config_length;
	__u64 config;
};
AXVCPU_ASSERT_SIZE(axvcpu_create_vcpu, 40);
AXVCPU_ASSERT_AT(axvcpu_create_vcpu, config, 32);

/**
 * struct axvcpu_setup - give a Created vCPU its start state
 * @size: sizeof(struct axvcpu_setup)
 * @flags: 0
 * @entry: first instruction: an offset in CS in real mode, else an address
 * @config: address of the architecture's struct axvcpu_ARCH_setup_config; 0:
 *	defaults
 * @config_length: bytes at @config
 * @reserved: 0
 *
 * Created becomes Free; all registers are overwritten. -EBADFD; -EBUSY;
 * -EINVAL; -EOPNOTSUPP: the config asks for what the host lacks; -EFAULT; -E2BIG;
 * -EIO; -ENOMEM: most of a vCPU's memory is taken by its first SETUP;
 * -ENOTRECOVERABLE.
 */
struct axvcpu_setup {
	__u32 size;
	__u32 flags;
	__u64 entry;
	__u64 config;
	__u32 config_length;
	__u32 reserved;
};
AXVCPU_ASSERT_SIZE(axvcpu_setup, 32);

/**
 * struct axvcpu_bind - place a Free vCPU
 * @size: sizeof(struct axvcpu_bind)
 * @flags: 0
 * @cpu: host CPU; -1: favor_cpu if it is online and in the mask, else the
 *	caller's current one
 * @reserved: 0
 *
 * Free becomes Ready. The task's own affinity does not change. -EXDEV: outside
 * cpu_set; -EINVAL: no such CPU; -ENODEV: that CPU is offline; -EBADFD; -EBUSY;
 * -EFAULT; -EIO; -ENOTRECOVERABLE. UNBIND takes no argument (0) and reverts it:
 * -EBADFD; -EBUSY; -EIO; -ENOTRECOVERABLE. So RESET.
 */
struct axvcpu_bind {
	__u32 size;
	__u32 flags;
	__s32 cpu;
	__u32 reserved;
};
AXVCPU_ASSERT_SIZE(axvcpu_bind, 16);

/* ---- RUN -------------------------------------------------------------- */

/*
 * ioctl(vcpu, AXVCPU_RUN, flags). Ready becomes Running and, when it returns,
 * Ready again. Returns 0 with the exit record in the run page, whatever the
 * guest did. -EBADFD; -EBUSY: another thread is in a call on this vCPU;
 * -EXDEV: the current CPU is outside cpu_set; -ENODEV: the CPU is going down;
 * -EINVAL: unknown flag, or run->complete is no valid answer to what is
 * pending (nothing was consumed); -EIO: foreign mm; -ENOMEM: for a page of guest
 * memory, or a table; -ENOTRECOVERABLE. -ENOMEM and -ENODEV can come after the
 * guest has run on:
 * run->complete.action is NONE if the answer was taken.
 *
 * RUN that waits for a page of guest memory (userfaultfd, swap) is ended by a
 * signal, on kernels before 6.2 by a fatal one only, and not by KICK: serve the
 * fault first.
 */
#define AXVCPU_RUN_COMPLETE_ONLY	(1UL << 0)	/* apply the answer, don't enter the guest */

/** enum axvcpu_exit_reason - why RUN returned */
enum axvcpu_exit_reason {
	AXVCPU_EXIT_NOTHING,
	AXVCPU_EXIT_HYPERCALL,
	AXVCPU_EXIT_MMIO_READ,
	AXVCPU_EXIT_MMIO_WRITE,
	AXVCPU_EXIT_IO_READ,
	AXVCPU_EXIT_IO_WRITE,
	AXVCPU_EXIT_SYSREG_READ,
	AXVCPU_EXIT_SYSREG_WRITE,
	AXVCPU_EXIT_EXTERNAL_INTERRUPT,
	AXVCPU_EXIT_IRQ_WINDOW,
	AXVCPU_EXIT_NESTED_PAGE_FAULT,
	AXVCPU_EXIT_HALT,
	AXVCPU_EXIT_IDLE,
	AXVCPU_EXIT_CPU_UP,
	AXVCPU_EXIT_CPU_DOWN,
	AXVCPU_EXIT_SYSTEM_DOWN,
	AXVCPU_EXIT_SEND_IPI,
	AXVCPU_EXIT_EOI,
	AXVCPU_EXIT_DEBUG,
	AXVCPU_EXIT_EXCEPTION,
	AXVCPU_EXIT_FAIL_ENTRY,
	AXVCPU_EXIT_INTERNAL_ERROR,
	AXVCPU_EXIT_UNKNOWN,
	AXVCPU_EXIT_COUNT,
};
#define AXVCPU_EXIT_MAX		32

/** enum axvcpu_cause - what ended RUN with NOTHING */
enum axvcpu_cause {
	AXVCPU_CAUSE_NONE,	/* RUN with COMPLETE_ONLY is done */
	AXVCPU_CAUSE_SIGNAL,
	AXVCPU_CAUSE_KICK,
	AXVCPU_CAUSE_DEADLINE,
	AXVCPU_CAUSE_AFFINITY,	/* the scheduler moved the thread out of cpu_set */
	AXVCPU_CAUSE_IMMEDIATE,	/* run->immediate_exit was set */
};

/** enum axvcpu_npf_cause - what NESTED_PAGE_FAULT could not resolve */
enum axvcpu_npf_cause {
	AXVCPU_NPF_NO_REGION,	/* no memory there, and the access is no data access */
	AXVCPU_NPF_READ_ONLY,	/* a write to READONLY memory that can't be decoded */
	AXVCPU_NPF_HOST_FAULT,	/* the host could not provide the page: host_errno */
	AXVCPU_NPF_POISONED,	/* the host's page has a memory error */
	AXVCPU_NPF_CANT_DECODE,	/* a device access by an instruction we don't decode */
};
#define AXVCPU_ACCESS_READ	(1U << 0)
#define AXVCPU_ACCESS_WRITE	(1U << 1)
#define AXVCPU_ACCESS_EXECUTE	(1U << 2)
#define AXVCPU_ACCESS_USER	(1U << 3)
#define AXVCPU_ACCESS_WALK	(1U << 4)	/* by the guest's own page walk */
#define AXVCPU_ACCESS_GVA	(1U << 5)	/* npf.gva is valid */

/** enum axvcpu_down - what SYSTEM_DOWN asks for */
enum axvcpu_down {
	AXVCPU_DOWN_POWER_OFF,
	AXVCPU_DOWN_RESET,
	AXVCPU_DOWN_CRASH,	/* x86: shutdown, the triple fault */
};

/** enum axvcpu_debug_kind - what DEBUG reports */
enum axvcpu_debug_kind {
	AXVCPU_DEBUG_SINGLE_STEP,
	AXVCPU_DEBUG_BREAKPOINT,	/* arm64: AXVCPU_BLOCK_STOPS */
	AXVCPU_DEBUG_WATCHPOINT,	/* same */
};

/* axvcpu_exit.flags */
#define AXVCPU_EXIT_PENDING	(1U << 0)	/* the next RUN needs run->complete */
#define AXVCPU_EXIT_DATA_AREA	(1U << 1)	/* the data is in the data area */

/**
 * struct axvcpu_exit - one exit, the same on every architecture
 * @reason: enum axvcpu_exit_reason
 * @flags: AXVCPU_EXIT_PENDING, AXVCPU_EXIT_DATA_AREA
 * @seq: exits that this vCPU has reported before
 * @time_ns: CLOCK_MONOTONIC of the report
 * @pc: the guest's PC: past the instruction, or at it if PENDING
 * @next_pc: address after the instruction, 0 if not known
 * @hw_code: the hardware's own exit code
 * @u: by reason
 *
 * Data values are little-endian in the low @width bytes, the rest is zero.
 */
struct axvcpu_exit {
	__u32 reason;
	__u32 flags;
	__u64 seq;
	__u64 time_ns;
	__u64 pc;
	__u64 next_pc;
	__u64 hw_code;
	union {
		struct {
			__u32 cause;		/* enum axvcpu_cause */
		} nothing;
		struct {
			__u64 nr;
			__u64 args[6];
			__u64 immediate;
		} hypercall;
		/* An instruction's write is PENDING if more accesses of it follow. */
		struct {			/* MMIO_READ, MMIO_WRITE */
			__u64 gpa;
			__u32 width;		/* bytes: 1 2 4 8, later 16 32 64 */
			__u32 reg;		/* read: register that gets it, ~0: none */
			__u32 reg_width;	/* read: bytes of it that change */
			__u32 sign_extend;	/* read */
			__u64 data[8];		/* write */
		} mmio;
		struct {			/* IO_READ, IO_WRITE */
			__u16 port;
			__u16 width;		/* bytes: 1 2 4 */
			__u32 count;		/* elements; above 1 only with DATA_AREA */
			__u64 data;		/* write without DATA_AREA */
		} io;
		struct {			/* SYSREG_READ, SYSREG_WRITE */
			__u64 addr;
			__u64 value;		/* write */
			__u32 reg;		/* read: register that gets it, ~0: fixed */
		} sysreg;
		struct {
			__u64 vector;
		} interrupt;
		struct {
			__u64 gpa;
			__u64 gva;		/* with AXVCPU_ACCESS_GVA */
			__u32 access;		/* AXVCPU_ACCESS_* */
			__u32 cause;		/* enum axvcpu_npf_cause */
			__u32 host_errno;
			__u32 insn_length;	/* bytes known in insn, 0: none */
			__u8 insn[16];
		} npf;
		struct {			/* HALT */
			__u64 timer_ns;		/* arm64: CLOCK_MONOTONIC at which a timer */
						/* would end it, 0: none */
		} halt;
		struct {
			__u64 target_cpu;	/* architectural id */
			__u64 entry_point;
			__u64 arg;
		} cpu_up;
		struct {
			__u64 state;
		} cpu_down;
		struct {
			__u32 kind;		/* enum axvcpu_down */
		} system_down;
		struct {
			__u64 target_cpu;
			__u64 target_cpu_aux;
			__u32 send_to_all;
			__u32 send_to_self;
			__u64 vector;
			__u32 group;		/* arm64 */
			__u32 reserved;
		} send_ipi;
		struct {
			__u64 vector;
		} eoi;
		struct {
			__u32 kind;		/* enum axvcpu_debug_kind */
			__u32 reserved;
			__u64 detail;		/* x86: the DR6 bits; arm64: the syndrome */
			__u64 address;		/* of the instruction, or what it accesses */
		} debug;
		struct {
			__u32 vector;
			__u32 has_error_code;
			__u64 error_code;
			__u64 address;		/* x86: CR2 for #PF, DR6 bits for #DB */
		} exception;
		struct {
			__u64 hw_reason;
			char check[192];	/* the check that failed, in words */
		} fail_entry;
		struct {
			__u32 what;		/* source line of the report */
			__u32 words;		/* how many of word[] are used */
			__u64 word[8];
			char where[64];
		} internal;
		struct {
			__u64 code;
			__u64 qualification;
			__u64 qualification2;
			char what[64];		/* in words, empty: nobody knows */
		} unknown;
		__u8 bytes[256];
	} u;
};
AXVCPU_ASSERT_SIZE(axvcpu_exit, 304);
AXVCPU_ASSERT_AT(axvcpu_exit, u, 48);

/** enum axvcpu_answer - axvcpu_complete.action */
enum axvcpu_answer {
	AXVCPU_ANSWER_NONE,	/* nothing pending; HYPERCALL: leave the result register */
	AXVCPU_ANSWER_DONE,	/* go on; reads: with data */
	AXVCPU_ANSWER_FAULT,	/* raise vector with error_code at the instruction */
	AXVCPU_ANSWER_CANCEL,	/* execute the instruction again */
};

/**
 * struct axvcpu_complete - the VMM's answer to the last exit
 * @action: enum axvcpu_answer; the kernel sets it to NONE when it took it
 * @vector: FAULT: exception number
 * @has_error_code: FAULT: 0 or 1
 * @reserved: 0
 * @error_code: FAULT
 * @data: DONE: what the read returns (or in the data area if the exit says
 *	so); HYPERCALL: the result in data[0]
 */
struct axvcpu_complete {
	__u32 action;
	__u32 vector;
	__u32 has_error_code;
	__u32 reserved;
	__u64 error_code;
	__u64 data[8];
};
AXVCPU_ASSERT_SIZE(axvcpu_complete, 88);

/* axvcpu_run.request_flags */
/* report IRQ_WINDOW when it opens; arm64: or within a millisecond */
#define AXVCPU_RUN_IRQ_WINDOW	(1U << 0)
#define AXVCPU_RUN_SINGLE_STEP	(1U << 1)	/* report DEBUG after one instruction */

/**
 * struct axvcpu_run - the run page, mmap()ed MAP_SHARED at offset 0 of a vCPU
 * @request_flags: in: AXVCPU_RUN_IRQ_WINDOW, AXVCPU_RUN_SINGLE_STEP
 * @immediate_exit: in: not 0: RUN returns NOTHING/IMMEDIATE before the next
 *	entry. The owner clears it.
 * @reserved0: 0
 * @deadline_ns: in: absolute CLOCK_MONOTONIC at which RUN returns
 *	NOTHING/DEADLINE; 0: none
 * @complete: in: the answer to a pending exit
 * @state: out: enum axvcpu_state
 * @interrupt_flag: out: 1 if the guest would take a maskable interrupt now, but
 *	for @interrupt_shadow and @priority
 * @interrupt_shadow: out: 1 in the shadow of STI, MOV SS (x86)
 * @irq_pending: out: 1 if an injected interrupt is still waiting
 * @reserved1: 0
 * @priority: out: x86: CR8; arm64: PMR
 * @reserved2: 0
 * @exit: out: the last exit
 *
 * The kernel reads each "in" field once a RUN and trusts none.
 */
struct axvcpu_run {
	__u32 request_flags;
	__u8 immediate_exit;
	__u8 reserved0[3];
	__u64 deadline_ns;
	struct axvcpu_complete complete;
	__u32 state;
	__u8 interrupt_flag;
	__u8 interrupt_shadow;
	__u8 irq_pending;
	__u8 reserved1;
	__u64 priority;
	__u64 reserved2;
	struct axvcpu_exit exit;
};
AXVCPU_ASSERT_SIZE(axvcpu_run, 432);
AXVCPU_ASSERT_AT(axvcpu_run, complete, 16);
AXVCPU_ASSERT_AT(axvcpu_run, state, 104);
AXVCPU_ASSERT_AT(axvcpu_run, exit, 128);

/* ---- register access -------------------------------------------------- */

/**
 * struct axvcpu_regs - move one block of registers (GET_REGS, SET_REGS)
 * @size: sizeof(struct axvcpu_regs)
 * @flags: 0
 * @block: enum axvcpu_block
 * @length: bytes at @addr: exactly axvcpu_info.block_length[block]
 * @addr: address of the block's struct
 *
 * Needs Free or Ready. SET while an exit is pending: -EBUSY. -EINVAL: unknown
 * block, wrong length, or a value that the architecture forbids (nothing was
 * set); -EBADFD; -EBUSY; -EFAULT; -EIO; -ENOMEM.
 */
struct axvcpu_regs {
	__u32 size;
	__u32 flags;
	__u32 block;
	__u32 length;
	__u64 addr;
};
AXVCPU_ASSERT_SIZE(axvcpu_regs, 24);

/* A register's id: its width, its block and its byte offset in the block. */
#define AXVCPU_REG(block, offset, log2_bytes) \
	(((__u64)(log2_bytes) << 52) | ((__u64)(block) << 32) | (__u32)(offset))
#define AXVCPU_REG_LOG2_BYTES(id)	(((id) >> 52) & 0xf)
#define AXVCPU_REG_BLOCK(id)		(((id) >> 32) & 0xfffff)
#define AXVCPU_REG_OFFSET(id)		((__u32)(id))

/**
 * struct axvcpu_one_reg - move one register (GET_ONE_REG, SET_ONE_REG)
 * @size: sizeof(struct axvcpu_one_reg)
 * @flags: 0
 * @id: AXVCPU_REG(); 1 to 64 bytes, naturally aligned (up to 8) in its block
 * @value: in or out; the bytes beyond the register are zero
 *
 * As SET_REGS and GET_REGS with one part of the block. Same errnos; and -EINVAL
 * for SET in AXVCPU_BLOCK_EVENTS, which other threads change too.
 */
struct axvcpu_one_reg {
	__u32 size;
	__u32 flags;
	__u64 id;
	__u64 value[8];
};
AXVCPU_ASSERT_SIZE(axvcpu_one_reg, 80);

/**
 * struct axvcpu_clock - AXVCPU_BLOCK_CLOCK: the guest's counter minus the host's
 * @offset: of x86's TSC; of arm64's virtual and physical counter, the latter of which
 *	traps if this is not 0
 */
struct axvcpu_clock {
	__u64 offset;
};
AXVCPU_ASSERT_SIZE(axvcpu_clock, 8);

/** enum axvcpu_power_state - beside the state machine: PSCI, SBI, INIT and SIPI */
enum axvcpu_power_state {
	AXVCPU_POWER_ON,
	AXVCPU_POWER_OFF,
	AXVCPU_POWER_ON_PENDING,
};

/** struct axvcpu_power - AXVCPU_BLOCK_POWER */
struct axvcpu_power {
	__u32 state;
	__u32 reserved;
};
AXVCPU_ASSERT_SIZE(axvcpu_power, 8);

/* ---- INJECT, SET_RETURN_VALUE, TRANSLATE ------------------------------- */

/** enum axvcpu_event - what INJECT raises */
enum axvcpu_event {
	AXVCPU_EVENT_INTERRUPT,
	AXVCPU_EVENT_NMI,
	AXVCPU_EVENT_EXCEPTION,
};

/**
 * struct axvcpu_inject - raise an event in the guest
 * @size: sizeof(struct axvcpu_inject)
 * @flags: 0
 * @type: enum axvcpu_event
 * @vector: interrupt or exception number; 0 for NMI
 * @has_error_code: EXCEPTION: 0 or 1, as the architecture has it for @vector
 * @reserved: 0
 * @error_code: EXCEPTION
 * @address: EXCEPTION: x86: CR2 for #PF, DR6 bits for #DB, else 0; arm64:
 *	FAR_EL1, 0 for SERROR
 *
 * INTERRUPT and NMI: from any thread and process that holds the fd, in every
 * state but Invalid; the vCPU takes it when it can, and leaves guest mode or
 * wakes for it. -EBUSY: that vector (or two NMIs) already waits. EXCEPTION: by
 * the owner in Ready; -EBUSY: an exception waits or an exit is pending.
 * -EINVAL; -EOPNOTSUPP; -EBADFD; -EFAULT; -EIO.
 */
struct axvcpu_inject {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 vector;
	__u32 has_error_code;
	__u32 reserved;
	__u64 error_code;
	__u64 address;
};
AXVCPU_ASSERT_SIZE(axvcpu_inject, 40);

/**
 * struct axvcpu_return_value - set a hypercall's result register
 * @size: sizeof(struct axvcpu_return_value)
 * @flags: 0
 * @value: into rax, x0 or a0
 *
 * Needs Free or Ready. -EBUSY: also if an exit is pending; -EBADFD; -EINVAL;
 * -EFAULT; -EIO.
 */
struct axvcpu_return_value {
	__u32 size;
	__u32 flags;
	__u64 value;
};
AXVCPU_ASSERT_SIZE(axvcpu_return_value, 16);

/**
 * struct axvcpu_translate - walk the guest's own page tables
 * @size: sizeof(struct axvcpu_translate)
 * @flags: 0
 * @gva: in: guest-virtual (x86: linear) address
 * @access: in: AXVCPU_ACCESS_READ, WRITE, EXECUTE, USER to check, 0: none
 * @valid: out: 1: @gpa holds; 0: the guest would fault, @error_code says how
 * @gpa: out
 * @page_size: out: bytes of the guest's mapping
 * @error_code: out: the architecture's page-fault code
 *
 * Sets no accessed or dirty bit. Needs Free or Ready. -EFAULT: the guest's
 * tables lie in memory that the host can't read now; -EINVAL; -EBADFD; -EBUSY;
 * -EOPNOTSUPP; -EIO.
 */
struct axvcpu_translate {
	__u32 size;
	__u32 flags;
	__u64 gva;
	__u32 access;
	__u32 valid;
	__u64 gpa;
	__u64 page_size;
	__u64 error_code;
};
AXVCPU_ASSERT_SIZE(axvcpu_translate, 48);

/* ---- GET_STATE, GET_STATS --------------------------------------------- */

/** enum axvcpu_state - the life cycle */
enum axvcpu_state {
	AXVCPU_STATE_CREATED,
	AXVCPU_STATE_FREE,
	AXVCPU_STATE_READY,
	AXVCPU_STATE_RUNNING,
	AXVCPU_STATE_BLOCKED,
	AXVCPU_STATE_INVALID,
	AXVCPU_STATE_COUNT,
};

/** enum axvcpu_call - what caused a transition */
enum axvcpu_call {
	AXVCPU_CALL_CREATE,
	AXVCPU_CALL_SETUP,
	AXVCPU_CALL_BIND,
	AXVCPU_CALL_RUN,
	AXVCPU_CALL_RUN_DONE,
	AXVCPU_CALL_WAIT,
	AXVCPU_CALL_WAKE,
	AXVCPU_CALL_UNBIND,
	AXVCPU_CALL_RESET,
	AXVCPU_CALL_LOST,	/* the hardware state is unknown */
	AXVCPU_CALL_COUNT,
};

/** struct axvcpu_transition - one step of the state machine */
struct axvcpu_transition {
	__u8 from;
	__u8 to;
	__u8 cause;		/* enum axvcpu_call */
	__u8 reserved[5];
	__u64 time_ns;		/* CLOCK_MONOTONIC */
};
AXVCPU_ASSERT_SIZE(axvcpu_transition, 16);
#define AXVCPU_HISTORY		16

/**
 * struct axvcpu_get_state - state and history
 * @size: in: sizeof(struct axvcpu_get_state); at most this much is written
 * @flags: in: 0
 * @state: enum axvcpu_state
 * @busy: 1 while a call holds the vCPU
 * @power: enum axvcpu_power_state
 * @cpu: host CPU of the binding, -1: none
 * @runs: how often RUN went to Running and back (not in @history)
 * @transitions: all other transitions ever
 * @history: the last of them, oldest first; the first
 *	min(transitions, AXVCPU_HISTORY) are valid
 *
 * Any thread, any process that holds the fd, any state. -EINVAL; -EFAULT.
 */
struct axvcpu_get_state {
	__u32 size;
	__u32 flags;
	__u32 state;
	__u32 busy;
	__u32 power;
	__s32 cpu;
	__u64 runs;
	__u64 transitions;
	struct axvcpu_transition history[AXVCPU_HISTORY];
};
AXVCPU_ASSERT_SIZE(axvcpu_get_state, 296);
AXVCPU_ASSERT_AT(axvcpu_get_state, history, 40);

/** struct axvcpu_exit_stat - one exit reason's count and guest-plus-handling time */
struct axvcpu_exit_stat {
	__u64 count;
	__u64 time_ns;
};

/**
 * struct axvcpu_stats - counters of one vCPU since it was created
 * @size: in: sizeof(struct axvcpu_stats); at most this much is written
 * @flags: in: 0
 * @entries: entries into guest mode
 * @handled: exits that the kernel handled without user space
 * @interrupts: host interrupts that ended guest mode
 * @faults: second-stage faults resolved
 * @huge_faults: of these, by an entry above 4 KiB
 * @injected: events delivered
 * @requeued: deliveries cut short and done again
 * @migrations: first entries on another host CPU
 * @tlb_flushes: flushes of the guest's translations that entries asked for
 * @ipis: IPIs sent to make this vCPU leave guest mode
 * @ibpbs: branch predictor barriers
 * @blocked_ns: time in Blocked
 * @reserved: 0
 * @exit: by enum axvcpu_exit_reason: exits to user space, and the time from
 *	RUN's start to the report
 *
 * As GET_STATE. Single values are exact; together they are no snapshot while
 * the vCPU runs.
 */
struct axvcpu_stats {
	__u32 size;
	__u32 flags;
	__u64 entries;
	__u64 handled;
	__u64 interrupts;
	__u64 faults;
	__u64 huge_faults;
	__u64 injected;
	__u64 requeued;
	__u64 migrations;
	__u64 tlb_flushes;
	__u64 ipis;
	__u64 ibpbs;
	__u64 blocked_ns;
	__u64 reserved[3];
	struct axvcpu_exit_stat exit[AXVCPU_EXIT_MAX];
};
AXVCPU_ASSERT_SIZE(axvcpu_stats, 640);
AXVCPU_ASSERT_AT(axvcpu_stats, exit, 128);

#endif /* AXVCPU_H */
