# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# kunit/SUITE/TEST: one boot of the debug kernel; the module that holds the
# suites prints KTAP to the kernel's log as it is loaded.

stage_kunit() {
	local log=$logs/kunit.log status=0 start=$SECONDS
	[[ " $kernels " == *" debug "* ]] && [ -d "$root/tests/kunit" ] && selected_below kunit/ || return 0
	"$root/tests/boot" --backend "$backend" --kernel debug --kunit --timeout 900 \
		--append log_buf_len=8M -- dmesg >"$log" 2>&1 </dev/null || status=$?
	ktap_results "$log" | record_ktap "$log"
	if selected kunit/kernel-log; then
		if ! grep -q '# Subtest: ' "$log"; then
			echo "no suite ran" >>"$log"
			record FAIL kunit/kernel-log $((SECONDS - start)) "no suite ran (status $status)" "$log"
		else
			record_status kunit/kernel-log $status $((SECONDS - start)) "$log"
		fi
	fi
}

# ktap_results LOG: lines `ok|FAIL|skip SUITE/TEST [REASON]`.
ktap_results() {
	sed 's/^\[[^]]*\] //' "$1" | awk '
		/^    # Subtest: / { suite = $3; next }
		/^    (not )?ok [0-9]+ / {
			result = /^    not/ ? "FAIL" : / # SKIP/ ? "skip" : "ok"
			sub(/^    (not )?ok [0-9]+ (- )?/, "")
			reason = ""
			if (match($0, / # SKIP ?/))
				reason = substr($0, RSTART + RLENGTH)
			sub(/ #.*/, "")
			print result, suite "/" $1, reason
		}'
}

record_ktap() {
	local result name reason
	while read -r result name reason; do
		selected "kunit/$name" || continue
		: >"$1.part"
		if [ "$result" = FAIL ]; then
			grep -B 12 -- "not ok.* ${name#*/}" "$1" >"$1.part" || true
		fi
		record "$result" "kunit/$name" 0 "$reason" "$1.part"
	done
	rm -f "$1.part"
}
