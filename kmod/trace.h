/* SPDX-License-Identifier: GPL-2.0-or-later */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM axvcpu

#if !defined(AXVCPU_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define AXVCPU_TRACE_H

#include <linux/tracepoint.h>

#include "vcpu.h"
#include "vm.h"

#define AXVCPU_TRACE_VCPU_ENTRY	__field(u64, vm) __field(u32, vcpu)
#define AXVCPU_TRACE_VCPU_ASSIGN			\
	__entry->vm = v->vm->id;			\
	__entry->vcpu = v->id

#define AXVCPU_TRACE_STATES				\
	{ AXVCPU_STATE_CREATED, "Created" },		\
	{ AXVCPU_STATE_FREE, "Free" },			\
	{ AXVCPU_STATE_READY, "Ready" },		\
	{ AXVCPU_STATE_RUNNING, "Running" },		\
	{ AXVCPU_STATE_BLOCKED, "Blocked" },		\
	{ AXVCPU_STATE_INVALID, "Invalid" }

TRACE_EVENT(axvcpu_state,
	TP_PROTO(const struct axvcpu_vcpu *v, u32 from, u32 to, u32 call),
	TP_ARGS(v, from, to, call),
	TP_STRUCT__entry(AXVCPU_TRACE_VCPU_ENTRY
		__field(u32, from) __field(u32, to) __field(u32, call)),
	TP_fast_assign(AXVCPU_TRACE_VCPU_ASSIGN;
		__entry->from = from; __entry->to = to; __entry->call = call),
	TP_printk("vm %llu vcpu %u %s -> %s by call %u", __entry->vm,
		__entry->vcpu,
		__print_symbolic(__entry->from, AXVCPU_TRACE_STATES),
		__print_symbolic(__entry->to, AXVCPU_TRACE_STATES),
		__entry->call));

TRACE_EVENT(axvcpu_entry,
	TP_PROTO(const struct axvcpu_vcpu *v, u64 pc),
	TP_ARGS(v, pc),
	TP_STRUCT__entry(AXVCPU_TRACE_VCPU_ENTRY __field(u64, pc)),
	TP_fast_assign(AXVCPU_TRACE_VCPU_ASSIGN; __entry->pc = pc),
	TP_printk("vm %llu vcpu %u pc %#llx", __entry->vm, __entry->vcpu,
		__entry->pc));

TRACE_EVENT(axvcpu_exit,
	TP_PROTO(const struct axvcpu_vcpu *v, u64 pc, u64 code, u64 info),
	TP_ARGS(v, pc, code, info),
	TP_STRUCT__entry(AXVCPU_TRACE_VCPU_ENTRY
		__field(u64, pc) __field(u64, code) __field(u64, info)),
	TP_fast_assign(AXVCPU_TRACE_VCPU_ASSIGN; __entry->pc = pc;
		__entry->code = code; __entry->info = info),
	TP_printk("vm %llu vcpu %u pc %#llx code %#llx info %#llx",
		__entry->vm, __entry->vcpu, __entry->pc, __entry->code,
		__entry->info));

TRACE_EVENT(axvcpu_report,
	TP_PROTO(const struct axvcpu_vcpu *v, u32 reason, u64 pc),
	TP_ARGS(v, reason, pc),
	TP_STRUCT__entry(AXVCPU_TRACE_VCPU_ENTRY
		__field(u32, reason) __field(u64, pc)),
	TP_fast_assign(AXVCPU_TRACE_VCPU_ASSIGN; __entry->reason = reason;
		__entry->pc = pc),
	TP_printk("vm %llu vcpu %u reason %u pc %#llx", __entry->vm,
		__entry->vcpu, __entry->reason, __entry->pc));

TRACE_EVENT(axvcpu_inject,
	TP_PROTO(const struct axvcpu_vcpu *v, u32 type, u32 vector),
	TP_ARGS(v, type, vector),
	TP_STRUCT__entry(AXVCPU_TRACE_VCPU_ENTRY
		__field(u32, type) __field(u32, vector)),
	TP_fast_assign(AXVCPU_TRACE_VCPU_ASSIGN; __entry->type = type;
		__entry->vector = vector),
	TP_printk("vm %llu vcpu %u type %u vector %u", __entry->vm,
		__entry->vcpu, __entry->type, __entry->vector));

TRACE_EVENT(axvcpu_fault,
	TP_PROTO(const struct axvcpu_vcpu *v, int result),
	TP_ARGS(v, result),
	TP_STRUCT__entry(AXVCPU_TRACE_VCPU_ENTRY
		__field(u64, gpa) __field(u32, access) __field(int, result)),
	TP_fast_assign(AXVCPU_TRACE_VCPU_ASSIGN; __entry->gpa = v->fault.gpa;
		__entry->access = v->fault.access; __entry->result = result),
	TP_printk("vm %llu vcpu %u gpa %#llx access %#x result %d",
		__entry->vm, __entry->vcpu, __entry->gpa, __entry->access,
		__entry->result));

#endif /* AXVCPU_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
