#pragma once

/*
 * rCore-Tutorial-v3, chapter 8, on 64-bit RISC-V. Numbers are those of its os/src/syscall/mod.rs,
 * flags those of os/src/fs/inode.rs, at b386ef27bc460e4f272097920af97c66feda7fec.
 */

#include <stdint.h>

#define ABSENT_NO_OPEN_FLAGS
#include "absent_abi.h"

#define PORT_NAME "rcore-tutorial-riscv64"
#define PORT_ARCH "riscv64"
#define PORT_PAGE_SIZE 4096

#define PORT_O_RDONLY 0
#define PORT_O_WRONLY 0x1
#define PORT_O_RDWR 0x2
/* An existing file is emptied too. */
#define PORT_O_CREAT 0x200
#define PORT_O_TRUNC 0x400
/* There is none: port_open() refuses it, since a flag that the kernel does not know panics it. */
#define PORT_O_EXCL 0x10000

enum rcore_number {
	RCORE_DUP = 24,
	RCORE_OPEN = 56,
	RCORE_CLOSE = 57,
	RCORE_PIPE = 59,
	RCORE_READ = 63,
	RCORE_WRITE = 64,
	RCORE_EXIT = 93,
	RCORE_YIELD = 124,
	RCORE_KILL = 129,
	RCORE_GET_TIME = 169,
	RCORE_GETPID = 172,
	RCORE_FORK = 220,
	RCORE_EXEC = 221,
	RCORE_WAITPID = 260,
};
