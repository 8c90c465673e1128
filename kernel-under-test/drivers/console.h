/* /dev/console and /dev/ttyS0: the serial port as a terminal, with lines edited and echoed. */
#pragma once

void console_init(void);
