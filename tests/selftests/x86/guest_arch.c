// SPDX-License-Identifier: GPL-3.0-or-later
/* What guest.h and harness.h leave to the architecture. */
#define _GNU_SOURCE
#include <cpuid.h>

#include "../guest.h"

bool under_tcg(void)
{
	u32 a, b, c, d;

	__cpuid(0x40000000, a, b, c, d);
	return b == 0x54474354 && c == 0x43544743 && d == 0x47435447;
}

int create_vcpu_config(int vm, u32 id, const struct axvcpu_x86_create_config *config)
{
	struct axvcpu_create_vcpu args = { .size = sizeof(args),
					   .vcpu_id = id,
					   .favor_cpu = -1,
					   .config = (u64)config,
					   .config_length = config ? sizeof(*config) : 0 };

	return (int)call(vm, AXVCPU_CREATE_VCPU, &args);
}

int create_watched_vcpu(int vm, u32 id)
{
	/* A fault of the guest says which one instead of a triple fault. */
	struct axvcpu_x86_create_config c = { .size = sizeof(c), .exception_exits = 0x7ef9 };

	return create_vcpu_config(vm, id, &c);
}

#define PTE_TABLE	7ULL	/* present, writable, user */
#define PTE_HUGE	0x87ULL

void identity(struct vm *vm)
{
	u64 *root = (u64 *)(vm->ram + TABLES);
	u64 *entry = root + 512;
	unsigned int i;

	memset(root, 0, PAGE);
	memset(entry, 0, PAGE);
	root[0] = (TABLES + PAGE) | PTE_TABLE;
	for (i = 0; i < 4; i++)
		entry[i] = (TABLES + (2 + i) * PAGE) | PTE_TABLE;
	for (i = 0; i < 4 * 512; i++)
		root[1024 + i] = ((u64)i << 21) | PTE_HUGE;
	entry = (u64 *)(vm->ram + TABLE5);
	memset(entry, 0, PAGE);
	entry[0] = TABLES | PTE_TABLE;
}

static void put_descriptor(u8 *gdt, unsigned int selector, u64 descriptor)
{
	memcpy(gdt + (selector & ~7U), &descriptor, sizeof(descriptor));
}

void tables(struct vcpu *v, u32 mode)
{
	bool long_mode = mode == AXVCPU_X86_START_LONG;
	u8 *gdt = v->vm->ram + GDT, *tss = v->vm->ram + TSS;
	struct axvcpu_x86_system system;
	u64 stack = STACK;

	memset(gdt, 0, 0x800);
	memset(tss, 0, 0x800);
	memset(v->vm->ram + IDT, 0, PAGE);
	put_descriptor(gdt, SEL_CODE, long_mode ? 0x00af9b000000ffff : 0x00cf9b000000ffff);
	put_descriptor(gdt, SEL_DATA, 0x00cf93000000ffff);
	put_descriptor(gdt, SEL_TSS, 0x00008b0000000067 | TSS << 16);
	put_descriptor(gdt, SEL_USER_DATA, 0x00cff3000000ffff);
	put_descriptor(gdt, SEL_USER_CODE, long_mode ? 0x00affb000000ffff : 0x00cffb000000ffff);
	put_descriptor(gdt, SEL_CODE32, 0x00cf9b000000ffff);
	memcpy(tss + 4, &stack, long_mode ? 8 : 4);
	if (!long_mode)
		tss[8] = SEL_DATA;

	system = get_system(v);
	system.gdt.base = GDT;
	system.gdt.limit = 0x7f;
	system.idt.base = IDT;
	system.idt.limit = 0xfff;
	system.segment[AXVCPU_X86_TR].base = TSS;
	system.segment[AXVCPU_X86_TR].limit = 0x67;
	NEED_RET(set_block(v, AXVCPU_BLOCK_SYSTEM, &system));
}

void gate(struct vcpu *v, u32 mode, u8 vector, u64 handler)
{
	u8 *ram = v->vm->ram;
	u16 real[2] = { (u16)handler, 0 };
	u64 entry[2];

	entry[0] = (handler & 0xffff) | SEL_CODE << 16 | 0x8e0000000000 | (handler >> 16 & 0xffff) << 48;
	entry[1] = handler >> 32;
	if (mode == AXVCPU_X86_START_REAL)
		memcpy(ram + vector * 4, real, 4);
	else if (mode == AXVCPU_X86_START_PROTECTED)
		memcpy(ram + IDT + vector * 8, entry, 8);
	else
		memcpy(ram + IDT + vector * 16, entry, 16);
}

#define HANDLER		0x2000UL

void on_interrupt(struct vcpu *v, u32 vector, const u8 *code, const u8 *end)
{
	load(v->vm, HANDLER, code, end);
	gate(v, MODE_WIDE, (u8)vector, HANDLER);
}

long setup_vcpu(struct vcpu *v, u32 mode, u64 entry)
{
	struct axvcpu_x86_setup_config config = { .size = sizeof(config),
						  .mode = mode,
						  .stack_pointer = STACK };
	struct axvcpu_setup args = { .size = sizeof(args),
				     .entry = entry,
				     .config = (u64)&config,
				     .config_length = sizeof(config) };

	if (mode == AXVCPU_X86_START_LONG)
		config.page_table_root = TABLES;
	return call(v->fd, AXVCPU_SETUP, &args);
}

const u32 start_modes[] = { MODE_REAL, MODE_PROTECTED, MODE_LONG };
const unsigned int start_mode_count = ARRAY_SIZE(start_modes);

void prepare_mode(struct vm *vm, u32 mode)
{
	if (mode == AXVCPU_X86_START_LONG)
		identity(vm);
}

void finish_mode(struct vcpu *v, u32 mode)
{
	if (mode != AXVCPU_X86_START_REAL)
		tables(v, mode);
}

/* The last GiB of the identity map: one large page elsewhere. */
u64 reach(struct vm *vm, u64 gpa)
{
	*(u64 *)(vm->ram + TABLES + 5 * PAGE) = gpa | PTE_HUGE;
	return 0xc0000000;
}

bool said(const struct vcpu *v, u16 port)
{
	return v->run->exit.reason == AXVCPU_EXIT_IO_WRITE && v->run->exit.u.io.port == port;
}

bool asked(const struct vcpu *v, u16 port)
{
	return v->run->exit.reason == AXVCPU_EXIT_IO_READ && v->run->exit.u.io.port == port;
}

u32 said_value(const struct vcpu *v)
{
	return (u32)v->run->exit.u.io.data;
}

void show_registers(struct vcpu *v)
{
	struct axvcpu_x86_general g;

	if (get_block(v, AXVCPU_BLOCK_GENERAL, &g))
		return;
	note("rip %llx rflags %llx rax %llx rcx %llx rdx %llx rbx %llx rsp %llx rsi %llx rdi %llx",
	     g.rip, g.rflags, g.gpr[0], g.gpr[1], g.gpr[2], g.gpr[3], g.gpr[4], g.gpr[6], g.gpr[7]);
}

struct axvcpu_x86_general get_general(struct vcpu *v)
{
	struct axvcpu_x86_general general;

	NEED_RET(get_block(v, AXVCPU_BLOCK_GENERAL, &general));
	return general;
}

void set_general(struct vcpu *v, const struct axvcpu_x86_general *general)
{
	NEED_RET(set_block(v, AXVCPU_BLOCK_GENERAL, general));
}

/* Bochs 2.7's VMRUN masks the host's interrupts for a guest whose IF is clear. */
void open_to_host(struct vcpu *v)
{
	struct axvcpu_x86_general g;

	if (!bochs_svm() || get_block(v, AXVCPU_BLOCK_GENERAL, &g))
		return;
	g.rflags |= 1 << 9;
	set_block(v, AXVCPU_BLOCK_GENERAL, &g);
}

struct axvcpu_x86_system get_system(struct vcpu *v)
{
	struct axvcpu_x86_system system;

	NEED_RET(get_block(v, AXVCPU_BLOCK_SYSTEM, &system));
	return system;
}

struct axvcpu_x86_events get_events(struct vcpu *v)
{
	struct axvcpu_x86_events events;

	NEED_RET(get_block(v, AXVCPU_BLOCK_EVENTS, &events));
	return events;
}

u64 gpr(struct vcpu *v, unsigned int index)
{
	return get_general(v).gpr[index];
}

void set_gpr(struct vcpu *v, unsigned int index, u64 value)
{
	struct axvcpu_x86_general general = get_general(v);

	general.gpr[index] = value;
	set_general(v, &general);
}

u64 pc_of(struct vcpu *v)
{
	return get_general(v).rip;
}

/* Behind what G_HANDLER pushes. */
u64 interrupted_pc(struct vcpu *v)
{
	u64 back;

	memcpy(&back, v->vm->ram + gpr(v, AXVCPU_X86_RSP) + 8, sizeof(back));
	return back;
}

#define RFLAGS_IF	(1ULL << 9)

bool is_masked(struct vcpu *v)
{
	return !(get_general(v).rflags & RFLAGS_IF);
}

void set_masked(struct vcpu *v, bool masked)
{
	struct axvcpu_x86_general general = get_general(v);

	general.rflags = (general.rflags & ~RFLAGS_IF) | (masked ? 0 : RFLAGS_IF);
	set_general(v, &general);
}

/* As in inject_nmi_test: with Bochs's SVM no guest comes back from an NMI. */
bool has_nmi(void)
{
	return !bochs_svm();
}

/*
 * QEMU 7.2 does not restore the host's CR0 at an exit from a guest that has
 * EFER.LME and neither CR0.PG nor CR4.PAE: the host would hang.
 */
bool kills_host(struct vcpu *v)
{
	struct axvcpu_x86_system s = get_system(v);

	return under_tcg() && s.efer & 0x100 && !(s.cr0 & 1U << 31) && !(s.cr4 & 0x20);
}

void drop_unkept(u32 block, void *bytes)
{
	if (block == AXVCPU_BLOCK_SYSTEM && !has_cr2())
		((struct axvcpu_x86_system *)bytes)->cr2 = 0;
}

long inject_any_exception(struct vcpu *v)
{
	return inject_exception(v, 13, true, 0, 0);
}

/*
 * What SVM tells of OUT 0xf1, EAX may have the address size in it (A64, bit 9), though the
 * instruction has no address: QEMU 7.2 leaves it out, Bochs does not.
 */
const struct hw_codes *hw_codes(enum hw_exit which)
{
	static struct hw_codes svm[] = {
		[HW_FETCH_FAULT] = { 1, { 0x400 }, "" },
		[HW_IN_KERNEL] = { 1, { 0x72 }, " info 0x0" },
		[HW_SAY] = { 1, { 0x7b }, " info 0xf10040" },
		[HW_HALT] = { 1, { 0x78 }, "" },
	};
	static const struct hw_codes vmx[] = {
		[HW_FETCH_FAULT] = { 1, { 48 }, "" },
		[HW_IN_KERNEL] = { 1, { 10 }, " info 0x0" },
		[HW_SAY] = { 1, { 30 }, " info 0xf10043" },
		[HW_HALT] = { 1, { 12 }, "" },
	};

	if (info()->backend == AXVCPU_BACKEND_VMX)
		return &vmx[which];
	if (bochs_svm())
		svm[HW_SAY].info = " info 0xf10240";
	return &svm[which];
}

bool pause_can_leave(void)
{
	return true;
}

static void check_lengths(const struct axvcpu_info *i)
{
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_GENERAL], sizeof(struct axvcpu_x86_general),
		 "length of GENERAL");
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_SYSTEM], sizeof(struct axvcpu_x86_system),
		 "length of SYSTEM");
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_MSRS], sizeof(struct axvcpu_x86_msrs),
		 "length of MSRS");
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_DEBUG], sizeof(struct axvcpu_x86_debug),
		 "length of DEBUG");
	CHECK_EQ(i->block_length[AXVCPU_BLOCK_EVENTS], sizeof(struct axvcpu_x86_events),
		 "length of EVENTS");
	CHECK(i->block_length[AXVCPU_BLOCK_FPU] >= 576, "FPU has an XSAVE header");
}

void check_info(const struct axvcpu_info *i)
{
	CHECK_EQ(i->arch, AXVCPU_ARCH_X86, "architecture");
	CHECK(i->backend == AXVCPU_BACKEND_SVM || i->backend == AXVCPU_BACKEND_VMX,
	      "back end is that of an x86 host");
	CHECK_EQ(i->mode, AXVCPU_MODE_NONE, "mode");
	if (i->reason)
		return;
	CHECK(i->stage2_levels >= 4, "levels of NPT and EPT");
	check_lengths(i);
}

#define FAULT_ANSWER(text, ...) { { .action = AXVCPU_ANSWER_FAULT, __VA_ARGS__ }, text }

const struct wrong_answer wrong_answers[] = {
	FAULT_ANSWER("FAULT with vector 32", .vector = 32),
	FAULT_ANSWER("FAULT with vector 256 + 13", .vector = 256 + 13, .has_error_code = 1),
	FAULT_ANSWER("FAULT with NMI", .vector = 2),
	FAULT_ANSWER("FAULT #GP without error code", .vector = 13),
	FAULT_ANSWER("FAULT #UD with an error code", .vector = 6, .has_error_code = 1),
	FAULT_ANSWER("FAULT with has_error_code 2", .vector = 13, .has_error_code = 2),
	FAULT_ANSWER("FAULT with a long error code", .vector = 13, .has_error_code = 1, .error_code = 1ULL << 32),
	FAULT_ANSWER("FAULT with an error code that it has not", .vector = 6, .error_code = 1),
	FAULT_ANSWER("FAULT with a reserved field", .vector = 13, .has_error_code = 1, .reserved = 1),
};
const unsigned int wrong_answer_count = ARRAY_SIZE(wrong_answers);
