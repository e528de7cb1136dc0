// SPDX-License-Identifier: GPL-3.0-or-later
/* axvcpuctl: looks after the axvcpu module and tries it out. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <axvcpu-user.h>

#include "ctl.h"

static const struct command *const commands[] = {
	&command_load,	 &command_unload, &command_info,
	&command_doctor, &command_smoke,  &command_stat,
};

static void complain(const char *format, va_list args)
{
	fflush(stdout);
	fputs("axvcpuctl: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	return CTL_FAILED;
}

int usage_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	return CTL_USAGE;
}

int option_error(char **argv, int c)
{
	/* A long option is the word before the next one, a short one a letter. */
	const char *word = argv[optind - 1];
	char letter[3] = { '-', optopt, 0 };
	const char *option = !strncmp(word, "--", 2) || !optopt ? word : letter;

	if (c == ':')
		return usage_error("option %s needs a value; see axvcpuctl %s --help", option,
				   argv[0]);
	if (optopt && strchr(word, '='))
		return usage_error("option %.*s takes no value; see axvcpuctl %s --help",
				   (int)strcspn(option, "="), option, argv[0]);
	return usage_error("there is no option %s; see axvcpuctl %s --help", option, argv[0]);
}

int no_operands(char **argv, int argc)
{
	if (optind >= argc)
		return CTL_OK;
	return usage_error("'%s' is too much: %s takes options only; see axvcpuctl %s --help",
			   argv[optind], argv[0], argv[0]);
}

bool read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	bool ok;

	if (!file)
		return false;
	ok = fgets(line, size, file) != NULL;
	fclose(file);
	if (ok)
		line[strcspn(line, "\n")] = 0;
	return ok;
}

int open_device(struct axvcpu_device **device)
{
	int ret = axvcpu_open(NULL, device);

	switch (ret) {
	case 0:
		return CTL_OK;
	case -ENOENT:
		return fail(
			"there is no %s: the module is not loaded; load it with axvcpuctl load, as root",
			AXVCPU_DEVICE);
	case -EACCES:
		return fail(
			"you may not open %s: run this as root or join its group (axvcpuctl doctor says how)",
			AXVCPU_DEVICE);
	case -EPROTONOSUPPORT:
		return fail(
			"the loaded module speaks another version of the ABI: install module and tools from the same source, then unload and load it");
	default:
		return fail("%s can't be opened: %s; try axvcpuctl doctor", AXVCPU_DEVICE,
			    strerror(-ret));
	}
}

static void print_help(void)
{
	size_t i;

	printf("usage: axvcpuctl COMMAND [ARGUMENT]...\n"
	       "Look after the axvcpu kernel module and try it out.\n\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-8s %s\n", commands[i]->name, commands[i]->summary);
	printf("\n  axvcpuctl COMMAND --help   says more about one\n"
	       "  axvcpuctl --version        prints the version\n");
}

static void print_command_help(const struct command *command)
{
	printf("usage: axvcpuctl %s %s\n%s.\n", command->name, command->arguments,
	       command->summary);
	if (*command->help)
		printf("\n%s", command->help);
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* Is --help among the words before "--"? */
static bool wants_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int run(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2)
		return usage_error("which command? axvcpuctl --help lists them");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
		print_help();
		return CTL_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		printf("axvcpuctl %s, ABI version %d\n", AXVCPUCTL_VERSION, AXVCPU_ABI_VERSION);
		return CTL_OK;
	}
	command = find_command(argv[1]);
	if (!command)
		return usage_error("there is no command '%s'; axvcpuctl --help lists them",
				   argv[1]);
	if (wants_help(argc - 1, argv + 1)) {
		print_command_help(command);
		return CTL_OK;
	}
	opterr = 0;
	return command->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int status = run(argc, argv);

	if (fflush(stdout) || ferror(stdout))
		return fail("the output can't be written: %s", strerror(errno));
	return status;
}
