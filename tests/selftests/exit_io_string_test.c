// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * INS and OUTS: every width, with and without REP, both directions, across pages,
 * to memory that is not there or read-only, and with count 0.
 */
#include "guest.h"

#define BUFFER		0x30000UL	/* 16 pages */
#define ELEMENTS(count)	"mov $" STRING(count) ", %ecx\n"

static struct vm vm;
static struct vcpu v;

/* One string instruction; EDI, ESI, ECX and the direction come from the test. */
GUEST(outsb1, 64, "outsb\n" GUEST_DONE);
GUEST(outsw1, 64, "outsw\n" GUEST_DONE);
GUEST(outsl1, 64, "outsl\n" GUEST_DONE);
GUEST(insb1, 64, "insb\n" GUEST_DONE);
GUEST(insw1, 64, "insw\n" GUEST_DONE);
GUEST(insl1, 64, "insl\n" GUEST_DONE);
GUEST(rep_outsb, 64, "rep outsb\n" GUEST_DONE);
GUEST(rep_outsw, 64, "rep outsw\n" GUEST_DONE);
GUEST(rep_outsl, 64, "rep outsl\n" GUEST_DONE);
GUEST(rep_insb, 64, "rep insb\n" GUEST_DONE);
GUEST(rep_insw, 64, "rep insw\n" GUEST_DONE);
GUEST(rep_insl, 64, "rep insl\n" GUEST_DONE);
GUEST(rep_outsb32, 64, "addr32 rep outsb\n" GUEST_DONE);

static const struct {
	const u8 *code, *end;
	u8 width;
	bool in, rep;
} forms[] = {
	{ outsb1, outsb1_end, 1, false, false },    { outsw1, outsw1_end, 2, false, false },
	{ outsl1, outsl1_end, 4, false, false },    { insb1, insb1_end, 1, true, false },
	{ insw1, insw1_end, 2, true, false },	    { insl1, insl1_end, 4, true, false },
	{ rep_outsb, rep_outsb_end, 1, false, true }, { rep_outsw, rep_outsw_end, 2, false, true },
	{ rep_outsl, rep_outsl_end, 4, false, true }, { rep_insb, rep_insb_end, 1, true, true },
	{ rep_insw, rep_insw_end, 2, true, true },  { rep_insl, rep_insl_end, 4, true, true },
};

static void begin(const u8 *code, const u8 *end, u64 address, u64 count, bool down)
{
	struct axvcpu_x86_general g;

	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
	start_code(&v, AXVCPU_X86_START_LONG, code, end);
	g = get_general(&v);
	g.gpr[AXVCPU_X86_RDX] = 0x1f0;
	g.gpr[AXVCPU_X86_RCX] = count;
	g.gpr[AXVCPU_X86_RSI] = g.gpr[AXVCPU_X86_RDI] = address;
	if (down)
		g.rflags |= 1 << 10;
	set_general(&v, &g);
}

/* Where the data of the record is */
static u8 *record_data(void)
{
	const struct axvcpu_exit *e = &v.run->exit;

	if (e->flags & AXVCPU_EXIT_DATA_AREA)
		return v.data;
	return e->reason == AXVCPU_EXIT_IO_WRITE ? (u8 *)&v.run->exit.u.io.data :
						   (u8 *)v.run->complete.data;
}

static u8 pattern(u64 n)
{
	return (u8)(n * 7 + (n >> 8) + 1);
}

/*
 * Run the whole instruction as the device would: @bytes of the guest's memory
 * in the order of the instruction. Return: how many elements came.
 */
static u64 serve(u8 width, bool in, u8 *stream, u64 limit)
{
	const struct axvcpu_exit *e = &v.run->exit;
	u32 reason = in ? AXVCPU_EXIT_IO_READ : AXVCPU_EXIT_IO_WRITE;
	u64 elements = 0, bytes;

	for (;;) {
		u32 got = run_exit(&v);

		if (got == AXVCPU_EXIT_NOTHING)
			continue;
		if (got == AXVCPU_EXIT_IO_WRITE && e->u.io.port == PORT_DONE)
			return elements;
		if (got != reason || e->u.io.port != 0x1f0) {
			CHECK(false, "a part of the string comes, not %s", exit_text(&v));
			return elements;
		}
		EXPECT_EQ(e->u.io.width, width, "width");
		EXPECT_EQ(!e->u.io.count || e->u.io.count > info()->data_size / width, 0, "count");
		EXPECT_EQ(e->u.io.count > 1 && !(e->flags & AXVCPU_EXIT_DATA_AREA), 0,
			  "several elements are in the data area");
		bytes = (u64)e->u.io.count * width;
		if (elements * width + bytes > limit) {
			CHECK(false, "more elements than asked for");
			exit(1);
		}
		if (in)
			memcpy(record_data(), stream + elements * width, bytes);
		else
			memcpy(stream + elements * width, record_data(), bytes);
		elements += e->u.io.count;
		if (e->flags & AXVCPU_EXIT_PENDING)
			v.run->complete.action = AXVCPU_ANSWER_DONE;
	}
}

static u64 place(u64 address, u64 element, u8 width, bool down)
{
	return down ? address - element * width : address + element * width;
}

static void check_form(unsigned int form, u64 address, u64 count, bool down)
{
	static u8 stream[16 * PAGE];
	u8 width = forms[form].width;
	bool in = forms[form].in, rep = forms[form].rep;
	u64 expected = rep ? count : 1, i, got, wrong = 0;
	int before = failures;

	for (i = 0; i < 16 * PAGE; i++)
		vm.ram[BUFFER + i] = in ? 0xee : pattern(i);
	for (i = 0; i < sizeof(stream); i++)
		stream[i] = in ? pattern(i) : 0;
	begin(forms[form].code, forms[form].end, address, count, down);
	got = serve(width, in, stream, sizeof(stream));
	EXPECT_EQ(got, expected, "elements");
	EXPECT_EQ(gpr(&v, AXVCPU_X86_RCX), rep ? 0 : count, "RCX");
	EXPECT_EQ(gpr(&v, in ? AXVCPU_X86_RDI : AXVCPU_X86_RSI),
		  place(address, expected, width, down), "the address register");
	for (i = 0; i < expected * width; i++) {
		u64 at = place(address, i / width, width, down) + i % width;

		wrong += stream[i] != (in ? vm.ram[at] : pattern(at - BUFFER));
		if (in)
			vm.ram[at] = 0xee;
	}
	EXPECT_EQ(wrong, 0, "bytes");
	for (i = 0, wrong = 0; in && i < 16 * PAGE; i++)
		wrong += vm.ram[BUFFER + i] != 0xee;
	EXPECT_EQ(wrong, 0, "bytes beside the buffer");
	if (failures != before)
		CHECK(false, "form %u at 0x%llx, count %llu, %s", form, (unsigned long long)address,
		      (unsigned long long)count, down ? "down" : "up");
}

static void check_forms(void)
{
	static const u64 at[] = { BUFFER + 0x10, BUFFER + 8 * PAGE - 4, BUFFER + 8 * PAGE - 2 };
	unsigned int form, where;
	int before = failures;

	for (form = 0; form < ARRAY_SIZE(forms); form++)
		for (where = 0; where < ARRAY_SIZE(at); where++) {
			check_form(form, at[where], 5, false);
			check_form(form, at[where] + 64, 5, true);
		}
	CHECK(failures == before, "INS and OUTS in every width, both directions, across a page");
	before = failures;
	for (form = 6; form < ARRAY_SIZE(forms); form++) {
		check_form(form, BUFFER + 4 * PAGE, 0, false);
		check_form(form, BUFFER + 0x123, 3 * PAGE / forms[form].width + 3, false);
		check_form(form, BUFFER + 12 * PAGE + 1, 3 * PAGE / forms[form].width + 3, true);
	}
	CHECK(failures == before, "REP of nothing, and over several pages");
	COVERS_EXIT("IO_READ", "string, REP, DF, pages");
	COVERS_EXIT("IO_WRITE", "string, REP, DF, pages");
}

/* INS to memory that it can't write: nothing is read from the device. */
static void check_no_memory(void)
{
	static u8 stream[PAGE];
	u8 *rom = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u32 reason;

	NEED_RET(set_memory(vm.fd, RAM_SIZE, rom, PAGE, AXVCPU_MEM_READONLY));
	begin(rep_outsb, rep_outsb_end, RAM_SIZE + PAGE - 4, 4, false);
	memset(rom + PAGE - 4, 0x5a, 4);
	CHECK_EQ(serve(1, false, stream, PAGE), 4, "OUTS from read-only memory");
	CHECK_EQ(stream[3], 0x5a, "reads it");
	begin(insb1, insb1_end, RAM_SIZE + 8, 1, false);
	reason = run_exit(&v);
	CHECK(reason == AXVCPU_EXIT_NESTED_PAGE_FAULT, "INS to read-only memory is no device read: %s",
	      exit_text(&v));
	CHECK_EQ(v.run->exit.pc, CODE, "its PC is at the instruction");
	CHECK_EQ(rom[8], 0, "and nothing is written");
	begin(insb1, insb1_end, HOLE, 1, false);
	reason = run_exit(&v);
	CHECK(reason == AXVCPU_EXIT_NESTED_PAGE_FAULT, "INS to no memory is no device read: %s",
	      exit_text(&v));
	CHECK_EQ(v.run->exit.u.npf.gpa, HOLE, "it names the GPA");
	begin(outsb1, outsb1_end, HOLE, 1, false);
	reason = run_exit(&v);
	CHECK(reason == AXVCPU_EXIT_NESTED_PAGE_FAULT, "OUTS from no memory writes nothing: %s",
	      exit_text(&v));
	/* The first element is good, the second is not. */
	begin(rep_insb, rep_insb_end, RAM_SIZE - 1, 2, false);
	reason = run_exit(&v);
	if (reason == AXVCPU_EXIT_IO_READ) {
		EXPECT_EQ(v.run->exit.u.io.count, 1, "only what fits in memory is read");
		record_data()[0] = 0x77;
		v.run->complete.action = AXVCPU_ANSWER_DONE;
		reason = run_exit(&v);
	}
	CHECK(reason == AXVCPU_EXIT_NESTED_PAGE_FAULT, "REP INS off the end of memory: %s",
	      exit_text(&v));
	CHECK_EQ(vm.ram[RAM_SIZE - 1], 0x77, "the element before it has arrived");
	CHECK_EQ(gpr(&v, AXVCPU_X86_RCX), 1, "one is left to do");
	NEED_RET(set_memory(vm.fd, RAM_SIZE, NULL, 0, AXVCPU_MEM_DELETE));
	munmap(rom, PAGE);
	COVERS_EXIT("NESTED_PAGE_FAULT", "string instruction");
}

/* A guest page fault comes before any device access. */
static void check_guest_fault(void)
{
	u64 *tables4 = (u64 *)(vm.ram + TABLES);

	begin(insb1, insb1_end, BUFFER, 1, false);
	gate(&v, AXVCPU_X86_START_LONG, 14, CODE + 0x800);
	load(&vm, CODE + 0x800, insl1 + 1, insl1_end); /* OUT to PORT_DONE */
	tables4[1024 + 1] = 0; /* 2 MiB to 4 MiB */
	begin(insb1, insb1_end, 2 * RAM_SIZE - 8, 1, false);
	gate(&v, AXVCPU_X86_START_LONG, 14, CODE + 0x800);
	tables4[1024 + 1] = 0;
	run_to_port(&v, PORT_DONE);
	CHECK_EQ(v.run->exit.pc > CODE + 0x800, 1, "INS to an unmapped page is the guest's #PF");
	if (has_cr2())
		CHECK_EQ(get_system(&v).cr2, 2 * RAM_SIZE - 8, "with its address in CR2");
	identity(&vm);
}

GUEST(real_ins, 16, "mov $0xc000, %di; mov $6, %cx; mov $0x1f0, %dx; rep insw\n"
      "mov $0xc000, %si; mov $6, %cx; rep outsw; mov $0xc004, %bx; mov %bx, %si\n"
      "mov $0x1000, %ax; mov %ax, %fs; fs outsb\n" GUEST_DONE);

static void check_real_mode(void)
{
	static u8 in[12], out[64];
	u64 i, got = 0;

	for (i = 0; i < sizeof(in); i++)
		in[i] = pattern(i + 3);
	RESTART(&v, REAL, real_ins);
	vm.ram[0x1c004] = 0xab;
	while (got < 6) {
		NEED_EXIT(&v, IO_READ);
		memcpy(record_data(), in + got * 2, v.run->exit.u.io.count * 2);
		got += v.run->exit.u.io.count;
		v.run->complete.action = AXVCPU_ANSWER_DONE;
	}
	for (got = 0; got < 6; got += v.run->exit.u.io.count) {
		NEED_EXIT(&v, IO_WRITE);
		memcpy(out + got * 2, record_data(), v.run->exit.u.io.count * 2);
		if (v.run->exit.flags & AXVCPU_EXIT_PENDING)
			v.run->complete.action = AXVCPU_ANSWER_DONE;
	}
	CHECK(!memcmp(in, out, sizeof(in)), "REP INSW and OUTSW in real mode");
	CHECK(!memcmp(in, vm.ram + DATA16, sizeof(in)), "they go through memory");
	NEED_EXIT(&v, IO_WRITE);
	CHECK_EQ(*record_data(), 0xab, "OUTS with a segment prefix reads that segment");
	COVERS_EXIT("IO_READ", "string in real mode");
}

/* 32-bit addresses in 64-bit code wrap at 4 GiB. */
static void check_address_size(void)
{
	static u8 stream[8];

	vm.ram[BUFFER] = 0x3c;
	begin(rep_outsb32, rep_outsb32_end, 0xffffffff00000000 | BUFFER, 1, false);
	CHECK_EQ(serve(1, false, stream, 8), 1, "OUTS with 32-bit addresses");
	CHECK_EQ(stream[0], 0x3c, "ignores the upper half of RSI");
	CHECK_EQ(gpr(&v, AXVCPU_X86_RSI), BUFFER + 1, "and clears it");
}

int main(void)
{
	vm_new(&vm, 0);
	vcpu_new(&v, &vm, 0);
	check_forms();
	check_no_memory();
	check_guest_fault();
	check_real_mode();
	check_address_size();
	return finish();
}
