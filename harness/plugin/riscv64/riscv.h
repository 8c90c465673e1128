#pragma once

#include <stdint.h>

/* Shared by cpu.c and decode.c: register numbers and privilege levels of the architecture. */

/* x0 to x31 come first, by number. */
enum {
	REG_ZERO = 0, REG_RA = 1, REG_SP = 2, REG_FP = 8, REG_A7 = 17, REG_X31 = 31,
	REG_PRIV, REG_SATP, REG_STVEC, REG_SEPC, REG_SCAUSE, REG_STVAL, REG_SSTATUS,
	REG_MTVEC, REG_MEPC, REG_MCAUSE, REG_MTVAL, REG_MSTATUS, REGS,
};

enum level { LEVEL_USER = 0, LEVEL_SUPERVISOR = 1, LEVEL_MACHINE = 3 };

/* XLEN: 32 or 64. Some compressed encodings depend on it. */
extern unsigned int riscv_width;
