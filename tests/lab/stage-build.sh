# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# build/...: every compiler without a warning, what make install puts, the
# documentation, and the rules of the tree.

stage_build() {
	selected_below build/ || return 0
	if [ "$backend_arch" = x86 ]; then
		build_for_x86
	fi
	if [ -d "$root/kmod/arm64" ]; then
		build_for_arm64
	fi
	run_case build/uapi-headers check_uapi_headers
	run_case build/user with_lock "$build/check-user.lock" check_user
	run_case build/user-arm64 with_lock "$build/check-user-arm64.lock" check_user_arm64
	run_case build/userlib check_userlib
	run_case build/docs check_docs
	run_case build/shellcheck check_shell
	run_case build/tidy-tree check_tree
}

build_for_x86() {
	local k
	for k in $kernels; do
		[ "$k" != debug ] || run_case build/gcc-kunit with_lock "$build/check-kunit.lock" check_gcc debug kunit
		run_case "build/gcc-$k" with_lock "$build/check-$k.lock" check_gcc "$k"
		run_case "build/sparse-$k" with_lock "$build/check-$k.lock" check_sparse "$k"
	done
	if [[ " $kernels " == *" 6.1 "* ]]; then
		run_case build/clang-6.1 with_lock "$build/check-clang.lock" check_clang
		run_case build/install check_install
	fi
}

# Those of its kernels that were asked for, whatever the back end.
build_for_arm64() {
	local k
	for k in $stock_kernels; do
		[[ " $kernels " == *" $k "* ]] || continue
		run_case "build/gcc-arm64-$k" with_lock "$build/check-arm64-$k.lock" check_gcc "arm64-$k"
		run_case "build/el2-arm64-$k" with_lock "$build/check-arm64-$k.lock" check_el2 "arm64-$k"
		run_case "build/sparse-arm64-$k" with_lock "$build/check-arm64-$k.lock" check_sparse "arm64-$k"
	done
	# The kernel with the instrumentation, on a back end that boots it.
	if [ "$backend_arch" = arm64 ] && [[ " $kernels " == *" debug "* ]]; then
		run_case build/el2-arm64-debug with_lock "$build/check-arm64-debug.lock" check_el2 arm64-debug
	fi
}

check_gcc() {
	need_headers "$1"
	[ "$(architecture_of "$1")" = x86 ] || need_packages $arm64_packages
	local dir=$build/check-$1${2:+-$2}
	rm -rf "$dir"
	without_warnings build_module "$1" "${2:-}" KMOD_BUILD="$dir" W=1
}

# What runs at EL2 below a kernel at EL1 reaches nothing but itself, by the PC alone, and
# fills its pages. After gcc's case there is nothing to build.
check_el2() {
	local dir=$build/check-$1 sections outside
	need_headers "$1"
	need_packages $arm64_packages
	build_module "$1" "" KMOD_BUILD="$dir" W=1
	sections=$($arm64_triple-objdump -h "$dir/kmod/arm64/world_nvhe.o" |
		awk '$1 ~ /^[0-9]+$/ { name = $2; size = $3 } / ALLOC/ && size !~ /^0*$/ { print name; size = 0 }' |
		grep -vxE '\.axvcpu\.hyp|\.altinstructions|_kprobe_blacklist') || true
	[ -z "$sections" ] || { echo "world_nvhe.o has $sections" && return 1; }
	outside=$({
		$arm64_triple-objdump -t -j .axvcpu.hyp "$dir/axvcpu.o" | awk 'NF > 3 { print "own", $NF }'
		$arm64_triple-objdump -r -j .axvcpu.hyp "$dir/axvcpu.o" | awk '$2 ~ /^R_/ { print $2, $3 }'
	} | awk '
		$1 == "own" { own[$2] = 1; next }
		{ sub(/\+0x.*/, "", $2); seen++ }
		!own[$2] || $1 !~ /_(CALL26|JUMP26|ADR_PREL_PG_HI21|ADD_ABS_LO12_NC)$/ { print }
		END { if (!seen) print "no relocations at all" }')
	[ -z "$outside" ] || { echo "code at EL2 has $outside" && return 1; }
	place_of nvhe_idmap "$dir" '^0*$'
	place_of nvhe_text "$dir" '^0*$'
	place_of nvhe_text_end "$dir" "^$($arm64_triple-objdump -h "$dir/axvcpu.o" |
		awk '$2 == ".axvcpu.hyp" { print "0*" substr($3, match($3, /[1-9a-f]/)) }')\$"
}

# place_of SYMBOL DIR PATTERN: it is there in its section.
place_of() {
	local place
	place=$($arm64_triple-nm "$2/axvcpu.o" | awk -v name="$1" '$3 == name { print $1 }')
	[[ $place =~ $3 ]] || { echo "$1 is at $place in its section, not $3" && return 1; }
}

# After gcc's case only sparse has something to do.
check_sparse() {
	need_headers "$1"
	need_packages sparse
	local flags=''
	# arm64's cmpxchg() casts a constant to every width, in branches that are not taken.
	[ "$(architecture_of "$1")" != arm64 ] || flags=-Wno-cast-truncate
	without_warnings build_module "$1" "" KMOD_BUILD="$build/check-$1" W=1 C=2 CF="$flags"
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

# What people do with a checkout, in a copy of it: make, make install under
# DESTDIR, make uninstall without the kernel's tree, the same without DESTDIR for
# what needs no root, make clean.
check_install() {
	local work kernel file
	need_headers 6.1
	need_packages git $tool_packages
	work=$(mktemp -d)
	copy_tree "$work/tree"
	# The module is that of the boots, not one more.
	kernel="KDIR=$(kernel_tree 6.1) KMOD_BUILD=$(module_build 6.1) \
		CONFIG_DEBUG_INFO_BTF_MODULES= CONFIG_MODULE_SIG_ALL="
	with_lock "$(module_build 6.1).lock" make -j2 -C "$work/tree" $kernel
	for file in userlib/libaxvcpu-user.so axvcpuctl/axvcpuctl axvmm/axvmm; do
		[ -e "$work/tree/build/$file" ]
	done

	with_lock "$(module_build 6.1).lock" make -C "$work/tree" install $kernel DESTDIR="$work/root"
	diff <(installed_files) <(files_of "$work/root" | sed 's#/lib/modules/[^/]*/#/lib/modules/RELEASE/#')
	make -C "$work/tree" uninstall KDIR=/nowhere DESTDIR="$work/root"
	nothing_left "$work/root"

	# Without DESTDIR it also changes the machine's tables: only note that.
	mkdir "$work/bin"
	printf '#!/bin/sh\necho "${0##*/} $*" >>"%s"\n' "$work/called" |
		tee "$work/bin/ldconfig" >"$work/bin/systemd-sysusers"
	chmod +x "$work/bin"/*
	PATH=$work/bin:$PATH make -C "$work/tree" install-user PREFIX="$work/prefix"
	[ -x "$work/prefix/sbin/axvcpuctl" ]
	grep -q '^ldconfig' "$work/called"
	grep -qxF "systemd-sysusers $work/prefix/lib/sysusers.d/axvcpu.conf" "$work/called"
	PATH=$work/bin:$PATH make -C "$work/tree" uninstall-user PREFIX="$work/prefix"
	nothing_left "$work/prefix"

	make -C "$work/tree" clean
	[ -z "$(git -C "$work/tree" status --porcelain --ignored | tee /dev/stderr)" ]
	rm -rf "$work"
}

# copy_tree DIR: what is or could be committed, committed.
copy_tree() {
	local names
	names=$(mktemp)
	tree_files >"$names"
	mkdir -p "$1"
	tar -c -C "$root" -T "$names" | tar -x -C "$1"
	rm "$names"
	git -C "$1" init -q
	git -C "$1" add -A
	git -C "$1" -c user.name=axvcpu -c user.email=axvcpu@localhost commit -q -m copy
}

files_of() { (cd "$1" && find . ! -type d | sed 's/^\.//' | LC_ALL=C sort); }

nothing_left() {
	[ ! -e "$1" ] || [ -z "$(files_of "$1")" ] || {
		files_of "$1" | sed 's/^/make uninstall leaves: /'
		return 1
	}
}

installed_files() {
	cat <<-'END'
		/lib/modules/RELEASE/extra/axvcpu.ko
		/usr/local/bin/axvmm
		/usr/local/include/axvcpu-user.h
		/usr/local/include/axvcpu/axvcpu.h
		/usr/local/include/axvcpu/axvcpu_arm64.h
		/usr/local/include/axvcpu/axvcpu_x86.h
		/usr/local/lib/libaxvcpu-user.a
		/usr/local/lib/libaxvcpu-user.so
		/usr/local/lib/libaxvcpu-user.so.1
		/usr/local/lib/pkgconfig/libaxvcpu-user.pc
		/usr/local/lib/sysusers.d/axvcpu.conf
		/usr/local/lib/udev/rules.d/60-axvcpu.rules
		/usr/local/sbin/axvcpuctl
		/usr/local/share/bash-completion/completions/axvcpuctl
		/usr/local/share/man/man1/axvmm.1
		/usr/local/share/man/man3/libaxvcpu-user.3
		/usr/local/share/man/man4/axvcpu.4
		/usr/local/share/man/man8/axvcpuctl.8
	END
}

# ---- user space ------------------------------------------------------------

# Objects are kept: one with a warning never comes to be.
check_user() {
	local cc part
	need_packages clang $tool_packages libcmocka-dev
	for cc in gcc clang; do
		for part in userlib tools/axvcpuctl tools/axvmm tests/unit; do
			make_here -j2 -C "$root/$part" BUILD="$build/check-$cc" CC="$cc" SANITIZE= \
				CFLAGS="-O2 -g -Wextra -Werror" all
		done
	done
}

check_user_arm64() {
	local part
	need_packages $tool_packages $arm64_packages
	need_arm64_libraries
	for part in userlib tools/axvcpuctl tools/axvmm tests/selftests; do
		make_user arm64 "$root/$part" -j2 BUILD="$build/check-arm64" CFLAGS="-O2 -g -Wextra -Werror" all
	done
}

# The library as a program's author meets it, installed under DESTDIR.
check_userlib() {
	local work
	need_packages g++ binutils $tool_packages
	work=$(mktemp -d)
	make_here -C "$root/userlib" BUILD="$work/build" DESTDIR="$work/root" install
	userlib_header "$work"
	userlib_functions "$work"
	userlib_programs "$work"
	rm -rf "$work"
}

userlib_header() {
	local options
	for options in "-x c -std=c11" "-x c++ -std=c++17"; do
		gcc $options -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
			-I"$1/root/usr/local/include" "$1/root/usr/local/include/axvcpu-user.h"
	done
}

# The header, the map, both libraries and the man page name the same functions,
# and header and man page the same errnos.
userlib_functions() {
	local lib=$1/root/usr/local/lib/libaxvcpu-user header=$root/userlib/include/axvcpu-user.h
	local man=$root/userlib/man/libaxvcpu-user.3
	gcc -x c -fsyntax-only -I"$1/root/usr/local/include" -aux-info "$1/prototypes" "$header"
	sed -n 's/.*axvcpu-user\.h:.* extern .*\b\(axvcpu_[a-z0-9_]*\) (.*/\1/p' "$1/prototypes" | sort >"$1/extern"
	sed -n 's/.*axvcpu-user\.h:.* \(extern\|static\) .*\b\(axvcpu_[a-z0-9_]*\) (.*/\2/p' "$1/prototypes" | sort >"$1/all"
	[ -s "$1/extern" ]
	echo "# $(wc -l <"$1/extern") functions, and $(comm -13 "$1/extern" "$1/all" | wc -l) inline"
	diff "$1/extern" <(sed -n 's/^\t\(axvcpu_.*\);/\1/p' "$root/userlib/libaxvcpu-user.map" | sort)
	diff "$1/extern" <(nm -D --defined-only "$lib.so" | sed -n 's/.* T \(.*\)@@AXVCPU_USER_1$/\1/p' | sort)
	diff "$1/extern" <(nm -g --defined-only "$lib.a" | sed -n 's/.* [A-Z] //p' | sort)
	diff "$1/all" <(sed -n '/^\.SH SYNOPSIS/,/^\.SH DESC/s/^\.BI ".*\b\(axvcpu_[a-z0-9_]*\)(.*/\1/p' "$man" | sort)
	diff "$1/all" <(sed -n 's/^ \* \(axvcpu_[a-z0-9_]*\)() - .*/\1/p' "$header" | sort)
	diff <(userlib_header_errnos "$header") <(userlib_man_errnos "$man")
}

# One line `FUNCTION ERRNO...` for each function that can fail.
userlib_header_errnos() {
	awk '
		/^ \* axvcpu_[a-z0-9_]*\(\) - / { name = $2; sub(/\(.*/, "", name); returns = 0 }
		/^ \* Return:/ { returns = 1 }
		/\*\// { returns = 0 }
		returns {
			while (match($0, /-E[A-Z0-9]+/)) {
				print name, substr($0, RSTART + 1, RLENGTH - 1)
				$0 = substr($0, RSTART + RLENGTH)
			}
		}' "$1" | sort -u
}

userlib_man_errnos() {
	awk '
		/^\.BR axvcpu_[a-z0-9_]* \(\)$/ { name = $2; next }
		name && /^E[A-Z0-9, ]+$/ {
			gsub(/,/, "")
			for (i = 1; i <= NF; i++)
				print name, $i
		}
		{ name = "" }' "$1" | sort -u
}

# By what pkg-config says: a C and a C++ program with the shared library, one
# with the static one, and the man page's example.
userlib_programs() {
	local flags
	export PKG_CONFIG_SYSROOT_DIR=$1/root PKG_CONFIG_PATH=$1/root/usr/local/lib/pkgconfig
	[ "$(pkg-config --modversion libaxvcpu-user)" = "$(sed -n 's/^VERSION := //p' "$root/userlib/Makefile")" ]
	flags="-Wall -Wextra -Werror $1/program.c $(pkg-config --cflags --libs libaxvcpu-user)"
	cat >"$1/program.c" <<-'END'
		#include <axvcpu-user.h>
		#include <axvcpu/axvcpu_x86.h>
		#include <errno.h>
		#include <stdio.h>

		int main(void)
		{
			struct axvcpu_device *device;

			puts(axvcpu_name(AXVCPU_NAME_EXIT, AXVCPU_EXIT_HALT));
			return axvcpu_open("/dev/null", &device) != -ENOTTY;
		}
	END
	gcc -std=c11 $flags -o "$1/shared"
	g++ -x c++ -std=c++17 $flags -o "$1/shared++"
	gcc -std=c11 -static $flags -o "$1/static"
	readelf -d "$1/shared" | grep -q 'NEEDED.*\[libaxvcpu-user\.so\.1\]'
	[ "$(LD_LIBRARY_PATH=$1/root/usr/local/lib "$1/shared")" = HALT ]
	[ "$(LD_LIBRARY_PATH=$1/root/usr/local/lib "$1/shared++")" = HALT ]
	[ "$("$1/static")" = HALT ]
	sed -n '/^\.EX/,/^\.EE/{/^\.E[XE]/d;s/\\e/\\/g;s/\\-/-/g;p}' \
		"$root/userlib/man/libaxvcpu-user.3" >"$1/program.c"
	# A page's handlers leave out what they don't need.
	gcc -std=c11 $flags -Wno-unused-parameter -o "$1/example"
}

# Man pages and kernel-doc without a warning.
check_docs() {
	local page status=0
	need_packages man-db groff-base perl
	need_headers 6.1
	set +o pipefail
	for page in "$root"/userlib/man/*.[1-8] "$root"/tools/*/*.[1-8] "$root"/tools/*/man/*.[1-8]; do
		[ -e "$page" ] || continue
		LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$page" 2>&1 >/dev/null |
			sed "s#^#${page##*/}: #" | found_nothing || status=1
	done
	perl "$(kernel_tree 6.1)/scripts/kernel-doc" -none "$root"/uapi/*.h "$root/kmod/arch.h" \
		"$root/userlib/include/axvcpu-user.h" 2>&1 | found_nothing || status=1
	return $status
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
