#include "record.h"

#include <stdbool.h>

#include "crc32.h"
#include "format.h"
#include "text.h"

/* " #", eight digits and "\n": always left free for record_close(). */
#define TAIL_LEN 11

static size_t room(const struct record *rec)
{
	return sizeof(rec->text) - TAIL_LEN - rec->len;
}

static void put(struct record *rec, const char *bytes, size_t len)
{
	memcpy(rec->text + rec->len, bytes, len);
	rec->len += len;
}

static bool is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '#' && c != '%' && c != '=';
}

static size_t escaped_len(const char *value)
{
	size_t len = 0;

	for (; *value; value++)
		len += is_plain((unsigned char)*value) ? 1 : 3;
	return len;
}

static void put_escaped(struct record *rec, const char *value)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;
		char escape[3] = { '%', digits[c >> 4], digits[c & 0xf] };

		if (is_plain(c))
			put(rec, value, 1);
		else
			put(rec, escape, sizeof(escape));
	}
}

/* Puts " key=" if that and `value_len` more bytes fit. */
static bool put_key(struct record *rec, const char *key, size_t value_len)
{
	size_t key_len = text_len(key);

	if (room(rec) < key_len + 2 + value_len)
		return false;
	put(rec, " ", 1);
	put(rec, key, key_len);
	put(rec, "=", 1);
	return true;
}

void record_open(struct record *rec, const struct record_stream *stream, const char *type)
{
	char digits[FORMAT_MAX];

	rec->len = 0;
	put(rec, "\n@rs1 ", 6);
	put(rec, digits, format_u64(digits, stream->id));
	put(rec, " ", 1);
	put(rec, digits, format_u64(digits, stream->seq));
	put(rec, " ", 1);
	put(rec, type, text_len(type));
}

void record_str(struct record *rec, const char *key, const char *value)
{
	if (put_key(rec, key, escaped_len(value)))
		put_escaped(rec, value);
}

void record_u64(struct record *rec, const char *key, uint64_t value)
{
	char digits[FORMAT_MAX];
	size_t len = format_u64(digits, value);

	if (put_key(rec, key, len))
		put(rec, digits, len);
}

void record_i64(struct record *rec, const char *key, int64_t value)
{
	char digits[FORMAT_MAX];
	size_t len = format_i64(digits, value);

	if (put_key(rec, key, len))
		put(rec, digits, len);
}

size_t record_list(struct record *rec, const char *key, const uint64_t *values, size_t count)
{
	size_t taken = 0;

	/* At least one value must fit: an empty list is not a field. */
	if (!count || !put_key(rec, key, FORMAT_MAX))
		return 0;
	for (; taken < count; taken++) {
		char digits[FORMAT_MAX];
		size_t len = format_u64(digits, values[taken]);

		if (room(rec) < len + (taken ? 1 : 0))
			break;
		if (taken)
			put(rec, ",", 1);
		put(rec, digits, len);
	}
	return taken;
}

void record_close(struct record *rec)
{
	char digits[8];

	/* The checksum covers the space, but not the newline in front of the record. */
	rec->text[rec->len++] = ' ';
	format_hex32(digits, crc32(rec->text + 1, rec->len - 1));
	rec->text[rec->len++] = '#';
	memcpy(rec->text + rec->len, digits, sizeof(digits));
	rec->len += sizeof(digits);
	rec->text[rec->len++] = '\n';
}
