#pragma once

/* Redox's kernel on x86-64, without the daemons that make a Unix of it. */

#include <stdint.h>

#include "absent_abi.h"

#define PORT_NAME "redox-x86_64"
#define PORT_ARCH "x86_64"
#define PORT_PAGE_SIZE 4096
