/* Formatting, the kernel log and panic(). */
#include "lib/printf.h"

#include "lib/string.h"

struct out {
	char *at;
	size_t size;
	size_t len;
};

static void put_char(struct out *o, char c)
{
	if (o->len + 1 < o->size)
		o->at[o->len] = c;
	o->len++;
}

/* Where `*len` more characters go; *len becomes how many of them fit. */
static char *reserve(struct out *o, size_t *len)
{
	size_t room = o->len + 1 < o->size ? o->size - 1 - o->len : 0;
	char *at = o->at + o->len;

	o->len += *len;
	*len = MIN(*len, room);
	return at;
}

/* Strings are usually short: not worth a call to memcpy(). */
static void put_string(struct out *o, const char *s, size_t len)
{
	char *at = reserve(o, &len);

	for (; len >= 8; len -= 8, at += 8, s += 8)
		__builtin_memcpy(at, s, 8);
	for (; len; len--)
		*at++ = *s++;
}

static void put_fill(struct out *o, char c, size_t len)
{
	char *at = reserve(o, &len);

	memset(at, c, len);
}

static void put_padded(struct out *o, const char *s, size_t len, size_t width, bool left, char pad)
{
	size_t fill = width > len ? width - len : 0;

	/* Zero padding goes between the sign and the digits. */
	if (pad == '0' && len && *s == '-') {
		put_char(o, '-');
		s++;
		len--;
	}
	if (fill && !left)
		put_fill(o, pad, fill);
	put_string(o, s, len);
	if (fill && left)
		put_fill(o, ' ', fill);
}

static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";

static size_t digits_of(char *buf, size_t size, uint64_t v, unsigned int base, bool negative,
			const char *digits)
{
	size_t at = size;

	do {
		buf[--at] = digits[v % base];
		v /= base;
	} while (v);
	if (negative)
		buf[--at] = '-';
	return at;
}

int vformat(char *text, size_t size, const char *fmt, va_list args)
{
	struct out o = {text, size, 0};

	for (; *fmt; fmt++) {
		bool left = false, negative = false;
		char pad = ' ', digits[24];
		size_t width = 0, at;
		int longs = 0;
		uint64_t v;
		const char *s;

		if (*fmt != '%') {
			for (s = fmt + 1; *s && *s != '%'; s++)
				;
			put_string(&o, fmt, (size_t)(s - fmt));
			fmt = s - 1;
			continue;
		}
		for (fmt++; *fmt == '0' || *fmt == '-'; fmt++) {
			if (*fmt == '0')
				pad = '0';
			else
				left = true;
		}
		for (; *fmt >= '0' && *fmt <= '9'; fmt++)
			width = width * 10 + (size_t)(*fmt - '0');
		for (; *fmt == 'l' || *fmt == 'z'; fmt++)
			longs++;
		switch (*fmt) {
		case 'd':
		case 'i': {
			int64_t i = longs ? va_arg(args, long) : va_arg(args, int);

			negative = i < 0;
			v = negative ? -(uint64_t)i : (uint64_t)i;
			at = digits_of(digits, sizeof(digits), v, 10, negative, lower);
			put_padded(&o, digits + at, sizeof(digits) - at, width, left, pad);
			break;
		}
		case 'u':
		case 'o':
		case 'x':
		case 'X':
			v = longs ? va_arg(args, unsigned long) : va_arg(args, unsigned int);
			at = digits_of(digits, sizeof(digits), v,
				       *fmt == 'u'   ? 10
				       : *fmt == 'o' ? 8
						     : 16,
				       false, *fmt == 'X' ? upper : lower);
			put_padded(&o, digits + at, sizeof(digits) - at, width, left, pad);
			break;
		case 'p':
			v = (uintptr_t)va_arg(args, void *);
			at = digits_of(digits, sizeof(digits), v, 16, false, lower);
			put_padded(&o, digits + at, sizeof(digits) - at, 16, false, '0');
			break;
		case 's':
			s = va_arg(args, const char *);
			s = s ? s : "(null)";
			put_padded(&o, s, strlen(s), width, left, ' ');
			break;
		case 'c':
			put_char(&o, (char)va_arg(args, int));
			break;
		case '%':
			put_char(&o, '%');
			break;
		default:
			/* Unknown conversion: printed as is, so that the mistake is visible. */
			put_char(&o, '%');
			if (!*fmt)
				goto done;
			put_char(&o, *fmt);
		}
	}
done:
	if (size)
		text[MIN(o.len, size - 1)] = '\0';
	return (int)o.len;
}

int format(char *out, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vformat(out, size, fmt, args);
	va_end(args);
	return len;
}

static void (*sink)(const char *text, size_t len);

/*
 * The log's ring buffer, each line preceded by its level; `history_end` counts bytes ever logged.
 */
static char history[LOG_HISTORY];
static uint64_t history_end;
uint64_t log_console_level = LOG_LEVEL + 1;

static void history_append(const char *text, size_t len)
{
	static bool in_line;

	for (size_t i = 0; i < len; i++) {
		const char *mark = in_line ? "" : (const char[]){'<', '0' + LOG_LEVEL, '>', 0};

		while (*mark)
			history[history_end++ % LOG_HISTORY] = *mark++;
		history[history_end++ % LOG_HISTORY] = text[i];
		in_line = text[i] != '\n';
	}
}

size_t log_read(uint64_t *from, char *out, size_t size)
{
	size_t n = 0;

	if (history_end - *from > LOG_HISTORY)
		*from = history_end - LOG_HISTORY;
	while (n < size && *from < history_end)
		out[n++] = history[(*from)++ % LOG_HISTORY];
	return n;
}

uint64_t log_end(void)
{
	return history_end;
}

void log_set_sink(void (*write)(const char *text, size_t len))
{
	sink = write;
}

static void log_vprintf(const char *fmt, va_list args)
{
	char line[LOG_LINE_MAX];
	int len = vformat(line, sizeof(line), fmt, args);

	history_append(line, MIN((size_t)len, sizeof(line) - 1));
	if (sink && log_console_level > LOG_LEVEL)
		sink(line, MIN((size_t)len, sizeof(line) - 1));
}

void log_printf(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_vprintf(fmt, args);
	va_end(args);
}

#ifdef BANTAM_DEBUG
#define TRACE_DEPTH 12

/* The return addresses above `frame`, as long as the frame pointers look plausible. */
static void print_trace(const uint64_t *frame)
{
	log_printf("\nBantam trace:");
	for (unsigned int i = 0; i < TRACE_DEPTH; i++) {
		const uint64_t *above = (const uint64_t *)frame[0];

		log_printf(" %lx", frame[1]);
		if (above <= frame || above - frame > 2048 || (uint64_t)above % 8)
			break;
		frame = above;
	}
}
#else
static void print_trace(const uint64_t *)
{
}
#endif

void panic(const char *fmt, ...)
{
	va_list args;

	arch_panic_begin();
	log_console_level = LOG_LEVEL + 1;
	print_trace(__builtin_frame_address(0));
	log_printf("\nBantam panic: ");
	va_start(args, fmt);
	log_vprintf(fmt, args);
	va_end(args);
	log_printf("\n");
	arch_panic_stop();
}
