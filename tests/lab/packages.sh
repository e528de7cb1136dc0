# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Debian packages: installing what is missing, and unpacking without installing.

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "need root or sudo to run: $*"
	fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get --no-remove -y -q -o DPkg::Lock::Timeout=600 "$@"
}

package_is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null | cut -c 1-2)" = ii ]
}

# need_packages NAME...: install those that are not there.
need_packages() {
	local name missing=()
	for name; do
		package_is_installed "$name" || missing+=("$name")
	done
	if [ ${#missing[@]} != 0 ]; then
		with_lock "$cache/apt.lock" install_packages "${missing[@]}"
	fi
}

install_packages() {
	local log=$cache/apt.log
	note "installing ${*} (log: $log)"
	if [ -z "$(candidate "$1")" ]; then
		update_package_lists
	fi
	if ! apt install --no-install-recommends "$@" >"$log" 2>&1; then
		apt update >>"$log" 2>&1 || true
		apt install --no-install-recommends "$@" >>"$log" 2>&1 || {
			tail -n 15 "$log" >&2
			die "installing packages failed; the whole log is $log"
		}
	fi
}

# need_package_lists NAME: lists are there, fetched anew when the cache is new,
# and have a candidate for NAME.
need_package_lists() {
	local name=$1
	if [ ! -d "$cache/candidates" ] || [ -z "$(candidate_once "$name")" ]; then
		with_lock "$cache/apt.lock" update_package_lists
		[ -n "$(candidate_once "$name")" ] ||
			die "apt knows no package $name; are Debian 12's main and security archives among its sources?"
	fi
}

update_package_lists() {
	note "fetching the lists of packages"
	apt update >"$cache/apt.log" 2>&1 || {
		tail -n 15 "$cache/apt.log" >&2
		die "apt-get update failed"
	}
	rm -rf "$cache/candidates"
}

# Those of the machine, or those of the root that with_packages_of() has chosen.
update_any_lists() {
	if [ -n "${APT_CONFIG:-}" ]; then
		apt-get -q update
	else
		apt update
	fi
}

# candidate NAME: the version that apt would install, or nothing.
candidate() {
	LC_ALL=C apt-cache policy "$1" | sed -n 's/^  Candidate: //p' | grep -vx '(none)' || true
}

# candidate_once NAME: the same, remembered until the lists of packages change.
candidate_once() {
	local memo=$cache/candidates/$1
	if [ ! "$memo" -nt /var/lib/apt/lists ]; then
		mkdir -p "$cache/candidates"
		candidate "$1" >"$memo.$$"
		mv "$memo.$$" "$memo"
	fi
	cat "$memo"
}

# dependency NAME REGEX: the package that the candidate of NAME depends on and
# whose name matches.
dependency() {
	apt-cache show "$1=$(candidate "$1")" | sed -n 's/^Depends: //p' | head -n 1 |
		tr ',' '\n' | sed 's/^ *//; s/ .*//' | grep -Ex -m 1 "$2"
}

# unpack DIR NAME...: the candidates' files under DIR, nothing installed.
unpack() {
	local dir=$1 debs
	shift
	debs=$(mktemp -d)
	(cd "$debs" && apt-get -q -o APT::Sandbox::User=root download "$@") || {
		update_any_lists
		(cd "$debs" && apt-get -q -o APT::Sandbox::User=root download "$@")
	}
	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$dir"
	done
	rm -rf "$debs"
}

# take_file DIR NAME PATH: one file of a package, for artefact.
take_file() {
	local unpacked
	unpacked=$(mktemp -d)
	unpack "$unpacked" "$2"
	cp -L "$unpacked/$3" "$1/"
	rm -rf "$unpacked"
}
