/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The guest programs of tests/guests, linked in. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include "guest.h"

#endif /* PROGRAMS_H */
