# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# bench/smoke: a very short run of the benchmark's counting boot. The counters must
# work, tell the same twice and fit the clock.

stage_bench() {
	run_case bench/smoke smoke_bench
}

# Two cases on both sides, each measured twice.
smoke_bench() {
	local out=$build/bench/smoke
	mkdir -p "$out"
	BENCH_OUT=$out "$root/tests/bench/run" --backend "$backend" --only icount pio_out cpuid pio_out cpuid
	awk '
		$1 == "run" { ticks[++n] = $5; name[n] = $2; operations[n] = $4 }
		END {
			for (i = 1; i <= n; i++) print name[i], operations[i], ticks[i]
			if (n != 8) exit 1
		}' "$out/icount.txt" >"$out/ticks"
	awk '$1 == "stop" { print $3, $0 }' "$out/counts.txt" | paste -d ' ' "$out/ticks" - | awk '
		function fail(text) { print $0; print text; bad = 1 }
		{
			# The plugin counts an intercepted instruction, the clock does not.
			if ($4 - $3 < -1000 || $4 - $3 > $2 + 1000) fail("clock and plugin differ")
			if (!match($0, / vmrun=[0-9]+/)) fail("no VMRUN was counted")
			vmrun = substr($0, RSTART + 7, RLENGTH - 7)
			if (vmrun < $2 || vmrun > $2 * 1.02 + 5) fail("VMRUN was not executed once per exit")
			side = NR <= 4 ? "kvm" : "axvcpu"
			if ((side, $1) in seen) {
				# Two percent, and what the host has to do now and then.
				change = $4 - seen[side, $1]
				if (change < 0) change = -change
				if (change > 0.02 * $4 + 100000) fail("counted again it is something else")
			}
			seen[side, $1] = $4
			lines++
		}
		END { exit bad || lines != 8 }'
}
