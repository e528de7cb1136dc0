// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exits: one small function each. The hot ones are compared for, so that they
 * take no indirect branch; the others are in a table by exit reason.
 *
 * SDM Volume 3: 26 "VMX Non-Root Operation", 28.2 (exit information), appendix C.
 */
#include <linux/interrupt.h>
#include <linux/nospec.h>
#include <linux/rcupdate.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/msr-index.h>
#include <asm/processor-flags.h>
#include <asm/tsc.h>

#include "../../guest.h"
#include "../../trace.h"
#include "../hw.h"
#include "../pio.h"
#include "check.h"
#include "regs.h"

/* ---- what the exit told ---------------------------------------------------------- */

/* With interrupts off, right after the exit. */
void vmx_read_exit(struct vmx_vcpu *vmx)
{
	struct vmx_exit_info *exit = &vmx->exit;

	exit->reason = vmx_read(VM_EXIT_REASON);
	exit->length = vmx_read(VM_EXIT_INSTRUCTION_LEN);
	exit->qualification = vmx_read(EXIT_QUALIFICATION);
	exit->vectoring = vmx_read(IDT_VECTORING_INFO_FIELD);
	if (unlikely(exit->vectoring & INTR_INFO_DELIVER_CODE_MASK))
		exit->vectoring_error = vmx_read(IDT_VECTORING_ERROR_CODE);
	switch (exit->reason) {
	case EXIT_REASON_EXCEPTION_NMI:
		exit->event = vmx_read(VM_EXIT_INTR_INFO);
		exit->event_error = vmx_read(VM_EXIT_INTR_ERROR_CODE);
		break;
	case EXIT_REASON_EPT_VIOLATION:
		exit->gpa = vmx_read(GUEST_PHYSICAL_ADDRESS);
		exit->linear = vmx_read(GUEST_LINEAR_ADDRESS);
		exit->cpl = (vmx_read(GUEST_SS_AR_BYTES) >> VMX_AR_DPL_SHIFT) & 3;
		break;
	case EXIT_REASON_EPT_MISCONFIG:
		exit->gpa = vmx_read(GUEST_PHYSICAL_ADDRESS);
		break;
	case EXIT_REASON_IO_INSTRUCTION:
		if (exit->qualification & VMX_IO_STRING)
			exit->insn = vmx_read(VMX_INSTRUCTION_INFO);
		break;
	case EXIT_REASON_VMCALL:
	case EXIT_REASON_XSETBV:
		exit->cpl = (vmx_read(GUEST_SS_AR_BYTES) >> VMX_AR_DPL_SHIFT) & 3;
		break;
	}
}

static u64 vmx_next_rip(const struct vmx_vcpu *vmx)
{
	return x86_next_rip(&vmx->x, vmx->exit.length);
}

/* ---- hot exits -------------------------------------------------------------------- */

static __always_inline int vmx_exit_io(struct vmx_vcpu *vmx)
{
	u64 info = vmx->exit.qualification;
	u32 insn = vmx->exit.insn;
	bool told = vmx_features.basic & VMX_CAP_BASIC_IO_INFO;
	const struct x86_io io = {
		.port = info >> VMX_IO_PORT_SHIFT,
		.width = (info & VMX_IO_WIDTH) + 1,
		.in = info & VMX_IO_IN,
		.rep = info & VMX_IO_REP,
		.address_bytes = told ? 2 << ((insn >> VMX_IO_INFO_ADDRESS_SHIFT) & 3) : 0,
		.segment = told ? (insn >> VMX_IO_INFO_SEGMENT_SHIFT) & 7 : 0xff,
		.next_rip = vmx_next_rip(vmx),
	};

	if (likely(!(info & VMX_IO_STRING)))
		return io.in ? x86_in(&vmx->x, io.port, io.width, io.next_rip,
				      EXIT_REASON_IO_INSTRUCTION) :
			       x86_out(&vmx->x, io.port, io.width, io.next_rip,
				       EXIT_REASON_IO_INSTRUCTION);
	vmx->emulation = VMX_EMULATE_IO;
	return x86_io_string(&vmx->x, &io, EXIT_REASON_IO_INSTRUCTION);
}

/* An IRET that faulted in the middle had opened NMIs already: 28.2.3. */
static void vmx_unblocked_nmi(struct vmx_vcpu *vmx)
{
	if (vmx->exit.vectoring & INTR_INFO_VALID_MASK)
		return;
	vmx->x.events.nmi_masked = true;
	WRITE_ONCE(vmx->x.events.any, true);
}

static __always_inline int vmx_exit_ept(struct vmx_vcpu *vmx)
{
	struct axvcpu_fault *fault = &vmx->x.core.fault;
	u64 info = vmx->exit.qualification;

	fault->gpa = vmx->exit.gpa;
	fault->gva = info & VMX_EPT_LINEAR ? vmx->exit.linear : 0;
	fault->access = info & VMX_EPT_WRITE ? AXVCPU_ACCESS_WRITE :
			info & VMX_EPT_FETCH ? AXVCPU_ACCESS_EXECUTE :
					       AXVCPU_ACCESS_READ;
	/* Without a linear address: PDPTEs that a MOV to CR3 loads. */
	if (!(info & VMX_EPT_LINEAR) || !(info & VMX_EPT_FINAL))
		fault->access |= AXVCPU_ACCESS_WALK;
	else if (vmx->exit.cpl == 3)
		fault->access |= AXVCPU_ACCESS_USER;
	if (unlikely(info & VMX_EPT_NMI_UNBLOCKED))
		vmx_unblocked_nmi(vmx);
	vmx->delivering = vmx->exit.vectoring & INTR_INFO_VALID_MASK;
	vmx->emulation = VMX_EMULATE_EPT;
	return AXVCPU_OUT_FAULT;
}

static __always_inline int vmx_exit_cpuid(struct vmx_vcpu *vmx)
{
	x86_fpu_sync(&vmx->x);	/* leaf 0xd shows XCR0 */
	x86_cpuid(&vmx->x, vmx->guest.cr4);
	x86_skip(&vmx->x, vmx_next_rip(vmx));
	return AXVCPU_OUT_AGAIN;
}

static __always_inline int vmx_exit_hlt(struct vmx_vcpu *vmx)
{
	x86_skip(&vmx->x, vmx_next_rip(vmx));
	return AXVCPU_OUT_HALT;
}

static __always_inline int vmx_exit_vmcall(struct vmx_vcpu *vmx)
{
	if (likely(vmx->exit.cpl == 0))
		return x86_hypercall(&vmx->x, vmx_next_rip(vmx),
				     EXIT_REASON_VMCALL);
	x86_queue_ud(&vmx->x);
	return AXVCPU_OUT_AGAIN;
}

/*
 * Traps of the guest's own that the step met, since it steps itself or has a breakpoint:
 * an entry that injects would lose them (27.7.3), and EVENTS does not show them where
 * they are. In a shadow that is where they wait.
 */
static void vmx_queue_pending_debug(struct vmx_vcpu *vmx)
{
	const u64 any = VMX_PENDING_ENABLED | VMX_PENDING_BS;
	u64 pending;

	vmx_need(vmx, VMX_DEBUG);
	pending = vmx->guest.pending_debug;
	if (!(pending & any) || vmx->x.interrupt_shadow)
		return;
	vmx->guest.pending_debug = 0;
	vmx->dirty |= VMX_DEBUG;
	x86_queue_exception(&vmx->x, X86_VECTOR_DB, false, 0,
			    pending & (DR_TRAP_BITS | DR_STEP));
}

/* By the monitor trap flag. */
static int vmx_exit_step(struct vmx_vcpu *vmx)
{
	vmx_queue_pending_debug(vmx);
	return vmx->flags & VMX_STEP_USER ?
		       x86_exit_step(&vmx->x, vmx->exit.reason) :
		       AXVCPU_OUT_AGAIN;
}

static int vmx_exit_interrupt(struct vmx_vcpu *vmx)
{
	vmx->x.core.stats.interrupts++;
	return x86_exit_interrupt(&vmx->x, EXIT_REASON_EXTERNAL_INTERRUPT);
}

/*
 * At the deadline the next entry says that it has passed. Else it stands for an interrupt
 * that did not end guest mode: see timer.c.
 */
static int vmx_exit_timer(struct vmx_vcpu *vmx)
{
	return vmx->timer.state == VMX_TIMER_BOUND ? vmx_exit_interrupt(vmx) :
						     AXVCPU_OUT_AGAIN;
}

/* ---- MSRs ---------------------------------------------------------------------------- */

static bool vmx_get_msr(struct vmx_vcpu *vmx, u32 msr, u64 *value)
{
	unsigned int i;

	for (i = 0; i < VMX_SYSCALL_MSRS; i++) {
		if (msr == vmx_syscall_msrs[i]) {
			*value = vmx->syscall[i];
			return true;
		}
	}
	switch (msr) {
	case MSR_IA32_TSC:
		*value = rdtsc() + vmx->guest.tsc_offset;
		return true;
	case MSR_IA32_CR_PAT:
		*value = vmx->guest.pat;
		return true;
	case MSR_EFER:
		*value = vmx->guest.efer;
		return true;
	case MSR_TSC_AUX:
		*value = vmx->tsc_aux;
		return x86_guest_has(X86_FEATURE_RDTSCP) ||
		       x86_guest_has(X86_FEATURE_RDPID);
	default:
		return false;
	}
}

static int vmx_exit_rdmsr(struct vmx_vcpu *vmx)
{
	struct x86_vcpu *x = &vmx->x;
	u64 value;

	if (!vmx_get_msr(vmx, x->gpr[AXVCPU_X86_RCX], &value))
		return x86_rdmsr(x, vmx->exit.length, EXIT_REASON_MSR_READ);
	x->gpr[AXVCPU_X86_RAX] = (u32)value;
	x->gpr[AXVCPU_X86_RDX] = value >> 32;
	x86_skip(x, vmx_next_rip(vmx));
	return AXVCPU_OUT_AGAIN;
}

static bool vmx_wrmsr_efer(struct vmx_vcpu *vmx, u64 value)
{
	vmx_need(vmx, VMX_PAGING);
	if (!x86_write_efer(vmx->guest.efer, &value, vmx->guest.cr0))
		return false;
	vmx_set_efer(vmx, value);
	return true;
}

static bool vmx_wrmsr_pat(struct vmx_vcpu *vmx, u64 value)
{
	if (!x86_pat_valid(value))
		return false;
	vmx->guest.pat = value;
	vmx->dirty |= VMX_PAT;
	vmx_flush_tag(vmx);
	return true;
}

/* In the register too: it is the guest's until vmx_put(). */
static bool vmx_wrmsr_tsc_aux(struct vmx_vcpu *vmx, u64 value)
{
	if (value >> 32)
		return false;
	vmx->tsc_aux = value;
	hw_wrmsr(MSR_TSC_AUX, value);
	return true;
}

/* Same, if they are. */
static bool vmx_wrmsr_syscall(struct vmx_vcpu *vmx, u32 msr, u64 value)
{
	unsigned int i;

	if (msr == MSR_SYSCALL_MASK ? value >> 32 :
	    msr != MSR_STAR && !x86_canonical(value))
		return false;
	for (i = 0; i < VMX_SYSCALL_MSRS; i++) {
		if (msr != vmx_syscall_msrs[i])
			continue;
		vmx->syscall[i] = value;
		if (vmx->syscall_loaded)
			hw_wrmsr(msr, value);
	}
	return true;
}

static int vmx_exit_wrmsr(struct vmx_vcpu *vmx)
{
	struct x86_vcpu *x = &vmx->x;
	u32 msr = x->gpr[AXVCPU_X86_RCX];
	u64 value = (u32)x->gpr[AXVCPU_X86_RAX] |
		    x->gpr[AXVCPU_X86_RDX] << 32;
	bool sce = vmx->guest.efer & EFER_SCE;
	u64 unused;
	bool ok;

	if (!vmx_get_msr(vmx, msr, &unused))
		return x86_wrmsr(x, vmx->exit.length, EXIT_REASON_MSR_WRITE);
	switch (msr) {
	case MSR_IA32_TSC:
		vmx->guest.tsc_offset = value - rdtsc();
		vmx->dirty |= VMX_TSC;
		ok = true;
		break;
	case MSR_IA32_CR_PAT:
		ok = vmx_wrmsr_pat(vmx, value);
		break;
	case MSR_EFER:
		ok = vmx_wrmsr_efer(vmx, value);
		break;
	case MSR_TSC_AUX:
		ok = vmx_wrmsr_tsc_aux(vmx, value);
		break;
	default:
		ok = vmx_wrmsr_syscall(vmx, msr, value);
		break;
	}
	if (ok)
		x86_skip(x, vmx_next_rip(vmx));
	else
		x86_queue_gp(x, 0);
	/* SYSCALL came to be: vmx_load() puts its MSRs in place. */
	return !sce && vmx->guest.efer & EFER_SCE ? AXVCPU_OUT_WORK :
						    AXVCPU_OUT_AGAIN;
}

/* ---- exceptions -------------------------------------------------------------------------- */

/* To the VMM if it asked for this vector, else on to the guest. */
static int vmx_exception(struct vmx_vcpu *vmx, u8 vector, u64 address)
{
	bool has_error_code = vmx->exit.event & INTR_INFO_DELIVER_CODE_MASK;
	u32 error_code = has_error_code ? vmx->exit.event_error : 0;

	if (x86_exit_exception(&vmx->x, vector, has_error_code, error_code,
			       address, EXIT_REASON_EXCEPTION_NMI))
		return AXVCPU_OUT_EXIT;
	x86_queue_exception(&vmx->x, vector, has_error_code, error_code,
			    address);
	return AXVCPU_OUT_AGAIN;
}

static int vmx_exit_exception(struct vmx_vcpu *vmx)
{
	u32 event = vmx->exit.event;
	u8 vector = event & 31;

	switch (event & INTR_INFO_INTR_TYPE_MASK) {
	case INTR_TYPE_NMI_INTR:
		/* The host has had it: vmx_pass_event(). */
		return AXVCPU_OUT_AGAIN;
	case INTR_TYPE_SOFT_EXCEPTION:
	case INTR_TYPE_PRIV_SW_EXCEPTION:
		/* A trap: the VMM, or the handler, finds RIP past it. */
		vmx->x.rip = vmx_next_rip(vmx);
		break;
	}
	if (unlikely(event & INTR_INFO_UNBLOCK_NMI) && vector != X86_VECTOR_DF)
		vmx_unblocked_nmi(vmx);
	switch (vector) {
	case X86_VECTOR_MC:
		return AXVCPU_OUT_AGAIN;	/* same */
	case X86_VECTOR_DB:
	case X86_VECTOR_PF:
		return vmx_exception(vmx, vector, vmx->exit.qualification);
	default:
		return vmx_exception(vmx, vector, 0);
	}
}

/* ---- the rest ------------------------------------------------------------------------------ */

/* An INIT for the host, which it can't get while in VMX operation; a window. */
static int vmx_exit_again(struct vmx_vcpu *vmx)
{
	return AXVCPU_OUT_AGAIN;
}

static int vmx_exit_cr_access(struct vmx_vcpu *vmx)
{
	return vmx_exit_cr(vmx, NULL);
}

static int vmx_exit_dr(struct vmx_vcpu *vmx)
{
	vmx->flags |= VMX_DR_LIVE;
	vmx_need(vmx, VMX_DEBUG);
	vmx_dr_intercept(vmx);
	return AXVCPU_OUT_AGAIN;
}

/* Guest memory is coherent: INVD and WBINVD have nothing to do. */
static int vmx_exit_nop(struct vmx_vcpu *vmx)
{
	x86_skip(&vmx->x, vmx_next_rip(vmx));
	return AXVCPU_OUT_AGAIN;
}

static int vmx_exit_ud(struct vmx_vcpu *vmx)
{
	return x86_exit_ud(&vmx->x);
}

static int vmx_exit_gp(struct vmx_vcpu *vmx)
{
	return x86_exit_gp(&vmx->x);
}

static int vmx_exit_pause(struct vmx_vcpu *vmx)
{
	return x86_exit_pause(&vmx->x, vmx_next_rip(vmx),
			      EXIT_REASON_PAUSE_INSTRUCTION);
}

static int vmx_exit_xsetbv(struct vmx_vcpu *vmx)
{
	return x86_exit_xsetbv(&vmx->x, vmx->guest.cr4, vmx->exit.cpl,
			       vmx_next_rip(vmx));
}

static int vmx_exit_crash(struct vmx_vcpu *vmx)
{
	return x86_exit_crash(&vmx->x, EXIT_REASON_TRIPLE_FAULT);
}

/*
 * It exits always, before anything is done (26.4.2), where SVM lets the processor do it.
 * The qualification has the selector of the TSS and what switches.
 */
static int vmx_exit_task_switch(struct vmx_vcpu *vmx)
{
	return axvcpu_exit_unhandled(&vmx->x.core, "a hardware task switch",
				     vmx->exit.reason, vmx->exit.qualification, 0);
}

static int vmx_exit_unknown(struct vmx_vcpu *vmx)
{
	return axvcpu_exit_unknown(&vmx->x.core, vmx->exit.reason,
				   vmx->exit.qualification, vmx->exit.gpa);
}

/* ---- entries that fail -------------------------------------------------------------------------- */

static void vmx_check_fill(struct vmx_vcpu *vmx, struct vmx_check_state *s)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	s->cr0 = vmx_read(GUEST_CR0);
	s->cr3 = vmx_read(GUEST_CR3);
	s->cr4 = vmx_read(GUEST_CR4);
	s->efer = vmx_read(GUEST_IA32_EFER);
	s->rip = vmx_read(GUEST_RIP);
	s->rflags = vmx_read(GUEST_RFLAGS);
	s->dr7 = vmx_read(GUEST_DR7);
	s->gdt_base = vmx_read(GUEST_GDTR_BASE);
	s->idt_base = vmx_read(GUEST_IDTR_BASE);
	s->sysenter_esp = vmx_read(GUEST_SYSENTER_ESP);
	s->sysenter_eip = vmx_read(GUEST_SYSENTER_EIP);
	s->interruptibility = vmx_read(GUEST_INTERRUPTIBILITY_INFO);
	s->event = vmx->flags & VMX_INJECTED ? vmx->injected : 0;
	s->address_bits = boot_cpu_data.x86_phys_bits;
	s->linear_bits = boot_cpu_data.x86_virt_bits;
	s->pending_debug = vmx_read(GUEST_PENDING_DBG_EXCEPTIONS);
	for (i = 0; i < ARRAY_SIZE(s->pdpte); i++)
		s->pdpte[i] = vmx_read(GUEST_PDPTR0 + 2 * i);
	s->ia32e = vmx->guest.efer & EFER_LMA;
	for (i = 0; i < VMX_CHECK_SEGMENTS; i++) {
		s->segment[i].base = vmx_read(GUEST_ES_BASE + 2 * i);
		s->segment[i].limit = vmx_read(GUEST_ES_LIMIT + 2 * i);
		s->segment[i].ar = vmx_read(GUEST_ES_AR_BYTES + 2 * i);
		s->segment[i].selector = vmx_read(GUEST_ES_SELECTOR + 2 * i);
	}
}

/*
 * With interrupts off, right after the entry: @error is the instruction error, 0:
 * the exit reason says that the entry failed.
 */
int vmx_fail_entry(struct vmx_vcpu *vmx, u32 error)
{
	struct vmx_check_state state;
	const char *check;

	vmx_flush_tag(vmx);
	if (error)
		return axvcpu_exit_fail_entry(&vmx->x.core, error,
					      vmx_instruction_error(error));
	switch (vmx->exit.reason & VMX_REASON_BASIC) {
	case EXIT_REASON_INVALID_STATE:
		vmx_check_fill(vmx, &state);
		check = vmx_check_guest(&state);
		break;
	case EXIT_REASON_MCE_DURING_VMENTRY:
		vmx_raise_machine_check();
		check = "a machine check during the entry";
		break;
	case EXIT_REASON_MSR_LOAD_FAIL:
		check = "an MSR of the list can't be loaded";
		break;
	default:
		check = NULL;
		break;
	}
	return axvcpu_exit_fail_entry(
		&vmx->x.core, vmx->exit.reason,
		check ?: "the entry failed for a reason that we do not know");
}

/* ---- the table --------------------------------------------------------------------------------- */

static int (*const vmx_exits[])(struct vmx_vcpu *vmx) = {
	[EXIT_REASON_EXCEPTION_NMI] = vmx_exit_exception,
	[EXIT_REASON_TRIPLE_FAULT] = vmx_exit_crash,
	[EXIT_REASON_INIT_SIGNAL] = vmx_exit_again,
	[EXIT_REASON_INTERRUPT_WINDOW] = vmx_exit_again,
	[EXIT_REASON_NMI_WINDOW] = vmx_exit_again,
	[EXIT_REASON_TASK_SWITCH] = vmx_exit_task_switch,
	[EXIT_REASON_INVD] = vmx_exit_nop,
	[EXIT_REASON_RDPMC] = vmx_exit_gp,
	[EXIT_REASON_VMCLEAR ... EXIT_REASON_VMON] = vmx_exit_ud,
	[EXIT_REASON_CR_ACCESS] = vmx_exit_cr_access,
	[EXIT_REASON_DR_ACCESS] = vmx_exit_dr,
	[EXIT_REASON_MWAIT_INSTRUCTION] = vmx_exit_ud,
	[EXIT_REASON_MONITOR_TRAP_FLAG] = vmx_exit_step,
	[EXIT_REASON_MONITOR_INSTRUCTION] = vmx_exit_ud,
	[EXIT_REASON_PAUSE_INSTRUCTION] = vmx_exit_pause,
	[EXIT_REASON_INVEPT] = vmx_exit_ud,
	[EXIT_REASON_PREEMPTION_TIMER] = vmx_exit_timer,
	[EXIT_REASON_INVVPID] = vmx_exit_ud,
	[EXIT_REASON_WBINVD] = vmx_exit_nop,
	[EXIT_REASON_XSETBV] = vmx_exit_xsetbv,
	[EXIT_REASON_VMFUNC] = vmx_exit_ud,
	[EXIT_REASON_ENCLS] = vmx_exit_ud,
};

static noinline int vmx_handle_rare(struct vmx_vcpu *vmx, u32 reason)
{
	int (*handler)(struct vmx_vcpu *vmx) = NULL;

	if (reason < ARRAY_SIZE(vmx_exits))
		handler = vmx_exits[array_index_nospec(reason,
						       ARRAY_SIZE(vmx_exits))];
	return handler ? handler(vmx) : vmx_exit_unknown(vmx);
}

static __always_inline int vmx_dispatch(struct vmx_vcpu *vmx, u32 reason)
{
	if (reason == EXIT_REASON_IO_INSTRUCTION)
		return vmx_exit_io(vmx);
	if (reason == EXIT_REASON_EPT_VIOLATION)
		return vmx_exit_ept(vmx);
	if (reason == EXIT_REASON_CPUID)
		return vmx_exit_cpuid(vmx);
	if (reason == EXIT_REASON_MSR_READ)
		return vmx_exit_rdmsr(vmx);
	if (reason == EXIT_REASON_MSR_WRITE)
		return vmx_exit_wrmsr(vmx);
	if (reason == EXIT_REASON_EXTERNAL_INTERRUPT)
		return vmx_exit_interrupt(vmx);
	if (reason == EXIT_REASON_HLT)
		return vmx_exit_hlt(vmx);
	if (reason == EXIT_REASON_VMCALL)
		return vmx_exit_vmcall(vmx);
	return vmx_handle_rare(vmx, reason);
}

/* An instruction done here is a step too. */
static int vmx_stepped(struct vmx_vcpu *vmx, int out)
{
	if ((out == AXVCPU_OUT_AGAIN || out == AXVCPU_OUT_WORK) &&
	    vmx->x.rip != vmx->rip)
		return x86_exit_step(&vmx->x, vmx->exit.reason);
	return out;
}

int vmx_handle_exit(struct vmx_vcpu *vmx)
{
	u32 reason = vmx->exit.reason;
	int out;

	trace_axvcpu_exit(&vmx->x.core, vmx->x.rip, reason,
			  vmx->exit.qualification);
	if (unlikely(vmx->exit.vectoring & INTR_INFO_VALID_MASK))
		vmx_cut_short(vmx);
	out = vmx_dispatch(vmx, reason);
	return unlikely(vmx->flags & VMX_STEP_USER) ? vmx_stepped(vmx, out) : out;
}

/* ---- where sleeping is allowed --------------------------------------------------------- */

/* No memory answered: a device's access, if it is one and can be decoded. */
static int vmx_emulate_ept(struct vmx_vcpu *vmx)
{
	struct axvcpu_vcpu *vcpu = &vmx->x.core;
	struct axvcpu_fault *fault = &vcpu->fault;

	/* As svm_emulate_npf(). */
	if (fault->access & (AXVCPU_ACCESS_EXECUTE | AXVCPU_ACCESS_WALK) ||
	    fault->cause == AXVCPU_NPF_HOST_FAULT ||
	    fault->cause == AXVCPU_NPF_POISONED)
		return axvcpu_exit_npf(vcpu, EXIT_REASON_EPT_VIOLATION, NULL, 0);
	if (vmx->delivering) {
		fault->cause = AXVCPU_NPF_CANT_DECODE;
		return axvcpu_exit_npf(vcpu, EXIT_REASON_EPT_VIOLATION, NULL, 0);
	}
	return x86_mmio(&vmx->x, NULL, 0, EXIT_REASON_EPT_VIOLATION);
}

/* The guest's CR3 points to no memory, or to what the host can't read. */
static int vmx_pdptes_fault(struct vmx_vcpu *vmx)
{
	struct axvcpu_vcpu *vcpu = &vmx->x.core;
	struct axvcpu_fault *fault = &vcpu->fault;
	bool memory;

	fault->gpa = (u32)vmx->guest.cr3 & ~0x1fULL;
	fault->gva = 0;
	fault->access = AXVCPU_ACCESS_READ | AXVCPU_ACCESS_WALK;
	rcu_read_lock();
	memory = axvcpu_memory_find(vcpu->vm, fault->gpa);
	rcu_read_unlock();
	fault->cause = memory ? AXVCPU_NPF_HOST_FAULT : AXVCPU_NPF_NO_REGION;
	fault->host_errno = memory ? EFAULT : 0;
	return axvcpu_exit_npf(vcpu, EXIT_REASON_EPT_VIOLATION, NULL, 0);
}

/* With what the VMM has set; an entry says if they are not valid. */
static int vmx_emulate_pdptes(struct vmx_vcpu *vmx)
{
	u64 pdpte[4];

	if (vmx_read_pdptes(vmx, pdpte))
		return vmx_pdptes_fault(vmx);
	vmx_set_pdptes(vmx, pdpte);
	vmx->flags &= ~VMX_PDPTES;
	return AXVCPU_OUT_AGAIN;
}

static int vmx_emulate_cr(struct vmx_vcpu *vmx)
{
	u64 pdpte[4];
	int out;

	if (vmx_read_pdptes(vmx, pdpte))
		return vmx_pdptes_fault(vmx);
	out = vmx_exit_cr(vmx, pdpte);
	return vmx->flags & VMX_STEP_USER ? vmx_stepped(vmx, out) : out;
}

int vmx_emulate(struct axvcpu_vcpu *vcpu)
{
	struct vmx_vcpu *vmx = to_vmx(vcpu);

	vmx_sync_mode(&vmx->x);
	switch (vmx->emulation) {
	case VMX_EMULATE_IO:
		return x86_io_emulate(&vmx->x);
	case VMX_EMULATE_PDPTES:
		return vmx_emulate_pdptes(vmx);
	case VMX_EMULATE_CR:
		return vmx_emulate_cr(vmx);
	default:
		return vmx_emulate_ept(vmx);
	}
}
