#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Coverage of the selftests, from the `covers:` lines of their logs:
#
#	tests/selftests/coverage.sh [LOG...]
#
# Two tables: ioctl x state x kind of argument, and exit reasons. A blank is
# explained (a letter, see the legend) or marked with !, and then the status is 1.

cd "$(dirname "$0")/../.." || exit
[ $# != 0 ] || set -- build/test-logs/selftest_*_test.log

cat -- "$@" | sed -n 's/^covers: //p' | sort -u | awk -F '|' '
function explain(call, state, kind) {
	if ((call, kind) in anywhere && kind ~ /^(size|pointer|bad flag|bad value|boundary|foreign)$/)
		return "o"
	if ((call, "every", kind) in seen)
		return "e"
	if (plain[call] && kind ~ /^(size|pointer|bad flag|boundary)$/)
		return "n"
	if (call ~ /^(KICK|SET_RETURN_VALUE|GET_STATE|GET_STATS|GET_INFO|CREATE_VM|UNBIND|RESET)$/ &&
	    kind ~ /^(bad value|boundary)$/)
		return "n"
	if (shared[call] && kind ~ /^(wrong state|busy|foreign)$/)
		return "s"
	if (state == "-" && kind ~ /^(wrong state|busy)$/)
		return "v"
	if (kind == "busy" && state !~ /Running|Blocked/)
		return "f"
	if (kind == "good" && ((call, state, "wrong state") in seen || (call, state, "busy") in seen))
		return "w"
	if (kind == "wrong state" && ((call, state, "good") in seen))
		return "g"
	if (kind == "racing" && call == "GET_INFO")
		return "c"
	return "!"
}
function row(call, state,    i, cell, line) {
	line = sprintf("%-17s%-14s", call, state)
	for (i = 1; i <= kinds; i++) {
		cell = (call, state, kind[i]) in seen ? "x" : explain(call, state, kind[i])
		if (cell == "!")
			unexplained++
		line = line sprintf("%-10s", cell)
	}
	print line more[call, state]
}
BEGIN {
	kinds = split("good|size|pointer|bad flag|bad value|boundary|wrong state|busy|foreign|racing", kind, "|")
	for (i = 1; i <= kinds; i++)
		known[kind[i]] = 1
	devices = split("GET_INFO CREATE_VM SET_MEMORY CREATE_VCPU", device, " ")
	calls = split("SETUP BIND UNBIND RUN RESET KICK GET_REGS SET_REGS GET_ONE_REG SET_ONE_REG " \
		"INJECT SET_RETURN_VALUE TRANSLATE GET_STATE GET_STATS", call, " ")
	states = split("Created|Free|Free pending|Ready|Ready pending|Running|Blocked", state, "|")
	reasons = split("NOTHING HYPERCALL MMIO_READ MMIO_WRITE IO_READ IO_WRITE SYSREG_READ SYSREG_WRITE " \
		"EXTERNAL_INTERRUPT IRQ_WINDOW NESTED_PAGE_FAULT HALT IDLE CPU_UP CPU_DOWN SYSTEM_DOWN " \
		"SEND_IPI EOI DEBUG EXCEPTION FAIL_ENTRY INTERNAL_ERROR UNKNOWN", reason, " ")
	split("UNBIND RESET KICK RUN", list, " ")
	for (i in list)
		plain[list[i]] = 1
	split("KICK INJECT GET_STATE GET_STATS GET_INFO CREATE_VM", list, " ")
	for (i in list)
		shared[list[i]] = 1
	why["CPU_UP"] = why["CPU_DOWN"] = why["SEND_IPI"] = why["EOI"] = \
		"nothing makes it without an interrupt controller in the kernel (later)"
	why["INTERNAL_ERROR"] = "nothing reports one: axvcpu_exit_internal() has no caller"
	why["FAIL_ENTRY"] = "SET_REGS refuses what an entry would, and this is not QEMU, which makes one of its own"
}
$1 == "call" {
	seen[$2, $3, $4] = 1
	anywhere[$2, $4] = 1
	if (!($4 in known))
		more[$2, $3] = more[$2, $3] (more[$2, $3] ? ", " : "") $4
}
$1 == "exit" {
	exits[$2] = exits[$2] (exits[$2] ? ", " : "") $3
}
END {
	line = sprintf("%-17s%-14s", "ioctl", "state")
	for (i = 1; i <= kinds; i++)
		line = line sprintf("%-10s", kind[i] == "wrong state" ? "wrong st." : kind[i])
	print line "more"
	for (i = 1; i <= devices; i++)
		row(device[i], "-")
	for (i = 1; i <= calls; i++)
		for (j = 1; j <= states; j++)
			row(call[i], state[j])
	print ""
	print "x tested here    o checked before the state: tested in another    n the call has no such argument"
	print "s every state and process may call it    v no vCPU state    f only Running and Blocked are busy"
	print "w not allowed in this state    g allowed in this state    e tested over all states at once"
	print "c reads constants    ! a blank without explanation"
	print "Invalid is reached only if the hardware fails: KUnit walks it with the mock back end."
	print ""
	for (i = 1; i <= reasons; i++) {
		text = exits[reason[i]]
		if (text == "")
			text = why[reason[i]] ? "- (" why[reason[i]] ")" : "!"
		if (text == "!")
			unexplained++
		printf "%-20s%s\n", reason[i], text
	}
	print ""
	print unexplained + 0 " blanks without explanation"
	exit unexplained != 0
}'
