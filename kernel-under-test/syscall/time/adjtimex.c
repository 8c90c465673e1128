/* adjtimex. ADJ_SETOFFSET sets the clock; everything else is only stored. */
#include "arch/time.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

#define ADJ_OFFSET	    0x0001
#define ADJ_FREQUENCY	    0x0002
#define ADJ_MAXERROR	    0x0004
#define ADJ_ESTERROR	    0x0008
#define ADJ_STATUS	    0x0010
#define ADJ_TIMECONST	    0x0020
#define ADJ_TAI		    0x0080
#define ADJ_SETOFFSET	    0x0100
#define ADJ_MICRO	    0x1000
#define ADJ_NANO	    0x2000
#define ADJ_TICK	    0x4000
#define ADJ_OFFSET_SINGLE   0x8000 /* adjtime(): with ADJ_OFFSET, and ADJ_OFFSET_READONLY */
#define ADJ_OFFSET_READONLY 0x2000

#define STA_PLL	     0x0001
#define STA_UNSYNC   0x0040
#define STA_CLOCKERR 0x1000
#define STA_NANO     0x2000
#define STA_RONLY    0xff00

#define TIME_OK	   0
#define TIME_ERROR 5

#define FREQ_MAX 32768000
/* Linux clamps to this, without an error. */
#define FREQ_CLAMP   (INT64_MAX / 65536000)
#define ERROR_MAX    16000000
#define OFFSET_MAX   500000000 /* ns */
#define CONSTANT_MAX 10
#define TAI_MAX	     100000
#define TICK_US	     10000
#define TICK_SPREAD  1000

struct user_timex {
	uint32_t modes, pad;
	int64_t offset, freq, max_error, est_error;
	int32_t status, pad2;
	int64_t constant, precision, tolerance;
	int64_t sec, usec;
	int64_t tick, pps[2];
	int32_t shift, pad3;
	int64_t more[5];
	int32_t tai, pad4[11];
};

_Static_assert(sizeof(struct user_timex) == 208, "Linux ABI");

static struct {
	int64_t offset_ns, freq, max_error, est_error, constant, tick, single_us;
	int32_t status, tai;
} set = {
	.max_error = ERROR_MAX,
	.est_error = ERROR_MAX,
	.constant = 2,
	.tick = TICK_US,
	.status = STA_UNSYNC,
};

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : MIN(v, high);
}

static int check(const struct user_timex *t)
{
	int64_t unit = t->modes & ADJ_NANO ? NS_PER_SEC : US_PER_SEC;

	if (t->modes & ADJ_OFFSET_SINGLE) {
		if (!(t->modes & ADJ_OFFSET))
			return -EINVAL;
		return t->modes & ADJ_OFFSET_READONLY || capable(CAP_SYS_TIME) ? 0 : -EPERM;
	}
	if (t->modes && !capable(CAP_SYS_TIME))
		return -EPERM;
	if ((t->modes & ADJ_TICK) &&
	    (t->tick < TICK_US - TICK_SPREAD || t->tick > TICK_US + TICK_SPREAD))
		return -EINVAL;
	if ((t->modes & ADJ_FREQUENCY) && (t->freq < -FREQ_CLAMP || t->freq > FREQ_CLAMP))
		return -EINVAL;
	if ((t->modes & ADJ_SETOFFSET) && (t->usec < 0 || t->usec >= unit))
		return -EINVAL;
	return 0;
}

static int step_clock(const struct user_timex *t)
{
	int64_t ns = t->modes & ADJ_NANO ? t->usec : t->usec * 1000, now, to;

	now = (int64_t)time_real_ns();
	if (__builtin_mul_overflow(t->sec, NS_PER_SEC, &to) ||
	    __builtin_add_overflow(to, ns, &to) || __builtin_add_overflow(to, now, &to) ||
	    to < (int64_t)arch_time_ns())
		return -EINVAL;
	time_set_epoch_ns((uint64_t)to - arch_time_ns());
	return 0;
}

/* In Linux's order. */
static void store_modes(const struct user_timex *t)
{
	if (t->modes & ADJ_STATUS)
		set.status = (set.status & STA_RONLY) | (t->status & ~STA_RONLY);
	if (t->modes & ADJ_NANO)
		set.status |= STA_NANO;
	if (t->modes & ADJ_MICRO)
		set.status &= ~STA_NANO;
	if (t->modes & ADJ_FREQUENCY)
		set.freq = clamp(t->freq, -FREQ_MAX, FREQ_MAX);
	if (t->modes & ADJ_MAXERROR)
		set.max_error = t->max_error;
	if (t->modes & ADJ_ESTERROR)
		set.est_error = t->est_error;
	if (t->modes & ADJ_TIMECONST)
		set.constant =
			clamp(t->constant + (set.status & STA_NANO ? 0 : 4), 0, CONSTANT_MAX);
	if ((t->modes & ADJ_TAI) && t->constant >= 0 && t->constant <= TAI_MAX)
		set.tai = (int32_t)t->constant;
	if ((t->modes & ADJ_OFFSET) && (set.status & STA_PLL))
		set.offset_ns = clamp(t->offset, -OFFSET_MAX, OFFSET_MAX) *
				(set.status & STA_NANO ? 1 : 1000);
	set.offset_ns = clamp(set.offset_ns, -OFFSET_MAX, OFFSET_MAX);
	if (t->modes & ADJ_TICK)
		set.tick = t->tick;
}

static long adjust(uint64_t at)
{
	bool nano, single;
	struct user_timex t;
	uint64_t now;
	int err;

	if (copy_from_user(&t, at, sizeof(t)) < 0)
		return -EFAULT;
	err = check(&t);
	single = t.modes & ADJ_OFFSET_SINGLE;
	if (!err && !single && (t.modes & ADJ_SETOFFSET))
		err = step_clock(&t);
	if (err)
		return err;
	if (!single && t.modes)
		store_modes(&t);
	nano = set.status & STA_NANO;
	now = time_real_ns();
	t = (struct user_timex){
		.modes = t.modes,
		.offset = single ? t.offset : set.offset_ns / (nano ? 1 : 1000),
		.freq = set.freq,
		.max_error = set.max_error,
		.est_error = set.est_error,
		.status = set.status,
		.constant = set.constant,
		.precision = 1,
		.tolerance = FREQ_MAX,
		.sec = (int64_t)(now / NS_PER_SEC),
		.usec = (int64_t)(now % NS_PER_SEC / (nano ? 1 : 1000)),
		.tick = set.tick,
		.tai = set.tai,
	};
	if (single) {
		int64_t left = set.single_us;

		if (!(t.modes & ADJ_OFFSET_READONLY))
			set.single_us = t.offset;
		t.offset = left;
	}
	if (copy_to_user(at, &t, sizeof(t)) < 0)
		return -EFAULT;
	return set.status & (STA_UNSYNC | STA_CLOCKERR) ? TIME_ERROR : TIME_OK;
}

long sys_adjtimex(uint64_t at)
{
	return adjust(at);
}

long sys_clock_adjtime(uint64_t clock, uint64_t at)
{
	struct user_timex t;

	if (copy_from_user(&t, at, sizeof(t)) < 0)
		return -EFAULT;
	if (clock == CLOCK_REALTIME)
		return adjust(at);
	return clock <= CLOCK_TAI && clock != CLOCK_DYNAMIC ? -EOPNOTSUPP : -EINVAL;
}
