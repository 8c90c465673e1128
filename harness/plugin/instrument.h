#pragma once

#include <stdio.h>

#include "qemu_api.h"

/* What instrumented code needs of the plugin: set before the first block is translated. */
struct instrument {
	/* Where windows and the boot go. */
	FILE *out;
	/* Has all code translated again. */
	void (*restart)(void);
};

extern struct instrument instrument;

/* QEMU translates `tb`: have what it executes counted and followed. */
void instrument_block(struct qemu_plugin_tb *tb);
