/* Formatting and the kernel's log. */
#pragma once

#include <stdarg.h>

#include "lib/types.h"

/*
 * Understands %d %i %u %o %x %X %p %s %c %% with width, `0`, `-`, and the lengths l, ll, z. Always
 * ends the result with a zero byte when size > 0. Returns the length the whole text would have had.
 */
int vformat(char *out, size_t size, const char *fmt, va_list args);
int format(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Where the log goes. Set once, early; text logged before is only kept. */
void log_set_sink(void (*write)(const char *text, size_t len));

/* One log line at most LOG_LINE_MAX long; the caller gives the newline. */
#define LOG_LINE_MAX 256
void log_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* All that is logged is information, as Linux counts levels; the console gets what is below its. */
#define LOG_LEVEL 6
extern uint64_t log_console_level;

/* That much of the log is kept, with the kernel lock. */
#define LOG_HISTORY (16u << 10)
/* What was logged from *from on, or, of that, what is still there. Moves *from on. */
size_t log_read(uint64_t *from, char *out, size_t size);
uint64_t log_end(void);

/* Prints the message and stops the machine. The state is beyond repair: no clean-up runs. */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Given by arch: what stops the other CPUs when a panic begins, and the machine when it ends. */
void arch_panic_begin(void);
_Noreturn void arch_panic_stop(void);

#define ASSERT(cond)                                                                               \
	do {                                                                                       \
		if (unlikely(!(cond)))                                                             \
			panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #cond);           \
	} while (0)

/* Of what is too dear to be looked at always: only the debug build does. */
#ifdef BANTAM_DEBUG
#define DEBUG_ASSERT(cond) ASSERT(cond)
#else
#define DEBUG_ASSERT(cond) ((void)sizeof(!(cond)))
#endif
