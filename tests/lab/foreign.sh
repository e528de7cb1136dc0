# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Packages of an architecture that is not the machine's own. They are looked up and
# fetched in an apt root of their own, so that neither dpkg nor apt of the machine
# learns of that architecture; its sources of packages are the machine's.
#
#   $cache/apt-ARCH   apt.conf, sources/, lists/, archives/, status (empty: nothing
#                     is installed)
#
# A host's architecture is part of its kernel's name: K is 6.1, 6.12, debug or clang
# for x86, and arm64-6.1 or arm64-6.12 for arm64.

architecture_of() {
	case $1 in
	arm64-*) echo arm64 ;;
	*) echo x86 ;;
	esac
}

# kernel_for ARCH K: the K of the artefacts for what people call kernel K there.
kernel_for() {
	case $1 in
	x86) echo "$2" ;;
	*) echo "$1-$2" ;;
	esac
}

# with_packages_of ARCH COMMAND...: COMMAND's apt-get and apt-cache use that root.
with_packages_of() {
	local architecture=$1
	shift
	if [ "$architecture" = x86 ]; then
		"$@"
		return
	fi
	local -x APT_CONFIG=$cache/apt-$architecture/apt.conf
	"$@"
}

# need_foreign_lists ARCH NAME: lists that are no older than the machine's own, and
# have a candidate for NAME.
need_foreign_lists() {
	with_lock "$cache/apt-$1.lock" refresh_foreign_lists "$1"
	[ -n "$(with_packages_of "$1" candidate_once "$2")" ] ||
		die "apt knows no package $2; are Debian 12's main and security archives among its sources?"
}

refresh_foreign_lists() {
	local dir=$cache/apt-$1
	if [ "$dir/fetched" -nt /var/lib/apt/lists ]; then
		return
	fi
	note "fetching the lists of packages for $1"
	make_apt_root "$1" "$dir"
	with_packages_of "$1" apt-get -q update >"$dir/log" 2>&1 || {
		tail -n 15 "$dir/log" >&2
		die "apt-get update for $1 failed"
	}
	touch "$dir/fetched"
}

# The machine's own settings stay in force (a proxy, say), and so do its keys.
make_apt_root() {
	local dir=$2 file
	rm -rf "$dir/sources"
	mkdir -p "$dir"/{sources,lists/partial,archives/partial}
	: >"$dir/status"
	debian_sources | while read -r file; do
		# What an entry says of architectures was said for the machine's own.
		sed -e '/^Architectures:/d' -e '/^deb/s/arch[-+]*=[^] ]* *//' "$file" >"$dir/sources/${file##*/}"
	done
	cat >"$dir/apt.conf" <<-END
		APT::Architectures { "$(dpkg --print-architecture)"; "$1"; };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir";
		Dir::Cache::archives "$dir/archives";
		Dir::Etc::sourcelist "/dev/null";
		Dir::Etc::sourceparts "$dir/sources";
	END
}

# The files that name Debian's archive among the machine's sources.
debian_sources() {
	local sources
	sources=$(apt-get indextargets --format '$(SOURCESENTRY)' 'Origin: Debian' 'Created-By: Packages' |
		sed 's/:[0-9]*$//' | sort -u)
	if [ -z "$sources" ]; then
		with_lock "$cache/apt.lock" update_package_lists
		sources=$(apt-get indextargets --format '$(SOURCESENTRY)' 'Origin: Debian' 'Created-By: Packages' |
			sed 's/:[0-9]*$//' | sort -u)
	fi
	[ -n "$sources" ] || die "Debian's archive is not among apt's sources"
	echo "$sources"
}

# host_artefact ARCH: where in the cache its base.cpio is.
host_artefact() {
	case $1 in
	x86) echo host ;;
	*) echo "host-$1" ;;
	esac
}

# put_libraries_of ARCH DIR: the shared libraries of ARCH's programs under DIR.
put_libraries_of() {
	case $1 in
	x86) put_libraries "$2" ;;
	*) "put_$1_libraries" "$2" ;;
	esac
}
