#pragma once

/* Shared by cpu.c and decode.c: register and vector numbers of the architecture. */

enum {
	REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
	REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
	REG_CS, REG_CR0, REG_CR2, REG_CR3, REG_EFER, REGS,
};

enum vector {
	VECTOR_DE = 0, VECTOR_DB = 1, VECTOR_NMI = 2, VECTOR_BP = 3, VECTOR_OF = 4,
	VECTOR_UD = 6, VECTOR_NM = 7, VECTOR_DF = 8, VECTOR_GP = 13, VECTOR_PF = 14,
	VECTOR_MC = 18, VECTOR_FIRST_EXTERNAL = 32,
};

enum return_by { RETURN_IRET, RETURN_SYSRET, RETURN_SYSEXIT };
