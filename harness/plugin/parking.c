#include "parking.h"

#include <stdlib.h>

struct parking_slot {
	struct stack *stack;
};

static struct map parked;

void parking_put(struct stack *stack, uint64_t sp)
{
	void **at = map_slot(&parked, (struct map_key){ sp, 0, 0 });
	struct parking_slot *resume_point;

	if (!*at)
		*at = util_alloc(sizeof(*resume_point));
	resume_point = *at;
	/* A thread that never resumed has ended, and its stack's memory is in use again. */
	if (resume_point->stack) {
		free(resume_point->stack->contexts);
		free(resume_point->stack->calls);
		free(resume_point->stack);
	}
	resume_point->stack = stack;
}

struct stack *parking_take(uint64_t sp)
{
	struct parking_slot *resume_point = map_find(&parked, (struct map_key){ sp, 0, 0 });
	struct stack *stack = resume_point ? resume_point->stack : NULL;

	if (resume_point)
		resume_point->stack = NULL;
	return stack;
}
