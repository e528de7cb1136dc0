// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <time.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "harness.h"

int failures;

/* ---- reporting --------------------------------------------------------------- */

char *text_of(const char *format, ...)
{
	static __thread char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return text;
}

static const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

void report(bool ok, const char *file, int line, const char *text)
{
	if (ok) {
		printf("ok - %s\n", text);
		return;
	}
	__atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
	printf("not ok - %s: got false expected true (%s:%d)\n", text, base_name(file), line);
}

void report_values(bool ok, const char *file, int line, const char *text, u64 got, u64 expected)
{
	if (ok) {
		printf("ok - %s\n", text);
		return;
	}
	__atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
	printf("not ok - %s: got 0x%llx expected 0x%llx (%s:%d)\n", text, (unsigned long long)got,
	       (unsigned long long)expected, base_name(file), line);
}

/* A result in words; @text: room for it. */
static const char *result_text(long result, char *text, size_t size)
{
	const char *name = result < 0 ? strerrorname_np((int)-result) : NULL;

	if (name)
		snprintf(text, size, "-%s", name);
	else
		snprintf(text, size, "%ld", result);
	return text;
}

void report_errno(const char *file, int line, const char *text, long got, long expected)
{
	char got_text[32], expected_text[32];

	if (got == expected) {
		printf("ok - %s\n", text);
		return;
	}
	__atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
	printf("not ok - %s: got %s expected %s (%s:%d)\n", text,
	       result_text(got, got_text, sizeof(got_text)),
	       result_text(expected, expected_text, sizeof(expected_text)), base_name(file), line);
}

void note(const char *format, ...)
{
	va_list args;

	printf("  ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

void skip(const char *format, ...)
{
	va_list args;

	printf("SKIP: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_exit(failures ? 1 : 4);
}

void die(const char *file, int line, const char *format, ...)
{
	va_list args;

	printf("not ok - ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(" (%s:%d, the test can't go on)\n", base_name(file), line);
	fflush(stdout);
	_exit(1);
}

int finish(void)
{
	printf("%s\n", failures ? "FAILED" : "passed");
	fflush(stdout);
	return failures ? 1 : 0;
}

/* A test that hangs says so before the test bed kills it. */
static void too_long(int signal)
{
	static const char text[] = "not ok - the test took too long (alarm)\n";

	(void)signal;
	if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(1);
}

__attribute__((constructor)) static void harness_start(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGALRM, too_long);
	signal(SIGPIPE, SIG_IGN);
	alarm(checking_kernel() ? 250 : 80);
}

/* ---- calls ------------------------------------------------------------------------ */

long call_value(int fd, unsigned long command, unsigned long argument)
{
	int ret = ioctl(fd, command, argument);

	return ret < 0 ? -errno : ret;
}

long call(int fd, unsigned long command, const void *argument)
{
	return call_value(fd, command, (unsigned long)argument);
}

int open_device_only(void)
{
	int fd = open(AXVCPU_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		skip("no %s: the module is not loaded", AXVCPU_DEVICE);
	NEED(fd >= 0, "open %s: %s", AXVCPU_DEVICE, strerror(errno));
	return fd;
}

const struct axvcpu_info *info(void)
{
	static struct axvcpu_info cached;
	int fd;

	if (!cached.size) {
		fd = open_device_only();
		cached.size = sizeof(cached);
		NEED_RET(call(fd, AXVCPU_GET_INFO, &cached));
		close(fd);
	}
	return &cached;
}

int open_device(void)
{
	if (info()->reason)
		skip("no vCPUs on this host: %s", axvcpu_name(AXVCPU_NAME_REASON, info()->reason));
	return open_device_only();
}

/* ---- time, files ------------------------------------------------------------------ */

u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

void sleep_ms(unsigned int ms)
{
	struct timespec left = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

bool checking_kernel(void)
{
	static int known = -1;

	if (known < 0)
		known = !access("/sys/kernel/debug/kmemleak", F_OK);
	return known;
}

unsigned int slowness(void)
{
	return checking_kernel() ? 8 : 2;
}

bool under_bochs(void)
{
	char text[64] = "";
	FILE *f = fopen("/sys/class/dmi/id/bios_version", "r");

	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = 0;
	fclose(f);
	return strstr(text, "Bochs");
}

bool bochs_svm(void)
{
	return info()->backend == AXVCPU_BACKEND_SVM && under_bochs();
}

long long read_number(const char *path)
{
	char text[64];
	ssize_t length;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length <= 0)
		return -1;
	text[length] = 0;
	return strtoll(text, NULL, 0);
}

bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return false;
	written = write(fd, text, strlen(text));
	close(fd);
	return written == (ssize_t)strlen(text);
}

long module_users(void)
{
	return (long)read_number("/sys/module/axvcpu/refcnt");
}

u64 random_next(u64 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* ---- processes and threads ----------------------------------------------------------- */

pid_t start_child(int (*child)(void *argument), void *argument)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	NEED(pid >= 0, "fork: %s", strerror(errno));
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	failures = 0;
	int status = child(argument);

	fflush(stdout);
	_exit(status);
}

int end_child(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		NEED(errno == EINTR, "waitpid: %s", strerror(errno));
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

int in_child(int (*child)(void *argument), void *argument)
{
	return end_child(start_child(child, argument));
}

pthread_t start_thread(void *(*thread)(void *argument), void *argument)
{
	pthread_t id;
	int error = pthread_create(&id, NULL, thread, argument);

	NEED(!error, "pthread_create: %s", strerror(error));
	return id;
}

void end_thread(pthread_t thread)
{
	pthread_join(thread, NULL);
}

bool pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return !sched_setaffinity(0, sizeof(set), &set);
}

void unpin(void)
{
	cpu_set_t set;
	int i;

	CPU_ZERO(&set);
	for (i = 0; i < CPU_SETSIZE; i++)
		CPU_SET(i, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

int cpu_count(void)
{
	return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

void send_fd(int socket, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	NEED(sendmsg(socket, &message, 0) == 1, "sendmsg: %s", strerror(errno));
}

int receive_fd(int socket)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { &byte, 1 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *header;
	int fd = -1;

	NEED(recvmsg(socket, &message, MSG_CMSG_CLOEXEC) == 1, "recvmsg: %s", strerror(errno));
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}
