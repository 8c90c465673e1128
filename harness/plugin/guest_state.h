#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The guest's registers and memory, through QEMU's plugin interface. */

/* Looks up registers by QEMU's names, once a vCPU exists. Terminates QEMU if one is missing. */
void guest_find_registers(const char *const names[], size_t count);

/* The value of register names[index]. Only in callbacks registered with QEMU_CB_R_REGS. */
uint64_t guest_register(size_t index);

/* Reads guest-virtual memory; false if `address` is not mapped. */
bool guest_memory(uint64_t address, void *to, size_t len);
