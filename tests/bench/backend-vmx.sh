# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The vmx back end: Bochs has one clock, that of its instructions, and no plugin, so
# there is one boot. KVM is loaded once in it, which takes half of the time.

bench_boots="icount"
bench_has_plugin=''

bench_left_out() {
	cat <<-'END'
		linux_boot: half a billion instructions for each side, as for the host
		linux_boot_irqchip: the same
		scale_1: for wall time, which Bochs does not show
		scale_2: needs two CPUs, which take turns in Bochs
		scale_4: needs four CPUs
		kick: needs two CPUs, which take turns in Bochs
	END
}

boot_icount() {
	boot_host icount --cpus 1 --timeout "${BENCH_TIMEOUT:-5400}" \
		-- /with/in-host "${rounds:-1}" '' --icount --idle --fewer 4 "${case_arguments[@]}"
}

add_report_files() {
	arguments+=("icount=$out/icount.txt")
}
