# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The vhe back end: as svm, on an arm64 host where KVM is a part of the kernel.

bench_boots="icount wall"
bench_has_plugin=1

bench_left_out() { :; }

# A CPU that there is: both sides know what it needs against speculation, which of an
# invented one they don't.
bench_cpu=neoverse-n1

# A counter of 1 GHz counts nanoseconds, and so instructions; the machine's own has 16 to a
# tick.
boot_icount() {
	boot_host icount --cpu-model "$bench_cpu,cntfrq=1000000000" --icount \
		--plugin "$programs/plugin.so,out=$out/counts.txt" --timeout 3000 \
		--append "nokaslr" -- /with/in-host "${rounds:-1}" "${profile:+yes}" \
		--icount ${profile:+--profile "$profile"} "${case_arguments[@]}"
}

boot_wall() {
	boot_host wall --cpu-model "$bench_cpu" --cpus 4 --timeout 3000 -- /with/in-host "${rounds:-5}" '' "${case_arguments[@]}"
}

add_report_files() {
	[ "$only" = wall ] || arguments+=("icount=$out/icount.txt" "counts=$out/counts.txt")
	[ "$only" = icount ] || arguments+=("wall=$out/wall.txt")
}
