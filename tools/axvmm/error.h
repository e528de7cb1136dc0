/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong, as a sentence for the user. */
#ifndef AXVMM_ERROR_H
#define AXVMM_ERROR_H

struct error {
	char text[512];
};

void error_format(struct error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * error_set() - describe a failure
 * @error: out
 * @...: a sentence without full stop, as for printf()
 *
 * Return: -1, so that a caller can `return error_set(...)`.
 */
#define error_set(error, ...) (error_format(error, __VA_ARGS__), -1)

#endif /* AXVMM_ERROR_H */
