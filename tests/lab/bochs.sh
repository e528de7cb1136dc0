# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What the back ends share that Bochs emulates. The host boots from a CD image, and
# its results come by serial lines: Bochs has no virtio. The command's input is empty,
# and there is no terminal. A back end defines, beside what backend-svm.sh says:
#
#   bochs_error       what Bochs does where it says `error` in its log

backend_default_timeout=600
# By the host's clock (--mips) a second is ten million instructions: loading KVM takes 80.
backend_test_limit=600    # seconds of that clock for one selftest
backend_tests_timeout=2700 # seconds for all of them
backend_ports=serial # how the host's init talks to tests/boot
backend_big='' # a megabyte costs about half a second
backend_arch=x86 # of the host

backend_need() {
	[ -z "$icount" ] || die "--icount is not for the $backend back end: time in Bochs is counted in instructions anyway"
	[ -z "$plugin" ] || die "--plugin is not for the $backend back end"
	[ "$cpus" -le "$backend_default_cpus" ] || die "the $backend back end has at most $backend_default_cpus CPUs, not $cpus"
	need_packages bochs bochsbios vgabios isolinux syslinux-common xorriso \
		$base_packages $module_packages $tool_packages
	need_base
	need_kernel "$kernel"
	[ -z "$module" ] || need_headers "$kernel"
	terminal='' # no way to type into it
}

# Of the kernel's command line: idle=halt since an MWAIT of Bochs 2.7 can miss its
# wake-up. The calls that are left out would take more than half the time of a boot;
# the second line of them is what looks for weak functions among ftrace's places, and
# all that have the kernel's own BTF parsed.
bochs_append="console=ttyS0 loglevel=6 printk.devkmsg=on panic=-1 oops=panic reboot=t nokaslr mitigations=off
	idle=halt cryptomgr.notests rcupdate.rcu_cpu_stall_timeout=40"
bochs_left_out="load_system_certificate_list init_kprobe_trace trace_eval_init init_evm cubictcp_register
	ftrace_check_for_weak_functions bpf_rstat_kfunc_init bpf_key_sig_kfuncs_init kfunc_init bpf_tcp_ca_kfunc_init bpf_prog_test_run_init"

# The host's disk: the kernel and the archives of its file system.
bochs_image() {
	local cd=$run/cd left_out
	left_out=$(echo $bochs_left_out)
	mkdir -p "$cd"
	cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 "$cd"
	cp "$(kernel_image "$kernel")" "$cd/bzimage"
	ln "$run/initrd" "$cd/initrd"
	printf '%s\n' 'DEFAULT host' 'PROMPT 0' 'LABEL host' 'KERNEL bzimage' 'INITRD initrd' \
		"APPEND $(echo $bochs_append tsc_early_khz=${mips}000 "initcall_blacklist=${left_out// /,}" $append)" >"$cd/isolinux.cfg"
	xorriso -as mkisofs -quiet -o "$run/image.iso" -b isolinux.bin -c boot.cat \
		-no-emul-boot -boot-load-size 4 -boot-info-table "$cd" >>"$run/emulator.log" 2>&1
	rm -r "$cd"
}

# bochs_config: a triple fault, which is how the host resets, ends Bochs.
bochs_config() {
	cat <<-END
		display_library: rfb, options="timeout=0"
		config_interface: textconfig
		plugin_ctrl: unmapped=true, biosdev=true, speaker=false, extfpuirq=true, parallel=false, serial=true
		romimage: file=/usr/share/bochs/BIOS-bochs-latest
		vgaromimage: file=/usr/share/vgabios/vgabios.bin
		megs: $memory
		cpu: model=$cpu_model, count=$([ "$cpus" = 1 ] && echo 1 || echo "1:$cpus:1"), ips=${mips}000000, reset_on_triple_fault=0, ignore_bad_msrs=1
		ata0: enabled=1
		ata0-master: type=cdrom, path=$run/image.iso, status=inserted
		boot: cdrom
		com1: enabled=1, mode=file, dev=$run/console.log
		com2: enabled=1, mode=file, dev=$run/stdout
		com3: enabled=1, mode=file, dev=$run/stderr
		com4: enabled=1, mode=file, dev=$run/status
		log: $run/bochs.log
		panic: action=fatal
		error: action=$bochs_error
		info: action=ignore
		debug: action=ignore
		clock: sync=none, time0=1700000000
	END
}

# The package has Bochs's debugger compiled in: it is told to go on, and at the end
# to leave. Its own timer signal can hang it.
backend_emulator() {
	bochs_image
	bochs_config >"$run/bochsrc"
	echo c >"$run/bochs.commands"
	emulator=(env --block-signal=ALRM sh -c 'exec bochs -q -f "$1/bochsrc" -rc "$1/bochs.commands" </dev/null' bochs "$run")
}

# Bochs does not say where its CPUs are unless it is asked on its standard input.
backend_show_cpus() { :; }
