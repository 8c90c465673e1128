/* The line discipline: typed characters, editing and echo. */
#include "drivers/tty.h"
#include "proc/signal/signal.h"
#include "sched/wait.h"

static void set_end(struct tty *t, uint32_t at, bool on)
{
	at %= TTY_LINE_MAX;
	if (on)
		t->ends[at / 64] |= BIT(at % 64);
	else
		t->ends[at / 64] &= ~BIT(at % 64);
}

static void echo(struct tty *t, const char *text, size_t len)
{
	if (tty_has_lflag(t, LFLAG_ECHO))
		t->ops->echo(t, text, len);
}

/* Whether a character is echoed as ^X. */
static bool is_echoed_as_caret(const struct tty *t, uint8_t c)
{
	return !t->ops->plain_echo && tty_has_lflag(t, LFLAG_ECHOCTL) && (c < ' ' || c == 0x7f) &&
	       c != '\n' && c != '\t';
}

static void echo_char(struct tty *t, char c)
{
	char shown[2] = {'^', (char)(c ^ 0x40)};

	if (is_echoed_as_caret(t, (uint8_t)c))
		echo(t, shown, 2);
	else
		echo(t, &c, 1);
}

/* `end`: at the end of a line; with 0, an end of file, which is not echoed. */
static void insert(struct tty *t, char c, bool end)
{
	/* The last byte is reserved for the end of the line. */
	if (t->typed - t->read >= TTY_LINE_MAX - 1 && !end)
		return;
	if (t->typed - t->read >= TTY_LINE_MAX)
		return;
	t->ring[t->typed % TTY_LINE_MAX] = c;
	set_end(t, t->typed, end);
	t->typed++;
	if (c == '\n' && tty_has_lflag(t, LFLAG_ICANON) && tty_has_lflag(t, LFLAG_ECHONL))
		t->ops->echo(t, &c, 1);
	else if (c || !end)
		echo_char(t, c);
}

static void erase(struct tty *t)
{
	if (t->typed == t->ready)
		return;
	t->typed--;
	echo(t, "\b \b", 3);
	if (is_echoed_as_caret(t, (uint8_t)t->ring[t->typed % TTY_LINE_MAX]))
		echo(t, "\b \b", 3);
}

void tty_commit(struct tty *t)
{
	t->ready = t->typed;
	wait_wake_all(&t->readers);
}

void tty_signal(const struct tty *t, int signo)
{
	struct signal_info info = {.signo = signo, .code = SI_KERNEL};

	if (t->foreground)
		signal_kill(-t->foreground, &info);
}

/* Whether `c` is that control character; 0 disables one. */
static bool is_control_char(const struct tty *t, uint8_t c, unsigned int key)
{
	return c && c == t->mode.keys[key];
}

/* VINTR, VQUIT and VSUSP: signal the foreground group and discard pending input and output. */
static bool input_signal_char(struct tty *t, uint8_t c)
{
	char shown[3] = {'^', (char)(c ^ 0x40), '\n'};
	int signo;

	if (!tty_has_lflag(t, LFLAG_ISIG))
		return false;
	if (is_control_char(t, c, KEY_INTR))
		signo = SIGINT;
	else if (is_control_char(t, c, KEY_QUIT))
		signo = SIGQUIT;
	else if (is_control_char(t, c, KEY_SUSP))
		signo = SIGTSTP;
	else
		return false;
	tty_signal(t, signo);
	if (!tty_has_lflag(t, LFLAG_NOFLSH)) {
		tty_flush(t);
		if (t->ops->flush_output)
			t->ops->flush_output(t);
	}
	if (t->mode.iflag & IFLAG_IXON)
		tty_stop(t, false);
	if (t->ops->plain_echo)
		echo(t, shown, sizeof(shown));
	else
		echo_char(t, (char)c);
	return true;
}

/* VSTART and VSTOP; with IXANY any character restarts output. */
static bool input_flow_char(struct tty *t, uint8_t c)
{
	if (!(t->mode.iflag & IFLAG_IXON))
		return false;
	if (is_control_char(t, c, KEY_START)) {
		tty_stop(t, false);
		return true;
	}
	if (is_control_char(t, c, KEY_STOP)) {
		tty_stop(t, true);
		return true;
	}
	if (t->mode.iflag & IFLAG_IXANY)
		tty_stop(t, false);
	return false;
}

static bool is_word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_';
}

static void erase_word(struct tty *t)
{
	bool begun = false;

	for (; t->typed != t->ready; erase(t)) {
		bool of_word = is_word_char(t->ring[(t->typed - 1) % TTY_LINE_MAX]);

		if (begun && !of_word)
			return;
		begun |= of_word;
	}
}

static void reprint(struct tty *t, char c)
{
	echo_char(t, c);
	echo(t, "\n", 1);
	for (uint32_t i = t->ready; i != t->typed; i++)
		echo_char(t, t->ring[i % TTY_LINE_MAX]);
}

static bool input_edit_char(struct tty *t, uint8_t c)
{
	bool extended = tty_has_lflag(t, LFLAG_IEXTEN);

	if (is_control_char(t, c, KEY_ERASE)) {
		erase(t);
	} else if (is_control_char(t, c, KEY_KILL)) {
		while (t->typed != t->ready)
			erase(t);
	} else if (extended && is_control_char(t, c, KEY_WERASE)) {
		erase_word(t);
	} else if (extended && is_control_char(t, c, KEY_REPRINT) && tty_has_lflag(t, LFLAG_ECHO)) {
		reprint(t, (char)c);
	} else if (extended && is_control_char(t, c, KEY_LNEXT)) {
		t->literal_next = true;
		if (tty_has_lflag(t, LFLAG_ECHOCTL))
			echo(t, "^\b", 2);
	} else if (is_control_char(t, c, KEY_EOF)) {
		insert(t, 0, true);
		tty_commit(t);
	} else {
		return false;
	}
	return true;
}

/* Whether it completes a line. */
static bool is_line_end(const struct tty *t, uint8_t c)
{
	return c == '\n' || is_control_char(t, c, KEY_EOL) ||
	       (tty_has_lflag(t, LFLAG_IEXTEN) && is_control_char(t, c, KEY_EOL2));
}

void tty_input(struct tty *t, char c)
{
	bool edited = tty_has_lflag(t, LFLAG_ICANON), literal = t->literal_next, end;

	t->literal_next = false;
	if (!literal) {
		if (input_flow_char(t, (uint8_t)c) || input_signal_char(t, (uint8_t)c))
			return;
		if (c == '\r' && (t->mode.iflag & IFLAG_IGNCR))
			return;
		if (c == '\r' && (t->mode.iflag & IFLAG_ICRNL))
			c = '\n';
		else if (c == '\n' && (t->mode.iflag & IFLAG_INLCR))
			c = '\r';
		if (edited && input_edit_char(t, (uint8_t)c))
			return;
	}
	end = edited && !literal && is_line_end(t, (uint8_t)c);
	insert(t, c, end);
	if (end || !edited)
		tty_commit(t);
}
