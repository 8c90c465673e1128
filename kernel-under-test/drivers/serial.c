/* A polled 16550 serial port, with interrupts for input. */
#include "drivers/serial.h"

#include "arch/trap.h"
#include "asm/cpu.h"

#define COM1	     0x3f8
#define DATA	     (COM1 + 0)
#define INTERRUPTS   (COM1 + 1)
#define FIFO	     (COM1 + 2)
#define LINE	     (COM1 + 3)
#define MODEM	     (COM1 + 4)
#define STATUS	     (COM1 + 5)
#define STATUS_INPUT 0x01
#define STATUS_ROOM  0x20

/* What reads return without a port. */
#define STATUS_NONE 0xff

static void (*input_char)(char c);

void serial_init(void)
{
	x86_outb(INTERRUPTS, 0);
	x86_outb(LINE, 0x80); /* divisor: 1, 115200 baud */
	x86_outb(DATA, 1);
	x86_outb(INTERRUPTS, 0);
	x86_outb(LINE, 0x03); /* 8 bits, no parity, 1 stop bit */
	x86_outb(FIFO, 0x07);
	x86_outb(MODEM, 0x0b);
}

static void put(char c)
{
	while (!(x86_inb(STATUS) & STATUS_ROOM))
		;
	x86_outb(DATA, (uint8_t)c);
}

void serial_write(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			put('\r');
		put(text[i]);
	}
}

void serial_enable_input(void (*got)(char c))
{
	input_char = got;
	while (x86_inb(STATUS) != STATUS_NONE && (x86_inb(STATUS) & STATUS_INPUT))
		input_char((char)x86_inb(DATA));
	x86_outb(INTERRUPTS, 0x01);
}

void trap_serial(void)
{
	while (x86_inb(STATUS) != STATUS_NONE && (x86_inb(STATUS) & STATUS_INPUT)) {
		char c = (char)x86_inb(DATA);

		if (input_char)
			input_char(c);
	}
}
