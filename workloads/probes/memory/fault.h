#pragma once

/* For probes whose child is to die of a fault: probe_child() gives 128 and the signal. */
#include <linux/signal.h>
