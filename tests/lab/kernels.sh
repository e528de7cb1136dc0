# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Debian's stock cloud kernels: image, the few modules a boot needs, headers.
# Nothing is installed; versions are those that apt would install today.
#
#   $cache/kernel-K   vmlinuz, config, release, root/lib/modules/RELEASE/...
#   $cache/headers-K  root/usr/src/..., build -> the tree to give to make -C

stock_kernels="6.1 6.12"
# modprobe is given these names; what they depend on comes along.
host_modules="kvm_amd kvm_intel virtio_pci virtio_console msr cpuid zram"

# kernel_package KIND K: the metapackage (KIND is image or headers).
kernel_package() {
	case $2 in
	6.1) echo "linux-$1-cloud-amd64" ;;
	*) echo "linux-$1-$2-cloud-amd64" ;;
	esac
}

kernel_release() {
	case $1 in
	debug) cat "$cache/debug-kernel/include/config/kernel.release" ;;
	*) cat "$cache/kernel-$1/release" ;;
	esac
}

kernel_image() {
	case $1 in
	debug) echo "$cache/debug-kernel/arch/x86/boot/bzImage" ;;
	*) echo "$cache/kernel-$1/vmlinuz" ;;
	esac
}

# kernel_root K: where lib/modules/RELEASE of that kernel is.
kernel_root() {
	case $1 in
	debug) echo "$cache/debug-kernel/root" ;;
	*) echo "$cache/kernel-$1/root" ;;
	esac
}

# kernel_tree K: what make -C builds a module against.
kernel_tree() {
	case $1 in
	debug) echo "$cache/debug-kernel" ;;
	clang) echo "$cache/clang-tree" ;;
	*) readlink -f "$cache/headers-$1/build" ;;
	esac
}

need_kernel() {
	if [ "$1" = debug ]; then
		need_debug_kernel
		return
	fi
	need_packages $base_packages
	local meta
	meta=$(kernel_package image "$1")
	need_package_lists "$meta"
	artefact "kernel-$1" "$meta $(candidate_once "$meta") $host_modules" "Debian's kernel $1" build_kernel "$1"
}

build_kernel() {
	local dir=$1 image release
	image=$(dependency "$(kernel_package image "$2")" 'linux-image-.*')
	release=${image#linux-image-}
	unpack "$dir/package" "$image"
	cp "$dir/package/boot/vmlinuz-$release" "$dir/vmlinuz"
	cp "$dir/package/boot/config-$release" "$dir/config"
	echo "$release" >"$dir/release"
	keep_modules "$dir/package" "$release" "$dir/root"
	rm -rf "$dir/package"
}

# keep_modules FROM RELEASE TO: copy the host modules and what they need,
# uncompressed, since BusyBox and libkmod differ in what they can unpack.
keep_modules() {
	local from=$1 release=$2 to=$3 name file copy
	depmod -b "$from" "$release"
	for name in $host_modules; do
		# A module that is built in or absent prints no insmod line.
		modprobe -d "$from" -S "$release" --show-depends "$name" || true
	done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u | while read -r file; do
		copy=$to/${file#"$from"/}
		install -D -m 644 "$file" "$copy"
		case $copy in *.xz) xz -d "$copy" ;; esac
	done
	cp "$from/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$to/lib/modules/$release"
}

# need_guest_modules K: in $cache/guest-modules-K/root, what a guest with that kernel
# needs for axvmm's disk.
need_guest_modules() {
	local meta
	meta=$(kernel_package image "$1")
	need_package_lists "$meta"
	artefact "guest-modules-$1" "$meta $(candidate_once "$meta")" \
		"the guest's modules for kernel $1" build_guest_modules "$1"
}

build_guest_modules() {
	local host_modules="virtio_mmio virtio_blk"
	build_kernel "$@"
}

need_headers() {
	case $1 in
	debug) need_debug_kernel && return ;;
	clang) need_clang_tree && return ;;
	esac
	local meta
	meta=$(kernel_package headers "$1")
	need_package_lists "$meta"
	need_packages $module_packages
	artefact "headers-$1" "$meta $(candidate_once "$meta") $cache" "the headers of kernel $1" build_headers "$1"
}

build_headers() {
	local dir=$1 headers common kbuild usr_src=$1/root/usr/src
	headers=$(dependency "$(kernel_package headers "$2")" 'linux-headers-.*')
	common=$(dependency "$headers" 'linux-headers-.*-common')
	kbuild=$(dependency "$headers" 'linux-kbuild-.*')
	unpack "$dir/root" "$headers" "$common" "$kbuild"
	# The headers' Makefile includes the common one by its installed place.
	sed -i "s#^include /usr/src/#include $usr_src/#" "$usr_src/$headers/Makefile"
	ln -s "root/usr/src/$headers" "$dir/build"
	printf '%s\n' build/{.config,Makefile,Module.symvers} build/include/generated/autoconf.h \
		build/scripts/mod/modpost "root/usr/src/$common/Makefile" >"$dir/.key-files"
}
