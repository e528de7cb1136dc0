// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Pointer authentication: a guest has its own keys, which no other guest and not the
 * host has, and without it in the ID registers it is undefined.
 */
#include "guest.h"

#define ROUNDS 300
#define ISAR1 AXVCPU_ARM64_ID_AA64ISAR1_EL1
#define ISAR2 AXVCPU_ARM64_ID_AA64ISAR2_EL1
#define PAUTH ".arch armv8.3-a\n"
#define ENIA "mrs x9, sctlr_el1\norr x9, x9, #0x80000000\nmsr sctlr_el1, x9\nisb\n"

/* X0 to X9 to the keys. */
#define SET_KEYS                                                                                  \
	"msr S3_0_C2_C1_0, x0\nmsr S3_0_C2_C1_1, x1\nmsr S3_0_C2_C1_2, x2\nmsr S3_0_C2_C1_3, x3\n"  \
	"msr S3_0_C2_C2_0, x4\nmsr S3_0_C2_C2_1, x5\nmsr S3_0_C2_C2_2, x6\nmsr S3_0_C2_C2_3, x7\n"  \
	"msr S3_0_C2_C3_0, x8\nmsr S3_0_C2_C3_1, x9\nisb\n"
#define GET_KEYS                                                                                  \
	"mrs x0, S3_0_C2_C1_0\nmrs x1, S3_0_C2_C1_1\nmrs x2, S3_0_C2_C1_2\nmrs x3, S3_0_C2_C1_3\n"  \
	"mrs x4, S3_0_C2_C2_0\nmrs x5, S3_0_C2_C2_1\nmrs x6, S3_0_C2_C2_2\nmrs x7, S3_0_C2_C2_3\n"  \
	"mrs x8, S3_0_C2_C3_0\nmrs x11, S3_0_C2_C3_1\n"
GUEST(keys, PLAIN, SET_KEYS "1: " GET_KEYS GUEST_VALUE "b 1b");
GUEST(reads, PLAIN, GET_KEYS GUEST_DONE);
/* X1 signed for X2 by X3's key, then checked, and by another key. */
GUEST(signs, PLAIN,
      PAUTH ENIA "msr S3_0_C2_C1_0, x3\nmsr S3_0_C2_C1_1, x3\nisb\nmov x4, x1\npacia x4, x2\n"
      GUEST_VALUE "mov x5, x4\nautia x5, x2\npacga x6, x1, x2\n" GUEST_DONE);
GUEST(generic, PLAIN, PAUTH "pacga x6, x1, x2\n" GUEST_DONE);
GUEST(signs_first, PLAIN, PAUTH ENIA "pacia x4, x2\n" GUEST_DONE);

static struct vm vm;
static struct vcpu v;

static u64 host_mac(u64 value, u64 with)
{
	u64 mac;

	__asm__ volatile(PAUTH "pacga %0, %1, %2" : "=r"(mac) : "r"(value), "r"(with));
	return mac;
}

static void start_keys(struct vcpu *c, u64 seed)
{
	unsigned int i;

	START(c, PLAIN, keys);
	for (i = 0; i < 10; i++)
		set_gpr(c, i, seed + i);
}

static unsigned int wrong_keys(struct vcpu *c, u64 seed)
{
	struct axvcpu_arm64_general g = get_general(c);
	unsigned int i, wrong = 0;

	for (i = 0; i < 9; i++)
		wrong += g.x[i] != seed + i;
	return wrong + (g.x[11] != seed + 9);
}

static void check_keys(void)
{
	struct axvcpu_arm64_system s;
	u64 before = host_mac(1, 2);
	struct vcpu other;
	unsigned int i, wrong = 0;

	vcpu_new(&other, &vm, 1);
	start_keys(&v, 0x1111111111111100);
	start_keys(&other, 0x2222222222222200);
	for (i = 0; i < ROUNDS; i++) {
		run_to_port(&v, PORT_VALUE);
		wrong += wrong_keys(&v, 0x1111111111111100);
		wrong += host_mac(1, 2) != before;
		run_to_port(&other, PORT_VALUE);
		wrong += wrong_keys(&other, 0x2222222222222200);
		wrong += host_mac(1, 2) != before;
	}
	CHECK_EQ(wrong, 0, "two guests and the host have their own keys over %u trips", 2 * ROUNDS);
	s = get_system(&v);
	CHECK_EQ(s.apkey[0][0], 0x1111111111111100, "the block has the first half");
	CHECK_EQ(s.apkey[4][1], 0x1111111111111109, "and the last");
	NEED_RET(call(other.fd, AXVCPU_RESET, NULL));
	START(&other, PLAIN, reads);
	set_system(&other, &s);
	finish_mode(&other, MODE_PLAIN);
	run_to_port(&other, PORT_DONE);
	CHECK_EQ(wrong_keys(&other, 0x1111111111111100), 0, "another vCPU takes them");
	NEED_RET(call(other.fd, AXVCPU_RESET, NULL));
	START(&other, PLAIN, reads);
	run_to_port(&other, PORT_DONE);
	for (i = 0; i < 12; i++)
		wrong += i != 9 && i != 10 && gpr(&other, i);
	CHECK_EQ(wrong, 0, "RESET clears them, and a new guest finds nobody else's");
	vcpu_free(&other);
}

static void start_signs(u64 key)
{
	RESTART(&v, PLAIN, signs);
	set_gpr(&v, 1, 0x7fff12345678);
	set_gpr(&v, 2, 0x55);
	set_gpr(&v, 3, key);
	run_to_port(&v, PORT_VALUE);
}

static void check_signs(void)
{
	u64 first, mac;

	start_signs(0x1234);
	first = gpr(&v, 4);
	CHECK(first != 0x7fff12345678, "a signed pointer is another");
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, 5), 0x7fff12345678, "the check gives it back, on another trip");
	mac = gpr(&v, 6);
	start_signs(0x1235);
	CHECK(gpr(&v, 4) != first, "another key signs differently");
	set_gpr(&v, 4, first);
	run_exit(&v);
	CHECK(said(&v, PORT_VECTOR) || gpr(&v, 5) != 0x7fff12345678, "and refuses the first");
	RESTART(&v, PLAIN, generic);
	set_gpr(&v, 1, 0x7fff12345678);
	set_gpr(&v, 2, 0x55);
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(gpr(&v, 6), mac, "PACGA alone, with a key of 0");
	CHECK(gpr(&v, 6) != host_mac(0x7fff12345678, 0x55), "which is not the host's");
}

static void without(struct axvcpu_arm64_id *id)
{
	id->reg[ISAR1] &= ~0xff000ff0ULL;
	id->reg[ISAR2] &= ~0x0f00ff00ULL;
}

static void check_hidden(void)
{
	struct axvcpu_arm64_id most, id;

	RESTART(&v, PLAIN, reads);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_ID, &most));
	id = most;
	without(&id);
	NEED_RET(set_block(&v, AXVCPU_BLOCK_ID, &id));
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0, "hidden, keys are undefined");
	RESTART(&v, PLAIN, signs_first);
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0, "so is PACIA");
	RESTART(&v, PLAIN, generic);
	CHECK_EQ(run_to_port(&v, PORT_VECTOR) >> 26, 0, "and PACGA");
	RESTART(&v, PLAIN, reads);
	id.reg[ISAR1] = most.reg[ISAR1] ^ (most.reg[ISAR1] & 0x100 ? 0x300 : 0x30);
	CHECK_RET(set_block(&v, AXVCPU_BLOCK_ID, &id), -EINVAL, "another algorithm is refused");
	NEED_RET(set_block(&v, AXVCPU_BLOCK_ID, &most));
}

int main(void)
{
	struct axvcpu_arm64_id id, away;

	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	START(&v, PLAIN, reads);
	NEED_RET(get_block(&v, AXVCPU_BLOCK_ID, &id));
	away = id;
	without(&away);
	if (!memcmp(&id, &away, sizeof(id)))
		skip("no pointer authentication here");
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	check_keys();
	check_signs();
	check_hidden();
	return finish();
}
