/* Formatting, the kernel log, panic() and assertions. */
#pragma once

#include <stdarg.h>

#include "lib/types.h"

/*
 * Supports %d %i %u %o %x %X %p %s %c %% with width, `0`, `-`, and the length modifiers l, ll, z.
 * NUL-terminates if size > 0. Returns the length of the untruncated result.
 */
int vformat(char *out, size_t size, const char *fmt, va_list args);
int format(char *out, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Sets where the log goes. Call once, early; what was logged before is only in the buffer. */
void log_set_sink(void (*write)(const char *text, size_t len));

/* Logs at most LOG_LINE_MAX bytes; the caller supplies the newline. */
#define LOG_LINE_MAX 256
void log_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Everything is logged at level 6, KERN_INFO; the console shows levels below log_console_level. */
#define LOG_LEVEL 6
extern uint64_t log_console_level;

/* Bytes of log kept. Guarded by the kernel lock. */
#define LOG_HISTORY (16u << 10)
/* Reads what was logged since *from, or as much of it as is still kept, and advances *from. */
size_t log_read(uint64_t *from, char *out, size_t size);
uint64_t log_end(void);

/* Prints the message and stops the machine. Nothing is unwound. */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Implemented by arch: stopping the other CPUs first, and the machine last. */
void arch_panic_begin(void);
_Noreturn void arch_panic_stop(void);

#define ASSERT(cond)                                                                               \
	do {                                                                                       \
		if (unlikely(!(cond)))                                                             \
			panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #cond);           \
	} while (0)

/* For checks too expensive for the normal build. */
#ifdef BANTAM_DEBUG
#define DEBUG_ASSERT(cond) ASSERT(cond)
#else
#define DEBUG_ASSERT(cond) ((void)sizeof(!(cond)))
#endif
