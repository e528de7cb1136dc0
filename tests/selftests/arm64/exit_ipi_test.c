// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * SEND_IPI from ICC_SGI1R_EL1, ICC_ASGI1R_EL1 and ICC_SGI0R_EL1 (IHI 0069, chapter
 * "AArch64 System register descriptions"): every field, with every other one, and with
 * the bits that are reserved.
 */
#include "guest.h"

/* X5 is what is written; once more each time. */
GUEST(sgi1, PLAIN, "1: msr S3_0_C12_C11_5, x5\nb 1b\n");
GUEST(asgi1, PLAIN, "1: msr S3_0_C12_C11_6, x5\nb 1b\n");
GUEST(sgi0, PLAIN, "1: msr S3_0_C12_C11_7, x5\nb 1b\n");
GUEST(zero, PLAIN, "msr S3_0_C12_C11_5, xzr\n" GUEST_DONE);
/* They are written only, and not by EL0. */
GUEST(reads, PLAIN, "mrs x0, S3_0_C12_C11_5\n" GUEST_DONE);
GUEST(reads_asgi1, PLAIN, "mrs x0, S3_0_C12_C11_6\n" GUEST_DONE);
GUEST(reads_sgi0, PLAIN, "mrs x0, S3_0_C12_C11_7\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

/** struct sgi - what a write says, field by field */
struct sgi {
	u64 aff3;
	u64 aff2;
	u64 aff1;
	u64 range;
	u64 list;
	u64 intid;
	bool all;
};

#define RESERVED	0xff000e00f0000000ULL
#define X5		AXVCPU_REG(AXVCPU_BLOCK_GENERAL, 5 * 8, 3)

static u64 value_of(const struct sgi *s)
{
	return s->aff3 << 48 | s->range << 44 | (u64)s->all << 40 | s->aff2 << 32 | s->intid << 24 |
	       s->aff1 << 16 | s->list;
}

static void set_x5(u64 value)
{
	struct axvcpu_one_reg reg = { .size = sizeof(reg), .id = X5, .value = { value } };

	NEED_RET(call(v.fd, AXVCPU_SET_ONE_REG, &reg));
}

/* Return: the record says the same, and nothing else happened. */
static bool sent(const struct sgi *s, u64 reserved, u32 group)
{
	const struct axvcpu_exit *e = &v.run->exit;
	u64 cpu = s->aff3 << 32 | s->aff2 << 16 | s->aff1 << 8 | s->range << 4;
	int before = failures;

	set_x5(value_of(s) | reserved);
	NEED_EXIT(&v, SEND_IPI);
	EXPECT_EQ(e->flags, 0, "it is complete");
	EXPECT_EQ(e->pc, CODE + 4, "the PC is behind it");
	EXPECT_EQ(e->u.send_ipi.target_cpu, s->all ? 0 : cpu, "the first CPU of the list");
	EXPECT_EQ(e->u.send_ipi.target_cpu_aux, s->all ? 0 : s->list, "the list");
	EXPECT_EQ(e->u.send_ipi.send_to_all, s->all, "to all others");
	EXPECT_EQ(e->u.send_ipi.send_to_self, 0, "to oneself");
	EXPECT_EQ(e->u.send_ipi.vector, s->intid, "the INTID");
	EXPECT_EQ(e->u.send_ipi.group, group, "the group");
	if (failures != before)
		note("the guest wrote %llx", (unsigned long long)(value_of(s) | reserved));
	return failures == before;
}

/* Each bit of each field alone. */
static void check_bits(u32 group)
{
	unsigned int bit;

	for (bit = 0; bit < 8; bit++) {
		sent(&(struct sgi){ .aff3 = 1 << bit }, 0, group);
		sent(&(struct sgi){ .aff2 = 1 << bit }, 0, group);
		sent(&(struct sgi){ .aff1 = 1 << bit }, 0, group);
	}
	for (bit = 0; bit < 16; bit++) {
		sent(&(struct sgi){ .list = 1 << bit }, 0, group);
		sent(&(struct sgi){ .range = bit }, 0, group);
		sent(&(struct sgi){ .intid = bit }, 0, group);
	}
}

static const u64 affinities[] = { 0, 0xa5, 0xff };
static const u64 ranges[] = { 0, 9, 15 };
static const u64 lists[] = { 0, 1, 0x8000, 0xffff };
static const u64 intids[] = { 0, 15 };

#define EACH(i, values)	for (i = 0; i < ARRAY_SIZE(values); i++)

/* Some values of each field with all of the others. */
static unsigned int check_together(u32 group)
{
	unsigned int a, b, c, r, l, n, k, times = 0;

	EACH(a, affinities) EACH(b, affinities) EACH(c, affinities) EACH(r, ranges) EACH(l, lists)
	EACH(n, intids) for (k = 0; k < 4; k++) {
		const struct sgi s = { affinities[a], affinities[b], affinities[c], ranges[r],
				       lists[l], intids[n], k & 1 };

		times++;
		if (!sent(&s, k & 2 ? RESERVED : 0, group) && failures > 20)
			exit(finish());
	}
	return times;
}

static void check_register(const char *name, const u8 *code, const u8 *end, u32 group)
{
	unsigned int times;
	int before = failures;

	if (state_of(&v) != AXVCPU_STATE_CREATED)
		NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_PLAIN, code, end);
	check_bits(group);
	times = check_together(group);
	CHECK(failures == before, "%s: every field, %u combinations", name, times);
	COVERS_EXIT("SEND_IPI", name);
}

static void check_xzr(void)
{
	RESTART(&v, PLAIN, zero);
	NEED_EXIT(&v, SEND_IPI);
	CHECK_EQ(v.run->exit.u.send_ipi.target_cpu_aux, 0, "XZR: to nobody");
	run_to_port(&v, PORT_DONE);
}


static void check_undefined(const char *text, const u8 *code, const u8 *end, bool el0)
{
	struct axvcpu_arm64_general general;

	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, MODE_PLAIN, code, end);
	if (el0) {
		general = get_general(&v);
		general.pstate = 0x3c0;
		set_general(&v, &general);
	}
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0, "%s is undefined", text);
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_register("ICC_SGI1R_EL1", sgi1, sgi1_end, 1);
	check_register("ICC_ASGI1R_EL1", asgi1, asgi1_end, 0);
	check_register("ICC_SGI0R_EL1", sgi0, sgi0_end, 0);
	check_xzr();
	check_undefined("a read of ICC_SGI1R_EL1", reads, reads_end, false);
	check_undefined("a read of ICC_ASGI1R_EL1", reads_asgi1, reads_asgi1_end, false);
	check_undefined("a read of ICC_SGI0R_EL1", reads_sgi0, reads_sgi0_end, false);
	check_undefined("ICC_SGI1R_EL1 at EL0", sgi1, sgi1_end, true);
	check_undefined("ICC_ASGI1R_EL1 at EL0", asgi1, asgi1_end, true);
	check_undefined("ICC_SGI0R_EL1 at EL0", sgi0, sgi0_end, true);
	return finish();
}
