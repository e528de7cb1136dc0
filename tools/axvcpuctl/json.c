// SPDX-License-Identifier: GPL-3.0-or-later
#include <inttypes.h>
#include <stdio.h>

#include "json.h"

static void quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			printf("\\u%04x", *text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void element(struct json *json, const char *key)
{
	if (json->depth)
		printf("%s\n%*s", json->more ? "," : "", 2 * json->depth, "");
	json->more = true;
	if (key) {
		quoted(key);
		fputs(": ", stdout);
	}
}

void json_open(struct json *json, const char *key, char bracket)
{
	element(json, key);
	putchar(bracket);
	json->depth++;
	json->more = false;
}

void json_close(struct json *json, char bracket)
{
	json->depth--;
	if (json->more)
		printf("\n%*s", 2 * json->depth, "");
	putchar(bracket);
	json->more = true;
	if (!json->depth)
		putchar('\n');
}

void json_string(struct json *json, const char *key, const char *value)
{
	element(json, key);
	quoted(value);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	element(json, key);
	printf("%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	element(json, key);
	fputs(value ? "true" : "false", stdout);
}
