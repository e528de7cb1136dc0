// SPDX-License-Identifier: GPL-3.0-or-later
/* Words for the numbers of the ABI. */
#include "internal.h"

static const char *const exits[AXVCPU_EXIT_COUNT] = {
	[AXVCPU_EXIT_NOTHING] = "NOTHING",
	[AXVCPU_EXIT_HYPERCALL] = "HYPERCALL",
	[AXVCPU_EXIT_MMIO_READ] = "MMIO_READ",
	[AXVCPU_EXIT_MMIO_WRITE] = "MMIO_WRITE",
	[AXVCPU_EXIT_IO_READ] = "IO_READ",
	[AXVCPU_EXIT_IO_WRITE] = "IO_WRITE",
	[AXVCPU_EXIT_SYSREG_READ] = "SYSREG_READ",
	[AXVCPU_EXIT_SYSREG_WRITE] = "SYSREG_WRITE",
	[AXVCPU_EXIT_EXTERNAL_INTERRUPT] = "EXTERNAL_INTERRUPT",
	[AXVCPU_EXIT_IRQ_WINDOW] = "IRQ_WINDOW",
	[AXVCPU_EXIT_NESTED_PAGE_FAULT] = "NESTED_PAGE_FAULT",
	[AXVCPU_EXIT_HALT] = "HALT",
	[AXVCPU_EXIT_IDLE] = "IDLE",
	[AXVCPU_EXIT_CPU_UP] = "CPU_UP",
	[AXVCPU_EXIT_CPU_DOWN] = "CPU_DOWN",
	[AXVCPU_EXIT_SYSTEM_DOWN] = "SYSTEM_DOWN",
	[AXVCPU_EXIT_SEND_IPI] = "SEND_IPI",
	[AXVCPU_EXIT_EOI] = "EOI",
	[AXVCPU_EXIT_DEBUG] = "DEBUG",
	[AXVCPU_EXIT_EXCEPTION] = "EXCEPTION",
	[AXVCPU_EXIT_FAIL_ENTRY] = "FAIL_ENTRY",
	[AXVCPU_EXIT_INTERNAL_ERROR] = "INTERNAL_ERROR",
	[AXVCPU_EXIT_UNKNOWN] = "UNKNOWN",
};

static const char *const causes[] = {
	[AXVCPU_CAUSE_NONE] = "NONE",	      [AXVCPU_CAUSE_SIGNAL] = "SIGNAL",
	[AXVCPU_CAUSE_KICK] = "KICK",	      [AXVCPU_CAUSE_DEADLINE] = "DEADLINE",
	[AXVCPU_CAUSE_AFFINITY] = "AFFINITY", [AXVCPU_CAUSE_IMMEDIATE] = "IMMEDIATE",
};

static const char *const states[AXVCPU_STATE_COUNT] = {
	[AXVCPU_STATE_CREATED] = "CREATED", [AXVCPU_STATE_FREE] = "FREE",
	[AXVCPU_STATE_READY] = "READY",	    [AXVCPU_STATE_RUNNING] = "RUNNING",
	[AXVCPU_STATE_BLOCKED] = "BLOCKED", [AXVCPU_STATE_INVALID] = "INVALID",
};

static const char *const calls[AXVCPU_CALL_COUNT] = {
	[AXVCPU_CALL_CREATE] = "CREATE",     [AXVCPU_CALL_SETUP] = "SETUP",
	[AXVCPU_CALL_BIND] = "BIND",	     [AXVCPU_CALL_RUN] = "RUN",
	[AXVCPU_CALL_RUN_DONE] = "RUN_DONE", [AXVCPU_CALL_WAIT] = "WAIT",
	[AXVCPU_CALL_WAKE] = "WAKE",	     [AXVCPU_CALL_UNBIND] = "UNBIND",
	[AXVCPU_CALL_RESET] = "RESET",	     [AXVCPU_CALL_LOST] = "LOST",
};

static const char *const archs[] = {
	[AXVCPU_ARCH_NONE] = "none",
	[AXVCPU_ARCH_X86] = "x86",
	[AXVCPU_ARCH_ARM64] = "arm64",
	[AXVCPU_ARCH_RISCV] = "riscv",
};

static const char *const backends[] = {
	[AXVCPU_BACKEND_NONE] = "none", [AXVCPU_BACKEND_VMX] = "vmx",
	[AXVCPU_BACKEND_SVM] = "svm",	[AXVCPU_BACKEND_EL2] = "el2",
	[AXVCPU_BACKEND_HEXT] = "hext", [AXVCPU_BACKEND_MOCK] = "mock",
};

static const char *const reasons[AXVCPU_REASON_COUNT] = {
	[AXVCPU_REASON_NONE] = "vCPUs can run",
	[AXVCPU_REASON_NO_HARDWARE] = "the CPU has no virtualization extension that axvcpu can use",
	[AXVCPU_REASON_FIRMWARE] = "the firmware has switched the virtualization extension off",
	[AXVCPU_REASON_OWNED_BY_KVM] = "KVM uses the virtualization extension",
	[AXVCPU_REASON_OWNED_BY_OTHER] = "another hypervisor uses the virtualization extension",
	[AXVCPU_REASON_NO_NESTED_PAGING] = "the CPU has no second-stage address translation",
	[AXVCPU_REASON_MISSING_FEATURE] =
		"the CPU lacks a feature that axvcpu needs, named in the kernel log",
	[AXVCPU_REASON_HOST_MODE] =
		"the host kernel runs in a mode that axvcpu has no sound way for",
	[AXVCPU_REASON_NO_MEMORY] = "the module ran out of memory when it was loaded",
};

#define TABLE(names)                                      \
	{                                                 \
		names, sizeof(names) / sizeof((names)[0]) \
	}

static const struct {
	const char *const *names;
	size_t count;
} tables[AXVCPU_NAME_COUNT] = {
	[AXVCPU_NAME_EXIT] = TABLE(exits),     [AXVCPU_NAME_CAUSE] = TABLE(causes),
	[AXVCPU_NAME_STATE] = TABLE(states),   [AXVCPU_NAME_CALL] = TABLE(calls),
	[AXVCPU_NAME_ARCH] = TABLE(archs),     [AXVCPU_NAME_BACKEND] = TABLE(backends),
	[AXVCPU_NAME_REASON] = TABLE(reasons),
};

const char *axvcpu_name(enum axvcpu_name_of of, uint32_t value)
{
	if ((unsigned int)of >= AXVCPU_NAME_COUNT || value >= tables[of].count ||
	    !tables[of].names[value])
		return "?";
	return tables[of].names[value];
}
