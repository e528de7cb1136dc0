// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cpus.h"
#include "options.h"
#include "timers.h"

#define DEFAULT_MEMORY (256ULL << 20)
#define LEAST_MEMORY   (1ULL << 20)
#define MOST_MEMORY    (1ULL << 46)
#define PAGE	       4096ULL
#define MOST_SECONDS   1e9
#define MOST_MOVES     1000000

const char *options_usage(void)
{
	return "usage: axvmm --kernel FILE [--initrd FILE] [--module FILE[=ARGS]]... [--append STR]\n"
	       "       axvmm --flat GPA FILE\n"
	       "       axvmm --firmware FILE\n"
	       "\n"
	       "  --kernel FILE        a Linux bzImage, a Multiboot or PVH kernel, or an ELF64 program\n"
	       "  --initrd FILE        its initial RAM disk\n"
	       "  --module FILE[=ARGS] one more file for a Multiboot or PVH kernel\n"
	       "  --append STR         its command line, default \"console=ttyS0\"\n"
	       "  --flat GPA FILE      a program, loaded at GPA and started there\n"
	       "  --firmware FILE      an image that ends at 4 GiB, started at the reset vector\n"
	       "  --memory SIZE        bytes, or with K, M or G; default 256M\n"
	       "  --cpus N             virtual CPUs, default 1 (x86: no more than that)\n"
	       "  --ram GPA:SIZE       more memory, at GPA\n"
	       "  --disk FILE          a virtio disk with what is in the file\n"
	       "  --console stdio|FILE where the guest's consoles go, default stdio\n"
	       "  --timeout SECONDS    end the guest after that time\n"
	       "  --move N[:SEED]      N times, at random, go on in a new VM\n"
	       "  --stats              at the end, say what the guest did\n"
	       "  --help, --version\n"
	       "\n"
	       "On arm64 a kernel is a Linux Image, the default of --append is \"console=ttyAMA0\",\n"
	       "firmware starts at address 0, and there is no --module.\n"
	       "Ctrl-A x ends axvmm, Ctrl-A Ctrl-A types Ctrl-A. See axvmm(1).\n";
}

/* A number with an optional K, M or G; @end: out: what follows it. */
static int parse_number(const char *text, uint64_t *value, const char **end)
{
	unsigned int shift = 0;
	char *rest;

	/* strtoull() would take a sign and leading space. */
	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	*value = strtoull(text, &rest, 0);
	if (errno || rest == text)
		return -1;
	switch (*rest) {
	case 'k':
	case 'K':
		shift = 10;
		break;
	case 'm':
	case 'M':
		shift = 20;
		break;
	case 'g':
	case 'G':
		shift = 30;
		break;
	}
	if (shift) {
		if (*value > UINT64_MAX >> shift)
			return -1;
		*value <<= shift;
		rest++;
	}
	*end = rest;
	return 0;
}

static int parse_size(const char *option, const char *text, uint64_t *size, struct error *error)
{
	const char *end;

	if (parse_number(text, size, &end) || *end)
		return error_set(error, "%s needs a size such as 256M, not \"%s\"", option, text);
	if (*size % PAGE)
		return error_set(
			error,
			"%s %s is not a multiple of 4 KiB (a plain number is bytes; K, M and G may follow it)",
			option, text);
	if (*size > MOST_MEMORY)
		return error_set(error, "%s %s is more than a guest can have", option, text);
	return 0;
}

static int parse_memory(struct options *options, const char *text, struct error *error)
{
	if (parse_size("--memory", text, &options->memory, error))
		return -1;
	if (options->memory < LEAST_MEMORY)
		return error_set(error, "--memory %s is too little: a guest needs 1M at least",
				 text);
	return 0;
}

static int parse_cpus(struct options *options, const char *text, struct error *error)
{
	uint64_t cpus;
	const char *end;

	if (options->cpus)
		return error_set(error, "--cpus is given twice");
	if (parse_number(text, &cpus, &end) || *end || !cpus || cpus > CPUS_MOST)
		return error_set(error, "--cpus needs a number from 1 to %d, not \"%s\"", CPUS_MOST,
				 text);
	options->cpus = (unsigned int)cpus;
	return 0;
}

static int parse_ram(struct options *options, const char *text, struct error *error)
{
	struct option_ram ram;
	const char *end;

	if (options->rams == OPTIONS_RAM)
		return error_set(error, "--ram can be given %d times at most", OPTIONS_RAM);
	if (parse_number(text, &ram.gpa, &end) || *end != ':')
		return error_set(error,
				 "--ram needs GPA:SIZE, for example 0x200000000:64M, not \"%s\"",
				 text);
	if (parse_size("--ram GPA:SIZE with SIZE", end + 1, &ram.size, error))
		return -1;
	if (!ram.size || ram.gpa % PAGE || ram.gpa + ram.size < ram.gpa)
		return error_set(
			error,
			"--ram %s is impossible: GPA is a multiple of 4 KiB, and SIZE is not 0",
			text);
	options->ram[options->rams++] = ram;
	return 0;
}

/* FILE or FILE=ARGS; a file whose name has a = needs the form with ARGS. */
static int parse_module(struct options *options, const char *text, struct error *error)
{
	struct option_module *module = &options->module[options->modules];
	char *args;

	if (options->modules == OPTIONS_MODULES)
		return error_set(error, "--module can be given %d times at most", OPTIONS_MODULES);
	if (!*text || *text == '=')
		return error_set(error, "--module needs FILE or FILE=ARGS, not \"%s\"", text);
	module->path = strdup(text);
	if (!module->path)
		return error_set(error, "There is no memory for the options");
	options->modules++;
	args = strchr(module->path, '=');
	if (args) {
		*args = '\0';
		module->args = args + 1;
	}
	return 0;
}

static int parse_timeout(struct options *options, const char *text, struct error *error)
{
	double seconds;
	char *end;

	errno = 0;
	seconds = strtod(text, &end);
	if (errno || end == text || *end || !isfinite(seconds) || seconds <= 0 ||
	    seconds > MOST_SECONDS)
		return error_set(error, "--timeout needs a number of seconds above 0, not \"%s\"",
				 text);
	options->timeout_ns = (uint64_t)(seconds * (double)NS_PER_SECOND);
	if (!options->timeout_ns)
		options->timeout_ns = 1;
	return 0;
}

static int parse_move(struct options *options, const char *text, struct error *error)
{
	uint64_t moves = 0, seed = 0;
	const char *end;

	if (parse_number(text, &moves, &end) || !moves || moves > MOST_MOVES ||
	    (*end == ':' && (parse_number(end + 1, &seed, &end) || !seed)) || *end)
		return error_set(error,
				 "--move needs N or N:SEED, numbers above 0 (N at most %d), not \"%s\"",
				 MOST_MOVES, text);
	options->moves = (unsigned int)moves;
	options->move_seed = seed;
	return 0;
}

/* --flat GPA FILE: getopt() has seen GPA only. */
static int parse_flat(struct options *options, const char *gpa, int argc, char **argv,
		      struct error *error)
{
	const char *end;

	if (parse_number(gpa, &options->flat_gpa, &end) || *end)
		return error_set(error, "--flat needs an address and then a file, not \"%s\"", gpa);
	if (optind >= argc)
		return error_set(error, "--flat %s needs a file behind the address", gpa);
	options->flat = argv[optind++];
	return 0;
}

static int set_once(const char **where, const char *option, const char *value, struct error *error)
{
	if (*where)
		return error_set(error, "%s is given twice", option);
	if (!*value)
		return error_set(error, "%s needs a value that is not empty", option);
	*where = value;
	return 0;
}

enum {
	KERNEL = 256,
	INITRD,
	MODULE,
	APPEND,
	FLAT,
	FIRMWARE,
	MEMORY,
	CPUS,
	RAM,
	DISK,
	CONSOLE,
	TIMEOUT,
	MOVE,
	STATS,
	HELP,
	VERSION,
};

static const struct option known[] = {
	{ "kernel", required_argument, NULL, KERNEL },
	{ "initrd", required_argument, NULL, INITRD },
	{ "module", required_argument, NULL, MODULE },
	{ "append", required_argument, NULL, APPEND },
	{ "flat", required_argument, NULL, FLAT },
	{ "firmware", required_argument, NULL, FIRMWARE },
	{ "memory", required_argument, NULL, MEMORY },
	{ "cpus", required_argument, NULL, CPUS },
	{ "ram", required_argument, NULL, RAM },
	{ "disk", required_argument, NULL, DISK },
	{ "console", required_argument, NULL, CONSOLE },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "move", required_argument, NULL, MOVE },
	{ "stats", no_argument, NULL, STATS },
	{ "help", no_argument, NULL, HELP },
	{ "version", no_argument, NULL, VERSION },
	{ NULL, 0, NULL, 0 },
};

static int parse_one(struct options *options, int option, int argc, char **argv,
		     struct error *error)
{
	switch (option) {
	case KERNEL:
		return set_once(&options->kernel, "--kernel", optarg, error);
	case INITRD:
		return set_once(&options->initrd, "--initrd", optarg, error);
	case MODULE:
		return parse_module(options, optarg, error);
	case APPEND:
		if (options->append)
			return error_set(error, "--append is given twice");
		options->append = optarg;
		return 0;
	case FLAT:
		if (options->flat)
			return error_set(error, "--flat is given twice");
		return parse_flat(options, optarg, argc, argv, error);
	case FIRMWARE:
		return set_once(&options->firmware, "--firmware", optarg, error);
	case MEMORY:
		return parse_memory(options, optarg, error);
	case CPUS:
		return parse_cpus(options, optarg, error);
	case RAM:
		return parse_ram(options, optarg, error);
	case DISK:
		return set_once(&options->disk, "--disk", optarg, error);
	case CONSOLE:
		return set_once(&options->console, "--console", optarg, error);
	case TIMEOUT:
		return parse_timeout(options, optarg, error);
	case MOVE:
		return parse_move(options, optarg, error);
	case STATS:
		options->stats = true;
		return 0;
	case HELP:
		options->help = true;
		return 0;
	case VERSION:
		options->version = true;
		return 0;
	case ':':
		return error_set(error, "%s needs a value", argv[optind - 1]);
	default:
		return error_set(error, "There is no option %s", argv[optind - 1]);
	}
}

static int check(const struct options *options, struct error *error)
{
	unsigned int guests = !!options->kernel + !!options->flat + !!options->firmware;

	if (options->help || options->version)
		return 0;
	if (!guests)
		return error_set(error,
				 "There is nothing to run: give --kernel, --flat or --firmware");
	if (guests > 1)
		return error_set(error, "Only one of --kernel, --flat and --firmware can be given");
	if (!options->kernel && options->initrd)
		return error_set(error, "--initrd works with --kernel only");
	if (!options->kernel && options->modules)
		return error_set(error, "--module works with --kernel only");
	if (options->moves && options->cpus > 1)
		return error_set(error, "--move works with one CPU only");
	if (!options->kernel && options->append)
		return error_set(error, "--append works with --kernel only");
	return 0;
}

int options_parse(struct options *options, int argc, char **argv, struct error *error)
{
	int option;

	*options = (struct options){ .memory = DEFAULT_MEMORY };
	optind = 0; /* begin anew */
	/* ':' first: a missing value is told from an unknown option, and nothing printed. */
	while ((option = getopt_long(argc, argv, ":", known, NULL)) != -1) {
		if (parse_one(options, option, argc, argv, error))
			return -1;
	}
	if (optind < argc)
		return error_set(error, "\"%s\" belongs to no option", argv[optind]);
	if (!options->cpus)
		options->cpus = 1;
	if (options->console && !strcmp(options->console, "stdio"))
		options->console = NULL;
	return check(options, error);
}

void options_free(struct options *options)
{
	while (options->modules)
		free(options->module[--options->modules].path);
}
