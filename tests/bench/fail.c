// SPDX-License-Identifier: GPL-3.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "side.h"

int fail(const char *format, ...)
{
	int saved = errno;
	va_list arguments;

	fprintf(stderr, "bench-%s: ", side_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, saved ? ": %s\n" : "\n", strerror(saved));
	errno = saved;
	return -1;
}
