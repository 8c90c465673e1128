#pragma once

/*
 * The process on the other side. It runs `serve`, whose result is its exit status: 0 when all went
 * well. There can be one at a time.
 */
void partner_start(int (*serve)(void));

/* Waits for the partner, which must have been told to end, and checks how it did. */
void partner_end(void);
