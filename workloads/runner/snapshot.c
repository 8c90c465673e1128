#include "snapshot.h"

#include "text.h"

/* Aligned to its size: it lies within one page, which snapshot_wait() has made present. */
char snapshot_line[SNAPSHOT_LINE_MAX] __attribute__((aligned(SNAPSHOT_LINE_MAX)));

__attribute__((noinline)) void snapshot_point(void)
{
	__asm__ volatile("" ::: "memory");
}

bool snapshot_wait(void)
{
	memcpy(snapshot_line, SNAPSHOT_EMPTY, sizeof(SNAPSHOT_EMPTY));
	snapshot_point();
	snapshot_line[SNAPSHOT_LINE_MAX - 1] = '\0';
	return !text_equal(snapshot_line, SNAPSHOT_EMPTY);
}
