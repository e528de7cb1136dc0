#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The VMM in the README compiles against what `make install` puts, and runs.
# kernels: 6.1

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

work=$(mktemp -d)
sed -n '/^```c vmm.c$/,/^```$/{/^```/d;p}' "$root/README.md" >"$work/vmm.c"
[ -s "$work/vmm.c" ] || die "the README has no vmm.c"
make -s -C "$root/userlib" BUILD="$build" DESTDIR="$work" PREFIX=/usr install >/dev/null
PKG_CONFIG_SYSROOT_DIR=$work PKG_CONFIG_PATH=$work/usr/lib/pkgconfig \
	pkg-config --cflags --libs libaxvcpu-user >"$work/flags"
read -ra flags <"$work/flags"
mkdir "$work/with"
gcc -Wall -Wextra -Werror "$work/vmm.c" -I"$work/usr/include" "${flags[@]}" \
	-L"$work/usr/lib" -o "$work/with/vmm"
"$root/tests/boot" "$@" --with "$work/with" -- /with/vmm >"$work/output"
expect "$work/output" hello '1 byte(s) to 0x81234: 42' HALT
rm -rf "$work"
