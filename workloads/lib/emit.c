#include "port.h"
#include "record.h"

void record_emit(struct record_stream *stream, struct record *rec)
{
	size_t done = 0;

	record_close(rec);
	while (done < rec->len) {
		long n = port_write(PORT_CONSOLE, rec->text + done, rec->len - done);

		/* A console that takes nothing cannot be told so; the gap in seq tells the host. */
		if (n <= 0 && n != -PORT_EINTR)
			break;
		if (n > 0)
			done += (size_t)n;
	}
	stream->seq++;
}
