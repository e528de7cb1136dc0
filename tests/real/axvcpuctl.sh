#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# axvcpuctl: every command in a host, when it works and when it can't; its man page
# and its completion.

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

need_packages jq groff-base
with=$(mktemp -d)
output=$with/output

# What the host's part needs: the kernel's configuration, whole and without MMU
# notifiers, and a guest: cpuid; out %al, $0x99; jmp to the start.
prepare() {
	local k=6.1
	while [ $# -gt 0 ]; do
		[ "$1" != --kernel ] || k=$2
		shift
	done
	cp "$cache/kernel-$k/config" "$with/config"
	sed 's/^CONFIG_MMU_NOTIFIER=y/# & is not set/' "$with/config" >"$with/config-poor"
	printf '\x0f\xa2\xe6\x99\xeb\xfa' >"$with/busy"
}

in_the_host='
	as_nobody() { su -s /bin/sh nobody -c "$*"; }
	module=/lib/modules/$(uname -r)/extra/axvcpu.ko

	record smoke axvcpuctl smoke
	record smoke-one axvcpuctl smoke halt cpuid
	record info axvcpuctl info
	record json axvcpuctl info --json
	record help axvcpuctl --help
	for command in load unload info doctor smoke stat; do
		record help-$command axvcpuctl $command --help
	done

	# doctor sees more step by step
	record doctor axvcpuctl doctor
	modprobe msr
	mkdir -p /boot
	cp /with/config /boot/config-$(uname -r)
	record doctor-all axvcpuctl doctor
	cp /with/config-poor /boot/config-$(uname -r)
	record doctor-poor axvcpuctl doctor

	# as nobody: of no group, of another one, of the device
	record doctor-nobody as_nobody axvcpuctl doctor
	record info-nobody as_nobody axvcpuctl info
	record stat-nobody as_nobody axvcpuctl stat --count 1
	record unload-nobody as_nobody axvcpuctl unload
	chgrp axvcpu /dev/axvcpu
	chmod 660 /dev/axvcpu
	record doctor-stranger as_nobody axvcpuctl doctor
	sed -i "s/^axvcpu:.*/&nobody/" /etc/group
	record doctor-member as_nobody axvcpuctl doctor
	record smoke-member as_nobody axvcpuctl smoke

	# beside a VM
	record stat-none axvcpuctl stat --interval 0.1 --count 1
	axvmm --flat 0x7c00 /with/busy >/dev/null 2>&1 &
	vmm=$!
	until grep -q "^$vmm .* entries [1-9]" /sys/kernel/debug/axvcpu/stats; do usleep 50000; done
	echo "@vmm $vmm"
	record stat axvcpuctl stat --interval 0.5 --count 2
	record unload-busy axvcpuctl unload
	record stat-elsewhere axvcpuctl stat --debugfs /tmp
	kill $vmm
	wait $vmm

	# out and in again
	record unload axvcpuctl unload
	record lsmod-out grep axvcpu /proc/modules
	record unload-again axvcpuctl unload
	record info-out axvcpuctl info
	record smoke-out axvcpuctl smoke
	record stat-out axvcpuctl stat --count 1
	record doctor-out axvcpuctl doctor
	record load-nobody as_nobody axvcpuctl load
	record load-option axvcpuctl load backend=nonsense
	record load-other axvcpuctl load no_such_module
	record load-missing axvcpuctl load /with/missing.ko
	cp /with/busy /tmp/busy.ko
	record load-broken axvcpuctl load /tmp/busy.ko
	record load axvcpuctl load
	record lsmod-in grep axvcpu /proc/modules
	record load-again axvcpuctl load
	record unload-second axvcpuctl unload
	record load-file axvcpuctl load "$module"
	record smoke-file axvcpuctl smoke
	record unload-third axvcpuctl unload
	mv "$module" /tmp/elsewhere.ko
	depmod # which writes only the indices that are text, in BusyBox
	rm /lib/modules/*/modules.*.bin
	record doctor-absent axvcpuctl doctor
	record load-absent axvcpuctl load
	record load-elsewhere axvcpuctl load /tmp/elsewhere.ko

	# asked wrongly: the sentence is all that there is, on standard error
	wrongly() {
		number=$((number + 1))
		record "wrong-$number" sh -c "exec 2>/tmp/sentence; axvcpuctl $*"
		echo "@wrong $number $(wc -l </tmp/sentence) axvcpuctl $*: $(cat /tmp/sentence)"
	}
	wrongly
	wrongly nonsense
	wrongly --nonsense
	for command in load unload info doctor smoke stat; do
		wrongly $command --nonsense
		wrongly $command -x
	done
	for command in unload info doctor stat; do
		wrongly $command nonsense
	done
	wrongly load axvcpu nonsense
	wrongly info --json=yes
	wrongly smoke nonsense
	wrongly smoke halt nonsense
	wrongly smoke --list halt
	wrongly stat --interval
	wrongly stat --interval 0
	wrongly stat --interval 1x
	wrongly stat --interval nan
	wrongly stat --count 0
	wrongly stat --count -1
	wrongly stat --count many
	wrongly stat --debugfs
	echo "@wrongs $number"
'

record_is() { expect_record "$output" "$@"; }

# Bochs's processors have no monitor trap flag, for debug_single_step, and take longer.
backend=svm extension='SVM with NPT' owner=kvm_amd switch=SVM skipped=0 timeout=300
if [[ " $* " == *" --backend vmx "* ]]; then
	backend=vmx extension='VMX with EPT' owner=kvm_intel switch=VMX skipped=1 timeout=1100
fi

# The table and its sum, and that the sum is that of the table.
check_smoke() {
	local rows
	record_is "$1" 0 'name ' " ok, 0 failed, $skipped skipped"
	rows=$(recorded "$output" "$1" | grep -c ' ok$')
	record_is "$1" 0 "$rows ok, 0 failed"
	[ "$rows" -ge "$2" ] || broken "$output" "$1 has $rows guests, less than $2"
}

# The text, made from the JSON, is the text.
check_info() {
	local text_from_json='
		def columns(a; b): (a + " " * (17 - (a | length))) + b;
		columns("vCPUs can run"; if .can_run and .reason == "none" then "yes" else "no" end),
		columns("ABI version"; "\(.abi_version)"),
		columns("architecture"; .arch),
		columns("back end"; .backend),
		columns("vCPUs per VM"; "\(.max_vcpus)"),
		columns("memory regions"; "\(.max_regions)"),
		columns("guest-physical"; "\(.gpa_bits) bits, \(.stage2_levels) levels"),
		columns("tags per CPU"; "\(.tags)"),
		columns("run page"; "\(.run_size) bytes, data area \(.data_size) at \(.data_offset)"),
		"register blocks  " + ([.block_length | to_entries[] | select(.value > 0) | "\(.key) \(.value)"] | join(" ")),
		"capabilities",
		(.capabilities | to_entries[] |
			"  " + .key + " " * (16 - (.key | length)) + (if .value then "yes" else "no" end))'
	record_is info 0 "back end         $backend"
	record_is json 0 '"reason_text": "vCPUs can run"' '"exit_reasons": '
	recorded "$output" json | jq -er "$text_from_json" >"$with/from-json"
	recorded "$output" info | sed 's/^\(  [^ ]* *\(yes\|no\)\) .*/\1/' >"$with/from-text"
	diff "$with/from-json" "$with/from-text" >"$with/difference" ||
		broken "$with/difference" "info and info --json differ"
	recorded "$output" json | jq -e '.mode == "none" and (.capabilities | length) == 12 and
		.capabilities.nmi and (.capabilities.irqchip | not)' >/dev/null ||
		broken "$output" "info --json lacks something"
}

# Every finding but `ok` has a remedy in the next line.
check_remedies() {
	local without
	without=$(recorded "$output" "$1" | awk '
		finding && !/^ +-> ./ { print finding }
		{ finding = /^(note|\?|warning|BAD) / ? $0 : "" }
		END { if (finding) print finding }')
	[ -z "$without" ] || broken "$output" "$1 names no remedy for: $without"
}

check_doctor() {
	local name can="vCPUs can run here." not="vCPUs can't run here now."
	for name in doctor{,-all,-poor,-nobody,-stranger,-member,-out,-absent}; do
		check_remedies "$name"
	done
	record_is doctor 0 "ok       CPU       it has $extension" '?        firmware' '-> modprobe msr' \
		"ok       owner     $owner is not loaded" '?        kernel' '-> modprobe configs' \
		'ok       module    loaded, 0 users' 'ok       device' \
		"ok       vCPU      one was created, with the $backend back end" "$can"
	record_is doctor-all 0 "ok       firmware  it leaves $switch on" \
		'ok       kernel    its configuration has what axvcpu needs' "$can"
	! recorded "$output" doctor-all | grep -E '^(note|\?|warning|BAD) ' ||
		broken "$output" "root does not see everything"
	record_is doctor-poor 0 'warning  kernel    CONFIG_MMU_NOTIFIER is not set' '->'
	record_is doctor-nobody 1 '?        firmware' '-> run this as root, with modprobe msr' \
		'BAD      device    /dev/axvcpu (mode 600, group root) does not let you in' \
		'-> run as root; or install the udev rule' "$not"
	record_is doctor-stranger 1 'BAD      device    /dev/axvcpu (mode 660, group axvcpu)' \
		'usermod -aG axvcpu USER' "$not"
	record_is doctor-member 0 'ok       device' 'ok       vCPU' "$can"
	record_is doctor-out 1 'BAD      module    installed, but not loaded' '-> axvcpuctl load, as root' "$not"
	record_is doctor-absent 1 'BAD      module    not installed for kernel' 'make install' "$not"
}

check_nobody() {
	record_is info-nobody 1 'axvcpuctl: you may not open /dev/axvcpu: run this as root or join its group'
	record_is stat-nobody 1 "/sys/kernel/debug/axvcpu/stats can't be read: that needs root"
	record_is load-nobody 1 'axvcpu was not loaded: that needs root'
	record_is unload-nobody 1 'axvcpu was not unloaded: that needs root'
}

# Two tables with one row each, whose rates are those of a guest that loops.
check_stat() {
	local vmm
	vmm=$(awk '$1 == "@vmm" { print $2 }' "$output")
	record_is stat-none 0 'entries/s' 'no VM'
	record_is stat 0 'in-kernel/s' ' IO_WRITE ' 'in-kernel/s' ' IO_WRITE '
	recorded "$output" stat | awk -v vmm="$vmm" '
		$1 == vmm && NF >= 12 && $3 == 0 && $4 > 100 && $5 > 100 && $8 > 100 &&
			$9 == "IO_WRITE" && $10 + 0 > 100 && $10 + 0 <= $8 && substr($11, 2) + 0 > 0 { good++ }
		END { exit good != 2 }' || broken "$output" "stat does not show what the guest of $vmm does"
	record_is stat-elsewhere 1 'there is no /tmp/axvcpu/stats: load the module'
	record_is unload-busy 1 "axvcpu is in use; end the programs that use it first: $vmm (axvmm)"
}

check_load() {
	record_is unload 0
	record_is lsmod-out 1
	record_is unload-again 1 'axvcpu is not loaded'
	record_is info-out 1 'the module is not loaded; load it with axvcpuctl load, as root'
	record_is smoke-out 1 'the module is not loaded'
	record_is stat-out 1 'load the module (axvcpuctl load)'
	record_is load-option 1 'bad module option'
	record_is load-other 1 'no module no_such_module is installed for kernel'
	record_is load-missing 1 "/with/missing.ko can't be read"
	record_is load-broken 1 '/tmp/busy.ko was not loaded: it was not built for kernel'
	record_is load 0 "axvcpu is loaded; the back end is $backend."
	record_is lsmod-in 0 'axvcpu '
	record_is load-again 1 'axvcpu is already loaded; axvcpuctl unload makes room'
	record_is unload-second 0
	record_is load-file 0 "the back end is $backend"
	check_smoke smoke-file 40
	record_is unload-third 0
	record_is load-absent 1 'no module axvcpu is installed for kernel'
	record_is load-elsewhere 0 "the back end is $backend"
}

check_wrong() {
	local number bad
	number=$(awk '$1 == "@wrongs" { print $2 }' "$output")
	[ "$number" -ge 30 ] || broken "$output" "too few wrong command lines"
	for ((; number > 0; number--)); do
		record_is "wrong-$number" 2
		[ -z "$(recorded "$output" "wrong-$number")" ] || broken "$output" "wrong-$number printed more than a sentence"
	done
	bad=$(grep '^@wrong ' "$output" | grep -vE '^@wrong [0-9]+ 1 .*: axvcpuctl: .{15}') || true
	[ -z "$bad" ] || broken "$output" "these say not one sentence: $bad"
}

# What the completion offers is what there is, and so does the man page.
check_words() {
	local command options option page=$root/tools/axvcpuctl/axvcpuctl.8 completion=$root/tools/axvcpuctl/completion.bash
	bash -n "$completion"
	record_is help 0 'usage: axvcpuctl'
	recorded "$output" help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -vx axvcpuctl >"$with/commands"
	[ "$(wc -l <"$with/commands")" = 6 ] || broken "$with/commands" "there are not six commands"
	diff <(sort "$with/commands") <(completed "$completion" axvcpuctl '' | grep -v ^- | sort) >"$with/difference" ||
		broken "$with/difference" "the completion has other commands"
	while read -r command; do
		grep -qx "\.B $command" "$page" || broken "$page" "the man page lacks $command"
		record_is "help-$command" 0 "usage: axvcpuctl $command"
		options=$(recorded "$output" "help-$command" | grep -oE -- '--[a-z]+' | sort -u) || true
		completed "$completion" axvcpuctl "$command" -- >"$with/completed"
		for option in $options; do
			grep -qxF -- "$option" "$with/completed" ||
				broken "$completion" "$command $option is not completed"
			grep -qF -- "${option//-/\\-}" "$page" || broken "$page" "the man page lacks $command $option"
		done
	done <"$with/commands"
}

# completed FILE WORD...: what is offered for the last one.
completed() {
	(
		set +Eeu
		. "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_axvcpuctl "$1"
		printf '%s\n' "${COMPREPLY[@]}"
	)
}

# On one long page, since tbl warns of page breaks in tables that are none of ours.
check_man_pages() {
	local page
	for page in "$root"/tools/*/*.[1-8] "$root"/tools/*/man/*.[1-8] "$root"/userlib/man/*.[1-8]; do
		{ echo .pl 2000 && cat "$page"; } |
			groff -man -t -Kutf8 -ww -Tutf8 -P-cbou >"$with/page" 2>"$with/warnings"
		[ ! -s "$with/warnings" ] || broken "$with/warnings" "${page##*/} has mistakes"
		grep -q 'SEE ALSO' "$with/page" || broken "$with/page" "${page##*/} is not whole"
	done
}

prepare "$@"
check_man_pages
in_host "$output" "$in_the_host" "$@" --with "$with" --timeout $timeout
check_smoke smoke 40
record_is smoke-one 0 'cpuid' 'halt' '2 ok, 0 failed, 0 skipped'
check_smoke smoke-member 40
check_info
check_doctor
check_nobody
check_stat
check_load
check_wrong
check_words
rm -rf "$with"
