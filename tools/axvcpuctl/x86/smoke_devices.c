// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Guests that talk to devices and to the VMM: ports, device memory, model
 * specific registers, hypercalls. What a guest reads, it writes to port 0xe9,
 * so that the row shows it.
 */
#include "../ctl.h"
#include "../smoke.h"
#include "smoke_x86.h"

static const uint8_t io_write[] = {
	0xb0, 0x41, /* mov $0x41, %al */
	0xe6, 0xe9, /* out %al, $0xe9 */
	0xf4,	    /* hlt */
};

static const uint8_t io_write_32[] = {
	0x66, 0xb8, 0x34, 0x12, 0x00, 0x80, /* mov $0x80001234, %eax */
	0xba, 0xf8, 0x0c,		    /* mov $0xcf8, %dx */
	0x66, 0xef,			    /* out %eax, %dx */
	0xf4,				    /* hlt */
};

static const uint8_t io_read[] = {
	0xb8, 0xff, 0xff, /* mov $0xffff, %ax */
	0xe4, 0x60,	  /* in $0x60, %al */
	0xe7, 0xe9,	  /* out %ax, $0xe9 */
	0xf4,		  /* hlt */
};

static const uint8_t io_read_32[] = {
	0xba, 0xfc, 0x0c, /* mov $0xcfc, %dx */
	0x66, 0xed,	  /* in %dx, %eax */
	0x66, 0xe7, 0xe9, /* out %eax, $0xe9 */
	0xf4,		  /* hlt */
};

static const uint8_t outs[] = {
	0xfc,			    /* cld */
	0xba, 0xe9, 0x00,	    /* mov $0xe9, %dx */
	0xb9, 0x05, 0x00,	    /* mov $5, %cx */
	0xbe, 0x0d, 0x10,	    /* mov $0x100d, %si */
	0xf3, 0x6e,		    /* rep outsb */
	0xf4,			    /* hlt */
	'h',  'e',  'l',  'l', 'o', /* .ascii "hello" */
};

static const uint8_t ins[] = {
	0xfc,		  /* cld */
	0xba, 0xf0, 0x01, /* mov $0x1f0, %dx */
	0xb9, 0x04, 0x00, /* mov $4, %cx */
	0xbf, 0x00, 0x30, /* mov $0x3000, %di */
	0xf3, 0x6d,	  /* rep insw */
	0xa1, 0x06, 0x30, /* mov 0x3006, %ax */
	0xe7, 0xe9,	  /* out %ax, $0xe9 */
	0xf4,		  /* hlt */
};

static const uint8_t mmio_write[] = {
	0xb8, 0x00, 0x20,		    /* mov $0x2000, %ax */
	0x8e, 0xd8,			    /* mov %ax, %ds */
	0xc7, 0x06, 0x10, 0x00, 0x34, 0x12, /* movw $0x1234, 0x10 */
	0xf4,				    /* hlt */
};

static const uint8_t mmio_read[] = {
	0xb8, 0x00, 0x20,	      /* mov $0x2000, %ax */
	0x8e, 0xd8,		      /* mov %ax, %ds */
	0x0f, 0xbe, 0x06, 0x10, 0x00, /* movsbw 0x10, %ax */
	0xe7, 0xe9,		      /* out %ax, $0xe9 */
	0xf4,			      /* hlt */
};

static const uint8_t mmio_write_64[] = {
	0x48, 0xb8, 0x88, 0x77, 0x66, 0x55, 0x44, 0x33,
	0x22, 0x11,					/* movabs $0x1122334455667788, %rax */
	0x48, 0x89, 0x04, 0x25, 0x10, 0x00, 0x02, 0x00, /* mov %rax, 0x20010 */
	0xf4,						/* hlt */
};

static const uint8_t mmio_read_64[] = {
	0x48, 0x8b, 0x1c, 0x25, 0x18, 0x00, 0x02, 0x00, /* mov 0x20018, %rbx */
	0x48, 0xc1, 0xeb, 0x04,				/* shr $4, %rbx */
	0x89, 0xd8,					/* mov %ebx, %eax */
	0xe7, 0xe9,					/* out %eax, $0xe9 */
	0xf4,						/* hlt */
};

/* Both halves count: EDX is written minus EAX. */
static const uint8_t sysreg_read[] = {
	0x66, 0xb9, 0x11, 0x11, 0x01, 0xc0, /* mov $0xc0011111, %ecx */
	0x0f, 0x32,			    /* rdmsr */
	0x66, 0x29, 0xc2,		    /* sub %eax, %edx */
	0x66, 0x89, 0xd0,		    /* mov %edx, %eax */
	0x66, 0xe7, 0xe9,		    /* out %eax, $0xe9 */
	0xf4,				    /* hlt */
};

static const uint8_t sysreg_write[] = {
	0x66, 0xb9, 0x11, 0x11, 0x01, 0xc0, /* mov $0xc0011111, %ecx */
	0x66, 0xba, 0x44, 0x33, 0x22, 0x11, /* mov $0x11223344, %edx */
	0x66, 0xb8, 0x88, 0x77, 0x66, 0x55, /* mov $0x55667788, %eax */
	0x0f, 0x30,			    /* wrmsr */
	0xf4,				    /* hlt */
};

static const uint8_t report_gp[] = {
	0xb0, 0x0d, /* mov $0x0d, %al */
	0xe6, 0xe9, /* out %al, $0xe9 */
	0xf4,	    /* hlt */
};

static const uint8_t vmmcall[] = {
	0xb8, 0x07, 0x00, /* mov $7, %ax */
	0x0f, 0x01, 0xd9, /* vmmcall */
	0xe7, 0xe9,	  /* out %ax, $0xe9 */
	0xf4,		  /* hlt */
};

static const uint8_t vmcall[] = {
	0xb8, 0x07, 0x00, /* mov $7, %ax */
	0x0f, 0x01, 0xc1, /* vmcall */
	0xe7, 0xe9,	  /* out %ax, $0xe9 */
	0xf4,		  /* hlt */
};

static const uint8_t cpuid[] = {
	0x66, 0x31, 0xc0, /* xor %eax, %eax */
	0x0f, 0xa2,	  /* cpuid */
	0x66, 0x85, 0xc0, /* test %eax, %eax */
	0x0f, 0x95, 0xc0, /* setne %al */
	0xe6, 0xe9,	  /* out %al, $0xe9 */
	0xf4,		  /* hlt */
};

/* A read is cancelled once, so that the guest does it again. */
static int cancel_first(struct guest *guest)
{
	if (guest->exits == 1)
		axvcpu_run_cancel(guest->run);
	else
		smoke_answer(guest);
	return 0;
}

static int raise_gp(struct guest *guest)
{
	if (guest->run->exit.flags & AXVCPU_EXIT_PENDING)
		axvcpu_run_fault(guest->run, 13, true, 0);
	return 0;
}

static const struct smoke_case cases[] = {
	{
		.name = "io_write",
		.expected = "IO_WRITE 0xe9:1=0x41; HALT",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 2,
		SMOKE_CODE_IS(io_write),
	},
	{
		.name = "io_write_32",
		.expected = "IO_WRITE 0xcf8:4=0x80001234; HALT",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 2,
		SMOKE_CODE_IS(io_write_32),
	},
	{
		.name = "io_read",
		.expected = "IO_READ 0x60:1; IO_WRITE 0xe9:2=0xff5a; HALT",
		.reason = AXVCPU_EXIT_IO_READ,
		.exits = 3,
		.answer = 0x5a,
		SMOKE_CODE_IS(io_read),
	},
	{
		.name = "io_read_32",
		.expected = "IO_READ 0xcfc:4; IO_WRITE 0xe9:4=0x12345678; "
			    "HALT",
		.reason = AXVCPU_EXIT_IO_READ,
		.exits = 3,
		.answer = 0x12345678,
		SMOKE_CODE_IS(io_read_32),
	},
	{
		.name = "io_read_cancelled",
		.expected = "IO_READ 0x60:1; IO_READ 0x60:1; "
			    "IO_WRITE 0xe9:2=0xff5a",
		.reason = AXVCPU_EXIT_IO_READ,
		.exits = 3,
		.answer = 0x5a,
		.on_exit = cancel_first,
		SMOKE_CODE_IS(io_read),
	},
	{
		.name = "io_write_string",
		.expected = "IO_WRITE 0xe9:1x5 \"hello\"; HALT",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 2,
		SMOKE_CODE_IS(outs),
	},
	{
		.name = "io_read_string",
		.expected = "IO_READ 0x1f0:2x4; IO_WRITE 0xe9:2=0x4847; HALT",
		.reason = AXVCPU_EXIT_IO_READ,
		.exits = 3,
		SMOKE_CODE_IS(ins),
	},
	{
		.name = "mmio_write",
		.expected = "MMIO_WRITE 0x20010:2=0x1234; HALT",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 2,
		SMOKE_CODE_IS(mmio_write),
	},
	{
		.name = "mmio_read",
		.expected = "MMIO_READ 0x20010:1; IO_WRITE 0xe9:2=0xff80; "
			    "HALT",
		.reason = AXVCPU_EXIT_MMIO_READ,
		.exits = 3,
		.answer = 0x80,
		SMOKE_CODE_IS(mmio_read),
	},
	{
		.name = "mmio_write_64",
		.expected = "MMIO_WRITE 0x20010:8=0x1122334455667788; HALT",
		.reason = AXVCPU_EXIT_MMIO_WRITE,
		.exits = 2,
		.setup = &smoke_long_mode,
		SMOKE_CODE_IS(mmio_write_64),
	},
	{
		.name = "mmio_read_64",
		.expected = "MMIO_READ 0x20018:8; IO_WRITE 0xe9:4=0x89abcdef",
		.reason = AXVCPU_EXIT_MMIO_READ,
		.exits = 2,
		.answer = 0x123456789abcdef0,
		.setup = &smoke_long_mode,
		SMOKE_CODE_IS(mmio_read_64),
	},
	{
		.name = "sysreg_read",
		.expected = "SYSREG_READ 0xc0011111; IO_WRITE 0xe9:4=0x55555555",
		.reason = AXVCPU_EXIT_SYSREG_READ,
		.exits = 2,
		.answer = 0x6666666611111111,
		SMOKE_CODE_IS(sysreg_read),
	},
	{
		.name = "sysreg_write",
		.expected = "SYSREG_WRITE 0xc0011111=0x1122334455667788; HALT",
		.reason = AXVCPU_EXIT_SYSREG_WRITE,
		.exits = 2,
		SMOKE_CODE_IS(sysreg_write),
	},
	{
		.name = "sysreg_refused",
		.expected = "SYSREG_READ 0xc0011111; IO_WRITE 0xe9:1=0xd; "
			    "HALT",
		.reason = AXVCPU_EXIT_SYSREG_READ,
		.exits = 3,
		.vector = 13,
		.on_exit = raise_gp,
		SMOKE_CODE_IS(sysreg_read),
		SMOKE_HANDLER_IS(report_gp),
	},
	{
		.name = "hypercall",
		.expected = "HYPERCALL nr 0x7; IO_WRITE 0xe9:2=0x2a; HALT",
		.reason = AXVCPU_EXIT_HYPERCALL,
		.exits = 3,
		.backend = AXVCPU_BACKEND_SVM,
		.answer = 42,
		SMOKE_CODE_IS(vmmcall),
	},
	{
		.name = "hypercall",
		.expected = "HYPERCALL nr 0x7; IO_WRITE 0xe9:2=0x2a; HALT",
		.reason = AXVCPU_EXIT_HYPERCALL,
		.exits = 3,
		.backend = AXVCPU_BACKEND_VMX,
		.answer = 42,
		SMOKE_CODE_IS(vmcall),
	},
	{
		.name = "cpuid",
		.expected = "IO_WRITE 0xe9:1=0x1; HALT",
		.reason = AXVCPU_EXIT_IO_WRITE,
		.exits = 2,
		SMOKE_CODE_IS(cpuid),
	},
};

const struct smoke_group smoke_devices = { cases, ARRAY_SIZE(cases) };
