// SPDX-License-Identifier: GPL-3.0-or-later
/* axvcpuctl info: what GET_INFO says, as text or JSON; and ID registers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <axvcpu-user.h>
#include <axvcpu/axvcpu_arm64.h>

#include "ctl.h"
#include "json.h"

static const struct {
	uint64_t bit;
	const char *name;
	const char *meaning;
} capabilities[] = {
	{ AXVCPU_CAP_PIN, "pin", "memory can be pinned" },
	{ AXVCPU_CAP_READONLY, "readonly", "read-only memory" },
	{ AXVCPU_CAP_HUGE_2M, "huge-2m", "second-stage entries of 2 MiB" },
	{ AXVCPU_CAP_HUGE_1G, "huge-1g", "second-stage entries of 1 GiB" },
	{ AXVCPU_CAP_TRANSLATE, "translate", "guest-virtual addresses are translated" },
	{ AXVCPU_CAP_NMI, "nmi", "NMIs can be injected" },
	{ AXVCPU_CAP_POWEROFF_PORT, "poweroff-port", "port 0x604 is the power switch" },
	{ AXVCPU_CAP_HALT_IN_KERNEL, "halt-in-kernel", "a halted guest sleeps in the kernel" },
	{ AXVCPU_CAP_IDLE_EXITS, "idle-exits", "a polling guest leaves as IDLE" },
	{ AXVCPU_CAP_SINGLE_STEP, "single-step", "single steps leave as DEBUG" },
	{ AXVCPU_CAP_IRQCHIP, "irqchip", "interrupt controller in the kernel" },
	{ AXVCPU_CAP_INTERRUPT_EXITS, "interrupt-exits",
	  "host interrupts leave as EXTERNAL_INTERRUPT" },
};

static const char *const block_names[AXVCPU_BLOCK_COUNT] = {
	[AXVCPU_BLOCK_GENERAL] = "general", [AXVCPU_BLOCK_SYSTEM] = "system",
	[AXVCPU_BLOCK_FPU] = "fpu",	    [AXVCPU_BLOCK_MSRS] = "msrs",
	[AXVCPU_BLOCK_DEBUG] = "debug",	    [AXVCPU_BLOCK_EVENTS] = "events",
	[AXVCPU_BLOCK_CLOCK] = "clock",	    [AXVCPU_BLOCK_POWER] = "power",
	[AXVCPU_BLOCK_ID] = "id",	    [AXVCPU_BLOCK_STOPS] = "stops",
	[AXVCPU_BLOCK_VECTOR] = "vector",
};

/* What a guest of arm64 is shown of the CPU; the others are 0. */
static const struct {
	unsigned int number;
	const char *name;
} id_registers[] = {
	{ AXVCPU_ARM64_MIDR_EL1, "MIDR_EL1" },
	{ AXVCPU_ARM64_ID_AA64PFR0_EL1, "ID_AA64PFR0_EL1" },
	{ AXVCPU_ARM64_ID_AA64PFR1_EL1, "ID_AA64PFR1_EL1" },
	{ AXVCPU_ARM64_ID_AA64ZFR0_EL1, "ID_AA64ZFR0_EL1" },
	{ AXVCPU_ARM64_ID_AA64DFR0_EL1, "ID_AA64DFR0_EL1" },
	{ AXVCPU_ARM64_ID_AA64ISAR0_EL1, "ID_AA64ISAR0_EL1" },
	{ AXVCPU_ARM64_ID_AA64ISAR1_EL1, "ID_AA64ISAR1_EL1" },
	{ AXVCPU_ARM64_ID_AA64ISAR2_EL1, "ID_AA64ISAR2_EL1" },
	{ AXVCPU_ARM64_ID_AA64MMFR0_EL1, "ID_AA64MMFR0_EL1" },
	{ AXVCPU_ARM64_ID_AA64MMFR1_EL1, "ID_AA64MMFR1_EL1" },
	{ AXVCPU_ARM64_ID_AA64MMFR2_EL1, "ID_AA64MMFR2_EL1" },
};

static const char *const reason_codes[AXVCPU_REASON_COUNT] = {
	[AXVCPU_REASON_NONE] = "none",
	[AXVCPU_REASON_NO_HARDWARE] = "no-hardware",
	[AXVCPU_REASON_FIRMWARE] = "firmware",
	[AXVCPU_REASON_OWNED_BY_KVM] = "owned-by-kvm",
	[AXVCPU_REASON_OWNED_BY_OTHER] = "owned-by-other",
	[AXVCPU_REASON_NO_NESTED_PAGING] = "no-nested-paging",
	[AXVCPU_REASON_MISSING_FEATURE] = "missing-feature",
	[AXVCPU_REASON_HOST_MODE] = "host-mode",
	[AXVCPU_REASON_NO_MEMORY] = "no-memory",
};

static const char *reason_code(uint32_t reason)
{
	return reason < AXVCPU_REASON_COUNT ? reason_codes[reason] : "unknown";
}

static const char *mode_name(uint32_t mode)
{
	switch (mode) {
	case AXVCPU_MODE_NONE:
		return "none";
	case AXVCPU_MODE_VHE:
		return "vhe";
	case AXVCPU_MODE_NVHE:
		return "nvhe";
	default:
		return "?";
	}
}

static void print_text(const struct axvcpu_info *info)
{
	size_t i;

	printf("vCPUs can run    %s%s%s\n", info->reason ? "no: " : "yes",
	       info->reason ? axvcpu_name(AXVCPU_NAME_REASON, info->reason) : "",
	       info->reason ? " (see axvcpuctl doctor)" : "");
	printf("ABI version      %u\n", info->abi_version);
	printf("architecture     %s\n", axvcpu_name(AXVCPU_NAME_ARCH, info->arch));
	printf("back end         %s\n", axvcpu_name(AXVCPU_NAME_BACKEND, info->backend));
	if (info->mode)
		printf("host mode        %s\n", mode_name(info->mode));
	printf("vCPUs per VM     %u\n", info->max_vcpus);
	printf("memory regions   %u\n", info->max_regions);
	printf("guest-physical   %u bits, %u levels\n", info->gpa_bits, info->stage2_levels);
	printf("tags per CPU     %u\n", info->tags);
	printf("run page         %u bytes, data area %u at %u\n", info->run_size, info->data_size,
	       info->data_offset);
	printf("register blocks ");
	for (i = 0; i < AXVCPU_BLOCK_COUNT; i++)
		if (info->block_length[i])
			printf(" %s %u", block_names[i], info->block_length[i]);
	printf("\ncapabilities\n");
	for (i = 0; i < ARRAY_SIZE(capabilities); i++)
		printf("  %-15s %-4s %s\n", capabilities[i].name,
		       info->capabilities & capabilities[i].bit ? "yes" : "no",
		       capabilities[i].meaning);
}

static void print_json(const struct axvcpu_info *info)
{
	struct json json = { 0 };
	size_t i;

	json_open(&json, NULL, '{');
	json_bool(&json, "can_run", !info->reason);
	json_string(&json, "reason", reason_code(info->reason));
	json_string(&json, "reason_text", axvcpu_name(AXVCPU_NAME_REASON, info->reason));
	json_number(&json, "abi_version", info->abi_version);
	json_string(&json, "arch", axvcpu_name(AXVCPU_NAME_ARCH, info->arch));
	json_string(&json, "backend", axvcpu_name(AXVCPU_NAME_BACKEND, info->backend));
	json_string(&json, "mode", mode_name(info->mode));
	json_number(&json, "max_vcpus", info->max_vcpus);
	json_number(&json, "max_regions", info->max_regions);
	json_number(&json, "gpa_bits", info->gpa_bits);
	json_number(&json, "stage2_levels", info->stage2_levels);
	json_number(&json, "tags", info->tags);
	json_number(&json, "run_size", info->run_size);
	json_number(&json, "data_offset", info->data_offset);
	json_number(&json, "data_size", info->data_size);
	json_number(&json, "exit_reasons", info->exit_reasons);
	json_open(&json, "block_length", '{');
	for (i = 0; i < AXVCPU_BLOCK_COUNT; i++)
		json_number(&json, block_names[i], info->block_length[i]);
	json_close(&json, '}');
	json_open(&json, "capabilities", '{');
	for (i = 0; i < ARRAY_SIZE(capabilities); i++)
		json_bool(&json, capabilities[i].name, info->capabilities & capabilities[i].bit);
	json_close(&json, '}');
	json_close(&json, '}');
}

/* Those of a new vCPU, which is made for it. */
static int read_id(struct axvcpu_device *device, struct axvcpu_arm64_id *id)
{
	struct axvcpu_vcpu *vcpu = NULL;
	struct axvcpu_vm *vm;
	int ret;

	ret = axvcpu_vm_create(device, 0, &vm);
	if (ret)
		return ret;
	ret = axvcpu_vcpu_create(vm, 0, NULL, 0, &vcpu);
	if (!ret)
		ret = axvcpu_vcpu_setup(vcpu, 0, NULL, 0);
	if (!ret)
		ret = axvcpu_vcpu_get_regs(vcpu, AXVCPU_BLOCK_ID, id, sizeof(*id));
	axvcpu_vcpu_close(vcpu);
	axvcpu_vm_close(vm);
	return ret;
}

static int print_id(struct axvcpu_device *device, const struct axvcpu_info *info, bool as_json)
{
	struct json json = { 0 };
	struct axvcpu_arm64_id id;
	char text[24];
	size_t i;
	int ret;

	if (!info->block_length[AXVCPU_BLOCK_ID])
		return fail("there are no ID registers on this host");
	ret = read_id(device, &id);
	if (ret)
		return fail("no vCPU can be made: %s", strerror(-ret));
	if (as_json)
		json_open(&json, NULL, '{');
	for (i = 0; i < ARRAY_SIZE(id_registers); i++) {
		snprintf(text, sizeof(text), "0x%016" PRIx64,
			 (uint64_t)id.reg[id_registers[i].number]);
		if (as_json)
			json_string(&json, id_registers[i].name, text);
		else
			printf("%-17s%s\n", id_registers[i].name, text);
	}
	if (as_json)
		json_close(&json, '}');
	return CTL_OK;
}

static int run_info(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "id", no_argument, NULL, 'i' },
		{ 0 },
	};
	struct axvcpu_device *device;
	struct axvcpu_info info;
	bool as_json = false, only_id = false;
	int ret, c;

	while ((c = getopt_long(argc, argv, ":ji", options, NULL)) != -1) {
		if (c != 'j' && c != 'i')
			return option_error(argv, c);
		as_json |= c == 'j';
		only_id |= c == 'i';
	}
	ret = no_operands(argv, argc);
	if (!ret)
		ret = open_device(&device);
	if (ret)
		return ret;

	ret = axvcpu_get_info(device, &info);
	if (ret)
		ret = fail("the module does not answer: %s", strerror(-ret));
	else if (only_id)
		ret = print_id(device, &info, as_json);
	else if (as_json)
		print_json(&info);
	else
		print_text(&info);
	axvcpu_close(device);
	return ret;
}

const struct command command_info = {
	.name = "info",
	.arguments = "[--json] [--id]",
	.summary = "Show what the module offers on this host",
	.help = "  -j, --json   as JSON\n"
		"  -i, --id     only the ID registers that a guest of arm64 is shown\n",
	.run = run_info,
};
