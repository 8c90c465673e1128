#include "port.h"
#include "record.h"

void record_emit(struct record_stream *stream, struct record *rec)
{
	size_t done = 0;

	record_close(rec);
	while (done < rec->len) {
		long n = port_write(PORT_CONSOLE, rec->text + done, rec->len - done);

		/* There is nowhere to report a console that fails; the host sees the gap in seq. */
		if (n <= 0 && n != -PORT_EINTR)
			break;
		if (n > 0)
			done += (size_t)n;
	}
	stream->seq++;
}
