#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# axvmm --cpus on an arm64 host: flat programs that end on a CPU that is not the first,
# switch CPUs off and on, and are ended from outside while several run.
# kernels: 6.1
# hosts: arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

need_packages $arm64_packages
with=$(mktemp -d)

# assemble NAME: a flat program from standard input, behind some macros.
assemble() {
	{
		cat <<-'END'
				.macro psci function		// X1 to X3 are set
				movz	w0, #0x8400, lsl #16
				add	w0, w0, #\function
				hvc	#0
				.endm
				.macro cpu_on affinity, entry
				mov	x1, #\affinity
				adr	x2, \entry
				mov	x3, #\affinity
				psci	3
				.endm
				.macro say letter
				mov	x9, #0x9000000
				mov	w10, #\letter
				strb	w10, [x9]
				.endm
		END
		cat
	} | "$arm64_triple-gcc" -x assembler -c - -o "$with/$1.o"
	"$arm64_triple-objcopy" -O binary -j .text "$with/$1.o" "$with/$1"
	rm "$with/$1.o"
}

# The first one switches itself off, the 18th ends it.
assemble off <<-'END'
		cpu_on	0x101, second
		psci	2
	second:	mov	x1, #0
		mov	x2, #0
		psci	4			// AFFINITY_INFO
		cmp	x0, #1
		b.ne	second
		say	'o'
		psci	8
END
assemble reset <<-'END'
		cpu_on	3, second
	1:	wfi
		b	1b
	second:	psci	9
END
# On and off a thousand times; who asks knows by AFFINITY_INFO that it may again.
assemble again <<-'END'
		mov	w20, #1000
	1:	cpu_on	1, second
		cbnz	x0, .
	2:	mov	x1, #1
		mov	x2, #0
		psci	4
		cmp	x0, #1
		b.ne	2b
		subs	w20, w20, #1
		b.ne	1b
		psci	8
	second:	cmp	x0, #1			// the context
		b.ne	.
		psci	2
END
assemble all_off <<-'END'
		cpu_on	1, second
	second:	psci	2
END
# Every one of them is refused: no such CPU, one that is on, no memory there.
assemble refused <<-'END'
		cpu_on	4, 1f
		cmn	w0, #2
		b.ne	.
		cpu_on	0, 1f
		cmn	w0, #4
		b.ne	.
		mov	x1, #1
		mov	x2, #0x10000000
		psci	3
		cmn	w0, #9
		b.ne	.
		say	'r'
	1:	psci	8
END
# Four CPUs that do nothing, in the guest or in WFI.
assemble spin <<-'END'
		cpu_on	1, second
		cpu_on	2, second
		cpu_on	3, third
		say	's'
		say	10
	second:	b	.
	third:	wfi
		b	third
END
# Four CPUs write to one device at once: not a letter is lost.
assemble write <<-'END'
		cpu_on	1, second
		cpu_on	2, second
		cpu_on	3, second
		mov	x0, #0
	second:	adr	x11, done
		mov	w12, #1000
		add	w13, w0, #'a'
	1:	mov	x9, #0x9000000
		strb	w13, [x9]
		subs	w12, w12, #1
		b.ne	1b
	2:	ldxr	w14, [x11]
		add	w14, w14, #1
		stxr	w15, w14, [x11]
		cbnz	w15, 2b
		cmp	w14, #4
		b.ne	.
		psci	8
		.balign	4
	done:	.word	0
END

in_host "$with/output" '
	flat="axvmm --timeout 60 --flat 0x40000000"
	record off $flat /with/off --cpus 18
	record reset $flat /with/reset --cpus 4
	record again $flat /with/again --cpus 2 --stats
	record all_off $flat /with/all_off --cpus 2
	record refused $flat /with/refused --cpus 4
	record spin axvmm --timeout 2 --flat 0x40000000 /with/spin --cpus 4
	record write sh -c "$flat /with/write --cpus 4 | fold -w 1 | sort | uniq -c"
	stopped() {
		$flat /with/spin --cpus 4 >/tmp/printed &
		until grep -q s /tmp/printed; do sleep 0.1; done
		kill -$1 $!
		wait $!
	}
	record term stopped TERM
	record hup stopped HUP
	record leave sh -c "{ until grep -q s /tmp/printed; do sleep 0.1; done; printf \"\\001x\"; sleep 5; } |
		$flat /with/spin --cpus 4 >/tmp/printed"
	record most $flat /with/refused --cpus 120
	record more $flat /with/refused --cpus 121' --with "$with" --timeout 300 "$@"
expect_record "$with/output" off 0 o
expect_record "$with/output" reset 6 'the guest reset the machine'
expect_record "$with/output" again 0 'CPU_UP                       1000            0' \
	'CPU_DOWN                        0         1000'
expect_record "$with/output" all_off 8 'the guest switched off all of its CPUs'
expect_record "$with/output" refused 0 r
expect_record "$with/output" spin 10 'the time of --timeout is up' 'CPU 0' 'pc  0' 'CPU 1' 'pc  0' 'CPU 2' 'CPU 3' 'pc  0'
expect_record "$with/output" write 0 '1000 a' '1000 b' '1000 c' '1000 d'
expect_record "$with/output" term 143
expect_record "$with/output" hup 129
expect_record "$with/output" leave 0
# There a fifth one is there, and ends it.
expect_record "$with/output" most 0
expect_record "$with/output" more 2 '--cpus needs a number from 1 to 120'
rm -rf "$with"
