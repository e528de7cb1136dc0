# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The svm back end: an AMD host emulated by QEMU. A back end is one file that
# defines what follows; tests/boot reads nothing else of it.

backend_kernels="6.1 6.12 debug"
backend_default_cpu=max
backend_default_cpus=2
backend_default_timeout=120
backend_ports=virtio # how the host's init talks to tests/boot
backend_known_splats='^$' # what the host kernel says of the emulator whatever we do
backend_big=1 # files cost next to nothing: guests are there, and debug information
backend_arch=x86 # of the benchmark

# backend_need: the emulator, the guests, $kernel and, for $module, its headers.
backend_need() {
	need_packages qemu-system-x86 $base_packages $module_packages $tool_packages
	need_base
	need_kernel "$kernel"
	[ -z "$module" ] || need_headers "$kernel"
}

# backend_emulator: set the array `emulator` from $kernel, $cpu_model, $cpus,
# $memory, $append, $icount, $plugin and $terminal. The command's input is the emulator's own, all
# else goes to and comes from files in $run.
backend_emulator() {
	mkfifo "$run/monitor.in" "$run/monitor.out"
	# q35 because interpreting the other machine's _PRT takes the debug kernel 30 s.
	# One thread for all CPUs: QEMU 7.2's FXRSTOR, XRSTOR and FLDENV on any CPU change
	# CPU 0's hflags2 (cpu_clear_ignne()), without a lock, from their own thread, and
	# so undo VMRUN or #VMEXIT there: a guest runs on the host's page tables then.
	# no_timer_check: on a busy machine the emulated timer may miss the kernel's check,
	# which panics then.
	emulator=(qemu-system-x86_64 -M q35 -accel tcg,thread=single -cpu "$cpu_model" -smp "$cpus" -m "$memory"
		-nodefaults -display none -no-reboot
		-kernel "$(kernel_image "$kernel")" -initrd "$run/initrd"
		-append "console=ttyS0 loglevel=6 printk.devkmsg=on panic=-1 oops=panic rcupdate.rcu_cpu_stall_timeout=40 no_timer_check $append"
		-chardev "file,id=console,path=$run/console.log" -serial chardev:console
		-chardev "pipe,id=monitor,path=$run/monitor" -mon chardev=monitor,mode=control
		-device virtio-serial-pci,ioeventfd=off
		-chardev "file,id=status,path=$run/status"
		-device virtserialport,chardev=status,name=axvcpu.status)
	if [ -n "$terminal" ]; then
		emulator+=(-chardev stdio,id=terminal,signal=off
			-device virtconsole,chardev=terminal)
	else
		emulator+=(-chardev stdio,id=in
			-device virtserialport,chardev=in,name=axvcpu.in
			-chardev "file,id=out,path=$run/stdout"
			-device virtserialport,chardev=out,name=axvcpu.out
			-chardev "file,id=err,path=$run/stderr"
			-device virtserialport,chardev=err,name=axvcpu.err)
	fi
	if [ -n "$icount" ]; then
		emulator+=(-icount shift=0,sleep=off)
	fi
	if [ -n "$plugin" ]; then
		emulator+=(-plugin "file=$plugin")
	fi
}

# backend_show_cpus: the state of the running emulator's CPUs to registers.log.
backend_show_cpus() {
	timeout 3 sed -u 's/\\r\\n/\n/g' <"$run/monitor.out" >"$run/registers.log" &
	timeout 2 sh -c 'exec >"$1"
		echo "{ \"execute\": \"qmp_capabilities\" }"
		echo "{ \"execute\": \"human-monitor-command\",
			\"arguments\": { \"command-line\": \"info registers -a\" } }"
		sleep 1' - "$run/monitor.in" || true
}

# backend_notes: what the emulator itself has to say about the run, for people.
backend_notes() { :; }
