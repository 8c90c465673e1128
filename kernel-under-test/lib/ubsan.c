/*
 * Debug build only: the runtime of -fsanitize=undefined. Each report starts with a source location;
 * the rest of it is not needed to find the bug.
 */
#include "lib/printf.h"
#include "lib/types.h"

struct ubsan_place {
	const char *file;
	uint32_t line;
	uint32_t column;
};

#define REPORT(name, what)                                                                         \
	void __ubsan_handle_##name(const struct ubsan_place *at);                                  \
	void __ubsan_handle_##name(const struct ubsan_place *at)                                   \
	{                                                                                          \
		panic("%s:%u: undefined behaviour: %s", at->file, at->line, what);                 \
	}

REPORT(add_overflow, "a sum overflows")
REPORT(sub_overflow, "a difference overflows")
REPORT(mul_overflow, "a product overflows")
REPORT(negate_overflow, "a negation overflows")
REPORT(divrem_overflow, "a division overflows, or by zero")
REPORT(shift_out_of_bounds, "a shift by too much, or of a negative number")
REPORT(out_of_bounds, "an index past the end of an array")
REPORT(pointer_overflow, "pointer arithmetic wraps around")
REPORT(type_mismatch_v1, "a pointer that is null, misaligned or to too small an object")
REPORT(alignment_assumption, "a pointer less aligned than promised")
REPORT(load_invalid_value, "a bool or an enum with a value that it can't have")
REPORT(nonnull_arg, "a null argument where none may be")
REPORT(nonnull_return_v1, "a null result where none may be")
REPORT(vla_bound_not_positive, "an array of no size")
REPORT(float_cast_overflow, "a conversion that overflows")
REPORT(invalid_builtin, "a bit search in zero")
REPORT(function_type_mismatch, "a call through a pointer of another type")
REPORT(builtin_unreachable, "a place that can't be reached is")
REPORT(missing_return, "a function ends without its result")
