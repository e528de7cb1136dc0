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
host_modules_arm64="virtio_pci virtio_console zram"

# kernel_package KIND K: the metapackage (KIND is image or headers).
kernel_package() {
	case $2 in
	6.1) echo "linux-$1-cloud-amd64" ;;
	arm64-6.1) echo "linux-$1-cloud-arm64:arm64" ;;
	arm64-*) echo "linux-$1-${2#arm64-}-cloud-arm64:arm64" ;;
	*) echo "linux-$1-$2-cloud-amd64" ;;
	esac
}

# package_of K: what follows the name of a package of the host's architecture.
package_of() {
	case $(architecture_of "$1") in
	x86) ;;
	*) echo ":$(architecture_of "$1")" ;;
	esac
}

host_modules_of() {
	case $(architecture_of "$1") in
	arm64) echo "$host_modules_arm64" ;;
	*) echo "$host_modules" ;;
	esac
}

kernel_release() {
	case $1 in
	*debug) cat "$(debug_tree "$1")/include/config/kernel.release" ;;
	*) cat "$cache/kernel-$1/release" ;;
	esac
}

kernel_image() {
	case $1 in
	*debug) echo "$(debug_tree "$1")/$(debug_image "$1")" ;;
	*) echo "$cache/kernel-$1/vmlinuz" ;;
	esac
}

# kernel_root K: where lib/modules/RELEASE of that kernel is.
kernel_root() {
	case $1 in
	*debug) echo "$(debug_tree "$1")/root" ;;
	*) echo "$cache/kernel-$1/root" ;;
	esac
}

# kernel_tree K: what make -C builds a module against.
kernel_tree() {
	case $1 in
	*debug) debug_tree "$1" ;;
	clang) echo "$cache/clang-tree" ;;
	*) readlink -f "$cache/headers-$1/build" ;;
	esac
}

need_kernel() {
	case $1 in
	*debug)
		need_debug_kernel "$1"
		return
		;;
	esac
	need_packages $base_packages
	local meta
	meta=$(kernel_package image "$1")
	need_lists_for "$1" "$meta"
	artefact "kernel-$1" "$meta $(candidate_for "$1" "$meta") $(host_modules_of "$1")" "Debian's kernel $1" build_kernel "$1"
}

# need_lists_for K NAME, candidate_for K NAME: among the packages for K's host.
need_lists_for() {
	case $(architecture_of "$1") in
	x86) need_package_lists "$2" ;;
	*) need_foreign_lists "$(architecture_of "$1")" "$2" ;;
	esac
}

candidate_for() { with_packages_of "$(architecture_of "$1")" candidate_once "$2"; }

build_kernel() { with_packages_of "$(architecture_of "$2")" build_kernel_from "$@"; }

build_kernel_from() {
	local dir=$1 image release
	image=$(dependency "$(kernel_package image "$2")" 'linux-image-.*')
	release=${image#linux-image-}
	unpack "$dir/package" "$image$(package_of "$2")"
	cp "$dir/package/boot/vmlinuz-$release" "$dir/vmlinuz"
	cp "$dir/package/boot/config-$release" "$dir/config"
	echo "$release" >"$dir/release"
	keep_modules "$dir/package" "$release" "$dir/root" "$(host_modules_of "$2")"
	rm -rf "$dir/package"
}

# keep_modules FROM RELEASE TO NAMES: copy the host modules and what they need,
# uncompressed, since BusyBox and libkmod differ in what they can unpack.
keep_modules() {
	local from=$1 release=$2 to=$3 name file copy
	mkdir -p "$to/lib/modules/$release"
	depmod -b "$from" "$release"
	for name in $4; do
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
	need_lists_for "$1" "$meta"
	artefact "guest-modules-$1" "$meta $(candidate_for "$1" "$meta")" \
		"the guest's modules for kernel $1" build_guest_modules "$1"
}

build_guest_modules() {
	local host_modules="virtio_mmio virtio_blk" host_modules_arm64="virtio_mmio virtio_blk"
	build_kernel "$@"
}

need_headers() {
	case $1 in
	*debug)
		need_debug_kernel "$1"
		return
		;;
	clang) need_clang_tree && return ;;
	esac
	local meta
	meta=$(kernel_package headers "$1")
	need_lists_for "$1" "$meta"
	need_packages $module_packages
	artefact "headers-$1" "$meta $(candidate_for "$1" "$meta") $cache" "the headers of kernel $1" build_headers "$1"
}

build_headers() { with_packages_of "$(architecture_of "$2")" build_headers_from "$@"; }

# The programs in linux-kbuild run here, so that package is the machine's own.
build_headers_from() {
	local dir=$1 headers common kbuild usr_src=$1/root/usr/src of
	of=$(package_of "$2")
	headers=$(dependency "$(kernel_package headers "$2")" 'linux-headers-.*')
	common=$(dependency "$headers$of" 'linux-headers-.*-common')
	kbuild=$(dependency "$headers$of" 'linux-kbuild-.*')
	unpack "$dir/root" "$headers$of" "$common" "$kbuild"
	# The headers' Makefile includes the common one by its installed place.
	sed -i "s#^include /usr/src/#include $usr_src/#" "$usr_src/$headers/Makefile"
	ln -s "root/usr/src/$headers" "$dir/build"
	printf '%s\n' build/{.config,Makefile,Module.symvers} build/include/generated/autoconf.h \
		build/scripts/mod/modpost "root/usr/src/$common/Makefile" >"$dir/.key-files"
}
