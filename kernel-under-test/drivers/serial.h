/* The 16550 serial port COM1: what the kernel's log and /dev/console go through. */
#pragma once

#include "lib/types.h"

void serial_init(void);

/* Interrupts may be off. A newline goes out as carriage return, newline. */
void serial_write(const char *text, size_t len);

/* Lets input come in. The interrupt controllers must be set up. */
void serial_enable_input(void (*got)(char c));
