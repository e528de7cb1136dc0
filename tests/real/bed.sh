#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The contract of tests/boot: streams, arguments and status pass through, options do
# what the usage says, and what goes wrong has a status of its own.
# kernels: 6.1
# hosts: x86 arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

if on_bochs "$@"; then
	echo 'SKIP: most of the contract is about standard input, which hosts on Bochs lack'
	exit 4
fi
work=$(mktemp -d)
boot_options=("$@")

# boots STATUS BOOT-ARGUMENT...: standard input, output and error in $work.
boots() {
	local wanted=$1 status=0 start=$SECONDS
	shift
	"$root/tests/boot" "${boot_options[@]}" "$@" <"$work/in" >"$work/out" 2>"$work/err" || status=$?
	seconds=$((SECONDS - start))
	[ "$status" = "$wanted" ] || broken "$work/err" "tests/boot $* ended with $status, not $wanted"
}

# is FILE TEXT: that is all that it has.
is() { [ "$(cat "$work/$1")" = "$2" ] || broken "$work/$1" "$1 is not '$2'"; }

refuses() {
	local sentence=$1
	shift
	boots 125 "$@"
	is out ''
	expect "$work/err" "boot: $sentence"
	[ "$(wc -l <"$work/err")" = 1 ] || broken "$work/err" "tests/boot $* says more than a sentence"
}

: >"$work/in"
refuses 'no command' --cpus 1
refuses 'unknown option --nonsense' --nonsense -- true
refuses 'unknown option true' true
refuses '--timeout needs a value' --timeout
refuses "--timeout needs a number of seconds, not 'soon'" --timeout soon -- true
refuses "--cpus needs a number, not '0'" --cpus 0 -- true
refuses "--memory needs a number of MiB, not '1G'" --memory 1G -- true
refuses '--icount works with one CPU only, not --cpus 2' --icount --cpus 2 -- true
refuses "unknown back end 'nonsense'" --backend nonsense -- true
refuses "no kernel '5.4'" --kernel 5.4 -- true
refuses '--with: /nonsense is no directory' --with /nonsense -- true
refuses '--kunit needs --kernel debug' --kunit -- true

# Everything that passes through, in one host.
mkdir "$work/with"
echo 'a file of ours' >"$work/with/file"
printf 'first line\nsecond line' >"$work/in"
boots 7 --with "$work/with" --memory 700 --append 'one=1 two=2' -- sh -c '
	printf "%s|" "$@"
	echo
	cat
	echo
	cat /with/file
	nproc
	grep -o "one=1 two=2" /proc/cmdline
	memory=$(sed -n "s/^MemTotal: *\([0-9]*\) kB/\1/p" /proc/meminfo)
	[ "$memory" -gt 400000 ] && [ "$memory" -lt 716800 ] && echo "memory is as asked for"
	grep -c "^axvcpu " /proc/modules
	ls /guests
	find /usr -name "*.[0-9]" -path "*/man/*" | sed "s/.*\///" | sort
	ls /usr/include/axvcpu-user.h
	for program in axvcpuctl axvmm; do command -v $program >/dev/null && echo $program; done
	echo "to standard error" >&2
	exit 7' name 'two words' "it's" '"$HOME" \n' ''
is err 'to standard error'
# shellcheck disable=SC2016 # as it was typed
is out 'two words|it'\''s|"$HOME" \n||
first line
second line
a file of ours
2
one=1 two=2
memory is as asked for
1
initrd
vmlinuz-6.1
vmlinuz-6.12
axvcpu.4
axvcpuctl.8
axvmm.1
libaxvcpu-user.3
/usr/include/axvcpu-user.h
axvcpuctl
axvmm'
: >"$work/in"

# Without the module, on one CPU; and what the kernel says counts for more than the status.
boots 126 --no-module --cpus 1 -- sh -c '
	nproc
	grep -c "^axvcpu " /proc/modules
	ls /dev/axvcpu 2>/dev/null
	modprobe axvcpu 2>/dev/null || echo "no module"
	echo "<4>WARNING: from a test" >/dev/kmsg
	exit 0'
is out '1
0
no module'
expect "$work/err" "the host's kernel reported a problem" 'WARNING: from a test' 'the console is in '

# What it says before init runs gets a second boot, with the whole of the input, and no third.
boots 126 --no-module --no-tools --append 'x="WARNING: from nobody"' -- cat
is out ''
expect "$work/err" 'before init ran, so it is booted once more' "the host's kernel reported a problem:"
early=$(sed -n 's/.*the console is in //p' "$work/err")
[ -e "${early%.log}-early.log" ] || broken "$work/err" 'the first console is not kept'
printf 'all of it' >"$work/in"
boots 0 --no-module --no-tools -- cat
is out 'all of it'
: >"$work/in"

# A clock that counts instructions jumps over idle time.
boots 0 --icount --no-module --no-tools -- sh -c 'nproc; sleep 200; command -v axvmm'"
	echo slept"
is out '1
slept'
[ "$seconds" -lt 100 ] || broken "$work/err" "200 virtual seconds took $seconds real ones"

# Out of time; what was printed before is there.
boots 124 --no-module --no-tools --timeout 40 -- sh -c 'echo before; sleep 1000'
is out before
expect "$work/err" 'the command did not end within 40 seconds'
[ "$seconds" -lt 80 ] || broken "$work/err" "a timeout of 40 seconds took $seconds"

# The host goes before the command ends.
boots 125 --no-module --no-tools -- sh -c 'echo going; sleep 1; reboot -f; sleep 100'
is out going
expect "$work/err" 'the host went down before the command ended'
rm -rf "$work"
