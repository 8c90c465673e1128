#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The guest's registers and memory as QEMU shows them, for the architectures' parts. */

/* Finds registers by QEMU's names; the first vCPU must exist. Ends QEMU when one is missing. */
void guest_find_registers(const char *const names[], size_t count);

/* Of the register at `index` in the names. Only in callbacks that may read registers. */
uint64_t guest_register(size_t index);

/* False when `address` is not mapped. */
bool guest_memory(uint64_t address, void *to, size_t len);
