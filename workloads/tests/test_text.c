#include "check.h"

/* Built with lib/text.c's copies under these names, so that libc's are not what is tested. */
void *own_memcpy(void *restrict to, const void *restrict from, size_t len);
void *own_memset(void *to, int byte, size_t len);
size_t text_len(const char *text);
_Bool text_equal(const char *a, const char *b);

int main(void)
{
	char to[8] = "abcdefg";

	CHECK(own_memcpy(to + 1, "XY", 2) == to + 1);
	CHECK(strcmp(to, "aXYdefg") == 0);
	CHECK(own_memcpy(to, "Z", 0) == to && to[0] == 'a');
	CHECK(own_memset(to, 'm', 3) == to);
	CHECK(strcmp(to, "mmmdefg") == 0);

	CHECK(text_len("") == 0);
	CHECK(text_len("four") == 4);
	CHECK(text_equal("", ""));
	CHECK(text_equal("quick", "quick"));
	CHECK(!text_equal("quick", "quic"));
	CHECK(!text_equal("quic", "quick"));
	CHECK(!text_equal("full", "fuel"));
	return 0;
}
