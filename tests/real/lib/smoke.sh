# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The built-in guests of axvcpuctl smoke in a host of another emulator than the rest
# of the suite, whatever back end that has.

. "${BASH_SOURCE[0]%/*}/real.sh"

# smoke_table BACKEND FLAG SKIPPED-ROWS BOOT-OPTION...: on a host whose processor has
# FLAG, no guest fails, and none is skipped but these.
smoke_table() {
	local backend=$1 flag=$2 rows=$3 output skipped name=${1%-*}
	shift 3
	case $backend in vhe | nvhe) name=el2 ;; esac
	output=$(mktemp)
	in_host "$output" '
		record cpu grep -m 1 -E "^(flags|Features)" /proc/cpuinfo
		record info axvcpuctl info
		record smoke axvcpuctl smoke' --backend "$backend" --kernel 6.1 --cpus 1 --timeout 900 "$@"
	expect_record "$output" cpu 0 " $flag"
	expect_record "$output" info 0 "back end         $name"
	expect_record "$output" smoke 0 ' ok, 0 failed, '
	skipped=$(recorded "$output" smoke | sed -n 's/^\([^ ]*\) .* skipped$/\1/p' | grep -v '^[0-9]') || true
	[ "$(echo $skipped)" = "$rows" ] || broken "$output" "skipped was '$(echo $skipped)', not '$rows'"
	recorded "$output" smoke | grep ' ok, ' | sed 's/^/# /'
	rm -f "$output"
}
