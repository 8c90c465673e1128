#pragma once

/*
 * Tock 2 on 32-bit RISC-V: TRD 104 and the drivers' own documents. The alarm is that of the board
 * qemu_rv32_virt, which ticks 10 million times a second.
 */

#include <stdint.h>

#include "absent_abi.h"

#define PORT_NAME "tock-rv32"
#define PORT_ARCH "riscv32"
#define PORT_PAGE_SIZE 4096

enum tock_class {
	TOCK_YIELD = 0,
	TOCK_SUBSCRIBE = 1,
	TOCK_COMMAND = 2,
	TOCK_ALLOW_READ_ONLY = 4,
	TOCK_MEMOP = 5,
	TOCK_EXIT = 6,
};

enum tock_driver {
	TOCK_ALARM = 0,
	TOCK_CONSOLE = 1,
};
