#pragma once

#include <stddef.h>
#include <stdint.h>

/* CRC-32 as zlib and PNG have it: polynomial 0x04c11db7 reflected, inverted in and out. */
uint32_t crc32(const void *data, size_t len);
