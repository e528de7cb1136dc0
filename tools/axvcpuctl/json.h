/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints JSON to standard output, an element a line. */
#ifndef AXVCPUCTL_JSON_H
#define AXVCPUCTL_JSON_H

#include <stdbool.h>
#include <stdint.h>

struct json {
	int depth;
	bool more; /* the innermost object or array has an element */
};

/* @key is NULL in an array and for the outermost object. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
void json_string(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);

#endif /* AXVCPUCTL_JSON_H */
