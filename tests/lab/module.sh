# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What the checkout builds, through the top Makefile: `make install` is the one
# place that says what gets installed.

module_packages="make gcc gcc-12 libc6-dev libelf1"
tool_packages="make gcc libc6-dev libkmod-dev pkg-config"

make_here() { make --no-print-directory -C "$root" "$@"; }

# module_build K [VARIANT]: where it is built. The variant kunit has the suites in it,
# checks has the checks around each entry that the debug kernel's always has.
module_build() { echo "$build/kmod-$1${2:+-$2}"; }

# build_module K VARIANT [VARIABLE=VALUE...]: axvcpu.ko for kernel K.
build_module() {
	local k=$1 variant=$2 kbuild=()
	shift 2
	set_kbuild "$k"
	[ -z "$variant" ] || set -- "AXVCPU_${variant^^}=1" "$@"
	make_here -j2 modules KDIR="$(kernel_tree "$k")" KMOD_BUILD="$(module_build "$k" "$variant")" \
		CONFIG_DEBUG_INFO_BTF_MODULES= "${kbuild[@]}" "$@"
}

# set_kbuild K: the array `kbuild`, what kbuild must be told if K's host is no x86 one.
set_kbuild() {
	case $(architecture_of "$1") in
	arm64) kbuild=(ARCH=arm64 "CROSS_COMPILE=$arm64_triple-") ;;
	*) kbuild=() ;;
	esac
}

# put_module DIR K [VARIANT]: build and install it under DIR. kbuild needs
# seconds to find out that there is nothing to do, so what `make install` put is
# kept with a checksum of the sources.
put_module() {
	with_lock "$(module_build "$2" "${3:-}").lock" put_module_locked "$@"
}

put_module_locked() {
	local dir=$1 k=$2 variant=${3:-} made sources
	made=$(module_build "$k" "$variant")
	sources="$(module_sources) $(kernel_tree "$k") $(kernel_release "$k")"
	if [ "$(cat "$made/.installed-from" 2>/dev/null)" != "$sources" ]; then
		rm -rf "$made/.installed" "$made/.installed-from"
		install_module "$made/.installed" "$k" "$variant"
		echo "$sources" >"$made/.installed-from"
	fi
	cp -r "$made/.installed/." "$dir"
}

module_sources() {
	(cd "$root" && find Kbuild Makefile kmod uapi tests/kunit -type f -print0 2>/dev/null |
		LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
}

# install_module DIR K [VARIANT]: as `make install` does it, then unpacked.
install_module() {
	local file dir=$1 k=$2 variant=${3:-} kbuild=()
	set_kbuild "$k"
	build_module "$k" "$variant"
	set -- KDIR="$(kernel_tree "$k")" KMOD_BUILD="$(module_build "$k" "$variant")"
	[ -z "$variant" ] || set -- "AXVCPU_${variant^^}=1" "$@"
	make_here install-modules "$@" DESTDIR="$dir" CONFIG_DEBUG_INFO_BTF_MODULES= CONFIG_MODULE_SIG_ALL= "${kbuild[@]}"
	find "$dir/lib/modules" -name '*.ko.xz' | while read -r file; do
		xz -d "$file"
	done
}

# The library, the tools and the tests' programs share objects: one at a time.
install_tools() {
	with_lock "$build/lock" make_user "$2" "$root" install-user DESTDIR="$1" PREFIX=/usr
}

# user_build ARCH: where the library, the tools and the tests for ARCH are built.
user_build() {
	case $1 in
	x86) echo "$build" ;;
	*) echo "$build/$1" ;;
	esac
}

# make_user ARCH DIR ARGUMENT...: make in DIR, for ARCH.
make_user() {
	local architecture=$1 dir=$2 make_variables=()
	shift 2
	[ "$architecture" = x86 ] || "${architecture}_make_variables"
	make_here -C "$dir" BUILD="$(user_build "$architecture")" "${make_variables[@]}" "$@"
}
