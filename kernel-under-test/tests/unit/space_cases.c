/* Address spaces, case by case: stacks, page tables that are freed, writes by the kernel. */
#include "arch/mmu.h"
#include "arch/trap.h"
#include "lib/errno.h"
#include "space_model.h"
#include "unit.h"

static void stack_grows(void)
{
	struct space *s = space_create(true, STACK_MAX);
	uint64_t end = USER_TOP, word = 7;

	space_switch(s);
	CHECK_EQ(space_map(s, end - PAGE_SIZE, PAGE_SIZE, AREA_READ | AREA_WRITE | AREA_STACK, NULL,
			   0), 0);
	CHECK_EQ(cpu_access(end - 100 * PAGE_SIZE, FAULT_WRITE, &word), 0);
	CHECK_EQ(cpu_access(end - 50 * PAGE_SIZE, 0, &word), 0);
	CHECK_EQ(word, 0);
	CHECK_EQ(cpu_access(end - STACK_MAX, FAULT_WRITE, &word), 0);
	CHECK_EQ(cpu_access(end - STACK_MAX - 8, FAULT_WRITE, &word), -EFAULT);
	CHECK_EQ(s->areas.count, 1);
	space_switch(NULL);
	space_put(s);
}

static void stack_keeps_its_distance(void)
{
	struct space *s = space_create(true, STACK_MAX);
	uint64_t end = USER_TOP, below = end - 2 * STACK_GUARD, word = 7;

	space_switch(s);
	CHECK_EQ(space_map(s, end - PAGE_SIZE, PAGE_SIZE, AREA_READ | AREA_WRITE | AREA_STACK, NULL,
			   0), 0);
	CHECK_EQ(space_map(s, below, PAGE_SIZE, AREA_READ | AREA_WRITE, NULL, 0), 0);
	CHECK_EQ(cpu_access(below + PAGE_SIZE + STACK_GUARD, FAULT_WRITE, &word), 0);
	CHECK_EQ(cpu_access(below + PAGE_SIZE + STACK_GUARD - 8, FAULT_WRITE, &word), -EFAULT);
	space_switch(NULL);
	space_put(s);
}

static void writes_from_the_kernel(void)
{
	struct space *s = space_create(true, STACK_MAX);
	char text[3 * PAGE_SIZE];
	uint64_t word, at = window_addr(1) - 100;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7 + i / 256);
	CHECK_EQ(space_map(s, WINDOW, 4 * PAGE_SIZE, AREA_READ | AREA_WRITE, NULL, 0), 0);
	CHECK_EQ(space_map(s, window_addr(4), PAGE_SIZE, AREA_READ, NULL, 0), 0);
	CHECK_EQ(space_write(s, at, text, sizeof(text)), 0);
	space_switch(s);
	for (size_t i = 4; i + 8 <= sizeof(text); i += 8) {
		CHECK_EQ(cpu_access(at + i, 0, &word), 0);
		CHECK(memcmp(&word, text + i, 8) == 0);
	}
	space_switch(NULL);
	CHECK_EQ(space_write(s, at, NULL, sizeof(text)), 0);
	space_switch(s);
	CHECK_EQ(cpu_access(window_addr(1), 0, &word), 0);
	CHECK_EQ(word, 0);
	space_switch(NULL);
	CHECK_EQ(space_write(s, window_addr(4) - 8, text, 16), -EACCES);
	CHECK_EQ(space_write(s, window_addr(5), text, 1), -EFAULT);
	space_put(s);
}

/* Page tables are freed and made again: nothing may be found through stale ones. */
static void tables_go(void)
{
	struct space *s = space_create(true, STACK_MAX);
	uint64_t base = 1ul << 30, word, len = 3 * MMU_TABLE_SPAN;

	space_switch(s);
	for (uint64_t touched = 1; touched <= 512; touched *= 2) {
		CHECK_EQ(space_map(s, base, len, AREA_READ | AREA_WRITE, NULL, 0), 0);
		for (int again = 0; again < 2; again++) {
			for (uint64_t i = 0; i < touched; i++) {
				word = 1;
				CHECK_EQ(cpu_access(base + i * len / touched, 0, &word), 0);
				CHECK_EQ(word, 0);
				word = ~i;
				CHECK_EQ(cpu_access(base + i * len / touched, FAULT_WRITE, &word), 0);
			}
			CHECK_EQ(s->resident, touched);
			if (!again)
				CHECK_EQ(space_discard(s, base, len), 0);
		}
		CHECK_EQ(space_unmap(s, base, len), 0);
		CHECK_EQ(s->resident, 0);
		CHECK_EQ(cpu_access(base, 0, &word), -EFAULT);
	}
	space_switch(NULL);
	space_put(s);
}

void space_cases(void)
{
	stack_grows();
	stack_keeps_its_distance();
	writes_from_the_kernel();
	tables_go();
}
