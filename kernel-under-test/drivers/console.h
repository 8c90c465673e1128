/* /dev/console and /dev/ttyS0: the serial port behind a line discipline. */
#pragma once

#include "fs/file.h"

void console_init(void);

/* Whether it is the controlling terminal of the caller's session. */
bool console_is_controlling(void);
/* Makes `f`, which is being opened, refer to the console. */
void console_open(struct file *f);
