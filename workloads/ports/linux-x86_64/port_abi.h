#pragma once

#include "linux_abi.h"

#define PORT_NAME "linux-x86_64"
#define PORT_ARCH "x86_64"

_Static_assert(sizeof(struct port_stat) == 144, "struct stat of x86-64 Linux");
