// SPDX-License-Identifier: GPL-3.0-or-later
/* GET_INFO says plausible things about this host, and the same to every opener. */
#include <sys/stat.h>

#include "guest.h"

static int as_nobody(void *argument)
{
	struct axvcpu_info again = { .size = sizeof(again) };
	int fd = *(int *)argument;

	if (setgid(65534) || setuid(65534))
		return 2;
	if (call(fd, AXVCPU_GET_INFO, &again) || memcmp(&again, info(), sizeof(again)))
		return 1;
	return access(AXVCPU_DEVICE, R_OK) == 0 ? 3 : 0;
}

int main(void)
{
	int fd = open_device_only();
	const struct axvcpu_info *i = info();
	struct stat status;
	unsigned int block;

	COVERS("GET_INFO", "-", "good");
	CHECK_EQ(i->abi_version, AXVCPU_ABI_VERSION, "ABI version");
	CHECK(i->reason < AXVCPU_REASON_COUNT, "reason is known");
	CHECK_EQ(i->reserved0 | i->reserved1, 0, "reserved fields");
	CHECK(i->run_size % PAGE == 0 && i->run_size >= sizeof(struct axvcpu_run), "run_size");
	CHECK(i->data_offset >= sizeof(struct axvcpu_run) &&
		      i->data_offset + i->data_size <= i->run_size && i->data_size >= PAGE,
	      "the data area lies in the mapping");
	CHECK_EQ(i->exit_reasons, AXVCPU_EXIT_COUNT, "exit_reasons");
	CHECK(i->max_vcpus >= 1 && i->max_regions >= 32, "limits");
	if (!i->reason) {
		CHECK(i->gpa_bits >= 36 && i->gpa_bits <= 52, "gpa_bits (%u)", i->gpa_bits);
		CHECK(i->stage2_levels >= 3 && i->stage2_levels <= 5, "stage2_levels");
		CHECK(i->tags >= 2, "tags");
		CHECK_EQ(i->block_length[AXVCPU_BLOCK_CLOCK], 8, "length of CLOCK");
		CHECK_EQ(i->block_length[AXVCPU_BLOCK_POWER], 8, "length of POWER");
		for (block = AXVCPU_BLOCK_COUNT; block < AXVCPU_BLOCK_MAX; block++)
			EXPECT_EQ(i->block_length[block], 0, "length of unknown block %u", block);
	}
	check_info(i);
	note("capabilities 0x%llx", i->capabilities);
	CHECK(!stat(AXVCPU_DEVICE, &status) && (status.st_mode & 07777) == 0600,
	      "the device node is for root alone");
	CHECK_EQ(in_child(as_nobody, &fd), 0,
		 "GET_INFO works on a passed descriptor without privilege; opening does not");
	close(fd);
	return finish();
}
