# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# real/K/NAME: scripts that boot hosts themselves, by tests/boot "$@" ...; they
# get --backend and --kernel. A line `# kernels: ...` in one names the kernels it
# is for; without it these are the stock ones. A line `# hosts: ...` names the
# architectures; without it x86 alone.

stage_real() {
	local script k name
	for script in "$root"/tests/real/*.sh; do
		[ -e "$script" ] || continue
		[[ " $(hosts_of "$script") " == *" $backend_arch "* ]] || continue
		name=${script##*/}
		for k in $kernels; do
			if [[ " $(kernels_of "$script") " == *" $k "* ]]; then
				run_case "real/$k/${name%.sh}" \
					timeout -k 10 1200 bash "$script" --backend "$backend" --kernel "$k"
			fi
		done
	done
}

hosts_of() {
	local named
	named=$(sed -n 's/^# hosts: *//p' "$1" | head -n 1)
	echo "${named:-x86}"
}

kernels_of() {
	local named
	named=$(sed -n 's/^# kernels: *//p' "$1" | head -n 1)
	echo "${named:-6.1 6.12}"
}
