/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_FAIL_H
#define BENCH_FAIL_H

/** fail() - say on standard error what went wrong, with errno's text; returns -1 */
int __attribute__((format(printf, 1, 2))) fail(const char *format, ...);

#endif /* BENCH_FAIL_H */
