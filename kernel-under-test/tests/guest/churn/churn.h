/* Memory that many change at once, and what is known of it: stamps, and accesses that may fault. */
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
/* Of the private region of each process, and of each shared one. */
#define PAGES	     (THREADS * 12)
#define SHARED_PAGES (WRITERS * 4)
/* The end of the private region: pages that all threads write, each its own words. */
#define TALLIES 8
#define REGION	((PAGES + TALLIES) * PAGE)
#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
/* Where in a page its stamp stands. */
#define SPOTS 4

/* In memory that all processes share. */
struct counts {
	atomic_long writes, faults, forks, wrong;
};

extern struct counts *counts;
/* What follows begins when the program does, and ends with the round. */
extern bool on_disk, pressure;
extern int file;
/* Anonymous, and of `file`. */
extern volatile uint64_t *shared[2];
/* Each process has a region of its own at the same address, and moves it aside now and then. */
extern volatile uint64_t *region, *aside;

extern _Thread_local sigjmp_buf back;
extern _Thread_local volatile bool armed;
extern _Thread_local uint64_t seed;

/* Whether `action` was done without a fault. */
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

/* Ends access that faults: TRY() says so. Without one that is an error. */
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
/* All of a page that nobody else writes is what was last written to it. */
void check_own(const char *what, volatile uint64_t *page, long at, uint64_t expected);
/* What another writes: nothing yet, or his stamp for this page. */
void check_other(const char *what, uint64_t is, int writer, long at);
/* As often as it takes, when others keep the page away. */
void write_own(volatile uint64_t *page, uint64_t s);

/* A page of the process's region; what is expected of it is the writer's own knowledge. */
void change_own(int me, int own_file, long at, uint64_t *expected);
/* Of shared[which]: whatever is done to the mapping, the contents stay. */
void change_shared(int me, int which, long at, uint64_t *expected);
/* Counts on in the thread's words of all pages that it shares with the others of its process. */
void tally(int number, uint64_t *times);
/* If the first thread has made a mapping that is new: writes to it, as all others do now. */
void join_rush(int number);
/* A mapping of the thread's own: made, grown, moved, cut; its pages were just somebody else's. */
void come_and_go(int me);
/* `file` is cut while others map it: what is mapped anew is what was written, or zero. */
void cut_file(int me);
/* What one thread does to the memory of all. */
void disturb(int process);

bool over(void);
void wait_for(pid_t child);
