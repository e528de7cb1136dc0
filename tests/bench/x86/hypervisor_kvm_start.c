// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm over KVM: CPUID and the start state of the vCPU. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cpuid_list.h"
#include "hypervisor_kvm.h"

#define CPUID_ENTRIES 200

static bool has_subleaves(uint32_t leaf)
{
	return leaf == 4 || leaf == 7 || leaf == 0xb || leaf == 0xd;
}

int kvm_set_cpuid(struct hypervisor *hypervisor)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entry[CPUID_ENTRIES];
	} cpuid;
	FILE *file = fopen(CPUID_LIST_FILE, "rb");
	struct cpuid_leaf leaf;

	if (!file)
		return -1;
	while (cpuid.head.nent < CPUID_ENTRIES && fread(&leaf, sizeof(leaf), 1, file) == 1)
		cpuid.entry[cpuid.head.nent++] = (struct kvm_cpuid_entry2){
			.function = leaf.leaf,
			.index = leaf.subleaf,
			.flags = has_subleaves(leaf.leaf) ? KVM_CPUID_FLAG_SIGNIFCANT_INDEX : 0,
			.eax = leaf.eax,
			.ebx = leaf.ebx,
			.ecx = leaf.ecx,
			.edx = leaf.edx,
		};
	fclose(file);
	return ioctl(hypervisor->vcpu, KVM_SET_CPUID2, &cpuid);
}

/* ---- the start state ------------------------------------------------------------- */

static void set_flat_segments(struct kvm_sregs *sregs, bool long_mode)
{
	const struct kvm_segment data = {
		.limit = 0xffffffff,
		.selector = 0x18,
		.type = 3,
		.present = 1,
		.db = 1,
		.s = 1,
		.g = 1,
	};

	sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
	sregs->cs = data;
	sregs->cs.selector = 0x10;
	sregs->cs.type = 0xb;
	sregs->cs.db = !long_mode;
	sregs->cs.l = long_mode;
	sregs->tr = (struct kvm_segment){
		.limit = 0xffff,
		.selector = 0x20,
		.type = 0xb,
		.present = 1,
	};
}

static void set_mode(struct kvm_sregs *sregs, const struct axvcpu_x86_setup_config *config)
{
	switch (config->mode) {
	case AXVCPU_X86_START_REAL:
		sregs->cs.selector = config->cs_selector;
		sregs->cs.base = config->flags & AXVCPU_X86_SETUP_CS_BASE ?
					 config->cs_base :
					 (uint64_t)config->cs_selector << 4;
		break;
	case AXVCPU_X86_START_PROTECTED:
		set_flat_segments(sregs, false);
		sregs->cr0 = 0x11; /* PE, ET */
		break;
	default:
		set_flat_segments(sregs, true);
		sregs->cr0 = 0x80010031; /* PE, ET, NE, WP, PG */
		sregs->cr3 = config->page_table_root;
		sregs->cr4 = 0x20;   /* PAE */
		sregs->efer = 0xd00; /* LME, LMA, NX */
	}
}

int kvm_set_start(int vcpu, uint64_t entry, const struct axvcpu_x86_setup_config *config,
		  const struct axvcpu_x86_table *gdt)
{
	struct kvm_sregs sregs;
	struct kvm_regs regs = {
		.rip = entry,
		.rflags = 2,
		.rsp = config->stack_pointer,
		.rax = config->rax,
		.rbx = config->rbx,
		.rsi = config->rsi,
		.rdi = config->rdi,
	};

	if (ioctl(vcpu, KVM_GET_SREGS, &sregs))
		return -1;
	set_mode(&sregs, config);
	sregs.apic_base = 0; /* there is none, and CPUID says so */
	if (gdt) {
		sregs.gdt.base = gdt->base;
		sregs.gdt.limit = gdt->limit;
	}
	return ioctl(vcpu, KVM_SET_SREGS, &sregs) || ioctl(vcpu, KVM_SET_REGS, &regs) ? -1 : 0;
}
