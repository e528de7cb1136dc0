/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every selftest uses: reporting, ioctls that return a negative errno,
 * threads and processes. guest.h adds VMs, vCPUs and guest code.
 *
 * A test prints one line for each property it looked at (`ok - ...` or
 * `not ok - ...: got ... expected ...`) and `covers: ...` lines for coverage.sh.
 * It exits with 0, 1 or, after a line `SKIP: reason`, 4.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/types.h>

#include <axvcpu/axvcpu.h>
#include <axvcpu-user.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define PAGE		4096UL
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define MS		1000000ULL /* in nanoseconds */
#define SECOND		1000000000ULL

#ifndef EFD_CLOEXEC
#define unlikely(x)	__builtin_expect(!!(x), 0)
#endif

/* ---- reporting ------------------------------------------------------------- */

extern int failures;

void report(bool ok, const char *file, int line, const char *text);
void report_values(bool ok, const char *file, int line, const char *text, u64 got, u64 expected);
void report_errno(const char *file, int line, const char *text, long got, long expected);
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void die(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

/* A property: one line each. The text may be a format with arguments. */
#define CHECK(condition, ...) report(condition, __FILE__, __LINE__, text_of(__VA_ARGS__))
#define CHECK_EQ(got, expected, ...)                                                              \
	({                                                                                         \
		u64 got_ = (u64)(got), expected_ = (u64)(expected);                                \
		report_values(got_ == expected_, __FILE__, __LINE__, text_of(__VA_ARGS__), got_,   \
			      expected_);                                                          \
		got_ == expected_;                                                                 \
	})
/* @got: 0 or a positive value, or a negative errno; @expected: 0 or one. */
#define CHECK_RET(got, expected, ...)                                                             \
	report_errno(__FILE__, __LINE__, text_of(__VA_ARGS__), got, expected)

/* As CHECK_EQ and CHECK_RET, but a line is printed only if it fails. */
#define EXPECT_EQ(got, expected, ...)                                                             \
	({                                                                                         \
		u64 got_ = (u64)(got), expected_ = (u64)(expected);                                \
		if (got_ != expected_)                                                             \
			report_values(false, __FILE__, __LINE__, text_of(__VA_ARGS__), got_,       \
				      expected_);                                                  \
		got_ == expected_;                                                                 \
	})
#define EXPECT_RET(got, expected, ...)                                                            \
	({                                                                                         \
		long got_ = (got), expected_ = (expected);                                         \
		if (got_ != expected_)                                                             \
			report_errno(__FILE__, __LINE__, text_of(__VA_ARGS__), got_, expected_);   \
		got_ == expected_;                                                                 \
	})

/* What the test can't go on without. */
#define NEED(condition, ...)                                                                      \
	do {                                                                                       \
		if (!(condition))                                                                  \
			die(__FILE__, __LINE__, __VA_ARGS__);                                      \
	} while (0)
#define NEED_RET(call)                                                                            \
	({                                                                                         \
		long ret_ = (call);                                                                \
		NEED(ret_ >= 0, "%s: %s", #call, strerror((int)-ret_));                            \
		ret_;                                                                              \
	})

/* What coverage.sh puts in its tables. */
#define COVERS(call, state, kind)	printf("covers: call|%s|%s|%s\n", call, state, kind)
#define COVERS_EXIT(reason, kind)	printf("covers: exit|%s|%s\n", reason, kind)

/* The end of main(): the status. */
int finish(void);

/* ---- calls ------------------------------------------------------------------- */

/* 0 or the positive result, or a negative errno */
long call(int fd, unsigned long command, const void *argument);
long call_value(int fd, unsigned long command, unsigned long argument);

/* The device; skips the test if the module is not there or no vCPU can run. */
int open_device(void);
/* The same, without a look at whether vCPUs can run. */
int open_device_only(void);
/* As GET_INFO has it */
const struct axvcpu_info *info(void);

/* ---- time, files, processes, threads -------------------------------------------- */

u64 now_ns(void);
void sleep_ms(unsigned int ms);
unsigned int slowness(void);	/* 1, or more on a kernel with checkers */
bool checking_kernel(void);	/* KASAN and friends */

/* The host is QEMU's TCG, or Bochs, whose mistakes are known: each use says which. */
bool under_tcg(void); /* the architecture's */
bool under_bochs(void);
bool bochs_svm(void); /* and the back end is SVM */

/* A number in a file, -1: none. */
long long read_number(const char *path);
bool write_text(const char *path, const char *text);

/*
 * Run @child in a process of its own, which dies with this one; its exit status,
 * or 256 plus the signal that ended it.
 */
int in_child(int (*child)(void *argument), void *argument);
pid_t start_child(int (*child)(void *argument), void *argument);
int end_child(pid_t pid);

pthread_t start_thread(void *(*thread)(void *argument), void *argument);
void end_thread(pthread_t thread);

/* Until @condition, at most @ms milliseconds. Return: it came true. */
#define WAIT_FOR(condition, ms)                                                                   \
	({                                                                                         \
		u64 until_ = now_ns() + (ms) * MS * slowness();                                    \
		bool came_ = condition;                                                            \
		while (!came_ && now_ns() < until_) {                                              \
			usleep(500);                                                               \
			came_ = condition;                                                         \
		}                                                                                  \
		came_;                                                                             \
	})

/* The calling thread on one CPU, or on every one. */
bool pin_to(int cpu);
void unpin(void);
int cpu_count(void); /* online */

/* Send and receive a file descriptor. */
void send_fd(int socket, int fd);
int receive_fd(int socket);

/* The module's use count, -1: unknown */
long module_users(void);

/* xorshift: the same sequence each time for the same seed */
u64 random_next(u64 *seed);

#endif /* HARNESS_H */
