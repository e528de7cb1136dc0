# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# build/...: every compiler without a warning, and the rules of the tree.

stage_build() {
	local k
	selected_below build/ || return 0
	for k in $kernels; do
		[ "$k" != debug ] || run_case build/gcc-kunit with_lock "$build/check-kunit.lock" check_gcc debug kunit
		run_case "build/gcc-$k" with_lock "$build/check-$k.lock" check_gcc "$k"
		run_case "build/sparse-$k" with_lock "$build/check-$k.lock" check_sparse "$k"
	done
	if [[ " $kernels " == *" 6.1 "* ]]; then
		run_case build/clang-6.1 with_lock "$build/check-clang.lock" check_clang
		run_case build/install check_install
	fi
	run_case build/uapi-headers check_uapi_headers
	run_case build/shellcheck check_shell
	run_case build/tidy-tree check_tree
}

check_gcc() {
	need_headers "$1"
	local dir=$build/check-$1${2:+-$2}
	rm -rf "$dir"
	without_warnings build_module "$1" "${2:-}" KMOD_BUILD="$dir" W=1
}

# After gcc's case only sparse has something to do.
check_sparse() {
	need_headers "$1"
	need_packages sparse
	without_warnings build_module "$1" "" KMOD_BUILD="$build/check-$1" W=1 C=2
}

check_clang() {
	need_headers clang
	rm -rf "$build/check-clang"
	without_warnings build_module clang "" KMOD_BUILD="$build/check-clang" CC=clang W=1
}

# without_warnings COMMAND...: compilers warn without failing.
without_warnings() {
	local log
	log=$(mktemp)
	"$@" 2>&1 | tee "$log"
	if grep -qE 'warning:|WARNING|error:' "$log"; then
		rm -f "$log"
		echo "The build printed warnings."
		return 1
	fi
	rm -f "$log"
}

# make uninstall takes away all that make install put there.
check_install() {
	local dir left
	dir=$(mktemp -d)
	need_headers 6.1
	need_packages $tool_packages
	with_lock "$(module_build 6.1).lock" install_module "$dir" 6.1
	install_tools "$dir"
	(cd "$dir" && find . -type f -o -type l | sort)
	[ -e "$dir/lib/modules/$(kernel_release 6.1)/extra/axvcpu.ko" ]
	make_here uninstall KDIR="$(kernel_tree 6.1)" DESTDIR="$dir" PREFIX=/usr
	left=$(cd "$dir" && find . -type f -o -type l)
	rm -rf "$dir"
	if [ -n "$left" ]; then
		printf 'make uninstall leaves:\n%s\n' "$left"
		return 1
	fi
}

check_uapi_headers() {
	local header options
	need_packages gcc g++ libc6-dev
	for header in "$root"/uapi/*.h; do
		for options in "-x c -std=c99" "-x c -std=c11 -m32" "-x c++ -std=c++11"; do
			echo "gcc $options ${header##*/}"
			# shellcheck disable=SC2086 # several options
			gcc $options -Wall -Wextra -Werror -fsyntax-only -I"$root/uapi" \
				-isystem "/usr/include/$(gcc -print-multiarch)" "$header"
		done
	done
}

check_shell() {
	need_packages shellcheck
	cd "$root" || return
	# SC1090, SC1091: sourced by a computed name; SC2034, SC2154: variables across
	# files; SC2054: QEMU's options have commas; SC2086: words on purpose.
	shell_scripts | xargs -d '\n' shellcheck -S warning -e SC1090,SC1091,SC2034,SC2054,SC2086,SC2154
}

shell_scripts() {
	tree_files | while read -r file; do
		case $file in
		*.sh) echo "$file" ;;
		*) head -n 1 "$file" | grep -aqE '^#!/bin/(ba)?sh' && echo "$file" ;;
		esac
	done || true
}

# tree_files: what is or could be committed.
tree_files() {
	local file
	need_packages git
	git -C "$root" -c safe.directory='*' ls-files --cached --others --exclude-standard | while read -r file; do
		[ ! -f "$root/$file" ] || echo "$file"
	done
}

check_tree() {
	local status=0
	cd "$root" || return
	set +o pipefail # a grep that finds nothing is what is hoped for
	tree_files | sed 's#/.*##' | sort -u |
		grep -vxE 'kmod|uapi|userlib|tools|tests|Kbuild|Makefile|README\.md|LICENSE\.GPLv3|\..*' |
		sed 's/^/does not belong at the top level: /' | found_nothing || status=1
	tree_files | grep -vE '(^|/)(LICENSE\.GPLv3|README\.md)$|\.(json|bin|txt)$' |
		xargs -d '\n' grep -LI 'SPDX-License-Identifier: ' |
		sed 's/^/has no SPDX line: /' | found_nothing || status=1
	tree_files | grep -vxF tests/lab/stage-build.sh |
		xargs -d '\n' grep -nIE '/work/|/home/[a-z]|deb\.debian\.org' |
		sed 's/^/names a machine: /' | found_nothing || status=1
	tree_files | grep -E '\.([chS]|sh|py)$|Makefile$|Kbuild$' |
		xargs -d '\n' grep -nIE '[[:space:]]+$' |
		sed 's/^/trailing space: /' | found_nothing || status=1
	return $status
}

found_nothing() { ! grep . ; }
