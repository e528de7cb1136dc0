// SPDX-License-Identifier: GPL-3.0-or-later
/* axvmm's virtio disk: what a driver does to use it, and what a hostile one may try. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "axvmm_fixture.h"
#include "tools/axvmm/devices/disk.h"

#define BASE	    0xd0000000ULL
#define RAM	    0x100000ULL
#define RAM_SIZE    0x100000ULL
#define ROM	    0x10000ULL
#define DESCRIPTORS (RAM + 0x0000)
#define DRIVER	    (RAM + 0x1000)
#define DEVICE	    (RAM + 0x2000)
#define HEADER	    (RAM + 0x3000)
#define STATUS	    (RAM + 0x3100)
#define DATA	    (RAM + 0x4000)
#define SECTORS	    64
#define QUEUE	    8

enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };
enum { T_IN = 0, T_OUT = 1, T_FLUSH = 4, T_ID = 8 };

struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t flags;
	uint16_t next;
};

struct setup {
	struct fixture f;
	struct bus mmio;
	struct memory memory;
	struct disk disk;
	char path[64];
	uint16_t posted;
};

static struct setup s;

static void *at(uint64_t gpa, uint64_t size)
{
	void *host = memory_at(&s.memory, gpa, size);

	assert_non_null(host);
	return host;
}

static uint32_t get(uint64_t offset)
{
	return (uint32_t)bus_read(&s.mmio, BASE + offset, 4);
}

static void set(uint64_t offset, uint32_t value)
{
	bus_write(&s.mmio, BASE + offset, 4, value);
}

static void make_file(int size)
{
	uint8_t byte;
	int fd, i;

	strcpy(s.path, "/tmp/axvmm-disk-XXXXXX");
	fd = mkstemp(s.path);
	assert_true(fd >= 0);
	for (i = 0; i < size; i++) {
		byte = (uint8_t)(i / 512 + 1);
		assert_int_equal(write(fd, &byte, 1), 1);
	}
	close(fd);
}

static void set_queue(uint32_t size)
{
	set(0x30, 0);
	set(0x38, size);
	set(0x80, DESCRIPTORS);
	set(0x90, DRIVER);
	set(0xa0, DEVICE);
	set(0x44, 1);
}

/* 3.1.1, as Linux does it. */
static void start_driver(void)
{
	set(0x70, 0);
	set(0x70, 1);
	set(0x70, 3);
	set(0x24, 0);
	set(0x20, get(0x10));
	set(0x14, 1);
	set(0x24, 1);
	set(0x20, get(0x10));
	set(0x14, 0);
	set(0x70, 0xb);
	assert_int_equal(get(0x70), 0xb);
	set_queue(QUEUE);
	set(0x70, 0xf);
	memset(at(DESCRIPTORS, 0x3000), 0, 0x3000);
	s.posted = 0;
}

static int setup(void **unused)
{
	struct error error;

	(void)unused;
	memset(&s, 0, sizeof(s));
	fixture_init(&s.f);
	make_file(SECTORS * 512);
	assert_non_null(memory_add(&s.memory, RAM, RAM_SIZE, false, &error));
	assert_non_null(memory_add(&s.memory, ROM, 0x1000, true, &error));
	assert_int_equal(disk_open(&s.disk, s.path, &error), 0);
	disk_init(&s.disk, &s.mmio, BASE, &s.memory, fixture_line(&s.f));
	start_driver();
	return 0;
}

static int teardown(void **unused)
{
	unsigned int i;

	(void)unused;
	disk_close(&s.disk);
	unlink(s.path);
	for (i = 0; i < s.memory.regions; i++)
		munmap(s.memory.region[i].host, s.memory.region[i].size);
	return 0;
}

static void describe(unsigned int index, uint64_t address, uint32_t length, uint16_t flags,
		     uint16_t next)
{
	struct descriptor d = { address, length, flags, next };

	memcpy(at(DESCRIPTORS + index * sizeof(d), sizeof(d)), &d, sizeof(d));
}

static void post(uint16_t head)
{
	uint16_t *ring = at(DRIVER, 4 + 2 * QUEUE);

	ring[2 + s.posted % QUEUE] = head;
	ring[1] = ++s.posted;
	set(0x50, 0);
}

/* Header in descriptor 0, data, if there is any, in 1, status in 2. */
static void request(uint32_t type, uint64_t sector, uint32_t length)
{
	uint32_t *header = at(HEADER, 16);

	header[0] = type;
	header[1] = 0;
	memcpy(header + 2, &sector, 8);
	*(uint8_t *)at(STATUS, 1) = 0xee;
	describe(0, HEADER, 16, NEXT, length ? 1 : 2);
	describe(1, DATA, length, NEXT | (type == T_OUT ? 0 : WRITE), 2);
	describe(2, STATUS, 1, WRITE, 0);
	post(0);
}

static uint8_t status(void)
{
	return *(uint8_t *)at(STATUS, 1);
}

static uint16_t used_index(void)
{
	return ((uint16_t *)at(DEVICE, 4))[1];
}

static uint32_t used_length(unsigned int entry)
{
	return ((uint32_t *)at(DEVICE + 4 + entry * 8ULL, 8))[1];
}

static void test_identity(void **unused)
{
	(void)unused;
	assert_int_equal(get(0x00), 0x74726976);
	assert_int_equal(get(0x04), 2);
	assert_int_equal(get(0x08), 2);
	assert_int_equal(get(0x34), VIRTIO_QUEUE);
	assert_int_equal(get(0x100), SECTORS);
	assert_int_equal(bus_read(&s.mmio, BASE + 0x100, 8), SECTORS);
	assert_int_equal(bus_read(&s.mmio, BASE + 0x10c, 4), VIRTIO_QUEUE - 2);
	assert_int_equal(bus_read(&s.mmio, BASE + 0x110, 4), 0);
	set(0x30, 1);
	assert_int_equal(get(0x34), 0); /* there is one queue */
}

static void test_read(void **unused)
{
	uint8_t *data = at(DATA, 1024);

	(void)unused;
	request(T_IN, 3, 1024);
	assert_int_equal(status(), 0);
	assert_int_equal(data[0], 4);
	assert_int_equal(data[511], 4);
	assert_int_equal(data[512], 5);
	assert_int_equal(used_index(), 1);
	assert_int_equal(used_length(0), 1025);
	assert_true(s.f.level);
	assert_int_equal(get(0x60), 1);
	set(0x64, 1);
	assert_false(s.f.level);
}

static void test_write_is_in_the_file(void **unused)
{
	char byte;
	int fd;

	(void)unused;
	memset(at(DATA, 512), 0x77, 512);
	request(T_OUT, 9, 512);
	assert_int_equal(status(), 0);
	assert_int_equal(used_length(0), 1);
	request(T_FLUSH, 0, 0);
	assert_int_equal(status(), 0);
	fd = open(s.path, O_RDONLY);
	assert_int_equal(pread(fd, &byte, 1, 9 * 512 + 511), 1);
	assert_int_equal(byte, 0x77);
	assert_int_equal(pread(fd, &byte, 1, 10 * 512), 1);
	assert_int_equal(byte, 11);
	close(fd);
}

static void test_identifier_and_unknown(void **unused)
{
	(void)unused;
	request(T_ID, 0, 20);
	assert_int_equal(status(), 0);
	assert_string_equal(at(DATA, 20), "axvmm-disk");
	request(77, 0, 512);
	assert_int_equal(status(), 2);
	assert_int_equal(get(0x70) & 0x40, 0);
}

static void test_beyond_the_end(void **unused)
{
	(void)unused;
	request(T_IN, SECTORS - 1, 1024);
	assert_int_equal(status(), 1);
	request(T_IN, SECTORS, 512);
	assert_int_equal(status(), 1);
	request(T_OUT, UINT64_MAX, 512);
	assert_int_equal(status(), 1);
	request(T_OUT, UINT64_MAX / 512 + 1, 512);
	assert_int_equal(status(), 1);
	request(T_IN, 0, 100);
	assert_int_equal(status(), 1);
	request(T_IN, SECTORS - 1, 512);
	assert_int_equal(status(), 0);
	assert_int_equal(used_index(), 6);
}

/* Any division into buffers will do: 2.7.4. */
static void test_scattered(void **unused)
{
	uint8_t *data = at(DATA, 0x3000);
	uint32_t *header = at(HEADER, 16);
	int i;

	(void)unused;
	memset(header, 0, 16);
	header[2] = 2;
	describe(0, HEADER, 5, NEXT, 3);
	describe(3, HEADER + 5, 11, NEXT, 1);
	describe(1, DATA, 1, WRITE | NEXT, 2);
	describe(2, DATA + 0x1000, 510, WRITE | NEXT, 4);
	describe(4, DATA + 0x2000, 2, WRITE, 0);
	data[0x2001] = 0xee;
	post(0);
	assert_int_equal(data[0x2001], 0);
	assert_int_equal(data[0], 3);
	for (i = 0; i < 510; i++)
		assert_int_equal(data[0x1000 + i], 3);
	assert_int_equal(data[0x2000], 3);
	assert_int_equal(used_length(0), 513);
}

static void test_interrupt_can_be_off(void **unused)
{
	(void)unused;
	*(uint16_t *)at(DRIVER, 2) = 1;
	request(T_IN, 0, 512);
	assert_int_equal(status(), 0);
	assert_false(s.f.level);
}

static void test_readonly(void **unused)
{
	(void)unused;
	s.disk.readonly = true;
	memset(at(DATA, 512), 0x77, 512);
	request(T_OUT, 0, 512);
	assert_int_equal(status(), 1);
	request(T_IN, 0, 512);
	assert_int_equal(*(uint8_t *)at(DATA, 1), 1);
}

/* ---- what is wrong with a queue ends its use ------------------------------------- */

static void expect_broken(void)
{
	uint16_t before = used_index();

	assert_int_equal(get(0x70) & 0x40, 0x40);
	assert_int_equal(get(0x60) & 2, 2);
	assert_true(s.f.level);
	request(T_IN, 0, 512);
	assert_int_equal(status(), 0xee);
	assert_int_equal(used_index(), before);
	start_driver();
	assert_false(s.f.level);
	request(T_IN, 0, 512);
	assert_int_equal(status(), 0);
}

static void break_by(unsigned int index, uint64_t address, uint32_t length, uint16_t flags,
		     uint16_t next)
{
	request(T_IN, 0, 512);
	assert_int_equal(status(), 0);
	describe(index, address, length, flags, next);
	post(0);
	expect_broken();
}

static void test_malformed(void **unused)
{
	(void)unused;
	break_by(1, DATA, 512, WRITE | NEXT, 1);		 /* a loop */
	break_by(1, DATA, 512, WRITE | NEXT, QUEUE);		 /* beyond the table */
	break_by(0, HEADER, 16, INDIRECT, 0);			 /* not offered */
	break_by(1, DATA, 0, WRITE | NEXT, 2);			 /* nothing */
	break_by(1, RAM + RAM_SIZE - 256, 512, WRITE | NEXT, 2); /* beyond the memory */
	break_by(1, UINT64_MAX - 255, 512, WRITE | NEXT, 2);
	break_by(1, DATA, UINT32_MAX, WRITE | NEXT, 2);
	break_by(1, ROM, 512, WRITE | NEXT, 2); /* what can't be written */
	break_by(2, STATUS, 1, 0, 0);		/* read behind written */
	break_by(0, HEADER, 15, NEXT, 1);	/* a short header */
	break_by(0, HEADER, 16, 0, 0);		/* no status */
	request(T_IN, 0, 512);
	((uint16_t *)at(DRIVER, 4))[1] += QUEUE + 1; /* more than the ring has */
	set(0x50, 0);
	expect_broken();
}

static void test_wrong_addresses(void **unused)
{
	(void)unused;
	set(0x44, 0);
	set(0x90, 0xfffffff0);
	set(0x94, 0xffffffff);
	set(0x44, 1);
	set(0x50, 0);
	expect_broken();
	set(0x44, 0);
	set(0xa0, (uint32_t)(RAM + RAM_SIZE - 8));
	set(0x44, 1);
	request(T_IN, 0, 512);
	assert_int_equal(get(0x70) & 0x40, 0x40);
	start_driver();
	set(0x44, 0);
	set(0x80, (uint32_t)DESCRIPTORS + 1); /* not aligned */
	set(0x44, 1);
	assert_int_equal(get(0x44), 0);
	assert_int_equal(get(0x70) & 0x40, 0x40);
}

static void test_wrong_sizes(void **unused)
{
	static const uint32_t sizes[] = { 0, 3, VIRTIO_QUEUE * 2, UINT32_MAX };
	unsigned int i;

	(void)unused;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		set(0x70, 0);
		set_queue(sizes[i]);
		assert_int_equal(get(0x44), 0);
	}
}

static void test_features(void **unused)
{
	(void)unused;
	set(0x70, 0);
	set(0x24, 0);
	set(0x20, 1); /* not offered */
	set(0x24, 1);
	set(0x20, 1);
	set(0x70, 0xb);
	assert_int_equal(get(0x70), 3);
	set(0x24, 0);
	set(0x20, 0);
	set(0x24, 1);
	set(0x20, 0); /* without VERSION_1 */
	set(0x70, 0xb);
	assert_int_equal(get(0x70), 3);
	set(0x50, 0); /* and nothing happens before DRIVER_OK */
	assert_int_equal(used_index(), 0);
}

/* Whatever stands in the queue, nothing outside of the guest's memory is touched. */
static void test_random(void **unused)
{
	unsigned int round, i;
	uint8_t *tables = at(DESCRIPTORS, 0x3000);

	(void)unused;
	srand(1);
	for (round = 0; round < 3000; round++) {
		start_driver();
		for (i = 0; i < QUEUE; i++)
			describe(i, rand() % 4 ? DATA + (uint64_t)(rand() % 0x100000) : (uint64_t)rand() << 20,
				 (uint32_t)(rand() % 3 ? rand() % 2048 : rand()),
				 (uint16_t)(rand() % 8), (uint16_t)(rand() % (QUEUE + 1)));
		for (i = 0; i < 64; i++)
			tables[0x1000 + i] = (uint8_t)(rand() % QUEUE);
		((uint16_t *)at(DRIVER, 4))[1] = (uint16_t)(rand() % (QUEUE + 2));
		set(0x50, 0);
	}
	start_driver();
	request(T_FLUSH, 0, 0);
	assert_int_equal(status(), 0);
}

/* ---- the file ---------------------------------------------------------------------- */

static void expect_refused(const char *path, const char *text)
{
	struct error error;
	struct disk disk;

	assert_int_equal(disk_open(&disk, path, &error), -1);
	assert_non_null(strstr(error.text, text));
}

static void test_files(void **unused)
{
	struct error error;
	struct disk disk;

	(void)unused;
	expect_refused("/nonsense", "can't be opened: No such file");
	expect_refused("/tmp", "can't be opened: Is a directory");
	expect_refused("/dev/null", "neither a file nor a block device");
	expect_refused(s.path, "in use by another program");
	disk_close(&s.disk);
	assert_int_equal(truncate(s.path, 1000), 0);
	expect_refused(s.path, "1000 bytes, which is no number of sectors");
	assert_int_equal(truncate(s.path, 0), 0);
	expect_refused(s.path, "0 bytes");
	assert_int_equal(truncate(s.path, 1024), 0);
	assert_int_equal(disk_open(&disk, s.path, &error), 0);
	assert_int_equal(disk.sectors, 2);
	disk_close(&disk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(identity),
		TEST(read),
		TEST(write_is_in_the_file),
		TEST(identifier_and_unknown),
		TEST(beyond_the_end),
		TEST(scattered),
		TEST(interrupt_can_be_off),
		TEST(readonly),
		TEST(malformed),
		TEST(wrong_addresses),
		TEST(wrong_sizes),
		TEST(features),
		TEST(random),
		TEST(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
