#pragma once

#include <stdio.h>

#include "qemu_api.h"

/* To be set before the first block is translated. */
struct instrument {
	/* Receives the JSON of the windows and of the boot. */
	FILE *out;
	/* Discards all translated code, so that it is instrumented again. */
	void (*retranslate)(void);
};

extern struct instrument instrument;

/* Instruments a block that QEMU is translating. */
void instrument_block(struct qemu_plugin_tb *tb);
