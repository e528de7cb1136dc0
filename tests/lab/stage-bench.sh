# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# bench/smoke: a very short run of the benchmark's counting boot. The counters must
# work, tell the same twice and, where there is a plugin, fit the clock.

stage_bench() {
	run_case bench/smoke smoke_bench
}

# Two cases on both sides, each measured twice.
smoke_bench() {
	local out=$build/bench/smoke
	mkdir -p "$out"
	rm -f "$out/counts.txt"
	BENCH_OUT=$out "$root/tests/bench/run" --backend "$backend" --only icount pio_out cpuid pio_out cpuid
	awk '
		$1 == "run" { ticks[++n] = $5; name[n] = $2; operations[n] = $4 }
		END {
			for (i = 1; i <= n; i++) print name[i], operations[i], ticks[i]
			if (n != 8) exit 1
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

# check_counts: of lines NAME OPERATIONS TICKS PLUGIN-TOTAL PLUGIN-LINE.
check_counts() {
	awk '
		function fail(text) { print $0; print text; bad = 1 }
		{
			# The plugin counts an intercepted instruction, the clock does not.
			if ($4 - $3 < -1000 || $4 - $3 > $2 + 1000) fail("clock and plugin differ")
			if (!match($0, / vmrun=[0-9]+/)) fail("no VMRUN was counted")
			vmrun = substr($0, RSTART + 7, RLENGTH - 7)
			if (vmrun < $2 || vmrun > $2 * 1.02 + 5) fail("VMRUN was not executed once per exit")
			lines++
		}
		END { exit bad || lines != 8 }'
}

# check_repeats: of lines NAME COUNT, KVM's four and axvcpu's.
check_repeats() {
	awk '
		{
			side = NR <= 4 ? "kvm" : "axvcpu"
			if ((side, $1) in seen) {
				# Two percent, and what the host has to do now and then.
				change = $2 - seen[side, $1]
				if (change < 0) change = -change
				if (change > 0.02 * $2 + 100000) { print $0; print "counted again it is something else"; bad = 1 }
			}
			seen[side, $1] = $2
			lines++
		}
		END { exit bad || lines != 8 }'
}
