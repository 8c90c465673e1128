/* Real-time policies: who runs, and when. All on one CPU. */
#include "guest.h"
#include "threads.h"

#include <linux/futex.h>
#include <semaphore.h>
#include <sys/resource.h>

#define MS 1000000l

#define AS_IT_WAS (-1)

/* What happened, a letter each, in order. */
static char story[64];
static atomic_int told;

static void tell(char c)
{
	story[atomic_fetch_add(&told, 1)] = c;
}

static void forget(void)
{
	memset(story, 0, sizeof(story));
	told = 0;
}

static void story_is(const char *name, const char *expected)
{
	holds(name, !strcmp(story, expected));
	forget();
}

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

static void spin(long ms)
{
	for (long end = now() + ms * MS; now() < end;)
		;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){0, ms * MS}, NULL);
}

/* Of the calling thread. */
static long become(int policy, int priority)
{
	return RAW(SYS_sched_setscheduler, 0, policy, &(struct sched_param){priority});
}

struct one {
	pthread_t thread;
	_Atomic pid_t tid;
	int policy, priority;
	char letter;
	void (*fn)(struct one *me);
	long ms;
};

static void *start(void *arg)
{
	struct one *me = arg;

	if (me->policy != AS_IT_WAS)
		become(me->policy, me->priority);
	me->tid = gettid();
	me->fn(me);
	return NULL;
}

/* The caller's policy is the new one's at first. */
static void begin(struct one *o)
{
	o->tid = 0;
	pthread_create(&o->thread, NULL, start, o);
}

static void end(struct one *o)
{
	pthread_join(o->thread, NULL);
}

static sem_t gate;

static void wait_at_gate(struct one *me)
{
	sem_wait(&gate);
	tell(me->letter);
}

static void say(struct one *me)
{
	tell(me->letter);
}

static void say_twice(struct one *me)
{
	tell(me->letter);
	spin(me->ms);
	tell(me->letter);
}

/* Four that wait at the gate, one after the other. */
static void let_through(struct one *all[4])
{
	for (int i = 0; i < 4; i++) {
		begin(all[i]);
		pause_ms(5);
	}
	for (int i = 0; i < 4; i++) {
		tell('.');
		sem_post(&gate);
	}
	pause_ms(5);
}

static void order_of_waking(void)
{
	struct one low = {.policy = SCHED_FIFO, .priority = 10, .letter = 'l', .fn = wait_at_gate},
		   high = {.policy = SCHED_FIFO, .priority = 12, .letter = 'h', .fn = wait_at_gate},
		   middle = {.policy = SCHED_RR, .priority = 11, .letter = 'm', .fn = wait_at_gate},
		   plain = {.policy = SCHED_OTHER, .letter = 'p', .fn = wait_at_gate};
	struct one *all[] = {&plain, &low, &high, &middle};

	sem_init(&gate, 0, 0);
	let_through(all);
	story_is("the most urgent is woken first, and runs at once", ".h.m.l.p");
	for (int i = 0; i < 4; i++)
		end(all[i]);
	become(SCHED_FIFO, 50);
	let_through(all);
	story_is("not before one that is more so", "....hmlp");
	become(SCHED_OTHER, 0);
	for (int i = 0; i < 4; i++)
		end(all[i]);
}

static void changing(void)
{
	struct one waiting = {.policy = SCHED_FIFO, .priority = 20, .letter = 'w', .fn = say},
		   other = {.policy = AS_IT_WAS, .letter = 'o', .fn = say};
	struct sched_param p = {60};

	become(SCHED_FIFO, 50);
	begin(&waiting);
	pause_ms(2);
	story_is("a thread starts as what started it", "w");
	end(&waiting);
	/* It is not there to change itself: what it starts as waits. */
	begin(&waiting);
	tell('1');
	same("lowering oneself", become(SCHED_FIFO, 10), 0);
	tell('2');
	story_is("lets others run at once", "1w2");
	end(&waiting);
	become(SCHED_FIFO, 50);
	begin(&other);
	pthread_setschedparam(other.thread, SCHED_FIFO, &p);
	tell('a');
	story_is("another is raised above oneself", "oa");
	end(&other);
	become(SCHED_OTHER, 0);
}

static void equals(int policy, const char *name, const char *expected)
{
	struct one a = {.policy = policy, .priority = 30, .letter = 'a', .fn = say_twice, .ms = 250},
		   b = {.policy = policy, .priority = 30, .letter = 'b', .fn = say_twice, .ms = 250};

	become(policy, 30);
	begin(&a);
	begin(&b);
	end(&a);
	end(&b);
	story_is(name, expected);
	become(SCHED_OTHER, 0);
}

static void yield_thrice(struct one *me)
{
	for (int i = 0; i < 3; i++) {
		tell(me->letter);
		sched_yield();
	}
}

static void yielding(void)
{
	struct one a = {.policy = SCHED_FIFO, .priority = 30, .letter = 'a', .fn = yield_thrice},
		   b = {.policy = SCHED_FIFO, .priority = 30, .letter = 'b', .fn = yield_thrice},
		   low = {.policy = SCHED_FIFO, .priority = 29, .letter = 'l', .fn = yield_thrice};

	become(SCHED_FIFO, 40);
	begin(&low);
	begin(&a);
	begin(&b);
	pause_ms(1);
	/* Each has lowered itself, and who does stands before his equals. */
	end(&a), end(&b), end(&low);
	story_is("a yield is for equals", "bababalll");
	become(SCHED_OTHER, 0);
}

static void preempted(void)
{
	struct one a = {.policy = SCHED_FIFO, .priority = 30, .letter = 'a', .fn = say_twice, .ms = 30},
		   b = {.policy = SCHED_FIFO, .priority = 30, .letter = 'b', .fn = say_twice, .ms = 1},
		   plain = {.policy = SCHED_OTHER, .letter = 'p', .fn = say};

	become(SCHED_FIFO, 40);
	begin(&plain);
	begin(&b);
	begin(&a);
	pause_ms(10);
	tell('!');
	end(&a), end(&b), end(&plain);
	story_is("who was interrupted goes on before its equals", "a!abbp");
	become(SCHED_OTHER, 0);
}

static _Atomic uint32_t word;

static long pi(int op)
{
	return RAW(SYS_futex, &word, op | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
}

static void hold(struct one *me)
{
	pi(FUTEX_LOCK_PI);
	tell(me->letter);
	spin(me->ms);
	tell(me->letter);
	pi(FUTEX_UNLOCK_PI);
}

static void inherit(int policy, const char *name)
{
	struct one owner = {.policy = policy, .priority = policy ? 5 : 0, .letter = 'o', .fn = hold,
			    .ms = 30},
		   middle = {.policy = SCHED_FIFO, .priority = 20, .letter = 'm', .fn = say_twice,
			     .ms = 30},
		   high = {.policy = SCHED_FIFO, .priority = 30, .letter = 'h', .fn = hold, .ms = 1};

	become(SCHED_FIFO, 40);
	word = 0;
	begin(&owner);
	pause_ms(10);
	begin(&high);
	pause_ms(5);
	begin(&middle);
	end(&owner), end(&middle), end(&high);
	story_is(name, "oohhmm");
	become(SCHED_OTHER, 0);
}

static void told_of(void)
{
	struct timespec t;

	become(SCHED_RR, 1);
	same("a turn", RAW(SYS_sched_rr_get_interval, 0, &t), 0);
	same("is a tenth of a second", t.tv_nsec, 100 * MS);
	become(SCHED_FIFO, 1);
	RAW(SYS_sched_rr_get_interval, 0, &t);
	same("there are none for who runs as he likes", t.tv_nsec, 0);
	become(SCHED_OTHER, 0);
}

/* The other has to wait, though not for ever: this is why one can get rid of it. */
static void running_wild(void)
{
	struct one wild = {.policy = SCHED_FIFO, .priority = 10, .letter = 'w', .fn = say_twice,
			   .ms = 1500};
	long before = now();

	begin(&wild);
	while (!wild.tid)
		sched_yield();
	for (volatile int i = 0; i < 100; i++)
		;
	tell('n');
	holds("who runs wild has most of a second", now() - before > 500 * MS);
	story_is("and not all", "wn");
	end(&wild);
	forget();
}

static void alone(void)
{
	stay_on(0);
	order_of_waking();
	changing();
	equals(SCHED_FIFO, "first come, first served, for as long as it takes", "aabb");
	equals(SCHED_RR, "in turns", "abab");
	yielding();
	preempted();
	inherit(SCHED_FIFO, "who waits for a lock lends its urgency");
	inherit(SCHED_OTHER, "to a plain thread too");
	told_of();
	running_wild();
}

static void run(void)
{
	same("all of it", status_of(alone), 0);
}

const struct suite realtime_suite = {"realtime", run};
