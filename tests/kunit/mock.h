/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A back end without hardware for the KUnit suites (backend=mock): it counts what
 * lives, and fails where a test says so.
 */
#ifndef AXVCPU_MOCK_H
#define AXVCPU_MOCK_H

#include "../../kmod/arch.h"
#include "../../kmod/vcpu.h"

struct mock_vcpu {
	struct axvcpu_vcpu core;
	u64 gpr[4];
	u64 pc;
	u64 root;
	bool created;
	bool prepared;
	bool bound;
};

/**
 * struct mock_control - what the mock does next and what it has seen
 * @fail_at: the n-th fallible operation from now returns @error; 0: none
 * @error: negative errno
 * @steps: fallible operations so far
 * @out: what run() returns; AXVCPU_OUT_EXIT makes a HYPERCALL record
 * @cpus, @vms, @vcpus: live objects
 * @enabled: CPUs on which the mock extension is on
 * @pending: the next EXIT of run() is a SYSREG_READ that waits for its answer
 */
struct mock_control {
	atomic_t fail_at;
	int error;
	atomic_t steps;
	int out;
	atomic_t cpus;
	atomic_t vms;
	atomic_t vcpus;
	atomic_t enabled;
	bool pending;
};
extern struct mock_control mock;

void mock_reset(void);

#endif /* AXVCPU_MOCK_H */
