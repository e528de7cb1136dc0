/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A long-mode guest that does sums with every register and checks them all the
 * time. DATA + 0 counts rounds; an OUT to port 0xee means that a value was lost.
 * Port 0xf1 tells the host about every 4096th round, if DATA + 8 is not 0.
 */
	.code64
	.text
	.set	DATA, 0x20000

start:
	mov	%cr4, %rax
	or	$0x600, %eax			/* OSFXSR, OSXMMEXCPT */
	mov	%rax, %cr4
	xor	%ebx, %ebx
	mov	$1, %r8d
	mov	$2, %r9d
	mov	$3, %r10d
	movabs	$0x1111111111111111, %r11
	movabs	$0x2222222222222222, %r12
	movabs	$0x3333333333333333, %r13
	mov	$0xc0000102, %ecx		/* KERNEL_GS_BASE */
	mov	$0x12345000, %eax
	xor	%edx, %edx
	wrmsr
	fninit
	fld1
	movq	%r11, %xmm0
	movq	%r12, %xmm7
	movq	%r13, %xmm15

round:
	inc	%rbx
	mov	%rbx, DATA
	mov	%r11, %rax
	add	%r12, %rax
	cmp	%r13, %rax
	jne	lost
	movq	%xmm0, %rax
	cmp	%r11, %rax
	jne	lost
	movq	%xmm7, %rax
	cmp	%r12, %rax
	jne	lost
	movq	%xmm15, %rax
	cmp	%r13, %rax
	jne	lost
	lea	(%r8, %r9), %rax
	cmp	%r10, %rax
	jne	lost
	push	%rbx
	mov	(%rsp), %rax
	pop	%rcx
	cmp	%rbx, %rcx
	jne	lost
	cmp	%rbx, %rax
	jne	lost
	test	$0xff, %bl
	jnz	round
	fst	%st(1)
	fnstsw	%ax
	mov	$0xc0000102, %ecx
	rdmsr
	cmp	$0x12345000, %eax
	jne	lost
	xor	%eax, %eax
	push	%rbx
	cpuid
	pop	%rbx
	test	%eax, %eax
	jz	lost
	cmpq	$0, DATA + 8
	je	round
	test	$0xfff, %ebx
	jnz	round
	mov	%ebx, %eax
	out	%eax, $0xf1
	jmp	round

lost:
	out	%eax, $0xee
	jmp	lost
