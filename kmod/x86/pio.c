// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Port I/O: IN, OUT and the string forms INS and OUTS with REP.
 *
 * The processor checks IOPL and the TSS's permission bits before it intercepts
 * (APM Volume 2, 15.10.2), so that what arrives here is permitted.
 *
 * A string instruction leaves in parts of at most a page. Each part ends with
 * registers that are true and the PC at the instruction, so that the guest
 * takes interrupts between two parts, just as between two iterations on
 * hardware, and the next part begins from the registers alone.
 */
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <uapi/asm/debugreg.h>
#include <asm/processor-flags.h>

#include "access.h"
#include "event.h"
#include "pio.h"


/* What a part of a string instruction can't pass: a page, and the data area. */
#define PART_BYTES	4096

static inline u64 x86_io_mask(unsigned int width)
{
	return ~0ULL >> (64 - 8 * width);
}

int x86_out_poweroff(struct x86_vcpu *x, u64 next_rip, u64 hw_code)
{
	struct axvcpu_exit *exit = axvcpu_exit_begin(
		&x->core, AXVCPU_EXIT_SYSTEM_DOWN, hw_code);

	exit->u.system_down.kind = AXVCPU_DOWN_POWER_OFF;
	exit->next_pc = next_rip;
	x86_skip(x, next_rip);
	return AXVCPU_OUT_EXIT;
}

int x86_io_string(struct x86_vcpu *x, const struct x86_io *io, u64 hw_code)
{
	struct x86_pending *p = &x->pending;

	p->kind = X86_PENDING_IO;
	p->read = io->in;
	p->width = io->width;
	p->length = io->next_rip - x->rip;
	p->io.port = io->port;
	p->io.rep = io->rep;
	p->io.down = x->rflags & X86_EFLAGS_DF;
	p->io.address_bytes = io->address_bytes;
	p->io.segment = io->segment;
	p->io.hw_code = hw_code;
	return AXVCPU_OUT_EMULATE;
}

/* ---- INS and OUTS ------------------------------------------------------------ */

static u64 x86_io_register(const struct x86_vcpu *x, unsigned int reg)
{
	return x->gpr[reg] & x86_io_mask(x->pending.io.address_bytes);
}

/* A write of 4 bytes clears the upper half; one of 2 bytes leaves the rest. */
static void x86_io_set_register(struct x86_vcpu *x, unsigned int reg, u64 value)
{
	u64 mask = x86_io_mask(x->pending.io.address_bytes);

	if (x->pending.io.address_bytes == 2)
		value = (x->gpr[reg] & ~mask) | (value & mask);
	x->gpr[reg] = x->pending.io.address_bytes == 4 ? (u32)value : value;
}

static unsigned int x86_io_index_register(const struct x86_pending *p)
{
	return p->read ? AXVCPU_X86_RDI : AXVCPU_X86_RSI;
}

/* The region behind @gpa takes the access: 0, -ENXIO, -EROFS. */
static int x86_io_region(struct x86_vcpu *x, u64 gpa, bool write)
{
	const struct axvcpu_region *region;
	int ret = 0;

	rcu_read_lock();
	region = axvcpu_memory_find(x->core.vm, gpa);
	if (!region)
		ret = -ENXIO;
	else if (write && region->flags & AXVCPU_MEM_READONLY)
		ret = -EROFS;
	rcu_read_unlock();
	return ret;
}

/*
 * An access that no exit describes: memory that can't be read or written, or a
 * device's. @error: of the access.
 */
static int x86_io_npf(struct x86_vcpu *x, u64 gpa, u64 linear, u32 access,
		      int error)
{
	struct axvcpu_fault *fault = &x->core.fault;

	fault->gpa = gpa;
	fault->gva = linear;
	fault->access = access;
	fault->host_errno = 0;
	if (error != -EFAULT) {
		fault->cause = AXVCPU_NPF_CANT_DECODE;
	} else if (x86_io_region(x, gpa, false)) {
		fault->cause = AXVCPU_NPF_NO_REGION;
	} else {
		fault->cause = AXVCPU_NPF_HOST_FAULT;
		fault->host_errno = EFAULT;
	}
	return axvcpu_exit_npf(&x->core, x->pending.io.hw_code, NULL, 0);
}

/* A failed x86_walk(): the guest's own fault, or its tables can't be read. */
static int x86_io_walk_failed(struct x86_vcpu *x, const struct x86_walk *walk,
			      u64 linear, u32 access, int error)
{
	if (error == -EPERM) {
		x86_queue_walk_fault(x, walk, linear);
		return AXVCPU_OUT_AGAIN;
	}
	return x86_io_npf(x, walk->gpa, linear,
			  access | AXVCPU_ACCESS_GVA | AXVCPU_ACCESS_WALK,
			  error);
}

/*
 * Processors without decode assists tell neither the segment nor (some) the
 * address size: read the prefixes. Return: 0; -EAGAIN: the memory holds another
 * instruction by now; or as x86_fetch().
 */
static int x86_io_prefixes(struct x86_vcpu *x, struct x86_walk *fault,
			   u64 *fault_linear)
{
	unsigned int code_bytes = x86_code_bytes(x);
	struct x86_pending *p = &x->pending;
	u8 segment = AXVCPU_X86_DS;
	u8 address_bytes = code_bytes;
	u8 insn[15];
	int count, i;

	count = x86_fetch(x, insn, fault, fault_linear);
	if (count < 0)
		return count;
	for (i = 0; i < count; i++) {
		switch (insn[i]) {
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
			if (code_bytes != 8)
				segment = (insn[i] >> 3) & 3;
			continue;
		case 0x64:
		case 0x65:
			segment = AXVCPU_X86_FS + (insn[i] & 1);
			continue;
		case 0x67:
			address_bytes = code_bytes == 4 ? 2 : 4;
			continue;
		case 0x66:
		case 0xf2:
		case 0xf3:
			continue;
		case 0x40 ... 0x4f:
			if (code_bytes == 8)
				continue;
			return -EAGAIN;
		case 0x6c ... 0x6f:
			if (p->read != (insn[i] < 0x6e))
				return -EAGAIN;
			p->length = i + 1;
			p->io.segment = segment;
			p->io.address_bytes = address_bytes;
			return 0;
		default:
			return -EAGAIN;
		}
	}
	return -EAGAIN;
}

/* Lowest linear address of a part of @count elements. Return: false: #GP, #SS. */
static bool x86_io_linear(struct x86_vcpu *x, u64 offset, u32 count,
			  u64 *linear)
{
	struct x86_pending *p = &x->pending;
	u32 bytes = count * p->width;

	if (p->io.down)
		offset -= bytes - p->width;
	return x86_linear(x, p->io.segment, offset, bytes, p->read, linear);
}

/*
 * How many elements the next part has: as far as neither the offset wraps nor a
 * page ends, so that one walk answers for all. An element that crosses a page
 * is a part of its own.
 */
static u32 x86_io_part(struct x86_vcpu *x, u64 offset, u64 linear, u64 count)
{
	struct x86_pending *p = &x->pending;
	u32 in_page = linear & (PART_BYTES - 1);
	u64 room, more;

	/* A single step ends after each element. */
	if (x->rflags & X86_EFLAGS_TF || in_page + p->width > PART_BYTES)
		return 1;
	if (p->io.down) {
		room = offset;
		more = in_page / p->width;
	} else {
		room = x86_io_mask(p->io.address_bytes) - offset;
		more = (PART_BYTES - in_page) / p->width - 1;
	}
	return min3(more, room / p->width, count - 1) + 1;
}

/*
 * Translate the part's @bytes at @linear and check all of it, before the first
 * device access. Return: false: *@out says what happens instead.
 */
static bool x86_io_translate(struct x86_vcpu *x, u64 linear, u32 bytes,
			     int *out)
{
	struct x86_pending *p = &x->pending;
	u32 access = p->read ? AXVCPU_ACCESS_WRITE : AXVCPU_ACCESS_READ;
	u32 first = min_t(u32, bytes, PART_BYTES - (linear & (PART_BYTES - 1)));
	unsigned int pages = first < bytes ? 2 : 1;
	unsigned int i;

	if (x->mode.cpl == 3)
		access |= AXVCPU_ACCESS_USER;
	for (i = 0; i < pages; i++) {
		u64 address = i ? linear + first : linear;
		struct x86_walk walk;
		int ret;

		if (!x86_long_mode(x))
			address = (u32)address;
		ret = x86_walk(x, address, access, true, &walk);
		if (ret) {
			*out = x86_io_walk_failed(x, &walk, address, access,
						  ret);
			return false;
		}
		ret = x86_io_region(x, walk.gpa, p->read);
		if (ret) {
			*out = x86_io_npf(x, walk.gpa, address,
					  access | AXVCPU_ACCESS_GVA, ret);
			return false;
		}
		p->io.gpa[i] = walk.gpa;
	}
	return true;
}

/* Copy the part between @data and the guest's memory. */
static int x86_io_copy(struct x86_vcpu *x, void *data, u32 bytes)
{
	struct x86_pending *p = &x->pending;
	u32 first = min_t(u32, bytes,
			  PART_BYTES - (p->io.gpa[0] & (PART_BYTES - 1)));
	struct axvcpu_vm *vm = x->core.vm;
	int ret;

	if (p->read) {
		ret = axvcpu_memory_write(vm, p->io.gpa[0], data, first);
		if (!ret && first < bytes)
			ret = axvcpu_memory_write(vm, p->io.gpa[1],
						  data + first, bytes - first);
	} else {
		ret = axvcpu_memory_read(vm, p->io.gpa[0], data, first);
		if (!ret && first < bytes)
			ret = axvcpu_memory_read(vm, p->io.gpa[1],
						 data + first, bytes - first);
	}
	return ret;
}

/* With DF set the first element that moves is the last in memory. */
static void x86_io_reverse(void *data, unsigned int width, u32 count)
{
	u32 i, j;

	for (i = 0, j = count - 1; i < j; i++, j--) {
		if (width == 1)
			swap(((u8 *)data)[i], ((u8 *)data)[j]);
		else if (width == 2)
			swap(((u16 *)data)[i], ((u16 *)data)[j]);
		else
			swap(((u32 *)data)[i], ((u32 *)data)[j]);
	}
}

/* The part is done: registers, and the PC if it was the last. */
static void x86_io_advance(struct x86_vcpu *x)
{
	struct x86_pending *p = &x->pending;
	unsigned int index = x86_io_index_register(p);
	u64 bytes = (u64)p->io.count * p->width;
	u64 left;

	x86_io_set_register(x, index, x->gpr[index] +
				      (p->io.down ? -bytes : bytes));
	if (p->io.rep) {
		left = x86_io_register(x, AXVCPU_X86_RCX) - p->io.count;
		x86_io_set_register(x, AXVCPU_X86_RCX, left);
		if (left) {
			x->interrupt_shadow = false;
			/* The trap comes after each iteration. */
			if (x->rflags & X86_EFLAGS_TF)
				x86_queue_exception(x, X86_VECTOR_DB, false, 0,
						    DR_STEP);
			return;
		}
	}
	x86_skip(x, x86_next_rip(x, p->length));
}

/* Report a part that was checked; OUTS has its data in the data area. */
static int x86_io_report(struct x86_vcpu *x, bool last)
{
	struct x86_pending *p = &x->pending;
	struct axvcpu_exit *exit;

	exit = axvcpu_exit_begin(&x->core,
				 p->read ? AXVCPU_EXIT_IO_READ :
					   AXVCPU_EXIT_IO_WRITE,
				 p->io.hw_code);
	x86_io_record(exit, p->io.port, p->width, p->io.count);
	exit->u.io.data = 0;
	exit->next_pc = x86_next_rip(x, p->length);
	if (p->io.count > 1)
		exit->flags = AXVCPU_EXIT_DATA_AREA;
	if (!p->read && last) {
		x86_io_advance(x);
		return AXVCPU_OUT_EXIT;
	}
	p->kind = X86_PENDING_IO;
	axvcpu_exit_pending(&x->core, exit);
	return AXVCPU_OUT_EXIT;
}

static int x86_io_outs(struct x86_vcpu *x, u64 linear, bool last)
{
	struct x86_pending *p = &x->pending;
	u32 bytes = p->io.count * p->width;
	u32 one = 0;
	int ret;

	if (p->io.count == 1) {
		ret = x86_io_copy(x, &one, bytes);
	} else {
		ret = x86_io_copy(x, x->core.data_area, bytes);
		if (p->io.down)
			x86_io_reverse(x->core.data_area, p->width,
				       p->io.count);
	}
	if (ret)
		return x86_io_npf(x, p->io.gpa[0], linear,
				  AXVCPU_ACCESS_READ | AXVCPU_ACCESS_GVA, ret);
	ret = x86_io_report(x, last);
	x->core.run->exit.u.io.data = one;
	return ret;
}

/* INS writes to ES whatever the prefix; OUTS to what was told or decoded. */
static int x86_io_decode(struct x86_vcpu *x, int *out)
{
	struct x86_pending *p = &x->pending;
	struct x86_walk fault;
	u64 fault_linear = 0;
	int ret = 0;

	if (!p->io.address_bytes ||
	    (!p->read && p->io.segment >= AXVCPU_X86_LDTR))
		ret = x86_io_prefixes(x, &fault, &fault_linear);
	if (p->read)
		p->io.segment = AXVCPU_X86_ES;
	if (!ret)
		return 0;
	/*
	 * Another processor changed the code or its mapping since: the guest
	 * executes what is there now.
	 */
	*out = AXVCPU_OUT_AGAIN;
	if (ret == -EPERM)
		x86_queue_walk_fault(x, &fault, fault_linear);
	else if (ret != -EAGAIN)
		*out = x86_io_npf(x, fault.gpa, fault_linear,
				  AXVCPU_ACCESS_EXECUTE | AXVCPU_ACCESS_GVA,
				  -EFAULT);
	return ret;
}

int x86_io_emulate(struct x86_vcpu *x)
{
	struct x86_pending *p = &x->pending;
	u64 count = 1, offset, linear;
	int out;

	p->kind = X86_PENDING_NONE;
	if (x86_io_decode(x, &out))
		return out;
	if (p->io.rep)
		count = x86_io_register(x, AXVCPU_X86_RCX);
	if (!count) {
		x86_skip(x, x86_next_rip(x, p->length));
		return AXVCPU_OUT_AGAIN;
	}
	offset = x86_io_register(x, x86_io_index_register(p));
	if (!x86_io_linear(x, offset, 1, &linear)) {
		x86_queue_segment_fault(x, p->io.segment);
		return AXVCPU_OUT_AGAIN;
	}
	p->io.count = x86_io_part(x, offset, linear, count);
	/* The segment may end inside the part: then take what surely fits. */
	if (p->io.count > 1 &&
	    !x86_io_linear(x, offset, p->io.count, &linear)) {
		p->io.count = 1;
		if (!x86_io_linear(x, offset, 1, &linear))
			return AXVCPU_OUT_AGAIN;
	}
	if (!x86_io_translate(x, linear, p->io.count * p->width, &out))
		return out;
	if (p->read)
		return x86_io_report(x, p->io.count == count);
	return x86_io_outs(x, linear, p->io.count == count);
}

/* ---- the answer ---------------------------------------------------------------- */

int x86_io_done(struct x86_vcpu *x, u64 data)
{
	struct x86_pending *p = &x->pending;
	u32 bytes = p->io.count * p->width;
	int ret = 0;

	if (p->read && p->io.count == 1) {
		ret = x86_io_copy(x, &data, bytes);
	} else if (p->read) {
		/* The user may write there meanwhile, and spoils only the data. */
		if (p->io.down)
			x86_io_reverse(x->core.data_area, p->width,
				       p->io.count);
		ret = x86_io_copy(x, x->core.data_area, bytes);
	}
	if (ret)	/* the memory went away while the VMM had the exit */
		return x86_io_npf(x, p->io.gpa[0], 0, AXVCPU_ACCESS_WRITE, ret);
	x86_io_advance(x);
	return AXVCPU_OUT_AGAIN;
}
