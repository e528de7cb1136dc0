/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guest at EL1, MMU off, that does sums with its registers and checks them all the
 * time. DATA + 0 counts rounds; port 0xee means that a value was lost. Port 0xf1
 * tells the host about every 4096th round, if DATA + 8 is not 0.
 */
	.text
	.set	PORTS, 0xf000000
	.set	DATA, 0x20000

start:
	mov	x20, #PORTS
	mov	x21, #DATA
	mov	x1, #0
	mov	x11, #0x1111111111111111
	mov	x12, #0x2222222222222222
	mov	x13, #0x3333333333333333
	mov	x14, #0x4444444444444444
	fmov	d0, x11
	fmov	v0.d[1], x12
	fmov	d15, x12
	fmov	d31, x13
	fmov	v31.d[1], x14
	msr	tpidr_el1, x11
	msr	tpidr_el0, x12
	msr	contextidr_el1, x11
	mov	w2, #0x400000			/* FPCR.RMode: towards plus infinity */
	msr	fpcr, x2

round:
	add	x1, x1, #1
	str	x1, [x21]
	add	x2, x11, x12
	cmp	x2, x13
	b.ne	lost
	add	x2, x2, x11
	cmp	x2, x14
	b.ne	lost
	fmov	x2, d0
	cmp	x2, x11
	b.ne	lost
	fmov	x2, v0.d[1]
	cmp	x2, x12
	b.ne	lost
	fmov	x2, d15
	cmp	x2, x12
	b.ne	lost
	fmov	x2, d31
	cmp	x2, x13
	b.ne	lost
	fmov	x2, v31.d[1]
	cmp	x2, x14
	b.ne	lost
	str	x1, [sp, #-16]!
	ldr	x3, [sp], #16
	cmp	x3, x1
	b.ne	lost
	tst	x1, #0xff
	b.ne	round
	mrs	x2, tpidr_el1
	cmp	x2, x11
	b.ne	lost
	mrs	x2, tpidr_el0
	cmp	x2, x12
	b.ne	lost
	mrs	x2, contextidr_el1
	cmp	w2, w11
	b.ne	lost
	mrs	x2, fpcr
	cmp	w2, #0x400000
	b.ne	lost
	mov	w0, #0x84000000			/* PSCI_VERSION, which the kernel answers */
	smc	#0
	lsr	w0, w0, #16
	cmp	w0, #1
	b.ne	lost
	ldr	x2, [x21, #8]
	cbz	x2, round
	tst	x1, #0xfff
	b.ne	round
	str	w1, [x20, #(0xf1 * 8)]
	b	round

lost:
	str	w2, [x20, #(0xee * 8)]
	b	lost
