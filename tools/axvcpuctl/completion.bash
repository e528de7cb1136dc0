# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for axvcpuctl

_axvcpuctl() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=

	COMPREPLY=()
	if [ "$COMP_CWORD" -eq 1 ]; then
		words="load unload info doctor smoke stat --help --version"
	else
		case ${COMP_WORDS[1]} in
		load)
			mapfile -t COMPREPLY < <(compgen -f -X '!*.ko*' -- "$word"; compgen -d -- "$word")
			words="axvcpu --help"
			;;
		info) words="--json --id --help" ;;
		smoke) words="--list --help $("$1" smoke --list 2>/dev/null | cut -d ' ' -f 1)" ;;
		stat)
			case $before in
			--interval | --count | -i | -c) return ;;
			--debugfs | -d)
				mapfile -t COMPREPLY < <(compgen -d -- "$word")
				return
				;;
			esac
			words="--interval --count --debugfs --help"
			;;
		unload | doctor) words="--help" ;;
		esac
	fi
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -o filenames -F _axvcpuctl axvcpuctl
