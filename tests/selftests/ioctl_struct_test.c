// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The rules that hold for every struct: size 0, too small, shorter, longer with a
 * zero and a non-zero tail, larger than a page; unknown flags; bad pointers. And
 * calls without a struct take 0.
 */
#include "calls.h"

struct target {
	const struct abi_call *call;
	int fd;
	const char *state;
};

/* Two pages of which the second is not there. */
static u8 *edge(void)
{
	static u8 *at;

	if (!at) {
		at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		NEED(at != MAP_FAILED && !munmap(at + PAGE, PAGE), "mmap");
	}
	return at + PAGE;
}

static void check_sizes(const struct target *t)
{
	const struct abi_call *c = t->call;
	static u8 large[2 * PAGE] __attribute__((aligned(8)));
	union call_argument *argument = (void *)large;
	static const u32 bad[] = { 0, 1, 4, 7 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		fill_argument(c, argument);
		argument->head.size = bad[i];
		EXPECT_RET(call(t->fd, c->command, argument), -EINVAL, "%s of size %u", c->name,
			   bad[i]);
	}
	fill_argument(c, argument);
	argument->head.size = PAGE;
	memset(large + PAGE, 0xff, PAGE); /* out of its reach */
	EXPECT_RET(make_call(c, t->fd, argument), 0, "%s of a page with a zero tail", c->name);
}

/* A tail that the kernel does not know; OUT structs are never read there. */
static void check_tail(const struct target *t)
{
	const struct abi_call *c = t->call;
	u32 at[] = { (u32)c->size, (u32)c->size + 1, (u32)PAGE - 1 };
	long expected = c->kind == CALL_OUT ? 0 : -E2BIG;
	union call_argument argument;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		fill_argument(c, &argument);
		argument.head.size = PAGE;
		argument.bytes[at[i]] = 0x80;
		EXPECT_RET(make_call(c, t->fd, &argument), expected, "%s with byte %u set", c->name,
			   at[i]);
	}
}

/* Of an OUT struct only as much is written as the kernel knows. */
static void check_too_long(const struct target *t)
{
	static const u32 size[] = { PAGE + 1, 2 * PAGE, 0x10000, 0x7fffffff, 0xffffffff };
	const struct abi_call *c = t->call;
	static u8 large[2 * PAGE] __attribute__((aligned(8)));
	long expected = c->kind == CALL_OUT ? 0 : -E2BIG;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(size); i++) {
		fill_argument(c, (void *)large);
		((union call_argument *)large)->head.size = size[i];
		EXPECT_RET(call(t->fd, c->command, large), expected, "%s of size %u", c->name,
			   size[i]);
	}
}

static void check_flags(const struct target *t)
{
	const struct abi_call *c = t->call;
	union call_argument argument;
	unsigned int bit;

	for (bit = 0; bit < 32; bit++) {
		if (c->command == AXVCPU_SET_MEMORY && bit < 7)
			continue; /* known there: set_memory_test.c */
		fill_argument(c, &argument);
		argument.head.flags = 1U << bit;
		EXPECT_RET(call(t->fd, c->command, &argument), -EINVAL, "%s with flag bit %u",
			   c->name, bit);
	}
}

static void check_pointers(const struct target *t)
{
	const struct abi_call *c = t->call;
	union call_argument argument;
	u64 bad[] = { 0, 1, (u64)edge(), (u64)edge() - 7, 0xffff800000000000, ~0UL - 100 };
	size_t size = c->kind == CALL_OUT ? 8 : c->size;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_RET(call(t->fd, c->command, (void *)bad[i]), -EFAULT, "%s at %#llx", c->name,
			   (unsigned long long)bad[i]);
	/* Exactly up to the edge, and one byte too far. */
	fill_argument(c, &argument);
	memcpy(edge() - c->size, &argument, c->size);
	EXPECT_RET(make_call(c, t->fd, (void *)(edge() - c->size)), 0, "%s up to the last byte",
		   c->name);
	if (c->size > 8) {
		memset(edge() - PAGE, 0, PAGE);
		memcpy(edge() - c->size + 8, &argument, size > 8 ? size - 8 : 8);
		EXPECT_RET(call(t->fd, c->command, edge() - c->size + 8), -EFAULT,
			   "%s beyond the last byte", c->name);
	}
}

/* Results go where they can't be written. */
static void check_read_only(const struct target *t)
{
	union call_argument *argument = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct abi_call *c = t->call;
	bool out = c->kind == CALL_OUT || c->kind == CALL_INOUT;

	fill_argument(c, argument);
	mprotect(argument, PAGE, PROT_READ);
	EXPECT_RET(make_call(c, t->fd, argument), out ? -EFAULT : 0, "%s in read-only memory",
		   c->name);
	munmap(argument, PAGE);
}

/* Only as many bytes as the caller asked for are written. */
static void check_short_out(const struct target *t)
{
	const struct abi_call *c = t->call;
	union call_argument argument;
	size_t size;

	for (size = 8; size <= c->size; size += 8) {
		memset(&argument, 0xa5, sizeof(argument));
		argument.head.size = (u32)size;
		argument.head.flags = 0;
		EXPECT_RET(call(t->fd, c->command, &argument), 0, "%s of size %zu", c->name, size);
		EXPECT_EQ(argument.head.size, size, "%s says how much it wrote", c->name);
		EXPECT_EQ(argument.bytes[size], 0xa5, "%s of size %zu: the byte behind", c->name,
			  size);
	}
	memset(&argument, 0xa5, sizeof(argument));
	argument.head.size = PAGE;
	argument.head.flags = 0;
	EXPECT_RET(call(t->fd, c->command, &argument), 0, "%s of a page", c->name);
	EXPECT_EQ(argument.head.size, c->size, "%s says how much there is", c->name);
	EXPECT_EQ(argument.bytes[c->size], 0xa5, "%s: the byte behind", c->name);
}

static void check_struct(const struct target *t)
{
	const struct abi_call *c = t->call;
	int before = failures;

	if (c->kind == CALL_NONE || c->kind == CALL_RUN) {
		EXPECT_RET(call_value(t->fd, c->command, c->kind == CALL_RUN ? 2 : 1), -EINVAL,
			   "%s with an unknown argument", c->name);
		EXPECT_RET(call_value(t->fd, c->command, 1UL << 63), -EINVAL,
			   "%s with the top bit", c->name);
		COVERS(c->name, t->state, "bad value");
		CHECK(failures == before, "%s: its argument", c->name);
		return;
	}
	check_sizes(t);
	check_tail(t);
	check_too_long(t);
	check_flags(t);
	check_pointers(t);
	check_read_only(t);
	if (c->kind == CALL_OUT)
		check_short_out(t);
	COVERS(c->name, t->state, "size");
	COVERS(c->name, t->state, "bad flag");
	COVERS(c->name, t->state, "pointer");
	CHECK(failures == before, "%s: sizes, tails, flags and pointers", c->name);
}

/*
 * Most good calls of the checks change the state: a vCPU in the state that the
 * call needs for each of them would hide nothing, so the state's calls come last.
 */
static bool repeatable(const struct abi_call *c)
{
	return c->command != AXVCPU_SETUP && c->command != AXVCPU_BIND &&
	       c->command != AXVCPU_SET_MEMORY && c->command != AXVCPU_CREATE_VCPU &&
	       c->command != AXVCPU_INJECT;
}

static void check_calls(int device)
{
	const struct abi_call *c;
	struct stage s;

	stage_enter(&s, AXVCPU_STATE_READY, false);
	for_each_call(c) {
		struct target t = { c, s.v.fd, "Ready" };

		if ((!repeatable(c) && c->command != AXVCPU_CREATE_VCPU) || !call_is_there(c))
			continue;
		if (c->on == ON_DEVICE)
			t.fd = device;
		if (c->on == ON_VM)
			t.fd = s.vm.fd;
		if (c->on != ON_VCPU)
			t.state = "-";
		check_struct(&t);
	}
	stage_leave(&s);
}

/* Those that succeed once: the refusals, and then the success undone each time. */
static void check_once(const struct abi_call *c)
{
	static const u32 needs[] = { [AXVCPU_SETUP & 0xff] = AXVCPU_STATE_CREATED,
				     [AXVCPU_BIND & 0xff] = AXVCPU_STATE_FREE,
				     [AXVCPU_INJECT & 0xff] = AXVCPU_STATE_READY,
				     [AXVCPU_SET_MEMORY & 0xff] = AXVCPU_STATE_READY };
	u32 state = needs[c->command & 0xff];
	int before = failures;
	struct target t = { c, -1, NULL };
	union call_argument argument;
	struct stage s;

	stage_enter(&s, state, false);
	t.fd = c->on == ON_VM ? s.vm.fd : s.v.fd;
	t.state = c->on == ON_VM ? "-" : stage_name(&s);
	check_too_long(&t);
	check_flags(&t);
	fill_argument(c, &argument);
	argument.head.size = 7;
	EXPECT_RET(call(t.fd, c->command, &argument), -EINVAL, "%s of size 7", c->name);
	EXPECT_RET(call(t.fd, c->command, NULL), -EFAULT, "%s at NULL", c->name);
	EXPECT_RET(call(t.fd, c->command, edge() - 7), -EFAULT, "%s across the edge", c->name);
	argument.head.size = PAGE;
	argument.bytes[PAGE - 1] = 1;
	EXPECT_RET(call(t.fd, c->command, &argument), -E2BIG, "%s with a tail", c->name);
	EXPECT_EQ(state_of(&s.v), state, "the state after refused calls of %s", c->name);
	argument.bytes[PAGE - 1] = 0;
	EXPECT_RET(make_call(c, t.fd, &argument), 0, "%s with a zero tail", c->name);
	COVERS(c->name, t.state, "size");
	COVERS(c->name, t.state, "bad flag");
	COVERS(c->name, t.state, "pointer");
	CHECK(failures == before, "%s: sizes, tails, flags and pointers", c->name);
	stage_leave(&s);
}

int main(void)
{
	int device = open_device();
	const struct abi_call *c;

	check_calls(device);
	for_each_call(c)
		if (!repeatable(c) && c->command != AXVCPU_CREATE_VCPU)
			check_once(c);
	return finish();
}
