/*
 * Memory changed by many threads at once, and what is known of it: stamps, and accesses that may
 * fault.
 */
#pragma once

#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/types.h>

#define PAGE	  4096ul
#define PROCESSES 3
#define THREADS	  4
#define WRITERS	  (PROCESSES * THREADS)
/* Pages in the private region of each process, and in each shared region. */
#define PAGES	     (THREADS * 12)
#define SHARED_PAGES (WRITERS * 4)
/* The end of the private region: pages written by all threads, each in its own words. */
#define TALLIES 8
#define REGION	((PAGES + TALLIES) * PAGE)
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
/* Positions of the stamp in a page. */
#define SPOTS 4

/* In memory shared by all processes. */
struct counts {
	atomic_long writes, faults, forks, wrong;
};

extern struct counts *counts;
/* Options that take effect for one round. */
extern bool on_disk, pressure;
extern int file;
/* Anonymous, and of `file`. */
extern volatile uint64_t *shared[2];
/* Each process has a region at the same address, and moves it aside from time to time. */
extern volatile uint64_t *region, *aside;

extern _Thread_local sigjmp_buf back;
extern _Thread_local volatile bool armed;
extern _Thread_local uint64_t seed;

/* Whether `action` completed without a fault. */
#define TRY(action)                                                                                \
	({                                                                                         \
		bool done_ = false;                                                                \
		if (!sigsetjmp(back, 0)) {                                                         \
			armed = true;                                                              \
			atomic_signal_fence(memory_order_seq_cst);                                 \
			action;                                                                    \
			atomic_signal_fence(memory_order_seq_cst);                                 \
			done_ = true;                                                              \
		}                                                                                  \
		armed = false;                                                                     \
		done_;                                                                             \
	})

/* Makes faults end a TRY(); outside of one a fault is an error. */
void catch_faults(void);
void say(const char *what, long at, uint64_t got, uint64_t expected);
uint64_t any(uint64_t below);

static inline volatile uint64_t *page_at(volatile uint64_t *base, long page)
{
	return base + (uint64_t)page * (PAGE / 8);
}

static inline volatile uint64_t *spot(volatile uint64_t *page, int i)
{
	return page + i * (long)(PAGE / 8 / SPOTS) + 7;
}

#define TIMES(s) ((s)&0xffffffffff)

uint64_t stamp(int writer, long page, uint64_t times);
void write_stamp(volatile uint64_t *page, uint64_t s);
void read_stamp(volatile uint64_t *page, uint64_t out[SPOTS]);
/* A page with a single writer holds exactly what that wrote last. */
void check_own(const char *what, volatile uint64_t *page, long at, uint64_t expected);
/* Another writer's page: empty, or a stamp by that writer for this page. */
void check_other(const char *what, uint64_t is, int writer, long at);
/* Retries while others make the page inaccessible. */
void write_own(volatile uint64_t *page, uint64_t s);

/* Changes a page of the process's region; *expected is the writer's own record. */
void change_own(int me, int own_file, long at, uint64_t *expected);
/* Changes a page of shared[which]: whatever happens to the mapping, its contents stay. */
void change_shared(int me, int which, long at, uint64_t *expected);
/* Increments the thread's words in all pages shared with the other threads of its process. */
void tally(int number, uint64_t *times);
/* If the first thread has made a new mapping: writes to it along with all others. */
void join_rush(int number);
/* A mapping of the thread's own: created, grown, moved, shrunk; others just used its pages. */
void come_and_go(int me);
/* Truncates `file` while others map it: a new mapping holds what was written, or zeros. */
void cut_file(int me);
/* What one thread does to the memory of all. */
void disturb(int process);

bool over(void);
void wait_for(pid_t child);
