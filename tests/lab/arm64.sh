# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What an arm64 host needs beside its kernel, from Debian's packages.
#
#   $cache/host-arm64   base.cpio, guests.cpio: see initramfs.sh
#   $cache/link-arm64   root/: the libraries that tools are linked with, and need

arm64_triple=aarch64-linux-gnu
arm64_packages="gcc-$arm64_triple binutils-$arm64_triple libc6-dev-arm64-cross"
arm64_libraries="libkmod-dev libkmod2 libfdt-dev libfdt1 liblzma5 libzstd1 libssl3 libc6"

need_arm64_base() {
	local k
	need_packages $base_packages
	need_foreign_lists arm64 busybox-static:arm64
	for k in $stock_kernels; do
		need_kernel "arm64-$k"
	done
	artefact host-arm64 "$(candidate_for arm64- busybox-static:arm64) $(busybox_version) $(hash_of "$lab"/{initramfs,arm64}.sh \
"$lab/guest-init" "$cache"/kernel-arm64-{6.1,6.12}/vmlinuz)" \
		"the guests and the base of the arm64 host's file system" build_arm64_base
}

build_arm64_base() {
	local dir=$1 busybox=$1/busybox host=$1/host guest=$1/guest guests=$1/guests k
	with_packages_of arm64 unpack "$busybox" busybox-static:arm64
	put_arm64_busybox "$host" "$busybox"
	mkdir -p "$host"/{etc,lib/modules,run,usr/{bin,sbin,lib},var,mnt}
	ln -s ../run "$host/var/run"
	put_users "$host"
	pack "$host" >"$dir/base.cpio"
	put_arm64_busybox "$guest" "$busybox"
	install -m 755 "$lab/guest-init" "$guest/init"
	mkdir -p "$guests/guests"
	pack "$guest" | gzip -9n >"$guests/guests/initrd"
	for k in $stock_kernels; do
		cp "$cache/kernel-arm64-$k/vmlinuz" "$guests/guests/vmlinuz-$k"
	done
	pack "$guests" >"$dir/guests.cpio"
	rm -rf "$busybox" "$host" "$guest" "$guests"
}

# The machine's own BusyBox knows its names, the other one is put in its place.
put_arm64_busybox() {
	put_busybox "$1"
	cp "$2/bin/busybox" "$1/bin/busybox"
}

need_arm64_libraries() {
	need_foreign_lists arm64 libkmod-dev:arm64
	artefact link-arm64 "$(for_each_library candidate_for arm64- | tr '\n' ' ')" \
		"the libraries of arm64 programs" build_arm64_libraries
}

for_each_library() {
	local name
	for name in $arm64_libraries; do
		"$@" "$name:arm64"
	done
}

build_arm64_libraries() {
	with_packages_of arm64 for_each_library unpack "$1/root"
}

# The variables that make the library, the tools and the tests for arm64.
arm64_make_variables() {
	local root=$cache/link-arm64/root
	make_variables=("CC=$arm64_triple-gcc" "AR=$arm64_triple-ar" "LD=$arm64_triple-ld" "OBJCOPY=$arm64_triple-objcopy"
		"PKG_CONFIG=env PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$root/usr/lib/$arm64_triple/pkgconfig pkg-config"
		"CPPFLAGS=-idirafter $root/usr/include"
		"LDFLAGS=-L$root/usr/lib/$arm64_triple -Wl,-rpath-link,$root/usr/lib/$arm64_triple:$root/lib/$arm64_triple")
}

# put_arm64_libraries DIR: as put_libraries, where ldd can't run the programs: what
# they name, what that names, and so on.
put_arm64_libraries() {
	local dir=$1 root=$cache/link-arm64/root file found=1
	while [ -n "$found" ]; do
		found=''
		while read -r file; do
			[ ! -e "$dir$file" ] || continue
			install -D -m 755 "$root$file" "$dir$file"
			found=1
		done < <(arm64_libraries_of "$dir" "$root")
	done
}

# arm64_libraries_of DIR ROOT: the names in ROOT of what the programs in DIR need.
arm64_libraries_of() {
	find "$1" -type f -size +200c ! -name '*.ko' -exec sh -c '
		for file; do
			if [ "$(head -c 4 "$file" | tr -d "\177")" = ELF ]; then
				readelf -ld "$file"
			fi
		done' - {} + |
		sed -n 's/.*Requesting program interpreter: \/lib\/\(.*\)]/\1/p; s/.*(NEEDED).*\[\(.*\)\]/\1/p' |
		sort -u | while read -r name; do
		for place in /lib "/lib/$arm64_triple" "/usr/lib/$arm64_triple"; do
			if [ -e "$2$place/$name" ]; then
				echo "$place/$name"
				break
			fi
		done
	done
}
