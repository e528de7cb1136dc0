# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Cases: which are wanted, running one, saying how it went, counting.

start_report() {
	logs=$build/test-logs
	mkdir -p "$logs"
	results=$(mktemp "$logs/.results-XXXXXX")
	trap 'rm -f "$results" "$results.lock"; kill $(jobs -p) 2>/dev/null || true' EXIT
	trap 'exit 130' INT TERM
}

# run_lane FUNCTION: a lane that breaks off is a failure of its own.
run_lane() {
	trap - EXIT
	set +e
	(set -e && "$1")
	local status=$?
	set -e
	[ $status = 0 ] || record FAIL "${1//_/-}" 0 "broke off with status $status"
}

# finish_report: the counts, and the program's exit status.
finish_report() {
	local passed failed skipped
	passed=$(grep -c '^ok' "$results") || true
	failed=$(grep -c '^FAIL' "$results") || true
	skipped=$(grep -c '^skip' "$results") || true
	if [ $((passed + failed + skipped)) = 0 ]; then
		note "no case matches: ${patterns[*]}"
	elif [ "$failed" != 0 ]; then
		echo "failed:$(sed -n 's/^FAIL \([^ ]*\).*/ \1/p' "$results" | tr -d '\n')"
	fi
	echo "$passed passed, $failed failed$([ "$skipped" = 0 ] || echo ", $skipped skipped")"
	[ "$failed" = 0 ] && [ $((passed + skipped)) != 0 ]
}

# selected NAME: does a pattern match the beginning of it?
selected() {
	local pattern
	[ ${#patterns[@]} != 0 ] || return 0
	for pattern in "${patterns[@]}"; do
		# shellcheck disable=SC2053 # the pattern is one
		[[ $1 == $pattern* ]] && return 0
	done
	return 1
}

# selected_below PREFIX: could a pattern match a name that begins so?
selected_below() {
	local pattern fixed
	[ ${#patterns[@]} != 0 ] || return 0
	for pattern in "${patterns[@]}"; do
		fixed=${pattern%%[*?[]*}
		[[ $1 == "$fixed"* || $fixed == "$1"* ]] && return 0
	done
	return 1
}

# run_case NAME FUNCTION ARG...: its output is shown if it fails, and lines that
# begin with '# ' always. Status 4 is a skip, with a line `SKIP: reason`.
run_case() {
	local name=$1 log=$logs/${1//\//_}.log start=$SECONDS status
	shift
	selected "$name" || return 0
	set +e
	(set -e && "$@") >"$log" 2>&1 </dev/null
	status=$?
	set -e
	record_status "$name" "$status" $((SECONDS - start)) "$log"
}

record_status() {
	local name=$1 status=$2 seconds=$3 log=$4
	case $status in
	0) record ok "$name" "$seconds" '' "$log" ;;
	4) record skip "$name" "$seconds" "$(sed -n 's/^SKIP: *//p' "$log" | tail -n 1)" "$log" ;;
	*) record FAIL "$name" "$seconds" "status $status" "$log" ;;
	esac
}

# record ok|skip|FAIL NAME SECONDS REASON [LOG]
record() {
	with_lock "$results.lock" record_locked "$@"
}

record_locked() {
	local result=$1 name=$2 seconds=$3 reason=$4 log=${5:-/dev/null}
	echo "$result $name" >>"$results"
	if [ "$result" = skip ] && [ -z "$reason" ]; then
		reason="no reason given"
	fi
	printf '%-4s %s (%s s)%s\n' "$result" "$name" "$seconds" "${reason:+: $reason}"
	if [ "$result" = FAIL ]; then
		tail -n 80 "$log" | sed 's/^/     | /'
	else
		sed -n 's/^# /     # /p' "$log"
	fi
}
