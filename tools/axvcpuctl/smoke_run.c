// SPDX-License-Identifier: GPL-3.0-or-later
/* Runs one built-in guest and writes down its exits. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "ctl.h"
#include "smoke.h"

/* A guest that hangs leaves after this long, as NOTHING DEADLINE. */
#define PATIENCE_NS	10000000000ULL
#define HELPER_DELAY_NS 50000000L

/* Spurious exits are allowed, but not without end. */
#define MAX_SPURIOUS 1000

uint64_t smoke_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

int smoke_add_memory(struct guest *guest, uint64_t gpa, size_t size, uint32_t flags)
{
	int ret = axvcpu_vm_add_ram(guest->vm, gpa, size, flags, &guest->extra);

	if (!ret)
		guest->extra_size = size;
	return ret;
}

/* ---- the helper thread ----------------------------------------------------- */

struct helper {
	struct guest *guest;
	void (*act)(struct guest *guest);
};

static void *helper_main(void *arg)
{
	const struct timespec delay = { .tv_nsec = HELPER_DELAY_NS };
	struct helper helper = *(struct helper *)arg;

	free(arg);
	nanosleep(&delay, NULL);
	helper.act(helper.guest);
	return NULL;
}

int smoke_start_helper(struct guest *guest, void (*act)(struct guest *guest))
{
	struct helper *helper = malloc(sizeof(*helper));
	int ret;

	if (!helper)
		return -ENOMEM;
	*helper = (struct helper){ guest, act };
	ret = pthread_create(&guest->helper, NULL, helper_main, helper);
	if (ret) {
		free(helper);
		return -ret;
	}
	guest->has_helper = true;
	return 0;
}

/* ---- exits in words ---------------------------------------------------------- */

/* What differs between runs or hosts, but is no fault of the guest. */
static void drop_variable_fields(const struct guest *guest, struct axvcpu_exit *exit)
{
	switch (exit->reason) {
	case AXVCPU_EXIT_NESTED_PAGE_FAULT:
		exit->u.npf.access &=
			AXVCPU_ACCESS_READ | AXVCPU_ACCESS_WRITE | AXVCPU_ACCESS_EXECUTE;
		exit->u.npf.insn_length = 0;
		break;
	case AXVCPU_EXIT_DEBUG:
		/* DR6: BT BS BD B3-B0; ESR_ELx: EC */
		exit->u.debug.detail &= guest->info.arch == AXVCPU_ARCH_ARM64 ? 0xfc000000 :
										0xe00f;
		break;
	}
}

/* Ends @text where @mark begins. */
static void cut_at(char *text, const char *mark)
{
	char *at = strstr(text, mark);

	if (at)
		*at = 0;
}

/* The words of axvcpu_describe_exit(), as short as a table wants them. */
static void shorten(char *text)
{
	static const struct {
		const char *words;
		char sign;
	} shorter[] = {
		{ " port ", ' ' },  { " gpa ", ' ' },	{ " width ", ':' },  { " data ", '=' },
		{ " value ", '=' }, { " count ", 'x' }, { " detail ", '=' },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shorter); i++) {
		char *at = strstr(text, shorter[i].words);
		size_t length = strlen(shorter[i].words);

		if (!at)
			continue;
		*at = shorter[i].sign;
		memmove(at + 1, at + length, strlen(at + length) + 1);
	}
}

void smoke_record(struct guest *guest)
{
	struct axvcpu_exit exit = guest->run->exit;
	char text[AXVCPU_DESCRIBE_SIZE];

	drop_variable_fields(guest, &exit);
	axvcpu_describe_exit(&exit, text, sizeof(text));
	cut_at(text, " at 0x");
	if (exit.reason == AXVCPU_EXIT_EXTERNAL_INTERRUPT)
		cut_at(text, " vector");
	shorten(text);
	fprintf(guest->got, "%s%s", guest->exits++ ? "; " : "", text);
	if (exit.reason == AXVCPU_EXIT_IO_WRITE && (exit.flags & AXVCPU_EXIT_DATA_AREA))
		fprintf(guest->got, " \"%.*s\"", (int)(exit.u.io.count * exit.u.io.width),
			(char *)axvcpu_vcpu_data_area(guest->vcpu, NULL));
}

static void fill_data_area(struct guest *guest)
{
	const struct axvcpu_exit *exit = &guest->run->exit;
	char *data = axvcpu_vcpu_data_area(guest->vcpu, NULL);
	uint32_t i;

	for (i = 0; i < exit->u.io.count * exit->u.io.width; i++)
		data[i] = 'A' + i % 26;
}

void smoke_answer(struct guest *guest)
{
	const struct axvcpu_exit *exit = &guest->run->exit;

	if (exit->reason == AXVCPU_EXIT_IO_READ && (exit->flags & AXVCPU_EXIT_DATA_AREA))
		fill_data_area(guest);
	if ((exit->flags & AXVCPU_EXIT_PENDING) || exit->reason == AXVCPU_EXIT_HYPERCALL)
		axvcpu_run_done(guest->run, guest->test->answer);
}

/* ---- one guest from its creation to its end ------------------------------------ */

static bool is_spurious(const struct guest *guest)
{
	const struct axvcpu_exit *exit = &guest->run->exit;

	return exit->reason == AXVCPU_EXIT_NOTHING &&
	       exit->u.nothing.cause == AXVCPU_CAUSE_SIGNAL &&
	       !strstr(guest->test->expected, "SIGNAL");
}

static int run_exits(struct guest *guest)
{
	const struct smoke_case *test = guest->test;
	int spurious = 0, ret;

	while (guest->exits < test->exits) {
		ret = axvcpu_vcpu_run(guest->vcpu, 0);
		if (ret)
			return ret;
		if (is_spurious(guest) && spurious++ < MAX_SPURIOUS)
			continue;
		smoke_record(guest);
		if (test->on_exit) {
			ret = test->on_exit(guest);
			if (ret)
				return ret;
		} else {
			smoke_answer(guest);
		}
	}
	return 0;
}

static int create_vcpu(struct guest *guest)
{
	const struct smoke_case *test = guest->test;
	cpu_set_t set;
	int cpu = sched_getcpu();

	if (test->cpus < 2)
		return axvcpu_vcpu_create(guest->vm, 0, test->create, test->create_size,
					  &guest->vcpu);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return axvcpu_vcpu_create_on(guest->vm, 0, cpu, &set, sizeof(set), test->create,
				     test->create_size, &guest->vcpu);
}

static int start(struct axvcpu_device *device, struct guest *guest)
{
	const struct smoke_case *test = guest->test;
	void *ram;
	int ret;

	ret = axvcpu_get_info(device, &guest->info);
	if (!ret)
		ret = axvcpu_vm_create(device, test->behaviours, &guest->vm);
	if (!ret)
		ret = axvcpu_vm_add_ram(guest->vm, 0, SMOKE_RAM_SIZE, 0, &ram);
	if (ret)
		return ret;
	guest->ram = ram;
	ret = create_vcpu(guest);
	if (ret)
		return ret;
	guest->run = axvcpu_vcpu_run_page(guest->vcpu);
	guest->run->deadline_ns = smoke_now_ns() + PATIENCE_NS;
	ret = smoke_setup(guest);
	if (!ret)
		ret = axvcpu_vcpu_bind(guest->vcpu, -1);
	if (!ret && test->prepare)
		ret = test->prepare(guest);
	return ret;
}

static void end(struct guest *guest)
{
	if (guest->test->finish && guest->run)
		guest->test->finish(guest);
	if (guest->has_helper)
		pthread_join(guest->helper, NULL);
	axvcpu_vcpu_close(guest->vcpu);
	axvcpu_vm_close(guest->vm);
	if (guest->ram)
		munmap(guest->ram, SMOKE_RAM_SIZE);
	if (guest->extra)
		munmap(guest->extra, guest->extra_size);
}

/* A vCPU that has left RUN must be Ready; anything else belongs in the row. */
static void record_state(struct guest *guest)
{
	struct axvcpu_get_state state;
	int ret = axvcpu_vcpu_get_state(guest->vcpu, &state);

	if (ret)
		fprintf(guest->got, "; no state: %s", strerror(-ret));
	else if (state.state != AXVCPU_STATE_READY)
		fprintf(guest->got, "; state %s", axvcpu_name(AXVCPU_NAME_STATE, state.state));
}

bool smoke_run_case(struct axvcpu_device *device, const struct smoke_case *test, char **got)
{
	struct guest guest = { .test = test };
	const char *step = "start";
	size_t size;
	bool ok;
	int ret;

	*got = NULL;
	guest.got = open_memstream(got, &size);
	if (!guest.got)
		return false;
	sched_getaffinity(0, sizeof(guest.affinity), &guest.affinity);
	if (test->cpus > 1)
		axvcpu_pin_thread(sched_getcpu());

	ret = start(device, &guest);
	if (!ret) {
		step = "run";
		ret = run_exits(&guest);
		record_state(&guest);
	}
	if (ret)
		fprintf(guest.got, "%s%s: %s", guest.exits ? "; " : "", step, strerror(-ret));
	end(&guest);
	sched_setaffinity(0, sizeof(guest.affinity), &guest.affinity);
	if (fclose(guest.got))
		return false;
	ok = !ret && !strcmp(*got, test->expected);
	return ok;
}
