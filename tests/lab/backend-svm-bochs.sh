# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The svm-bochs back end: an AMD host emulated by Bochs, which knows of SVM what
# QEMU does not, and the other way round.

. "$lab/bochs.sh"

backend_kernels="6.1"
backend_default_cpu=trinity_apu # ryzen does not boot
backend_known_splats='^$'
backend_default_cpus=1
bochs_error=ignore # it is a line for each exit

backend_notes() { :; }
