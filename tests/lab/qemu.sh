# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What the back ends share that QEMU emulates: how the host's init and tests/boot
# talk, and the emulator's options that no machine has a word in.

backend_default_cpus=2
backend_default_timeout=120
backend_ports=virtio # how the host's init talks to tests/boot
backend_known_splats='^$' # what the host kernel says of the emulator whatever we do
backend_big=1 # files cost next to nothing: guests are there, and debug information

# Of each kernel's command line.
qemu_append="loglevel=6 printk.devkmsg=on panic=-1 oops=panic rcupdate.rcu_cpu_stall_timeout=40"

# qemu_common APPEND: add to the array `emulator` the kernel with that command line,
# the console, a monitor, the command's streams and what the user asked for. The
# command's input is the emulator's own, all else goes to and comes from files in $run.
qemu_common() {
	mkfifo "$run/monitor.in" "$run/monitor.out"
	emulator+=(-smp "$cpus" -m "$memory" -nodefaults -display none -no-reboot
		-kernel "$(kernel_image "$kernel")" -initrd "$run/initrd" -append "$1 $append"
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
