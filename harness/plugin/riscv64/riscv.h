#pragma once

#include <stdint.h>

/* What the two halves of the RISC-V part share: numbers as the architecture has them. */

/* x0 to x31 come first, under their numbers. */
enum {
	REG_ZERO = 0, REG_RA = 1, REG_SP = 2, REG_FP = 8, REG_A7 = 17, REG_X31 = 31,
	REG_PRIV, REG_SATP, REG_STVEC, REG_SEPC, REG_SCAUSE, REG_STVAL, REG_SSTATUS,
	REG_MTVEC, REG_MEPC, REG_MCAUSE, REG_MTVAL, REG_MSTATUS, REGS,
};

enum level { LEVEL_USER = 0, LEVEL_SUPERVISOR = 1, LEVEL_MACHINE = 3 };

/* Bits of an address: 32 or 64. The compressed encodings differ. */
extern unsigned int riscv_width;
