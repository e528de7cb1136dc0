# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# bench/smoke: a very short run of the benchmark's counting boot. The counters must
# work, tell the same twice and, where there is a plugin, fit the clock.

stage_bench() {
	[ -e "$root/tests/bench/backend-$backend.sh" ] || return 0 # there is none for it
	run_case bench/smoke smoke_bench
}

# Two cases on both sides, each measured three times: an exit to user space, and one that
# the kernel handles.
smoke_bench() {
	local out=$build/bench/smoke cases="pio_out cpuid"
	[ "$backend_arch" = x86 ] || cases="mmio_write firmware"
	mkdir -p "$out"
	rm -f "$out/counts.txt"
	BENCH_OUT=$out "$root/tests/bench/run" --backend "$backend" --only icount $cases $cases $cases
	awk '
		$1 == "run" { ticks[++n] = $5; name[n] = $2; operations[n] = $4 }
		END {
			for (i = 1; i <= n; i++) print name[i], operations[i], ticks[i]
			if (n != 12) exit 1
		}' "$out/icount.txt" >"$out/ticks"
	if [ -n "$(bench_plugin)" ]; then
		awk '$1 == "stop" { print $3, $0 }' "$out/counts.txt" | paste -d ' ' "$out/ticks" - >"$out/both"
		check_counts <"$out/both"
		awk '{ print $1, $4 }' "$out/both" | check_repeats
	else
		awk '{ if ($3 < 100 * $2) exit 1 }' "$out/ticks" # the clock counts
		awk '{ print $1, $3 }' "$out/ticks" | check_repeats
	fi
}

# The back end of the benchmark says if its emulator has a plugin.
bench_plugin() { bash -c '. "$1" && echo "$bench_has_plugin"' - "$root/tests/bench/backend-$backend.sh"; }

# check_counts: of lines NAME OPERATIONS TICKS PLUGIN-TOTAL PLUGIN-LINE. ERET goes to the
# guest, and to user space.
check_counts() {
	awk '
		function fail(text) { print $0; print text; bad = 1 }
		{
			# The plugin counts an intercepted instruction, the clock does not.
			if ($4 - $3 < -1000 || $4 - $3 > $2 + 1000) fail("clock and plugin differ")
			if (!match($0, / (vmrun|eret)=[0-9]+/)) fail("no entry was counted")
			entries = substr($0, RSTART, RLENGTH)
			expected = entries ~ /eret/ && $1 == "mmio_write" ? 2 * $2 : $2
			sub(/.*=/, "", entries)
			entries += 0
			if (entries < expected || entries > expected * 1.02 + 5) fail("the guest was not entered once per exit")
			lines++
		}
		END { exit bad || lines != 12 }'
}

# check_repeats: of lines NAME COUNT, KVM's six and axvcpu's. The host does something by
# itself now and then (a tick with timers and work is 100000 instructions and more, one
# percent of the cases), so two of three must be the same to two percent.
check_repeats() {
	awk '
		function same(a, b) { return (a > b ? a - b : b - a) <= 0.02 * a + 1000 }
		{
			key = (NR <= 6 ? "kvm " : "axvcpu ") $1
			if (++times[key] == 2 && same($2, first[key]) || times[key] == 3 && (same($2, first[key]) || same($2, second[key])))
				told[key] = 1
			if (times[key] == 1) first[key] = $2
			else second[key] = $2
		}
		END {
			for (key in first)
				if (key in told) good++
				else print key ": counted again it is something else"
			exit NR != 12 || good != 4
		}'
}
