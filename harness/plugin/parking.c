#include "parking.h"

#include <stdlib.h>

struct place_in_parking {
	struct stack *stack;
};

static struct map parked;

void parking_put(struct stack *stack, uint64_t sp)
{
	void **at = map_at(&parked, (struct map_key){ sp, 0, 0 });
	struct place_in_parking *place;

	if (!*at)
		*at = util_alloc(sizeof(*place));
	place = *at;
	/* Its thread is gone: the memory of its stack has got another use. */
	if (place->stack) {
		free(place->stack->contexts);
		free(place->stack->calls);
		free(place->stack);
	}
	place->stack = stack;
}

struct stack *parking_take(uint64_t sp)
{
	struct place_in_parking *place = map_find(&parked, (struct map_key){ sp, 0, 0 });
	struct stack *stack = place ? place->stack : NULL;

	if (place)
		place->stack = NULL;
	return stack;
}
