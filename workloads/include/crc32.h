#pragma once

#include <stddef.h>
#include <stdint.h>

/* CRC-32 of zlib and PNG: reflected polynomial 0x04c11db7, initial value and result inverted. */
uint32_t crc32(const void *data, size_t len);
