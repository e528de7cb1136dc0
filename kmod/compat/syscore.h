/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Suspend and resume of the last CPU, interrupts off. */
#ifndef AXVCPU_COMPAT_SYSCORE_H
#define AXVCPU_COMPAT_SYSCORE_H

#include <linux/syscore_ops.h>

/*
 * AXVCPU_SYSCORE(name, suspend, resume) - define the object and its two
 * functions' adapters; suspend is int (*)(void), resume is void (*)(void).
 */
#ifdef AXVCPU_HAVE_SYSCORE
#define AXVCPU_SYSCORE(name, suspend_fn, resume_fn)			\
	static int name##_suspend(void *data) { return suspend_fn(); }	\
	static void name##_resume(void *data) { resume_fn(); }		\
	static const struct syscore_ops name##_ops = {			\
		.suspend = name##_suspend,				\
		.resume = name##_resume,				\
	};								\
	static struct syscore name = { .ops = &name##_ops }
#define axvcpu_syscore_register(name)	register_syscore(name)
#define axvcpu_syscore_unregister(name)	unregister_syscore(name)
#else
#define AXVCPU_SYSCORE(name, suspend_fn, resume_fn)			\
	static struct syscore_ops name = {				\
		.suspend = suspend_fn,					\
		.resume = resume_fn,					\
	}
#define axvcpu_syscore_register(name)	register_syscore_ops(name)
#define axvcpu_syscore_unregister(name)	unregister_syscore_ops(name)
#endif

#endif /* AXVCPU_COMPAT_SYSCORE_H */
