/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IN and OUT: of a general register in line in a back end's exit handler, since these
 * exits come most; strings in pio.c.
 */
#ifndef AXVCPU_X86_PIO_H
#define AXVCPU_X86_PIO_H

#include "event.h"

#define POWEROFF_PORT	0x604
#define POWEROFF_VALUE	0x2000

int x86_out_poweroff(struct x86_vcpu *x, u64 next_rip, u64 hw_code);

static __always_inline void x86_io_record(struct axvcpu_exit *exit, u16 port,
					  unsigned int width, u32 count)
{
	exit->u.io.port = port;
	exit->u.io.width = width;
	exit->u.io.count = count;
}

/*
 * From run(). @width: 1, 2, 4; @next_rip: behind the instruction. Return:
 * AXVCPU_OUT_EXIT.
 */
static __always_inline int x86_out(struct x86_vcpu *x, u16 port,
				   unsigned int width, u64 next_rip, u64 hw_code)
{
	u64 rax = x->gpr[AXVCPU_X86_RAX];
	u64 data = width == 1 ? (u8)rax : width == 2 ? (u16)rax : (u32)rax;
	struct axvcpu_exit *exit;

	if (unlikely(port == POWEROFF_PORT) && width == 2 &&
	    data == POWEROFF_VALUE &&
	    x->core.vm->behaviours & AXVCPU_VM_POWEROFF_PORT)
		return x86_out_poweroff(x, next_rip, hw_code);
	exit = axvcpu_exit_begin(&x->core, AXVCPU_EXIT_IO_WRITE, hw_code);
	x86_io_record(exit, port, width, 1);
	exit->u.io.data = data;
	exit->next_pc = next_rip;
	x86_skip(x, next_rip);
	return AXVCPU_OUT_EXIT;
}

static __always_inline int x86_in(struct x86_vcpu *x, u16 port,
				  unsigned int width, u64 next_rip, u64 hw_code)
{
	struct axvcpu_exit *exit =
		axvcpu_exit_begin(&x->core, AXVCPU_EXIT_IO_READ, hw_code);

	x86_io_record(exit, port, width, 1);
	exit->u.io.data = 0;
	exit->next_pc = next_rip;
	x->pending.kind = X86_PENDING_IN;
	x->pending.width = width;
	x->pending.in.next_rip = next_rip;
	axvcpu_exit_pending(&x->core, exit);
	return AXVCPU_OUT_EXIT;
}

/* The answer to IN. */
static __always_inline int x86_in_done(struct x86_vcpu *x, u64 data)
{
	u64 *rax = &x->gpr[AXVCPU_X86_RAX];

	x->pending.kind = X86_PENDING_NONE;
	/* AL and AX leave the rest of RAX, EAX clears its upper half. */
	if (x->pending.width == 1)
		*(u8 *)rax = data;
	else if (x->pending.width == 2)
		*(u16 *)rax = data;
	else
		*rax = (u32)data;
	x86_skip(x, x->pending.in.next_rip);
	return AXVCPU_OUT_AGAIN;
}

/**
 * struct x86_io - an intercepted INS or OUTS as the hardware tells it
 */
struct x86_io {
	u16 port;
	u8 width;		/* 1, 2, 4 */
	bool in;
	bool rep;
	u8 address_bytes;	/* 2, 4, 8; 0: not told, decode it */
	u8 segment;		/* OUTS: enum axvcpu_x86_segment_index; 0xff: not told */
	u64 next_rip;
};
/* From run(). Return: AXVCPU_OUT_EMULATE: strings need guest memory. */
int x86_io_string(struct x86_vcpu *x, const struct x86_io *io, u64 hw_code);
int x86_io_emulate(struct x86_vcpu *x);	/* the string form, or its next part */
int x86_io_done(struct x86_vcpu *x, u64 data);

#endif /* AXVCPU_X86_PIO_H */
