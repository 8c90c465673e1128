#pragma once

#include "linux_abi.h"

#define PORT_NAME "linux-riscv64"
#define PORT_ARCH "riscv64"

_Static_assert(sizeof(struct port_stat) == 128, "struct stat of 64-bit RISC-V Linux");
