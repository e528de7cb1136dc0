# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The emulated host's file system: cpio archives one after the other, all
# uncompressed since unpacking costs more in the emulator than reading.
#
#   $cache/host/base.cpio     BusyBox: the same for every boot
#   $cache/host/guests.cpio   /guests, where it is wanted
#   the overlay               modules, tools, libraries, /with, the command

base_packages="busybox-static cpio kmod xz-utils"

need_base() {
	need_packages $base_packages
	need_kernel 6.1
	need_kernel 6.12
	artefact host "$(busybox_version) $(kernel_release 6.1) $(kernel_release 6.12) \
$(hash_of "$lab/initramfs.sh" "$lab/guest-init" "$cache"/kernel-{6.1,6.12}/vmlinuz)" \
		"the guests and the base of the host's file system" build_base
}

busybox_version() { dpkg-query -W -f '${Version}' busybox-static; }

build_base() {
	local dir=$1 guest=$1/guest host=$1/host guests=$1/guests k
	put_busybox "$guest"
	install -m 755 "$lab/guest-init" "$guest/init"
	put_busybox "$host"
	mkdir -p "$host"/{etc,lib64,lib/modules,run,usr/{bin,sbin,lib},var,mnt}
	ln -s ../run "$host/var/run"
	put_users "$host"
	pack "$host" >"$dir/base.cpio"
	mkdir -p "$guests/guests"
	pack "$guest" | gzip -9n >"$guests/guests/initrd"
	for k in 6.1 6.12; do
		cp "$cache/kernel-$k/vmlinuz" "$guests/guests/vmlinuz-$k"
	done
	pack "$guests" >"$dir/guests.cpio"
	rm -rf "$guest" "$host" "$guests"
}

# put_busybox DIR: BusyBox with all its names, and places to mount on.
put_busybox() {
	local name
	mkdir -p "$1"/{bin,sbin,proc,sys,dev,tmp,root}
	chmod 1777 "$1/tmp"
	cp /bin/busybox "$1/bin/busybox"
	busybox --list | while read -r name; do
		[ "$name" = busybox ] || ln -s busybox "$1/bin/$name"
	done
	ln -s ../bin/busybox "$1/sbin/init"
}

put_users() {
	cat >"$1/etc/passwd" <<-END
		root:x:0:0:root:/root:/bin/sh
		nobody:x:65534:65534:nobody:/tmp:/bin/sh
	END
	cat >"$1/etc/group" <<-END
		root:x:0:
		axvcpu:x:900:
		nogroup:x:65534:
	END
}

# pack DIR: its contents as a cpio archive owned by root, on standard output.
pack() {
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --quiet -0 -o -H newc --owner 0:0 --reproducible)
}

# strip_debug DIR: nothing in the host reads what debuggers read, which is most of
# the bytes of modules and programs.
strip_debug() {
	find "$1" -type f \( -name '*.ko' -o -perm /111 \) -size +200c -exec sh -c '
		for file; do
			if [ "$(head -c 4 "$file" | tr -d "\177")" = ELF ]; then
				strip --strip-debug "$file"
			fi
		done' - {} +
}

# put_libraries DIR: the shared libraries of every program under DIR.
put_libraries() {
	local library
	find "$1" -type f -size +200c ! -name '*.ko' -exec sh -c '
		for file; do
			if [ "$(head -c 4 "$file" | tr -d "\177")" = ELF ]; then
				LD_LIBRARY_PATH="$0/usr/lib" ldd "$file" 2>/dev/null || true
			fi
		done' "$1" {} + |
		sed -n 's/.* => \(\/[^ ]*\) (.*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' |
		sort -u | while read -r library; do
		case $library in
		"$1"/*) continue ;;
		esac
		[ -e "$1$library" ] || install -D -m 755 "$library" "$1$library"
	done
}

# put_host_modules DIR K: the modules that K's boot needs.
put_host_modules() {
	mkdir -p "$1/lib"
	cp -r "$(kernel_root "$2")/lib/modules" "$1/lib/"
}
