# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The svm back end: an instruction-counting boot with QEMU's plugin, and one for time.
# A back end's file defines what follows; ./run reads nothing else of it.

bench_boots="icount wall"
bench_has_plugin=1 # class counts and --profile

# bench_left_out: cases that are only run if they are named: "NAME: WHY", a line each.
bench_left_out() { :; }

# noreplace-smp: a kernel on one CPU takes the LOCK prefixes out of its code.
boot_icount() {
	boot_host icount --icount --plugin "$programs/plugin.so,out=$out/counts.txt" --timeout 1500 \
		--append "nokaslr noreplace-smp" -- /with/in-host "${rounds:-1}" "${profile:+yes}" \
		--icount ${profile:+--profile "$profile"} "${case_arguments[@]}"
}

boot_wall() {
	boot_host wall --cpus 4 --timeout 1500 -- /with/in-host "${rounds:-5}" '' "${case_arguments[@]}"
}

# add_report_files: to the array `arguments`, what report.c is to read.
add_report_files() {
	[ "$only" = wall ] || arguments+=("icount=$out/icount.txt" "counts=$out/counts.txt")
	[ "$only" = icount ] || arguments+=("wall=$out/wall.txt")
}
