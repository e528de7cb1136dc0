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
	local k=$1 variant=$2
	shift 2
	[ -z "$variant" ] || set -- "AXVCPU_${variant^^}=1" "$@"
	make_here -j2 modules KDIR="$(kernel_tree "$k")" KMOD_BUILD="$(module_build "$k" "$variant")" \
		CONFIG_DEBUG_INFO_BTF_MODULES= "$@"
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
	local file dir=$1 k=$2 variant=${3:-}
	build_module "$k" "$variant"
	set -- KDIR="$(kernel_tree "$k")" KMOD_BUILD="$(module_build "$k" "$variant")"
	[ -z "$variant" ] || set -- "AXVCPU_${variant^^}=1" "$@"
	make_here install-modules "$@" DESTDIR="$dir" CONFIG_DEBUG_INFO_BTF_MODULES= CONFIG_MODULE_SIG_ALL=
	find "$dir/lib/modules" -name '*.ko.xz' | while read -r file; do
		xz -d "$file"
	done
}

# The library, the tools and the tests' programs share objects: one at a time.
install_tools() {
	with_lock "$build/lock" make_here install-user DESTDIR="$1" PREFIX=/usr
}
