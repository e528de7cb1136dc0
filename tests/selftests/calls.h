/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every ioctl as a table: what it takes, and where it may be called. */
#ifndef CALLS_H
#define CALLS_H

#include "guest.h"

enum call_on { ON_DEVICE, ON_VM, ON_VCPU };
enum call_kind { CALL_NONE, CALL_IN, CALL_OUT, CALL_INOUT, CALL_RUN };

/* Room for every struct of the ABI, and for what lies behind it. */
union call_argument {
	struct {
		u32 size;
		u32 flags;
	} head;
	struct axvcpu_info info;
	struct axvcpu_create_vm create_vm;
	struct axvcpu_memory memory;
	struct axvcpu_create_vcpu create_vcpu;
	struct axvcpu_setup setup;
	struct axvcpu_bind bind;
	struct axvcpu_regs regs;
	struct axvcpu_one_reg one_reg;
	struct axvcpu_inject inject;
	struct axvcpu_return_value return_value;
	struct axvcpu_translate translate;
	struct axvcpu_get_state state;
	struct axvcpu_stats stats;
	u8 bytes[PAGE];
};

#define IN_STATE(name)	(1U << AXVCPU_STATE_##name)
#define IN_EVERY_STATE	(IN_STATE(CREATED) | IN_STATE(FREE) | IN_STATE(READY) | \
			 IN_STATE(RUNNING) | IN_STATE(BLOCKED))

/**
 * struct abi_call - one ioctl
 * @name: without prefix
 * @command: its number
 * @on: the kind of file descriptor
 * @kind: what its argument is
 * @size: of the struct
 * @states: vCPU: states in which it is allowed, bits IN_STATE()
 * @shared: works from another process, and while another call holds the vCPU
 * @fill: make @argument (zeroed, size set) one that succeeds; NULL: it does
 */
struct abi_call {
	const char *name;
	unsigned long command;
	enum call_on on;
	enum call_kind kind;
	size_t size;
	u32 states;
	bool shared;
	void (*fill)(union call_argument *argument);
};

extern const struct abi_call abi_calls[];
extern const unsigned int abi_call_count;
#define for_each_call(c) for (c = abi_calls; c < abi_calls + abi_call_count; c++)

/* Not where the back end does not have it, which GET_INFO says. */
bool call_is_there(const struct abi_call *c);

/* Prepare an argument that succeeds; on a VM, CREATE_VCPU makes id 77. */
void fill_argument(const struct abi_call *c, union call_argument *argument);
/* Make the call; a file descriptor that it returns is closed. 0 or -errno. */
long make_call(const struct abi_call *c, int fd, const union call_argument *argument);

/* A VM with a vCPU in any reachable state. */
struct stage {
	struct vm vm;
	struct vcpu v;
	struct runner runner;
	u32 state;
	bool pending;
};

/* @pending: in Ready, and Free, with an exit that waits for its answer. */
void stage_enter(struct stage *s, u32 state, bool pending);
void stage_leave(struct stage *s);
const char *stage_name(const struct stage *s);

#endif /* CALLS_H */
