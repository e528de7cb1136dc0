# SPDX-License-Identifier: GPL-3.0-or-later
# AXVMM_SRC: what axvmm is made of on $(ARCH), as paths below this folder: a file in
# arch, devices, and the loaders of its kernels.

axvmm_folder := $(dir $(lastword $(MAKEFILE_LIST)))
axvmm_files   = $(patsubst $(axvmm_folder)%,%,$(wildcard $(addprefix $(axvmm_folder),$(1))))

axvmm_parts_arm64 := devices/flash.c devices/gicv3.c devices/pl011.c loaders/arm64_image.c
axvmm_parts_both  := devices/disk.c devices/virtio.c
axvmm_parts_x86   := $(filter-out $(axvmm_parts_arm64) $(axvmm_parts_both),$(call axvmm_files,devices/*.c loaders/*.c))

AXVMM_SRC := $(call axvmm_files,*.c arch/$(ARCH)*.c) $(axvmm_parts_both) $(axvmm_parts_$(ARCH))
