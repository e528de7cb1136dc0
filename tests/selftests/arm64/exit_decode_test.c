// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Loads and stores whose abort has no syndrome. Each runs once in memory, where the
 * processor does it, and once where there is none, where the module and this VMM do: all
 * registers and all bytes must come out the same.
 */
#include "guest.h"

#define BYTES	256			/* around the address */
#define MIDDLE	128

#define I(n, text) GUEST(i##n, PLAIN, text "\n" GUEST_DONE)

I(0, "ldp x2, x3, [x1]");
I(1, "stp x2, x3, [x1]");
I(2, "ldp w2, w3, [x1, #-8]");
I(3, "stp w2, w3, [x1, #8]");
I(4, "ldpsw x2, x3, [x1], #16");
I(5, "ldp x4, x5, [x1, #16]!");
I(6, "stp x4, xzr, [x1], #-32");
I(7, "ldr x0, [x1], #8");
I(8, "ldrb w0, [x1, #1]!");
I(9, "ldrsh x0, [x1], #-2");
I(10, "ldrsw x0, [x1], #4");
I(11, "ldrsb w0, [x1, #-3]!");
I(12, "str x7, [x1], #8");
I(13, "strh w7, [x1, #-2]!");
I(14, "ldr b3, [x1]");
I(15, "ldr h3, [x1, #2]");
I(16, "ldr s3, [x1], #4");
I(17, "ldr d3, [x1, x8]");
I(18, "ldr q3, [x1, #16]!");
I(19, "str b3, [x1]");
I(20, "str s3, [x1, w8, uxtw #2]");
I(21, "str d3, [x1, #-8]!");
I(22, "str q3, [x1]");
I(23, "ldp s4, s5, [x1]");
I(24, "ldp d4, d5, [x1], #16");
I(25, "ldp q4, q5, [x1, #32]!");
I(26, "stp d4, d5, [x1]");
I(27, "stp q4, q5, [x1, #-32]");
I(28, "ldnp x2, x3, [x1]");
I(29, "stnp q4, q5, [x1]");
I(30, "ld1 {v6.16b}, [x1]");
I(31, "ld1 {v6.8b, v7.8b}, [x1], #16");
I(32, "ld1 {v6.2d, v7.2d, v8.2d}, [x1], x8");
I(33, "ld1 {v30.4s, v31.4s, v0.4s, v1.4s}, [x1]");
I(34, "st1 {v6.16b, v7.16b, v8.16b, v9.16b}, [x1], #64");
I(35, "st1 {v6.4h}, [x1]");
I(36, "ldp x1, x3, [x1]");
I(37, "mov sp, x1\nldp x2, x3, [sp], #16");
I(38, "mov sp, x1\nstp x29, x30, [sp, #-16]!");
I(39, "ldr xzr, [x1], #8");

static const struct {
	const u8 *code, *end;
	u32 accesses;
} insns[] = {
#define ROW(n, accesses) { i##n, i##n##_end, accesses }
	ROW(0, 2), ROW(1, 2), ROW(2, 2), ROW(3, 2), ROW(4, 2), ROW(5, 2), ROW(6, 2), ROW(7, 1),
	ROW(8, 1), ROW(9, 1), ROW(10, 1), ROW(11, 1), ROW(12, 1), ROW(13, 1), ROW(14, 1),
	ROW(15, 1), ROW(16, 1), ROW(17, 1), ROW(18, 2), ROW(19, 1), ROW(20, 1), ROW(21, 1),
	ROW(22, 2), ROW(23, 2), ROW(24, 2), ROW(25, 4), ROW(26, 2), ROW(27, 4), ROW(28, 2),
	ROW(29, 4), ROW(30, 2), ROW(31, 2), ROW(32, 6), ROW(33, 8), ROW(34, 8), ROW(35, 1),
	ROW(36, 2), ROW(37, 2), ROW(38, 2), ROW(39, 1),
#undef ROW
};

struct outcome {
	struct axvcpu_arm64_general general;
	struct axvcpu_arm64_fpu fpu;
	u8 bytes[BYTES];
};

static struct vm vm;
static struct vcpu v;

static u8 pattern(unsigned int i)
{
	return i * 37 + 129;
}

static void begin(unsigned int n, u64 address)
{
	struct axvcpu_arm64_general g;
	struct axvcpu_arm64_system s;
	struct axvcpu_arm64_fpu f = { 0 };
	unsigned int i;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_PLAIN, insns[n].code, insns[n].end);
	s = get_system(&v);
	s.cpacr_el1 = 3 << 20; /* FP and SIMD are not trapped */
	set_system(&v, &s);
	g = get_general(&v);
	for (i = 0; i < 31; i++)
		g.x[i] = 0x1112131415161718ULL + i;
	g.x[1] = address;
	g.x[8] = 24;
	set_general(&v, &g);
	for (i = 0; i < 32; i++) {
		f.v[i][0] = 0xa1a2a3a4a5a6a700ULL + i;
		f.v[i][1] = 0xb1b2b3b4b5b6b700ULL + i;
	}
	NEED_RET(set_block(&v, AXVCPU_BLOCK_FPU, &f));
}

/* @address: what X1 was, so that the outcome is the same wherever that is. */
static void end(struct outcome *o, const u8 *bytes, u64 address)
{
	EXPECT_EQ(said(&v, PORT_DONE), true, "it went on behind the instruction: %s", exit_text(&v));
	o->general = get_general(&v);
	if (o->general.x[1] - address < 2 * BYTES || address - o->general.x[1] < 2 * BYTES)
		o->general.x[1] -= address;
	if (o->general.sp_el1 - address < 2 * BYTES || address - o->general.sp_el1 < 2 * BYTES)
		o->general.sp_el1 -= address;
	NEED_RET(get_block(&v, AXVCPU_BLOCK_FPU, &o->fpu));
	memcpy(o->bytes, bytes, BYTES);
}

static void in_memory(unsigned int n, struct outcome *o)
{
	u8 *bytes = vm.ram + DATA;
	unsigned int i;

	for (i = 0; i < BYTES; i++)
		bytes[i] = pattern(i);
	begin(n, DATA + MIDDLE);
	NEED_SAY(&v);
	end(o, bytes, DATA + MIDDLE);
}

/* One access to the hole, done on @bytes. */
static void serve(u8 *bytes)
{
	const struct axvcpu_exit *e = &v.run->exit;
	u64 at = e->u.mmio.gpa - HOLE, data = 0;

	EXPECT_EQ(e->u.mmio.width <= 8 && at + 8 <= BYTES, true, "%s: in its place",
		  exit_text(&v));
	if (at + 8 > BYTES)
		return;
	if (e->reason == AXVCPU_EXIT_MMIO_WRITE)
		memcpy(bytes + at, &e->u.mmio.data[0], e->u.mmio.width);
	memcpy(&data, bytes + at, e->u.mmio.width);
	if (e->flags & AXVCPU_EXIT_PENDING) {
		EXPECT_EQ(pc_of(&v), e->pc, "while it is pending the PC is at it");
		done(&v, data);
	}
}

static bool is_hole(void)
{
	const struct axvcpu_exit *e = &v.run->exit;

	return (e->reason == AXVCPU_EXIT_MMIO_READ || e->reason == AXVCPU_EXIT_MMIO_WRITE) &&
	       e->u.mmio.gpa >= HOLE;
}

static void in_the_hole(unsigned int n, struct outcome *o)
{
	u8 bytes[BYTES];
	unsigned int i, accesses = 0;

	for (i = 0; i < BYTES; i++)
		bytes[i] = pattern(i);
	begin(n, HOLE + MIDDLE);
	while (run_exit(&v) != AXVCPU_EXIT_NOTHING && is_hole() && accesses < 20) {
		serve(bytes);
		accesses++;
	}
	EXPECT_EQ(accesses, insns[n].accesses, "instruction %u: accesses", n);
	end(o, bytes, HOLE + MIDDLE);
}

static void compare(unsigned int n, const struct outcome *a, const struct outcome *b)
{
	EXPECT_EQ(memcmp(&a->general, &b->general, sizeof(a->general)), 0,
		  "instruction %u: general registers", n);
	EXPECT_EQ(memcmp(&a->fpu, &b->fpu, sizeof(a->fpu)), 0, "instruction %u: V registers", n);
	EXPECT_EQ(memcmp(a->bytes, b->bytes, BYTES), 0, "instruction %u: memory", n);
}

/* A pair that is begun again in its middle has changed nothing; nor has one that fails. */
static void check_middle(void)
{
	struct axvcpu_arm64_general before, after;

	begin(36, HOLE + MIDDLE);
	before = get_general(&v);
	NEED_EXIT(&v, MMIO_READ);
	done(&v, 0x55);
	NEED_EXIT(&v, MMIO_READ);
	CHECK_EQ(v.run->exit.u.mmio.gpa, HOLE + MIDDLE + 8, "the second register");
	after = get_general(&v);
	CHECK(!memcmp(&before, &after, sizeof(after)), "the first is not loaded yet");
	cancel(&v);
	NEED_EXIT(&v, MMIO_READ);
	CHECK_EQ(v.run->exit.u.mmio.gpa, HOLE + MIDDLE, "CANCEL begins with the first again");
	done(&v, 0x66);
	NEED_EXIT(&v, MMIO_READ);
	fault(&v, AXVCPU_ARM64_VECTOR_SYNC, false, 0);
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) & 0xfc00003f, 0x94000010, "FAULT is an external abort");
	after = get_general(&v);
	CHECK_EQ(after.x[1], before.x[1], "no register was loaded");
}

int main(void)
{
	struct outcome memory, hole;
	unsigned int n;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	for (n = 0; n < ARRAY_SIZE(insns); n++) {
		in_memory(n, &memory);
		in_the_hole(n, &hole);
		compare(n, &memory, &hole);
	}
	CHECK(!failures, "what the processor does in memory");
	check_middle();
	COVERS_EXIT("MMIO_WRITE", "decoded");
	COVERS_EXIT("MMIO_READ", "decoded");
	return finish();
}
