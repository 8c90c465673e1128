#pragma once

/* A result from -4095 to -1 is an error's number, below zero. */
#include "x86_64_syscall.h"

#define linux_call6 x86_64_call6
#define linux_call4 x86_64_call4
#define linux_call3 x86_64_call3
#define linux_call2 x86_64_call2
#define linux_call1 x86_64_call1
#define linux_call0 x86_64_call0
