#pragma once

/*
 * A second process for a workload to talk to, at most one at a time.
 */

/* Forks it: it runs serve() and exits with its result, 0 for success. */
void partner_start(int (*serve)(void));

/* Waits for the partner, which must already have been told to exit, and checks its status. */
void partner_join(void);
