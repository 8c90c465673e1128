/* /dev/console and /dev/ttyS0: the serial port as a terminal, with lines edited and echoed. */
#pragma once

#include "fs/file.h"

void console_init(void);

/* Whether it is the terminal of the caller's session. */
bool console_is_own(void);
/* Makes `f`, which is being opened, the console. */
void console_open(struct file *f);
