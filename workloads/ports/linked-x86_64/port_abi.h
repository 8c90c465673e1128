#pragma once

#include "absent_abi.h"

#define PORT_NAME "linked-x86_64"
#define PORT_ARCH "x86_64"
#define PORT_PAGE_SIZE 4096
