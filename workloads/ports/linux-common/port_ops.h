#pragma once

/* The contract stands in port.h, which includes this file last. */

#include "linux_machine.h"
#include "linux_syscall.h"

#include "linux_file.h"
#include "linux_ipc.h"
#include "linux_memory.h"
#include "linux_process.h"
#include "linux_socket.h"
