// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Register blocks: what is written is read back, all of it, and the guest runs
 * with it; lengths, addresses and block numbers; ONE_REG over every field.
 */
#include <stddef.h>

#include "guest.h"

static struct vm vm;
static struct vcpu v;

static const char *const block_name[] = { "GENERAL", "SYSTEM", "FPU",	"MSRS",
					  "DEBUG",   "EVENTS", "CLOCK", "POWER" };

GUEST(general, 64,
      "push %rax; mov %rsp, %rax; pop %rax; pushfq; popfq; out %eax, $0xf0");

static void check_general(void)
{
	struct axvcpu_x86_general g, back;
	unsigned int i;

	START(&v, LONG, general);
	g = get_general(&v);
	for (i = 0; i < 16; i++)
		if (i != AXVCPU_X86_RSP)
			g.gpr[i] = 0x0123456789abcdef * (i + 3);
	g.rflags = 0x8d7; /* OF SF ZF AF PF CF */
	set_general(&v, &g);
	back = get_general(&v);
	CHECK(!memcmp(&g, &back, sizeof(g)), "GENERAL reads back");
	run_to_port(&v, PORT_DONE);
	back = get_general(&v);
	g.rip = back.rip;
	CHECK(!memcmp(&g, &back, sizeof(g)), "GENERAL passes through the guest");
}

static void fill_msrs(struct axvcpu_x86_msrs *m)
{
	m->star = 0x0023001000000000;
	m->lstar = 0xffffffff81000000;
	m->cstar = 0xffffffff82000000;
	m->sfmask = 0x47700;
	m->kernel_gs_base = 0xffff888000001000;
	m->sysenter_cs = 0x10;
	m->sysenter_esp = 0xffffc90000001000;
	m->sysenter_eip = 0xffffffff83000000;
	m->pat = 0x0007010600070106;
	m->mtrr_def_type = 0xc06;
	m->mtrr_fixed[0] = 0x0606060606060606;
	m->mtrr_fixed[10] = 0x0505050505050505;
	m->mtrr_variable[0] = 0xc0000000;
	m->mtrr_variable[1] = 0xfc0000800;
}

GUEST(read_msrs, 64,
      "mov $0xc0000081, %ecx; rdmsr; mov %edx, %eax\n" GUEST_VALUE
      "mov $0xc0000082, %ecx; rdmsr\n" GUEST_VALUE "mov $0xc0000084, %ecx; rdmsr\n" GUEST_VALUE
      "mov $0xc0000102, %ecx; rdmsr\n" GUEST_VALUE "mov $0x174, %ecx; rdmsr\n" GUEST_VALUE
      "mov $0x176, %ecx; rdmsr\n" GUEST_VALUE "mov $0x277, %ecx; rdmsr\n" GUEST_VALUE
      "mov $0x2ff, %ecx; rdmsr\n" GUEST_VALUE "mov $0x250, %ecx; rdmsr\n" GUEST_VALUE
      "mov $0x200, %ecx; rdmsr\n" GUEST_DONE);

static void check_msrs(void)
{
	static const u32 value[] = { 0x00230010, 0x81000000, 0x47700, 0x00001000, 0x10,
				     0x83000000, 0x00070106, 0xc06,   0x06060606, 0xc0000000 };
	struct axvcpu_x86_msrs m, back;
	unsigned int i;

	RESTART(&v, LONG, read_msrs);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_MSRS, &m));
	fill_msrs(&m);
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_MSRS, &m), 0, "MSRS are taken");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_MSRS, &back));
	CHECK(!memcmp(&m, &back, sizeof(m)), "MSRS read back");
	for (i = 0; i < ARRAY_SIZE(value); i++)
		EXPECT_EQ(run_to_port(&v, i + 1 < ARRAY_SIZE(value) ? PORT_VALUE : PORT_DONE),
			  value[i], "MSR %u in the guest", i);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_MSRS, &back));
	CHECK(!memcmp(&m, &back, sizeof(m)), "MSRS pass through the guest");
}

GUEST(read_debug, 64,
      "mov %dr0, %rax; mov %rax, %r8; mov %dr1, %r9; mov %dr2, %r10; mov %dr3, %r11\n"
      "mov %dr6, %r12; mov %dr7, %r13\n" GUEST_DONE);

static void check_debug(void)
{
	struct axvcpu_x86_debug d = { { 0x1111000, 0x2222000, 0x3333000, 0x7ffff4444000 },
				      0xffff0ff0 | 1 << 14, 0x400 };
	struct axvcpu_x86_debug back;
	struct axvcpu_x86_general g;

	RESTART(&v, LONG, read_debug);
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_DEBUG, &d), 0, "DEBUG is taken");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_DEBUG, &back));
	CHECK(!memcmp(&d, &back, sizeof(d)), "DEBUG reads back");
	run_to_port(&v, PORT_DONE);
	g = get_general(&v);
	CHECK(g.gpr[8] == d.dr[0] && g.gpr[9] == d.dr[1] && g.gpr[10] == d.dr[2] &&
		      g.gpr[11] == d.dr[3],
	      "the guest reads DR0 to DR3");
	CHECK_EQ(g.gpr[12], d.dr6, "and DR6");
	CHECK_EQ(g.gpr[13], d.dr7, "and DR7");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_DEBUG, &back));
	CHECK(!memcmp(&d, &back, sizeof(d)), "DEBUG passes through the guest");
}

GUEST(read_tsc, 64, "rdtsc; shl $32, %rdx; or %rdx, %rax\n" GUEST_DONE);

static void check_clock(void)
{
	struct axvcpu_clock clock = { 0 }, back;
	u64 first;

	RESTART(&v, LONG, read_tsc);
	run_to_port(&v, PORT_DONE);
	first = gpr(&v, 0);
	clock.offset = 1ULL << 50;
	RESTART(&v, LONG, read_tsc);
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_CLOCK, &clock), 0, "CLOCK is taken");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_CLOCK, &back));
	CHECK_EQ(back.offset, clock.offset, "CLOCK reads back");
	run_to_port(&v, PORT_DONE);
	CHECK((gpr(&v, 0) - first) >> 48 == 4, "the guest's RDTSC is off by it");
}

GUEST(fpu_pass, 64, "mov %cr4, %rax; or $0x600, %eax; mov %rax, %cr4; out %eax, $0xf0");

static void check_fpu(void)
{
	u32 length = info()->block_length[AXVCPU_BLOCK_FPU], i;
	u8 *area = calloc(1, length), *back = calloc(1, length);

	RESTART(&v, LONG, fpu_pass);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_FPU, area));
	CHECK_EQ(*(u16 *)area, 0x037f, "FPU: the x87 control word after SETUP");
	for (i = 160; i < 416; i++)
		area[i] = (u8)(i * 3); /* XMM0 to XMM15 */
	*(u32 *)(area + 24) = 0x1f80;
	*(u64 *)(area + 512) |= 3;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_FPU, area), 0, "FPU is taken");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_FPU, back));
	CHECK(!memcmp(area + 160, back + 160, 256), "FPU: XMM reads back");
	run_to_port(&v, PORT_DONE);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_FPU, back));
	CHECK(!memcmp(area + 160, back + 160, 256), "FPU: XMM passes through the guest");
	*(u32 *)(area + 24) = 0xffff1f80;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_FPU, area), -EINVAL, "FPU: a bad MXCSR");
	*(u32 *)(area + 24) = 0x1f80;
	*(u64 *)(area + 512) = 1ULL << 63;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_FPU, area), -EINVAL, "FPU: a bad XSTATE_BV");
	*(u64 *)(area + 512) = 3;
	*(u64 *)(area + 520) = 1ULL << 63;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_FPU, area), -EINVAL, "FPU: the compact format");
	*(u64 *)(area + 520) = 0;
	area[540] = 1;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_FPU, area), -EINVAL, "FPU: reserved bytes of the header");
	free(area);
	free(back);
}

/* One that this architecture does not have is as good as unknown. */
static void check_unknown(u32 block, u8 *buffer)
{
	struct axvcpu_regs args = { .size = sizeof(args), .block = block, .length = 8,
				    .addr = (u64)buffer };

	EXPECT_RET(call(v.fd, AXVCPU_GET_REGS, &args), -EINVAL, "unknown block %u", block);
	EXPECT_RET(call(v.fd, AXVCPU_SET_REGS, &args), -EINVAL, "unknown block %u", block);
	args.length = 0;
	EXPECT_RET(call(v.fd, AXVCPU_GET_REGS, &args), -EINVAL, "unknown block %u of length 0",
		   block);
	EXPECT_RET(call(v.fd, AXVCPU_SET_REGS, &args), -EINVAL, "unknown block %u of length 0",
		   block);
}

static void check_arguments(void)
{
	static u8 buffer[65536] __attribute__((aligned(64)));
	struct axvcpu_regs args;
	u32 block;

	for (block = 0; block < AXVCPU_BLOCK_COUNT; block++) {
		u32 length = info()->block_length[block];
		u32 bad[] = { 0, length - 1, length + 1, ~0U };
		unsigned int i, set;

		if (!length) {
			check_unknown(block, buffer);
			continue;
		}
		for (set = 0; set < 2; set++) {
			unsigned long command = set ? AXVCPU_SET_REGS : AXVCPU_GET_REGS;

			args = (struct axvcpu_regs){ .size = sizeof(args), .block = block,
						     .addr = (u64)buffer };
			for (i = 0; i < ARRAY_SIZE(bad); i++) {
				args.length = bad[i];
				EXPECT_RET(call(v.fd, command, &args), -EINVAL, "%s of length %u",
					   block_name[block], bad[i]);
			}
			args.length = length;
			args.addr = 8;
			EXPECT_RET(call(v.fd, command, &args), -EFAULT, "%s at a bad address",
				   block_name[block]);
		}
		NEED_RET(get_block(&v, block, buffer));
		EXPECT_RET(set_block(&v, block, buffer), 0, "%s set as it was read",
			   block_name[block]);
	}
	for (block = AXVCPU_BLOCK_COUNT; block; block = block < 1000 ? block * 2 : 0)
		check_unknown(block, buffer);
	CHECK(true, "lengths, addresses and numbers of blocks");
	COVERS("GET_REGS", "Ready", "bad value");
	COVERS("SET_REGS", "Ready", "bad value");
	COVERS("GET_REGS", "Ready", "boundary");
	COVERS("SET_REGS", "Ready", "boundary");
}

static void check_power(void)
{
	struct axvcpu_power power = { AXVCPU_POWER_OFF, 0 }, back;

	CHECK_RET(set_block(&v, AXVCPU_BLOCK_POWER, &power), 0, "POWER is taken");
	NEED_RET(get_block(&v, AXVCPU_BLOCK_POWER, &back));
	CHECK_EQ(back.state, AXVCPU_POWER_OFF, "POWER reads back");
	CHECK_EQ(get_state(&v).power, AXVCPU_POWER_OFF, "GET_STATE shows it");
	power.state = 3;
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_POWER, &power), -EINVAL, "an unknown power state");
	power = (struct axvcpu_power){ AXVCPU_POWER_ON, 1 };
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_POWER, &power), -EINVAL, "POWER: reserved");
	power.reserved = 0;
	NEED_RET(set_block(&v, AXVCPU_BLOCK_POWER, &power));
}

static void check_one_reg(void)
{
	static u8 block_bytes[65536];
	struct axvcpu_one_reg r = { .size = sizeof(r) };
	u32 block, offset, log2, wrong = 0;

	for (block = 0; block < AXVCPU_BLOCK_COUNT; block++) {
		u32 length = info()->block_length[block];

		if (block == AXVCPU_BLOCK_CLOCK || !length)
			continue;
		NEED_RET(get_block(&v, block, block_bytes));
		for (log2 = 0; log2 <= 6; log2++) {
			u32 bytes = 1U << log2, align = bytes < 8 ? bytes : 8;
			u32 step = length > 1024 ? 64 : align;

			for (offset = 0; offset + bytes <= length; offset += step) {
				r.id = AXVCPU_REG(block, offset, log2);
				memset(r.value, 0xff, sizeof(r.value));
				wrong += call(v.fd, AXVCPU_GET_ONE_REG, &r) != 0;
				wrong += memcmp(r.value, block_bytes + offset, bytes) != 0;
				wrong += bytes < 64 && ((u8 *)r.value)[bytes] != 0;
			}
		}
		r.id = AXVCPU_REG(block, length, 0);
		EXPECT_RET(call(v.fd, AXVCPU_GET_ONE_REG, &r), -EINVAL, "behind %s",
			   block_name[block]);
		r.id = AXVCPU_REG(block, length - 4, 3);
		EXPECT_RET(call(v.fd, AXVCPU_GET_ONE_REG, &r), -EINVAL, "across the end of %s",
			   block_name[block]);
	}
	CHECK_EQ(wrong, 0, "GET_ONE_REG of every part of every block");
	COVERS("GET_ONE_REG", "Ready", "boundary");
}

static void check_one_reg_bad(void)
{
	static const u64 bad[] = {
		AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 0, 7),	  AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 0, 15),
		AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 1, 1),	  AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 4, 3),
		AXVCPU_REG(AXVCPU_BLOCK_GENERAL, ~0U, 0), AXVCPU_REG(AXVCPU_BLOCK_GENERAL, ~7U, 3),
		AXVCPU_REG(AXVCPU_BLOCK_COUNT, 0, 3),	  AXVCPU_REG(0xfffff, 0, 3),
		1ULL << 63 | AXVCPU_REG(0, 0, 3),	  1ULL << 56 | AXVCPU_REG(0, 0, 3),
	};
	struct axvcpu_one_reg r = { .size = sizeof(r) };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		r.id = bad[i];
		CHECK_RET(call(v.fd, AXVCPU_GET_ONE_REG, &r), -EINVAL, "GET_ONE_REG of id 0x%llx",
			  (unsigned long long)bad[i]);
		EXPECT_RET(call(v.fd, AXVCPU_SET_ONE_REG, &r), -EINVAL, "SET_ONE_REG of id 0x%llx",
			   (unsigned long long)bad[i]);
	}
	r.id = AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 8, 2);
	r.value[0] = 0x1ffffffff;
	CHECK_RET(call(v.fd, AXVCPU_SET_ONE_REG, &r), -EINVAL, "a value wider than its register");
	r.value[0] = 0x12345678;
	r.value[7] = 1;
	CHECK_RET(call(v.fd, AXVCPU_SET_ONE_REG, &r), -EINVAL, "a value with a tail");
	r.value[7] = 0;
	CHECK_RET(call(v.fd, AXVCPU_SET_ONE_REG, &r), 0, "SET_ONE_REG of half of RCX");
	CHECK_EQ((u32)gpr(&v, AXVCPU_X86_RCX), 0x12345678, "sets it");
	r.id = AXVCPU_REG(AXVCPU_BLOCK_SYSTEM, offsetof(struct axvcpu_x86_system, cr0), 3);
	r.value[0] = ~0ULL;
	CHECK_RET(call(v.fd, AXVCPU_SET_ONE_REG, &r), -EINVAL, "SET_ONE_REG of a bad CR0");
	COVERS("GET_ONE_REG", "Ready", "bad value");
	COVERS("SET_ONE_REG", "Ready", "bad value");
	COVERS("SET_ONE_REG", "Ready", "good");
	COVERS("SET_ONE_REG", "Ready", "boundary");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_general();
	check_msrs();
	check_debug();
	check_clock();
	check_fpu();
	check_power();
	check_arguments();
	check_one_reg();
	check_one_reg_bad();
	return finish();
}
