# SPDX-License-Identifier: GPL-3.0-or-later
# axvcpu for Linux: the module, its library and tools, their tests.
#
#   make [all]         the library, the tools and the module
#   make user          the library and the tools
#   make modules       the module, for the kernel whose build tree is KDIR
#   make install       all of it (also: install-user, install-modules)
#   make uninstall     what install put there, the module for every kernel; needs
#                      no kernel tree (also: uninstall-user, uninstall-modules)
#   make demo          boot an emulated host, look around, start a Linux guest
#   make check         the fast tests
#   make test          all tests
#   make bench         measure axvcpu beside KVM
#   make clean         remove build/
#
#   KDIR=DIR           the kernel's build tree, default that of the running kernel
#   PREFIX=DIR         default /usr/local
#   DESTDIR=DIR        install under DIR instead of /
#   BACKEND=NAME       bench: the hardware, svm (default), vmx or vhe

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
BUILD := $(abspath build)
KMOD_BUILD ?= $(BUILD)/kmod

INSTALL := install
KERNELRELEASE = $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"$$/\1/p' $(KDIR)/include/generated/utsrelease.h)

user_parts := $(patsubst %/Makefile,%,$(wildcard userlib/Makefile tools/axvcpuctl/Makefile tools/axvmm/Makefile))
module_sources := Kbuild kmod uapi $(if $(AXVCPU_KUNIT),$(wildcard tests/kunit))

all: user modules

help:
	@sed -n 's/^#   //p' $(firstword $(MAKEFILE_LIST))

# --- the library and the tools ---------------------------------------------

for_user = $(MAKE) -C $(1) BUILD=$(BUILD) DESTDIR=$(DESTDIR) PREFIX=$(PREFIX) $(2)

user: $(user_parts:%=user-%)
$(user_parts:%=user-%): user-%:
	$(call for_user,$*,all)
$(patsubst %,user-%,$(filter tools/%,$(user_parts))): $(patsubst %,user-%,$(filter userlib,$(user_parts)))

# --- the module: built from a copy, so that the sources stay clean and any
# --- number of kernels can be built for side by side --------------------------

modules: mirror
	$(MAKE) -C $(KDIR) M=$(KMOD_BUILD) modules

mirror: kernel-tree
	@mkdir -p $(KMOD_BUILD)
	@find $(module_sources) -type f | LC_ALL=C sort >$(KMOD_BUILD)/.sources.new
	@test -e $(KMOD_BUILD)/.sources || : >$(KMOD_BUILD)/.sources
	@LC_ALL=C comm -23 $(KMOD_BUILD)/.sources $(KMOD_BUILD)/.sources.new | \
		(cd $(KMOD_BUILD) && xargs -r rm -f)
	@while read -r file; do \
		cmp -s "$$file" "$(KMOD_BUILD)/$$file" || \
			$(INSTALL) -D -m 644 "$$file" "$(KMOD_BUILD)/$$file" || exit; \
	done <$(KMOD_BUILD)/.sources.new
	@mv $(KMOD_BUILD)/.sources.new $(KMOD_BUILD)/.sources

kernel-tree:
	@test -e "$(KDIR)/Makefile" || { \
		echo "There is no kernel build tree at $(KDIR), so the module can't be built." >&2; \
		echo "Install the headers of your kernel (Debian: apt-get install linux-headers-$$(uname -r))" >&2; \
		echo "or name another tree with KDIR=DIR. The library and the tools need none: make user." >&2; \
		exit 1; }

# --- install ---------------------------------------------------------------

install: install-user install-modules

install-user: user
	$(foreach part,$(user_parts),$(call for_user,$(part),install) &&) true

install-modules: modules
	$(MAKE) -C $(KDIR) M=$(KMOD_BUILD) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=extra DEPMOD=true modules_install
ifeq ($(DESTDIR),)
	depmod -a $(KERNELRELEASE)
endif

uninstall: uninstall-user uninstall-modules

uninstall-user:
	$(foreach part,$(user_parts),$(call for_user,$(part),uninstall) &&) true

# The kernel that it was built for may be gone by now.
uninstall-modules:
	@for module in $(DESTDIR)/lib/modules/*/extra/axvcpu.ko*; do \
		test -e "$$module" || continue; \
		echo "rm -f $$module"; rm -f "$$module" || exit; \
		rmdir "$${module%/*}" 2>/dev/null; \
		release=$${module%/extra/*}; \
		test -n "$(DESTDIR)" || depmod -a "$${release##*/}" || exit; \
	done

clean:
	rm -rf $(BUILD)

# --- tests -----------------------------------------------------------------

test:
	tests/run

check:
	tests/run build/gcc-6.1 build/sparse-6.1 build/user build/docs build/tidy-tree unit

demo:
	tests/lab/demo

BACKEND ?= svm

bench:
	tests/bench/run --backend $(BACKEND)

.PHONY: all help user modules mirror kernel-tree install install-user install-modules \
	uninstall uninstall-user uninstall-modules clean test check demo bench $(user_parts:%=user-%)
