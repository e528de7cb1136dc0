// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Debug builds only: what hardware relies on and emulators ignore is checked
 * around every trip. Fields of the VMCS whose value we remember instead of writing
 * it, tags, and the host's registers after an exit. A warning here is a bug of this
 * module; no guest and no user can cause one.
 */
#include "debug.h"
#include "regs.h"

#ifdef X86_DEBUG
#include <linux/bug.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/msr-index.h>

#include "../hw.h"

/* 28.5: what an exit loads. */
#define VMX_EXIT_RESTORES	(X86_DEBUG_MSR(EFER) | X86_DEBUG_MSR(PAT) | \
				 X86_DEBUG_MSR(FS_BASE) | \
				 X86_DEBUG_MSR(GS_BASE) | \
				 X86_DEBUG_MSR(SYSENTER_CS) | \
				 X86_DEBUG_MSR(SYSENTER_ESP) | \
				 X86_DEBUG_MSR(SYSENTER_EIP) | X86_DEBUG_CR | \
				 X86_DEBUG_DEBUGCTL)

void vmx_debug_load(struct vmx_vcpu *vmx)
{
	x86_debug_snapshot(&vmx->debug_section);
}

void vmx_debug_put(struct vmx_vcpu *vmx)
{
	/*
	 * The rest may change with an interrupt that we served: CR4, DEBUGCTL, DR7; LDTR
	 * by modify_ldt() of another thread; and the kernel runs with one SS or another.
	 */
	x86_debug_compare(&vmx->debug_section,
			  X86_DEBUG_ALL_MSRS | X86_DEBUG_TABLES |
				  X86_DEBUG_IDT_LIMIT | X86_DEBUG_SELECTORS);
}

static void vmx_debug_field(unsigned long field, u64 expected)
{
	u64 value = vmx_read(field);

	WARN_ONCE(value != expected,
		  "axvcpu: VMCS field %#lx is %#llx, and should be %#llx\n",
		  field, value, expected);
}

static void vmx_debug_host_fields(const struct x86_debug_host *h)
{
	vmx_debug_field(HOST_CR0, h->cr[0]);
	vmx_debug_field(HOST_CR3, h->cr[1]);
	vmx_debug_field(HOST_CR4, h->cr[2]);
	vmx_debug_field(HOST_IA32_EFER, h->msr[X86_DEBUG_EFER]);
	vmx_debug_field(HOST_IA32_PAT, h->msr[X86_DEBUG_PAT]);
	vmx_debug_field(HOST_FS_BASE, h->msr[X86_DEBUG_FS_BASE]);
	vmx_debug_field(HOST_GS_BASE, h->msr[X86_DEBUG_GS_BASE]);
	vmx_debug_field(HOST_IA32_SYSENTER_CS, h->msr[X86_DEBUG_SYSENTER_CS]);
	vmx_debug_field(HOST_IA32_SYSENTER_ESP, h->msr[X86_DEBUG_SYSENTER_ESP]);
	vmx_debug_field(HOST_IA32_SYSENTER_EIP, h->msr[X86_DEBUG_SYSENTER_EIP]);
	vmx_debug_field(HOST_GDTR_BASE, h->gdt.address);
	vmx_debug_field(HOST_IDTR_BASE, h->idt.address);
	if (vmx_features.perf && !vmx_features.perf_list)
		vmx_debug_field(HOST_IA32_PERF_GLOBAL_CTRL,
				hw_rdmsr(MSR_CORE_PERF_GLOBAL_CTRL));
}

/* Groups that are true in memory and not to be written are the same in the VMCS. */
static void vmx_debug_groups(struct vmx_vcpu *vmx)
{
	u32 same = vmx->valid & VMX_GUESTS & ~vmx->dirty, valid = vmx->valid;
	struct vmx_guest was = vmx->guest;

	vmx_read_groups(vmx, same);
	WARN_ONCE(memcmp(&was, &vmx->guest, sizeof(was)),
		  "axvcpu: a group of %#x is not what the VMCS has\n", same);
	vmx->guest = was;
	WRITE_ONCE(vmx->valid, valid);
}

static void vmx_debug_guest_fields(struct vmx_vcpu *vmx)
{
	const struct x86_vcpu *x = &vmx->x;

	vmx_debug_field(GUEST_RIP, x->rip);
	vmx_debug_field(GUEST_RSP, x->gpr[AXVCPU_X86_RSP]);
	vmx_debug_field(GUEST_RFLAGS, x->rflags);
	vmx_debug_field(GUEST_INTERRUPTIBILITY_INFO, vmx->interruptibility);
	vmx_debug_field(PIN_BASED_VM_EXEC_CONTROL,
			vmx_features.pin | (vmx->timer.state ?
						    PIN_BASED_VMX_PREEMPTION_TIMER : 0));
	if (vmx->timer.state)
		vmx_debug_field(VMX_PREEMPTION_TIMER_VALUE, vmx->timer.value);
	vmx_debug_field(EXCEPTION_BITMAP, vmx->guest.exceptions);
	vmx_debug_field(CPU_BASED_VM_EXEC_CONTROL, vmx->guest.proc);
	vmx_debug_field(EPT_POINTER, vmx->guest.eptp);
	vmx_debug_field(TSC_OFFSET, vmx->guest.tsc_offset);
	vmx_debug_field(GUEST_IA32_PAT, vmx->guest.pat);
	vmx_debug_field(GUEST_IA32_EFER, vmx->guest.efer);
	vmx_debug_field(CR0_READ_SHADOW, vmx->guest.cr0);
	vmx_debug_field(CR4_READ_SHADOW, vmx->guest.cr4);
	if (vmx_features.vpid)
		vmx_debug_field(VIRTUAL_PROCESSOR_ID, vmx->vpid);
}

void vmx_debug_before(struct vmx_vcpu *vmx)
{
	const struct vmx_cpu *c = this_cpu_ptr(&vmx_cpu);

	WARN_ONCE(c->current_vcpu != vmx ||
		  vmx->loaded_cpu != smp_processor_id(),
		  "axvcpu: an entry with another VMCS: on CPU %d\n",
		  vmx->loaded_cpu);
	WARN_ONCE(vmx->vpid_generation != c->generation || !vmx->vpid,
		  "axvcpu: VPID %u of generation %#llx, the CPU's is %#llx\n",
		  vmx->vpid, vmx->vpid_generation, c->generation);
	WARN_ONCE(vmx->dirty || vmx->tlb_generation == ~0ULL,
		  "axvcpu: an entry without the flush or the groups %#x that are due\n",
		  vmx->dirty);
	x86_debug_snapshot(&vmx->debug_trip);
	vmx_debug_host_fields(&vmx->debug_trip);
	vmx_debug_guest_fields(vmx);
	vmx_debug_groups(vmx);
}

void vmx_debug_after(struct vmx_vcpu *vmx)
{
	x86_debug_compare(&vmx->debug_trip, VMX_EXIT_RESTORES);
}
#endif /* X86_DEBUG */
