// SPDX-License-Identifier: GPL-3.0-or-later
/* One exit record in one line of text. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "internal.h"

/* A cursor into the caller's buffer that stops at its end. */
struct text {
	char *at;
	size_t left;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text->at, text->left, format, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length >= text->left)
		length = text->left ? text->left - 1 : 0;
	text->at += length;
	text->left -= length;
}

static void add_npf(struct text *text, const struct axvcpu_exit *exit)
{
	static const char *const causes[] = {
		[AXVCPU_NPF_NO_REGION] = "no region",	   [AXVCPU_NPF_READ_ONLY] = "read-only",
		[AXVCPU_NPF_HOST_FAULT] = "host fault",	   [AXVCPU_NPF_POISONED] = "poisoned page",
		[AXVCPU_NPF_CANT_DECODE] = "can't decode",
	};
	uint32_t access = exit->u.npf.access, cause = exit->u.npf.cause, i;

	add(text, " gpa 0x%" PRIx64 " %s%s%s%s%s", (uint64_t)exit->u.npf.gpa,
	    access & AXVCPU_ACCESS_READ ? "r" : "", access & AXVCPU_ACCESS_WRITE ? "w" : "",
	    access & AXVCPU_ACCESS_EXECUTE ? "x" : "", access & AXVCPU_ACCESS_USER ? "u" : "",
	    access & AXVCPU_ACCESS_WALK ? " walk" : "");
	add(text, " %s", cause < sizeof(causes) / sizeof(causes[0]) ? causes[cause] : "?");
	if (access & AXVCPU_ACCESS_GVA)
		add(text, " gva 0x%" PRIx64, (uint64_t)exit->u.npf.gva);
	if (exit->u.npf.host_errno)
		add(text, " errno %u", exit->u.npf.host_errno);
	if (exit->u.npf.insn_length)
		add(text, " insn");
	for (i = 0; i < exit->u.npf.insn_length && i < 16; i++)
		add(text, " %02x", exit->u.npf.insn[i]);
}

static void add_system_down(struct text *text, const struct axvcpu_exit *exit)
{
	static const char *const kinds[] = {
		[AXVCPU_DOWN_POWER_OFF] = "power off",
		[AXVCPU_DOWN_RESET] = "reset",
		[AXVCPU_DOWN_CRASH] = "crash",
	};
	uint32_t kind = exit->u.system_down.kind;

	add(text, " %s", kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind] : "?");
}

static void add_debug(struct text *text, const struct axvcpu_exit *exit)
{
	static const char *const kinds[] = {
		[AXVCPU_DEBUG_SINGLE_STEP] = "single step",
		[AXVCPU_DEBUG_BREAKPOINT] = "breakpoint",
		[AXVCPU_DEBUG_WATCHPOINT] = "watchpoint",
	};
	uint32_t kind = exit->u.debug.kind;

	add(text, " %s detail 0x%" PRIx64,
	    kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[kind] : "?",
	    (uint64_t)exit->u.debug.detail);
}

static void add_io(struct text *text, const struct axvcpu_exit *exit)
{
	add(text, " port 0x%x width %u", exit->u.io.port, exit->u.io.width);
	if (exit->u.io.count > 1)
		add(text, " count %u", exit->u.io.count);
	if (exit->reason == AXVCPU_EXIT_IO_WRITE && !(exit->flags & AXVCPU_EXIT_DATA_AREA))
		add(text, " data 0x%" PRIx64, (uint64_t)exit->u.io.data);
}

static void add_mmio(struct text *text, const struct axvcpu_exit *exit)
{
	add(text, " gpa 0x%" PRIx64 " width %u", (uint64_t)exit->u.mmio.gpa, exit->u.mmio.width);
	if (exit->reason == AXVCPU_EXIT_MMIO_WRITE)
		add(text, " data 0x%" PRIx64, (uint64_t)exit->u.mmio.data[0]);
}

static void add_words(struct text *text, const struct axvcpu_exit *exit)
{
	uint32_t i;

	add(text, " %.64s line %u", exit->u.internal.where, exit->u.internal.what);
	for (i = 0; i < exit->u.internal.words && i < 8; i++)
		add(text, " 0x%" PRIx64, (uint64_t)exit->u.internal.word[i]);
}

static void add_fields(struct text *text, const struct axvcpu_exit *exit)
{
	switch (exit->reason) {
	case AXVCPU_EXIT_NOTHING:
		add(text, " %s", axvcpu_name(AXVCPU_NAME_CAUSE, exit->u.nothing.cause));
		break;
	case AXVCPU_EXIT_HYPERCALL:
		add(text, " nr 0x%" PRIx64, (uint64_t)exit->u.hypercall.nr);
		break;
	case AXVCPU_EXIT_MMIO_READ:
	case AXVCPU_EXIT_MMIO_WRITE:
		add_mmio(text, exit);
		break;
	case AXVCPU_EXIT_IO_READ:
	case AXVCPU_EXIT_IO_WRITE:
		add_io(text, exit);
		break;
	case AXVCPU_EXIT_SYSREG_READ:
		add(text, " 0x%" PRIx64, (uint64_t)exit->u.sysreg.addr);
		break;
	case AXVCPU_EXIT_SYSREG_WRITE:
		add(text, " 0x%" PRIx64 " value 0x%" PRIx64, (uint64_t)exit->u.sysreg.addr,
		    (uint64_t)exit->u.sysreg.value);
		break;
	case AXVCPU_EXIT_EXTERNAL_INTERRUPT:
	case AXVCPU_EXIT_EOI:
		add(text, " vector %" PRIu64, (uint64_t)exit->u.interrupt.vector);
		break;
	case AXVCPU_EXIT_NESTED_PAGE_FAULT:
		add_npf(text, exit);
		break;
	case AXVCPU_EXIT_CPU_UP:
		add(text, " cpu 0x%" PRIx64 " entry 0x%" PRIx64,
		    (uint64_t)exit->u.cpu_up.target_cpu, (uint64_t)exit->u.cpu_up.entry_point);
		break;
	case AXVCPU_EXIT_SYSTEM_DOWN:
		add_system_down(text, exit);
		break;
	case AXVCPU_EXIT_SEND_IPI:
		add(text, " cpu 0x%" PRIx64 " vector %" PRIu64,
		    (uint64_t)exit->u.send_ipi.target_cpu, (uint64_t)exit->u.send_ipi.vector);
		break;
	case AXVCPU_EXIT_DEBUG:
		add_debug(text, exit);
		break;
	case AXVCPU_EXIT_EXCEPTION:
		add(text, " vector %u", exit->u.exception.vector);
		if (exit->u.exception.has_error_code)
			add(text, " error 0x%" PRIx64, (uint64_t)exit->u.exception.error_code);
		break;
	case AXVCPU_EXIT_FAIL_ENTRY:
		add(text, " hardware reason 0x%" PRIx64 ": %.192s",
		    (uint64_t)exit->u.fail_entry.hw_reason, exit->u.fail_entry.check);
		break;
	case AXVCPU_EXIT_INTERNAL_ERROR:
		add_words(text, exit);
		break;
	case AXVCPU_EXIT_UNKNOWN:
		add(text, " code 0x%" PRIx64 " qualification 0x%" PRIx64 " 0x%" PRIx64,
		    (uint64_t)exit->u.unknown.code, (uint64_t)exit->u.unknown.qualification,
		    (uint64_t)exit->u.unknown.qualification2);
		if (exit->u.unknown.what[0])
			add(text, ": %.64s", exit->u.unknown.what);
		break;
	}
}

char *axvcpu_describe_exit(const struct axvcpu_exit *exit, char *text, size_t size)
{
	struct text cursor = { text, size };

	add(&cursor, "%s", axvcpu_name(AXVCPU_NAME_EXIT, exit->reason));
	add_fields(&cursor, exit);
	add(&cursor, " at 0x%" PRIx64, (uint64_t)exit->pc);
	return text;
}
