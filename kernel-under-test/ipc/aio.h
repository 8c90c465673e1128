/* Contexts of asynchronous input and output: what was done, until someone asks. */
#pragma once

#include "lib/types.h"
#include "sched/wait.h"

/* In all of a process's contexts. */
#define AIO_MAX 65536

/* struct io_event of the ABI. */
struct aio_event {
	uint64_t data, iocb;
	int64_t result, result2;
};

/* Guarded by the kernel lock, as are the lists of them: one a process, empty when NULL. */
struct aio {
	struct aio *next;
	uint64_t id; /* an address in the process, which is its alone */
	uint32_t room, used, refs;
	bool ended;
	struct list done; /* the first that ended first */
	struct wait_queue queue;
};

/* -EAGAIN: the process would have more than AIO_MAX; -ENOMEM. */
int aio_make(struct aio **all, uint64_t id, uint32_t room);
/* With a reference, or NULL. */
struct aio *aio_find(struct aio *all, uint64_t id);
void aio_put(struct aio *a);
DEFINE_SCOPED(struct aio *, aio_put)
/* No longer in the list; who waits for it is told. */
void aio_end(struct aio **all, struct aio *a);
void aio_end_all(struct aio **all);

/* Keeps it until it is taken. -EAGAIN: there is no room; -ENOMEM. */
int aio_reserve(struct aio *a, struct aio_event **out);
void aio_cancel(struct aio *a, struct aio_event *e);
void aio_complete(struct aio *a, struct aio_event *e);
/*
 * The next event, waited for until the deadline (0: not at all). -ETIMEDOUT; -EINVAL: the context
 * has ended; -ERESTARTSYS.
 */
int aio_take(struct aio *a, uint64_t deadline_ns, struct aio_event *out);
