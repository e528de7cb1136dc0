# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What a kernel in trouble prints. One alternative a line; a new one is a line.

splat_patterns=(
	'BUG: '
	'BUG at '
	'WARNING: '
	'KASAN: '
	'UBSAN: '
	'Oops'
	'Kernel panic'
	'general protection fault(,|:)'
	'(double|stack segment) fault'
	'(divide error|invalid opcode|int3|bounds): [0-9]'
	'[Uu]nable to handle'
	'Internal error: |Unexpected kernel BRK|Bad mode in'
	'SError Interrupt|[Hh][Yy][Pp] panic|Insufficient stack space'
	'soft lockup'
	'[Hh]ard LOCKUP'
	'rcu: INFO: '
	'INFO: rcu'
	'detected stall'
	'blocked for more than'
	'possible (circular|recursive) locking|possible irq lock inversion|(lock|lockdep) warning'
	'inconsistent lock state|invalid wait context|bad unlock balance|held lock freed|still has locks held'
	'suspicious RCU usage'
	'sleeping function called|scheduling while atomic|voluntary context switch within RCU'
	'INFO: trying to register non-static key'
	'MAX_[A-Z_]+ too low|turning off the locking correctness validator'
	'list_(add|del) corruption'
	'refcount_t: '
	'unchecked MSR access'
	'Bad (page|rss-counter|pagetable)|bad_page|nonzero_page'
	'ODEBUG: '
	'irq [0-9]+: nobody cared|unexpected IRQ trap'
	'Corrupted|corrupted stack'
	'uninitialized (spinlock|lock)'
	'axvcpu-lab: leak'
)

# hangs CONSOLE-LOG: does the kernel say that one of its CPUs does not go on?
hangs() { grep -aqE 'rcu: INFO: .*stall|soft lockup|[Hh]ard LOCKUP' "$1"; }

# splat_lines CONSOLE-LOG: the lines that give it away, with their numbers.
splat_lines() {
	local IFS='|'
	tr -d '\r' <"$1" | grep -anE -- "${splat_patterns[*]}" || true
}
