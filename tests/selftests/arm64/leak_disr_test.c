// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * DISR_EL1, the one register of RAS that can't be trapped: no guest finds in it what
 * another one has written (DDI 0487, "DISR_EL1": it is VDISR_EL2 in a guest).
 */
#include "guest.h"

/* Written; and what the next run() of the same guest finds is not another's. */
GUEST(writes, PLAIN,
      "movz x1, #0x8100, lsl #16\nmovk x1, #0x1234\nmsr s3_0_c12_c1_1, x1\n"
      "mrs x0, s3_0_c12_c1_1\n" GUEST_VALUE GUEST_DONE);
GUEST(reads, PLAIN, "mov x0, #-1\nmrs x0, s3_0_c12_c1_1\n" GUEST_VALUE GUEST_DONE);

static struct vm first, second;
static struct vcpu writer, reader;

int main(void)
{
	u64 seen;

	vm_new(&first, 0);
	vcpu_new(&writer, &first, 0);
	vm_new(&second, 0);
	vcpu_new(&reader, &second, 0);
	START(&writer, PLAIN, writes);
	NEED_RET(run(&writer));
	if (said(&writer, PORT_VECTOR))
		skip("the host's CPU has no RAS: DISR_EL1 is undefined");
	seen = writer.run->exit.u.mmio.data[0];
	CHECK_EQ(seen & 0x1234, 0x1234, "the register is there, and takes values");
	START(&reader, PLAIN, reads);
	CHECK_EQ(run_to_port(&reader, PORT_VALUE), 0, "another guest finds none of them");
	return finish();
}
