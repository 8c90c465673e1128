/* Asynchronous I/O contexts (io_setup(2)): completion events until someone collects them. */
#pragma once

#include "lib/types.h"
#include "sched/wait.h"

/* Limit on the events of all of a process's contexts. */
#define AIO_MAX 65536

/* The ABI's struct io_event. */
struct aio_event {
	uint64_t data, iocb;
	int64_t result, result2;
};

/* Guarded by the kernel lock, as is the list of a process's contexts (NULL: empty). */
struct aio {
	struct aio *next;
	uint64_t id; /* an address unique to it in the process */
	uint32_t capacity, used, refs;
	bool destroyed;
	struct list done; /* in order of completion */
	struct wait_queue queue;
};

/* Creates a context. Returns 0, -EAGAIN if the process would exceed AIO_MAX, or -ENOMEM. */
int aio_create(struct aio **all, uint64_t id, uint32_t capacity);
/* Returns the context with a reference, or NULL. */
struct aio *aio_find(struct aio *all, uint64_t id);
void aio_put(struct aio *a);
DEFINE_SCOPED(struct aio *, aio_put)
/* Removes the context from the list and wakes its waiters. */
void aio_destroy(struct aio **all, struct aio *a);
void aio_destroy_all(struct aio **all);

/*
 * Reserves an event: cancelled, or completed and then kept until collected. Returns 0, -EAGAIN if
 * the context is full, or -ENOMEM.
 */
int aio_reserve(struct aio *a, struct aio_event **out);
void aio_cancel(struct aio *a, struct aio_event *e);
void aio_complete(struct aio *a, struct aio_event *e);
/*
 * Collects the next event, waiting until the deadline (0: without waiting). Returns 0, -ETIMEDOUT,
 * -EINVAL if the context was destroyed, or -ERESTARTSYS.
 */
int aio_get_event(struct aio *a, uint64_t deadline_ns, struct aio_event *out);
