/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The doctor's report, and what each architecture adds to it. */
#ifndef AXVCPUCTL_DOCTOR_H
#define AXVCPUCTL_DOCTOR_H

#include <axvcpu/axvcpu.h>

/**
 * enum finding - how good or bad it is
 * @FINDING_OK: as it should be
 * @FINDING_NOTE: worth knowing, in nobody's way
 * @FINDING_UNKNOWN: not visible to this caller
 * @FINDING_WARNING: may be the reason if vCPUs can't run
 * @FINDING_BAD: vCPUs can't run because of it
 */
enum finding {
	FINDING_OK,
	FINDING_NOTE,
	FINDING_UNKNOWN,
	FINDING_WARNING,
	FINDING_BAD,
};

/*
 * One line of the report: @what in one word, then a sentence; @remedy says what
 * to do about it, NULL: nothing.
 */
void report(enum finding finding, const char *what, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * The architecture's part: the CPU, the firmware, other hypervisors; and what to do
 * where the module says why it can't run, NULL: it knows nothing of its own.
 */
void doctor_host(void);
extern const char *const doctor_host_remedies[AXVCPU_REASON_COUNT];

#endif /* AXVCPUCTL_DOCTOR_H */
