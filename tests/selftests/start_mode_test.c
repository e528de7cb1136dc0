// SPDX-License-Identifier: GPL-3.0-or-later
/* The three start modes: the registers that SETUP leaves, and that code runs in them. */
#include "guest.h"

GUEST(real_code, 16,
      "push %cs; pop %ax; mov %ax, %bx; mov %sp, %cx; smsw %dx\n"
      "out %ax, $0xf1\n" "out %eax, $0xf0");
GUEST(protected_code, 32,
      "mov %cs, %eax; mov %ds, %ebx; push $0x12345678; pop %esi\n"
      "mov %cr0, %edx\n" GUEST_DONE);
GUEST(long_code, 64,
      "mov $0x1122334455667788, %r8; mov %cs, %eax; mov %cr4, %rdx; mov %cr0, %rbx\n"
      "push %r8; pop %r9; mov $0xc0000080, %ecx; rdmsr; mov %eax, %esi\n" GUEST_DONE);

static void check_after_setup(struct vcpu *v, u32 mode)
{
	struct axvcpu_x86_setup_config c = { .size = sizeof(c), .mode = mode,
					     .stack_pointer = 0x9000, .rax = 0x11, .rbx = 0x22,
					     .rsi = 0x33, .rdi = 0x44 };
	struct axvcpu_setup args = { .size = sizeof(args), .entry = 0x1234, .config = (u64)&c,
				     .config_length = sizeof(c) };
	struct axvcpu_x86_general g;
	struct axvcpu_x86_debug d;
	unsigned int i;
	u64 other = 0;

	if (mode == AXVCPU_X86_START_LONG)
		c.page_table_root = TABLES;
	NEED_RET(call(v->fd, AXVCPU_SETUP, &args));
	g = get_general(v);
	CHECK_EQ(g.rip, 0x1234, "mode %u: rip", mode);
	CHECK_EQ(g.rflags, 2, "mode %u: rflags", mode);
	CHECK_EQ(g.gpr[AXVCPU_X86_RSP], 0x9000, "mode %u: rsp", mode);
	CHECK_EQ(g.gpr[0] << 24 | g.gpr[3] << 16 | g.gpr[6] << 8 | g.gpr[7], 0x11223344,
		 "mode %u: rax rbx rsi rdi", mode);
	for (i = 8; i < 16; i++)
		other |= g.gpr[i];
	CHECK_EQ(other | g.gpr[1] | g.gpr[2] | g.gpr[5], 0, "mode %u: the others are 0", mode);
	NEED_RET(get_block(v, AXVCPU_BLOCK_DEBUG, &d));
	CHECK_EQ(d.dr[0] | d.dr[1] | d.dr[2] | d.dr[3], 0, "mode %u: dr0 to dr3", mode);
	CHECK_EQ(d.dr6, 0xffff0ff0, "mode %u: dr6", mode);
	CHECK_EQ(d.dr7, 0x400, "mode %u: dr7", mode);
}

static void check_system(struct vcpu *v, u32 mode)
{
	static const u64 cr0[] = { 0x10, 0x11, 0x80010031 };
	static const u64 efer[] = { 0, 0, 0xd00 };
	struct axvcpu_x86_system s = get_system(v);
	bool real = mode == AXVCPU_X86_START_REAL;
	unsigned int i;

	CHECK_EQ(s.cr0, cr0[mode], "mode %u: cr0", mode);
	CHECK_EQ(s.cr4, mode == AXVCPU_X86_START_LONG ? 0x20 : 0, "mode %u: cr4", mode);
	CHECK_EQ(s.efer, efer[mode], "mode %u: efer", mode);
	CHECK_EQ(s.cr3, mode == AXVCPU_X86_START_LONG ? TABLES : 0, "mode %u: cr3", mode);
	CHECK_EQ(s.xcr0, 1, "mode %u: xcr0", mode);
	CHECK_EQ(s.cr2 | s.cr8 | s.reserved, 0, "mode %u: cr2, cr8", mode);
	CHECK_EQ(s.segment[AXVCPU_X86_CS].selector, real ? 0 : 0x10, "mode %u: cs", mode);
	CHECK_EQ(s.segment[AXVCPU_X86_TR].selector, real ? 0 : 0x20, "mode %u: tr", mode);
	for (i = 0; i < 6; i++) {
		EXPECT_EQ(s.segment[i].base, 0, "mode %u: base of segment %u", mode, i);
		EXPECT_EQ(s.segment[i].limit, real ? 0xffff : 0xffffffff,
			  "mode %u: limit of segment %u", mode, i);
		if (i != AXVCPU_X86_CS)
			EXPECT_EQ(s.segment[i].selector, real ? 0 : 0x18,
				  "mode %u: selector of segment %u", mode, i);
	}
	CHECK_EQ(s.segment[AXVCPU_X86_CS].attributes >> 9 & 1, mode == AXVCPU_X86_START_LONG,
		 "mode %u: cs.L", mode);
	CHECK_EQ(s.segment[AXVCPU_X86_CS].attributes >> 10 & 1,
		 mode == AXVCPU_X86_START_PROTECTED, "mode %u: cs.D", mode);
}

static void check_real(struct vcpu *v)
{
	struct axvcpu_x86_setup_config c = { .size = sizeof(c), .cs_selector = 0x80,
					     .stack_pointer = STACK };
	struct axvcpu_setup args = { .size = sizeof(args), .entry = CODE - 0x800,
				     .config = (u64)&c, .config_length = sizeof(c) };

	load(v->vm, CODE, real_code, real_code_end);
	NEED_RET(call(v->fd, AXVCPU_SETUP, &args));
	NEED_RET(bind_vcpu(v, -1));
	NEED_EXIT(v, IO_WRITE);
	CHECK_EQ(v->run->exit.u.io.data, 0x80, "real mode: cs is the selector");
	run_to_port(v, PORT_DONE);
	CHECK_EQ(gpr(v, AXVCPU_X86_RCX), STACK, "real mode: the stack pointer");
	CHECK_EQ(gpr(v, AXVCPU_X86_RDX) & 1, 0, "real mode: PE is clear");
	COVERS_EXIT("IO_WRITE", "real mode");
}

/* The reset vector: code at the end of 4 GiB, through CS's hidden base. */
static void check_reset_vector(struct vcpu *v)
{
	struct axvcpu_x86_setup_config c = { .size = sizeof(c), .flags = AXVCPU_X86_SETUP_CS_BASE,
					     .cs_selector = 0xf000, .cs_base = 0xffff0000 };
	struct axvcpu_setup args = { .size = sizeof(args), .entry = 0xfff0,
				     .config = (u64)&c, .config_length = sizeof(c) };
	static const u8 jump[] = { 0xea, 0x00, 0x10, 0x00, 0x00 }; /* ljmp $0, $CODE */
	u8 *rom = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(rom + 0xff0, jump, sizeof(jump));
	NEED_RET(set_memory(v->vm->fd, 0xfffff000, rom, PAGE, AXVCPU_MEM_READONLY));
	NEED_RET(call(v->fd, AXVCPU_RESET, NULL));
	NEED_RET(call(v->fd, AXVCPU_SETUP, &args));
	NEED_RET(bind_vcpu(v, -1));
	NEED_EXIT(v, IO_WRITE);
	CHECK_EQ(v->run->exit.u.io.data, 0, "the reset vector jumps to low memory");
	NEED_RET(set_memory(v->vm->fd, 0xfffff000, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(rom, PAGE);
}

static void check_running(struct vcpu *v)
{
	NEED_RET(call(v->fd, AXVCPU_RESET, NULL));
	check_real(v);
	check_reset_vector(v);
	RESTART(v, PROTECTED, protected_code);
	CHECK_EQ(run_to_port(v, PORT_DONE), 0x10, "protected mode: cs");
	CHECK_EQ(gpr(v, AXVCPU_X86_RBX), 0x18, "protected mode: ds");
	CHECK_EQ(gpr(v, AXVCPU_X86_RSI), 0x12345678, "protected mode: the stack");
	CHECK_EQ(gpr(v, AXVCPU_X86_RDX), 0x11, "protected mode: cr0 as the guest reads it");
	RESTART(v, LONG, long_code);
	run_to_port(v, PORT_DONE);
	CHECK_EQ(gpr(v, 9), 0x1122334455667788, "long mode: 64-bit registers and stack");
	CHECK_EQ(gpr(v, AXVCPU_X86_RBX), 0x80010031, "long mode: cr0 as the guest reads it");
	CHECK_EQ(gpr(v, AXVCPU_X86_RSI), 0xd00, "long mode: EFER as the guest reads it");
	COVERS_EXIT("IO_WRITE", "protected mode");
	COVERS_EXIT("IO_WRITE", "long mode");
}

static void check_five_levels(struct vcpu *v)
{
	struct axvcpu_x86_setup_config c = { .size = sizeof(c), .mode = AXVCPU_X86_START_LONG,
					     .page_table_root = TABLE5, .page_table_levels = 5,
					     .stack_pointer = STACK };
	struct axvcpu_setup args = { .size = sizeof(args), .entry = CODE, .config = (u64)&c,
				     .config_length = sizeof(c) };
	long ret;

	NEED_RET(call(v->fd, AXVCPU_RESET, NULL));
	identity(v->vm);
	ret = call(v->fd, AXVCPU_SETUP, &args);
	if (ret == -EOPNOTSUPP) {
		note("no five-level paging here");
		return;
	}
	NEED_RET(ret);
	NEED_RET(bind_vcpu(v, -1));
	run_to_port(v, PORT_DONE);
	CHECK_EQ(gpr(v, AXVCPU_X86_RDX) & 0, 0, "long mode with five levels runs");
	CHECK_EQ(get_system(v).cr4 & 0x1000, 0x1000, "and has CR4.LA57");
}

int main(void)
{
	struct vm vm;
	struct vcpu v;
	u32 mode;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	for (mode = 0; mode <= AXVCPU_X86_START_LONG; mode++) {
		check_after_setup(&v, mode);
		check_system(&v, mode);
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	}
	check_after_setup(&v, AXVCPU_X86_START_REAL);
	check_running(&v);
	check_five_levels(&v);
	return finish();
}
