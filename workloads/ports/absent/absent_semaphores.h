#pragma once

/* Sets of semaphores. */

#include "port.h"

static inline long port_semaphores(int count)
{
	(void)count;
	return -PORT_ENOSYS;
}

static inline long port_semaphore(long set, int index, int change)
{
	(void)set;
	(void)index;
	(void)change;
	return -PORT_ENOSYS;
}

static inline long port_semaphores_remove(long set)
{
	(void)set;
	return -PORT_ENOSYS;
}
