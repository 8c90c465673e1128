/* A circular doubly linked list with its links embedded in the elements. */
#pragma once

#include "lib/printf.h"
#include "lib/types.h"

struct list {
	struct list *next;
	struct list *prev;
};

#define LIST_INIT(name)                                                                            \
	{                                                                                          \
		&(name), &(name)                                                                   \
	}

static inline void list_init(struct list *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

static inline void list_insert_between(struct list *n, struct list *before, struct list *after)
{
	/* An unlinked element is linked to itself or uninitialized. */
	DEBUG_ASSERT(before->next == after && after->prev == before);
	DEBUG_ASSERT(n != before && n != after);
	n->prev = before;
	n->next = after;
	before->next = n;
	after->prev = n;
}

static inline void list_push_front(struct list *head, struct list *n)
{
	list_insert_between(n, head, head->next);
}

static inline void list_push_back(struct list *head, struct list *n)
{
	list_insert_between(n, head->prev, head);
}

/* Leaves `n` linked to itself, so that it may be removed again or tested with list_empty(). */
static inline void list_remove(struct list *n)
{
	DEBUG_ASSERT(n->prev->next == n && n->next->prev == n);
	n->prev->next = n->next;
	n->next->prev = n->prev;
	list_init(n);
}

#define list_entry(n, type, member)    container_of(n, type, member)
#define list_first(head, type, member) list_entry((head)->next, type, member)

/* `pos` may be removed from the list inside the loop; `next_` may not. */
#define list_for_each_safe(pos, next_, head, member)                                               \
	for (pos = list_first(head, __typeof__(*pos), member),                                     \
	    next_ = list_first(&pos->member, __typeof__(*pos), member);                            \
	     &pos->member != (head);                                                               \
	     pos = next_, next_ = list_first(&pos->member, __typeof__(*pos), member))

#define list_for_each(pos, head, member)                                                           \
	for (pos = list_first(head, __typeof__(*pos), member); &pos->member != (head);             \
	     pos = list_first(&pos->member, __typeof__(*pos), member))
