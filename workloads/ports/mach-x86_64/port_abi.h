#pragma once

/* GNU Mach on x86-64: traps by the syscall instruction, kernel calls by message. */

#include <stdint.h>

#include "absent_abi.h"

#define PORT_NAME "mach-x86_64"
#define PORT_ARCH "x86_64"
#define PORT_PAGE_SIZE 4096
