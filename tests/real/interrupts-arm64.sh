#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What an interrupt costs a guest of axvmm on arm64, whose distributor is in user space:
# one exit, of the CPU that sends it, and none of the one that gets it. The host's clock
# counts instructions, so the figures are instructions of host and guest together.
# kernels: 6.1
# hosts: arm64

. "${BASH_SOURCE[0]%/*}/lib/real.sh"

need_packages $arm64_packages
with=$(mktemp -d)
rounds=2000

# program NAME BODY [BEGIN]: a flat program that does BODY so many times and prints how
# many ticks of the counter it took.
program() {
	{
		printf '#define ROUNDS %s\n#define BODY %s\n#define BEGIN %s\n' "$rounds" "$2" "${3:-}"
		cat <<-'END'
				.macro setup number		// redistributor and interface of a CPU
				movz	x1, #0x80a, lsl #16
				add	x1, x1, #\number * 0x20, lsl #12
				str	wzr, [x1, #0x14]	// GICR_WAKER
				add	x1, x1, #0x10, lsl #12
				mov	w2, #-1
				str	w2, [x1, #0x80]		// GICR_IGROUPR0
				str	w2, [x1, #0x100]	// GICR_ISENABLER0
				mov	x2, #0xf0
				msr	S3_0_C4_C6_0, x2	// ICC_PMR_EL1
				mov	x2, #1
				msr	S3_0_C12_C12_7, x2	// ICC_IGRPEN1_EL1
				isb
				.endm
				.macro receive
			9:	wfi
				mrs	x0, S3_0_C12_C12_0	// ICC_IAR1_EL1
				cmp	x0, #1023
				b.eq	9b
				msr	S3_0_C12_C12_1, x0	// ICC_EOIR1_EL1
				.endm
				.macro send sgi, cpu
				movz	x2, #\sgi << 8, lsl #16
				orr	x2, x2, #1 << \cpu
				msr	S3_0_C12_C11_5, x2	// ICC_SGI1R_EL1
				isb
				.endm
				.macro message			// GICD_SETSPI_NSR: 64
				mov	x1, #0x8000000
				mov	w2, #64
				str	w2, [x1, #0x40]
				.endm
				.macro call function
				movz	w0, #\function, lsl #16
				hvc	#0
				.endm
				.macro start_second		// CPU_ON, and its first SGI
				movz	w0, #0xc400, lsl #16
				add	w0, w0, #3
				mov	x1, #1
				adr	x2, second
				hvc	#0
				receive
				.endm
				.macro exchange
				send	1, 1
				receive
				.endm
				.macro to_itself
				send	5, 0
				receive
				.endm
				.macro message_to_itself
				message
				receive
				.endm
				mov	x1, #0x8000000
				mov	w2, #2
				str	w2, [x1]		// GICD_CTLR: group 1
				mov	w2, #-1
				str	w2, [x1, #0x88]		// GICD_IGROUPR2
				str	w2, [x1, #0x108]	// GICD_ISENABLER2
				str	w2, [x1, #0xc10]	// GICD_ICFGR4: edges
				setup	0
				mov	w21, #ROUNDS
				BEGIN
				mrs	x20, cntvct_el0
			1:	BODY
				subs	w21, w21, #1
				b.ne	1b
				mrs	x22, cntvct_el0
				sub	x0, x22, x20
				mov	x1, #0x9000000
				mov	w3, #60
			2:	lsr	x4, x0, x3
				and	w4, w4, #15
				add	w4, w4, #'0'
				cmp	w4, #'9'
				b.ls	3f
				add	w4, w4, #'a' - '9' - 1
			3:	strb	w4, [x1]
				subs	w3, w3, #4
				b.pl	2b
				mov	w4, #10
				strb	w4, [x1]
				movz	w0, #0x8400, lsl #16
				add	w0, w0, #8		// SYSTEM_OFF
				hvc	#0
			second:	setup	1
			4:	send	2, 0
				receive
				b	4b
		END
	} | "$arm64_triple-gcc" -x assembler-with-cpp -c - -o "$with/$1.o"
	"$arm64_triple-objcopy" -O binary -j .text "$with/$1.o" "$with/$1"
	rm "$with/$1.o"
}

program kernel 'call 0x8400'    # PSCI_VERSION, which the module answers
program user 'call 0xc600'      # of a vendor's hypervisor: a HYPERCALL
program itself to_itself
program message message_to_itself
program exchange exchange start_second

in_host "$with/output" '
	for program in kernel user itself message; do
		record $program axvmm --flat 0x40000000 /with/$program --timeout 100 --stats
	done
	record exchange axvmm --flat 0x40000000 /with/exchange --cpus 2 --timeout 100 --stats' \
	--icount --with "$with" --timeout 300 "$@"

# exits NAME REASON: of all CPUs.
exits() { recorded "$with/output" "$1" | awk -v reason="$2" '$1 == reason { print $2 + $3 }'; }

# is NAME REASON NUMBER: there were so many.
is() { [ "$(exits "$1" "$2")" = "$3" ] || broken "$with/output" "$1: there were '$(exits "$1" "$2")' $2, not $3"; }

for program in kernel user itself message exchange; do
	expect_record "$with/output" $program 0 SYSTEM_DOWN
	ticks=$(recorded "$with/output" $program | grep -m 1 -aE '^[0-9a-f]{16}')
	echo "# $program: $((0x$(echo "$ticks" | tr -d '\r') * 16 / rounds)) instructions a round"
done
is kernel HYPERCALL ''
is user HYPERCALL $rounds
is itself SEND_IPI $rounds
# Setting up, the message, and 17 characters.
is message MMIO_WRITE $((rounds + 7 + 17))
# The second one's first is one more, and it may be fetched now and then to look.
is exchange SEND_IPI $((2 * rounds + 1))
[ "$(exits exchange NOTHING)" -lt 100 ] || broken "$with/output" 'who gets an IPI leaves for it'
rm -rf "$with"
