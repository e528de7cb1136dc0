// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The benchmark's classes against objdump: every instruction of a program, and of a
 * list that has each class, is in the class that its disassembly says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../bench/classify.h"
#include "../bench/markers.h"

/* Each class, in forms that are easily taken for another. */
static const char list[] =
	"rdmsr\n wrmsr\n rdtsc\n rdtscp\n cpuid\n syscall\n sysretq\n sysretl\n swapgs\n"
	"iretq\n iretl\n popfq\n pushfq\n hlt\n nop\n lfence\n mfence\n sfence\n"
	"xsave (%rdi)\n xsave64 (%r9)\n xsaveopt 8(%rdi)\n xsaveopt64 (%rdi)\n xsavec (%rdi)\n"
	"xsavec64 (%rdi)\n xsaves (%rdi)\n xsaves64 0x1000(%r12)\n xrstor (%rdi)\n"
	"xrstor64 (%rdi)\n xrstors (%rdi)\n xrstors64 (%rdi)\n fxsave (%rdi)\n"
	"fxsave64 (%rdi)\n fxrstor (%rdi)\n fxrstor64 (%rdi)\n clwb (%rdi)\n clflush (%rdi)\n"
	"clflushopt (%rdi)\n ldmxcsr (%rdi)\n stmxcsr (%rdi)\n cmpxchg8b (%rdi)\n"
	"cmpxchg16b (%rdi)\n lock cmpxchg16b (%rdi)\n rdrand %eax\n rdseed %rax\n"
	"rdfsbase %rax\n wrgsbase %rax\n vmrun\n vmload\n vmsave\n stgi\n clgi\n skinit\n"
	"vmmcall\n invlpga\n invlpg (%rdi)\n invlpg %gs:(%rdi)\n invpcid (%rdi),%rax\n"
	"xgetbv\n xsetbv\n monitor\n mwait\n sgdt (%rdi)\n sidt (%rdi)\n lgdt (%rdi)\n"
	"lidt (%rdi)\n smsw %eax\n lmsw %ax\n sldt %eax\n str %eax\n lldt %ax\n ltr %ax\n"
	"mov %cr0,%rax\n mov %cr8,%rax\n mov %rax,%cr3\n mov %rax,%cr8\n mov %dr7,%rax\n"
	"mov %rax,%dr6\n mov %eax,%ds\n mov %ds,%eax\n mov (%rdi),%es\n"
	"lock incl (%rdi)\n lock xadd %rax,(%rdi)\n xchg %rax,(%rdi)\n xchg %al,(%rdi)\n"
	"xchg %rax,%rbx\n xchg %r8,%r9\n jmp *%rax\n jmp *(%rdi)\n call *%r11\n"
	"call *0x10(%rdi,%rax,8)\n ljmp *(%rdi)\n lcall *(%rdi)\n push (%rdi)\n incl (%rdi)\n"
	"decl (%rdi)\n jmp .\n call .\n ret\n clac\n stac\n movbe (%rdi),%rax\n"
	"crc32 %eax,%ebx\n pshufb %xmm0,%xmm1\n rep stosq\n lock btsq %rax,(%rdi)\n";

/** struct rule - a mnemonic's beginning, part of its operands or "", and its class */
struct rule {
	const char *mnemonic;
	const char *operands;
	const char *class;
};

/* The first that matches. */
static const struct rule rules[] = {
	{ "lock", "", "lock" },
	{ "rdmsr", "", "rdmsr" },
	{ "wrmsr", "", "wrmsr" },
	{ "rdtsc", "", "rdtsc" },
	{ "cpuid", "", "cpuid" },
	{ "syscall", "", "syscall" },
	{ "sysret", "", "sysret" },
	{ "swapgs", "", "swapgs" },
	{ "iret", "", "iret" },
	{ "popf", "", "popf" },
	{ "lfence", "", "fence" },
	{ "mfence", "", "fence" },
	{ "sfence", "", "fence" },
	{ "xsave", "", "xsave" },
	{ "xrstor", "", "xrstor" },
	{ "fxsave", "", "xsave" },
	{ "fxrstor", "", "xrstor" },
	{ "vmrun", "", "vmrun" },
	{ "vmload", "", "vmload" },
	{ "vmsave", "", "vmsave" },
	{ "stgi", "", "stgi" },
	{ "clgi", "", "clgi" },
	{ "invlpg", "", "invlpg" },
	{ "invpcid", "", "invpcid" },
	{ "xgetbv", "", "xgetbv" },
	{ "xsetbv", "", "xsetbv" },
	{ "lgdt", "", "lgdt" },
	{ "lidt", "", "lgdt" },
	{ "ltr", "", "ltr" },
	{ "lldt", "", "ltr" },
	{ "mov", ",%cr", "mov_to_cr" },
	{ "mov", "%cr", "mov_from_cr" },
	{ "mov", ",%db", "mov_to_dr" },
	{ "mov", "%db", "mov_from_dr" },
	{ "mov", ",%ds\n", "mov_to_seg" },
	{ "mov", ",%es\n", "mov_to_seg" },
	{ "mov", ",%fs\n", "mov_to_seg" },
	{ "mov", ",%gs\n", "mov_to_seg" },
	{ "mov", ",%ss\n", "mov_to_seg" },
	{ "xchg", "(", "lock" },
	{ "jmp", "*", "indirect" },
	{ "call", "*", "indirect" },
	{ "ljmp", "*", "indirect" },
	{ "lcall", "*", "indirect" },
};

static const char *class_of_text(const char *mnemonic, const char *operands)
{
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!strncmp(mnemonic, rules[i].mnemonic, strlen(rules[i].mnemonic)) &&
		    strstr(operands, rules[i].operands))
			return rules[i].class;
	return "other";
}

/* A line of objdump: "address:\tbytes\tprefixes mnemonic operands". */
static bool parse(char *line, uint8_t *bytes, size_t *length, char **mnemonic, char **operands)
{
	static const char *const prefixes[] = { "cs",	"ds",	   "es",  "ss",	    "fs",
						"gs",	"notrack", "bnd", "data16", "addr32",
						"repz", "repnz",   "rep" };
	char *hex = strchr(line, '\t'), *text = hex ? strchr(hex + 1, '\t') : NULL, *word;
	unsigned int byte, i;
	int used;

	if (!text)
		return false;
	*text++ = '\0';
	for (*length = 0; *length < 16 && sscanf(hex, " %2x%n", &byte, &used) == 1; hex += used)
		bytes[(*length)++] = byte;
again:
	word = strsep(&text, " \n");
	for (i = 0; word && text && i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strcmp(word, prefixes[i]) || !strncmp(word, "rex", 3))
			goto again;
	*mnemonic = word ? word : (char *)"";
	*operands = text ? text : (char *)"";
	return **mnemonic != '\0';
}

static void compare(const char *command, unsigned int least)
{
	FILE *objdump = popen(command, "r");
	unsigned int compared = 0;
	char line[512];

	assert_non_null(objdump);
	while (fgets(line, sizeof(line), objdump)) {
		struct classifier classifier = { 0 };
		char *mnemonic, *operands;
		uint8_t bytes[16];
		size_t length;
		const char *ours, *theirs;

		if (!parse(line, bytes, &length, &mnemonic, &operands) || mnemonic[0] == '(')
			continue;
		theirs = class_of_text(mnemonic, operands);
		ours = class_name(classify(&classifier, bytes, length));
		if (strcmp(ours, theirs))
			fail_msg("%s %s is %s, not %s", mnemonic, operands, theirs, ours);
		compared++;
	}
	pclose(objdump);
	assert_true(compared >= least);
}

static void each_class(void **state)
{
	char name[] = "/tmp/bench-classify-XXXXXX", command[200];
	int fd = mkstemp(name);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, list, sizeof(list) - 1), sizeof(list) - 1);
	close(fd);
	snprintf(command, sizeof(command),
		 "as -o %s.o %s && objdump -dw %s.o | sed 's/#.*//'; rm -f %s %s.o", name, name,
		 name, name, name);
	compare(command, 100);
}

/* objdump itself. */
static void a_program(void **state)
{
	(void)state;
	compare("objdump -dw /proc/self/exe | sed 's/#.*//' | head -n 20000", 1000);
}

static void retpolines(void **state)
{
	static const uint8_t store[] = { 0x4c, 0x89, 0x1c, 0x24 }, ret[] = { 0xc3 };
	struct classifier classifier = { 0 };

	(void)state;
	assert_string_equal(class_name(classify(&classifier, ret, 1)), "other");
	assert_string_equal(class_name(classify(&classifier, store, 4)), "other");
	assert_string_equal(class_name(classify(&classifier, ret, 1)), "retpoline");
	assert_string_equal(class_name(classify(&classifier, ret, 1)), "other");
}

static void markers(void **state)
{
	static const uint8_t nop[8] = { 0x0f, 0x1f, 0x84, 0x00 };
	uint8_t bytes[8] = { 0x0f, 0x1f, 0x84, 0x00, 0x85, 0x00, 0x7b, 0x4a };
	unsigned int number;

	(void)state;
	assert_false(marker_decode(nop, sizeof(nop), &number));
	assert_true(marker_decode(bytes, sizeof(bytes), &number));
	assert_int_equal(number, MARKER_STOP * MARKER_IDS + 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_class),
		cmocka_unit_test(a_program),
		cmocka_unit_test(retpolines),
		cmocka_unit_test(markers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
