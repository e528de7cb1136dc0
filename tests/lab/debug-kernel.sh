# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Trees built from Debian's linux-source-6.1: the kernel with all checkers, and
# a prepared tree with Debian's own configuration for clang.

source_package=linux-source-6.1

need_kernel_source() {
	need_package_lists "$source_package"
	artefact linux-source "$(candidate "$source_package") $cache" \
		"the kernel's source" build_kernel_source
}

build_kernel_source() {
	local dir=$1
	unpack "$dir/package" "$source_package"
	tar -x -f "$dir/package/usr/src/$source_package.tar.xz" -C "$dir" \
		--strip-components=1 --checkpoint=.20000 -I 'xz -d -T0'
	rm -rf "$dir/package"
	printf '%s\n' Makefile Kconfig scripts/kconfig/merge_config.sh virt/kvm/kvm_main.c >"$dir/.key-files"
}

# debug_tree K: the debug kernel's built tree, also for building modules.
debug_tree() {
	case $1 in
	debug) echo "$cache/debug-kernel" ;;
	*) echo "$cache/debug-kernel-${1%-debug}" ;;
	esac
}

# need_debug_kernel K: K is debug, or arm64-debug.
need_debug_kernel() {
	local tree kbuild compiler=gcc minutes=12
	tree=$(debug_tree "$1")
	set_kbuild "$1"
	need_packages make gcc libc6-dev bc bison flex libelf-dev libssl-dev xz-utils kmod
	if [ "$1" = arm64-debug ]; then
		need_packages $arm64_packages
		compiler=$arm64_triple-gcc minutes=8
	fi
	need_kernel_source
	artefact "${tree##*/}" \
		"$(head -n 1 "$cache/linux-source/.stamp") $(debug_options "$1" | hash_of -) $("$compiler" --version | head -n 1)" \
		"the debug kernel (about $minutes minutes on two idle CPUs, once)" build_debug_kernel "$1"
}

build_debug_kernel() {
	local dir=$1 image make kbuild
	image=$(debug_image "$2")
	set_kbuild "$2"
	make=(nice -n 5 make -C "$cache/linux-source" "O=$dir" -j2 "${kbuild[@]}")
	"${make[@]}" tinyconfig
	debug_options "$2" >"$dir/.options"
	(cd "$cache/linux-source" &&
		KCONFIG_CONFIG=$dir/.config scripts/kconfig/merge_config.sh -m -O "$dir" \
			"$dir/.config" "$dir/.options")
	"${make[@]}" olddefconfig
	check_config "$dir/.config" "$dir/.options"
	"${make[@]}" "${image##*/}" modules
	"${make[@]}" INSTALL_MOD_PATH="$dir/root" INSTALL_MOD_STRIP=1 modules_install
	rm -f "$dir"/root/lib/modules/*/{build,source}
	find "$dir" \( -name '*.o' -o -name '*.a' \) -size +100k ! -path '*/scripts/*' ! -path '*/tools/*' -delete
	(cd "$dir" && printf '%s\n' .config Makefile Module.symvers "$image" \
		include/generated/autoconf.h scripts/mod/modpost &&
		find . -path './root/*.ko' -o -path ./tools/objtool/objtool) >"$dir/.key-files"
}

# debug_image K: the image's place in its tree.
debug_image() {
	case $1 in
	debug) echo arch/x86/boot/bzImage ;;
	arm64-debug) echo arch/arm64/boot/Image ;;
	esac
}

# debug_options K: debug.config, but for what the architecture's own file names.
debug_options() {
	local own=$lab/debug-${1%-debug}.config
	case $1 in
	debug) cat "$lab/debug.config" ;;
	*)
		grep -vE "^($(sed -n 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$/\1/p; s/^\(CONFIG_[A-Z0-9_]*\)=.*/\1/p' "$own" |
			paste -s -d '|'))=" "$lab/debug.config"
		cat "$own"
		;;
	esac
}

# check_config CONFIG FRAGMENT: every option that was asked for is there.
check_config() {
	local line lost=0
	while read -r line; do
		if ! grep -qx -- "$line" "$1"; then
			echo "the kernel's configuration does not accept $line"
			lost=1
		fi
	done < <(grep '^CONFIG_' "$2")
	return "$lost"
}

# A tree prepared with clang and Debian's cloud configuration, in $cache/clang-tree.
need_clang_tree() {
	need_packages make clang lld llvm libc6-dev bc bison flex libelf-dev libssl-dev xz-utils
	need_kernel_source
	need_kernel 6.1
	need_headers 6.1
	artefact clang-tree \
		"$(head -n 1 "$cache/linux-source/.stamp") $(kernel_release 6.1) $(clang --version | head -n 1)" \
		"a kernel tree for clang" build_clang_tree
}

build_clang_tree() {
	local dir=$1 make=(nice -n 5 make -C "$cache/linux-source" "O=$1" -j2 CC=clang)
	cp "$cache/kernel-6.1/config" "$dir/.config"
	"${make[@]}" olddefconfig
	"${make[@]}" modules_prepare
	# What the kernel exports, which only a full build would tell.
	cp "$(kernel_tree 6.1)/Module.symvers" "$dir"
	printf '%s\n' .config Makefile include/generated/autoconf.h scripts/mod/modpost >"$dir/.key-files"
}
