// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The tracepoints axvcpu:*, with what they are to tell of a known run; and who may
 * read the statistics: debugfs is root's, GET_STATS is for whoever holds the fd.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "guest.h"

#define TRACING		"/sys/kernel/tracing"
#define EVENTS		TRACING "/events/axvcpu"
#define STATS		"/sys/kernel/debug/axvcpu/stats"
#define NOBODY		65534
#define VCPU_ID		7
#define VECTOR		0x41

/*
 * What leaves and is handled in the kernel, a port, a page without memory behind it yet,
 * a hole, an interrupt, a halt.
 */
GUEST(program, WIDE,
      G_IN_KERNEL GUEST_VALUE G_PUT(0x100000) G_PUT(0x10000000)
      G_LISTEN G_UNMASK "nop\nnop\n" G_MASK G_HALT);
GUEST(handler, WIDE, G_HANDLER(G_SET(VALUE, 5) GUEST_DONE));

static const char *const names[] = { "state", "entry", "exit", "report", "inject", "fault" };

static struct vm vm;
static struct vcpu v;
static char *trace;

/* ---- reading a trace ------------------------------------------------------------------ */

static void tracing(bool on)
{
	NEED(write_text(EVENTS "/enable", on ? "1\n" : "0\n"), "write %s/enable", EVENTS);
}

/* Opening it for truncation empties it. */
static void clear_trace(void)
{
	int fd = open(TRACING "/trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	NEED(fd >= 0, "open %s/trace: %s", TRACING, strerror(errno));
	close(fd);
}

static char *read_all(const char *path)
{
	size_t size = 0, room = 1 << 16;
	char *text = malloc(room);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	NEED(fd >= 0 && text, "open %s: %s", path, strerror(errno));
	while ((length = read(fd, text + size, room - size - 1)) > 0) {
		size += (size_t)length;
		if (room - size < 4096)
			text = realloc(text, room *= 2);
	}
	NEED(!length, "read %s: %s", path, strerror(errno));
	text[size] = 0;
	close(fd);
	return text;
}

/*
 * The trace's line with @text of our vCPU behind event @name, from @from on, or
 * NULL: then that is a failure. Return: behind it.
 */
static const char *find_from(const char *from, const char *name, const char *text)
{
	char event[64], *line, *end;

	snprintf(event, sizeof(event), "axvcpu_%s: vm ", name);
	for (line = strstr(from, event); line; line = strstr(line + 1, event)) {
		char wanted[256];
		size_t digits = strspn(line + strlen(event), "0123456789");

		snprintf(wanted, sizeof(wanted), " vcpu %u %s", VCPU_ID, text);
		end = strchrnul(line, '\n');
		if (digits && !strncmp(line + strlen(event) + digits, wanted, strlen(wanted)) &&
		    !isalnum((unsigned char)line[strlen(event) + digits + strlen(wanted)]))
			return end;
	}
	return NULL;
}

static const char *expect_from(const char *from, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static const char *expect_from(const char *from, const char *name, const char *format, ...)
{
	char text[200];
	const char *found;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	found = find_from(from, name, text);
	CHECK(found, "axvcpu_%s: %s", name, text);
	return found ?: from;
}

/* An exit at @offset of the program, by one of the codes that the hardware has for it. */
static const char *expect_exit_from(const char *from, u64 offset, const struct hw_codes *codes)
{
	char text[120];
	const char *found;
	unsigned int i;

	for (i = 0; i < codes->count; i++) {
		snprintf(text, sizeof(text), "pc 0x%lx code 0x%llx%s", CODE + offset,
			 (unsigned long long)codes->code[i], codes->info);
		found = find_from(from, "exit", text);
		if (found)
			break;
	}
	CHECK(found, "axvcpu_exit: %s, or the like", text);
	return found ?: from;
}

/* ---- a known run ------------------------------------------------------------------------- */

static void run_program(void)
{
	vm_new(&vm, 0);
	madvise(vm.ram, RAM_SIZE, MADV_NOHUGEPAGE);
	vcpu_new(&v, &vm, VCPU_ID);
	START(&v, WIDE, program);
	ON_INTERRUPT(&v, VECTOR, handler);
	run_to_port(&v, PORT_VALUE);
	NEED_EXIT(&v, MMIO_WRITE);
	NEED_RET(inject(&v, AXVCPU_EVENT_INTERRUPT, VECTOR));
	CHECK_EQ(run_to_port(&v, PORT_DONE), 5, "the guest's interrupt handler runs");
	NEED_EXIT(&v, HALT);
	NEED_RET(call(v.fd, AXVCPU_UNBIND, NULL));
	NEED_RET(call(v.fd, AXVCPU_RESET, NULL));
}

/* In the order in which it happens. */
static void check_story(void)
{
	const u64 port = G_IN_KERNEL_SIZE;
	const u64 halt = (u64)(program_end - program) - G_HALT_SIZE;
	const char *at = trace;

	at = expect_from(at, "state", "Created -> Created by call %u", AXVCPU_CALL_CREATE);
	at = expect_from(at, "state", "Created -> Free by call %u", AXVCPU_CALL_SETUP);
	at = expect_from(at, "state", "Free -> Ready by call %u", AXVCPU_CALL_BIND);
	at = expect_from(at, "state", "Ready -> Running by call %u", AXVCPU_CALL_RUN);
	at = expect_from(at, "entry", "pc 0x%lx", CODE);
	at = expect_exit_from(at, 0, hw_codes(HW_FETCH_FAULT));
	at = expect_from(at, "fault", "gpa 0x%lx access 0x%x result 0", CODE, FETCH_ACCESS);
	at = expect_exit_from(at, G_IN_KERNEL_AT, hw_codes(HW_IN_KERNEL));
	at = expect_from(at, "entry", "pc 0x%lx", CODE + port);
	at = expect_exit_from(at, port + G_SAY_AT, hw_codes(HW_SAY));
	at = expect_from(at, "report", "reason %u pc 0x%lx", REASON_SAY, CODE + port + G_SAY_SIZE);
	at = expect_from(at, "state", "Running -> Ready by call %u", AXVCPU_CALL_RUN);
	at = expect_from(at, "fault", "gpa 0x100000 access 0x%x result 0", WRITE_ACCESS);
	at = expect_from(at, "fault", "gpa 0x%lx access 0x%x result 1", HOLE, WRITE_ACCESS);
	at = expect_from(at, "report", "reason %u", AXVCPU_EXIT_MMIO_WRITE);
	at = expect_from(at, "inject", "type 0 vector %u", VECTOR);
	at = expect_from(at, "report", "reason %u", REASON_SAY);
	at = expect_exit_from(at, halt, hw_codes(HW_HALT));
	at = expect_from(at, "report", "reason %u", AXVCPU_EXIT_HALT);
	at = expect_from(at, "state", "Ready -> Free by call %u", AXVCPU_CALL_UNBIND);
	at = expect_from(at, "state", "Free -> Created by call %u", AXVCPU_CALL_RESET);
	CHECK(!find_from(trace, "inject", "type 0 vector 66"), "nothing that did not happen");
}

/* Each event can be turned on alone. */
static void check_alone(void)
{
	char path[128];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		clear_trace();
		snprintf(path, sizeof(path), EVENTS "/axvcpu_%s/enable", names[i]);
		NEED(write_text(path, "1\n"), "write %s", path);
		run_program();
		NEED(write_text(path, "0\n"), "write %s", path);
		vcpu_free(&v);
		vm_free(&vm);
		trace = read_all(TRACING "/trace");
		for (j = 0; j < ARRAY_SIZE(names); j++) {
			snprintf(path, sizeof(path), "axvcpu_%s: vm ", names[j]);
			CHECK_EQ(!!strstr(trace, path), i == j, "axvcpu_%s, with axvcpu_%s on",
				 names[j], names[i]);
		}
		free(trace);
	}
}

static void check_tracepoints(void)
{
	NEED(write_text(TRACING "/tracing_on", "1\n"), "write %s/tracing_on", TRACING);
	clear_trace();
	tracing(true);
	run_program();
	tracing(false);
	trace = read_all(TRACING "/trace");
	check_story();
	free(trace);
	vcpu_free(&v);
	vm_free(&vm);
	check_alone();
}

/* ---- statistics --------------------------------------------------------------------------- */

/* Value of @name in the file, ~0: none. */
static u64 stat_of(const char *text, const char *name)
{
	char line[96];
	const char *found;
	unsigned long long vm_id;

	for (found = text; found && *found; found = strchr(found, '\n'), found += !!found) {
		int pid, id;
		unsigned long long value;

		if (sscanf(found, "%d %llu %d %95s %llu", &pid, &vm_id, &id, line, &value) == 5 &&
		    pid == getpid() && id == VCPU_ID && !strcmp(line, name))
			return value;
	}
	return ~0ULL;
}

static void check_debugfs(void)
{
	struct axvcpu_stats s = get_stats(&v);
	struct stat stat_buffer;
	char *text = read_all(STATS);

	NEED(!stat(STATS, &stat_buffer), "stat %s", STATS);
	CHECK_EQ(stat_buffer.st_mode & 0777, 0400, "%s is its owner's to read", STATS);
	CHECK_EQ(stat_buffer.st_uid, 0, "who is root");
	CHECK_EQ(stat_of(text, "entries"), s.entries, "entries as GET_STATS has them");
	CHECK_EQ(stat_of(text, "faults"), s.faults, "faults");
	CHECK_EQ(stat_of(text, "injected"), s.injected, "injected");
	CHECK_EQ(stat_of(text, text_of("exit_%s", axvcpu_name(AXVCPU_NAME_EXIT, REASON_SAY))),
		 s.exit[REASON_SAY].count, "exits by which it speaks");
	CHECK_EQ(stat_of(text, "exit_HALT"), s.exit[AXVCPU_EXIT_HALT].count, "exit_HALT");
	CHECK_EQ(stat_of(text, "state"), AXVCPU_STATE_CREATED, "state");
	CHECK(s.entries > 4 && s.injected >= 1, "and these have counted");
	free(text);
}

static int as_nobody(void *unused)
{
	struct axvcpu_stats stats = { .size = sizeof(stats) };

	(void)unused;
	NEED(!setgid(NOBODY) && !setuid(NOBODY), "setuid: %s", strerror(errno));
	CHECK_RET(open(STATS, O_RDONLY) < 0 ? -errno : 0, -EACCES, "nobody opens %s", STATS);
	CHECK_RET(open(EVENTS "/enable", O_WRONLY) < 0 ? -errno : 0, -EACCES, "nobody turns tracing on");
	CHECK_RET(open(AXVCPU_DEVICE, O_RDWR) < 0 ? -errno : 0, -EACCES, "nobody opens %s",
		  AXVCPU_DEVICE);
	CHECK_RET(call(v.fd, AXVCPU_GET_STATS, &stats), 0, "nobody has a vCPU's fd: GET_STATS");
	CHECK(stats.exit[AXVCPU_EXIT_HALT].count == 1, "with its counters");
	return failures;
}

/* The owner needs no privilege once it has its fds. */
static int as_owner(void *unused)
{
	struct vm own_vm;
	struct vcpu own;

	(void)unused;
	BOOT(&own_vm, &own, 0, WIDE, program);
	NEED(!setgid(NOBODY) && !setuid(NOBODY), "setuid: %s", strerror(errno));
	run_to_port(&own, PORT_VALUE);
	CHECK_EQ(get_stats(&own).exit[REASON_SAY].count, 1, "RUN and GET_STATS of its own");
	return failures;
}

int main(void)
{
	open_device();
	if (access(TRACING "/trace", F_OK))
		skip("no tracefs at %s", TRACING);
	check_tracepoints();
	run_program();
	check_debugfs();
	CHECK_EQ(in_child(as_nobody, NULL), 0, "in a process of nobody's");
	CHECK_EQ(in_child(as_owner, NULL), 0, "a process that gives its privilege away");
	COVERS("GET_STATS", "Created", "unprivileged");
	return finish();
}
