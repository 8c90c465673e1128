/* The 16550 serial port COM1, for the kernel log and /dev/console. */
#pragma once

#include "lib/types.h"

void serial_init(void);

/* Works with interrupts off. A newline is sent as carriage return and newline. */
void serial_write(const char *text, size_t len);

/* Enables input, passed to `got`. The interrupt controllers must be set up. */
void serial_enable_input(void (*got)(char c));
