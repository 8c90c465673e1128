/*
 * The system calls, one function each. Arguments are the user's and unchecked; the result is a
 * value or -errno. calls.def lists them.
 */
#pragma once

#include "lib/types.h"

#define ARGUMENTS_0 void
#define ARGUMENTS_1 uint64_t
#define ARGUMENTS_2 ARGUMENTS_1, uint64_t
#define ARGUMENTS_3 ARGUMENTS_2, uint64_t
#define ARGUMENTS_4 ARGUMENTS_3, uint64_t
#define ARGUMENTS_5 ARGUMENTS_4, uint64_t
#define ARGUMENTS_6 ARGUMENTS_5, uint64_t

#define LOCKED(number, name, args)   long sys_##name(ARGUMENTS_##args);
#define UNLOCKED(number, name, args) LOCKED(number, name, args)
#include "syscall/calls.def"
#undef LOCKED
#undef UNLOCKED
