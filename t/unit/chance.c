/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "taskrouterd/chance.h"
#include "tap.h"

#define DRAWS 1000

static unsigned char first[DRAWS][16], second[DRAWS][16];

static void
draw(const char *seed, uint64_t generation, enum chance_use use,
    unsigned char drawn[DRAWS][16])
{
	struct chance chance;

	chance_init(&chance, str_from(seed), generation);
	for (size_t i = 0; i < DRAWS; i++)
		chance_fill(&chance, use, drawn[i]);
}

static size_t
repeats(unsigned char drawn[DRAWS][16])
{
	size_t count = 0;

	for (size_t i = 0; i < DRAWS; i++)
		for (size_t j = 0; j < i; j++)
			count += memcmp(drawn[i], drawn[j], 16) == 0;
	return count;
}

static const struct {
	const char *what;
	const char *seed;
	uint64_t generation;
	enum chance_use use;
	bool same;
} draws[] = {
	{"the same seed", "7", 0, CHANCE_SIDS, true},
	{"another seed", "8", 0, CHANCE_SIDS, false},
	{"another generation", "7", 1, CHANCE_SIDS, false},
	{"another use", "7", 0, CHANCE_FAULTS, false},
	{"no seed", NULL, 0, CHANCE_SIDS, false},
	{"an empty seed", "", 0, CHANCE_REQUESTS, false},
};

static void
test_draws(void)
{
	draw("7", 0, CHANCE_SIDS, first);
	is_int((int64_t)repeats(first), 0, "no two draws are the same");
	for (size_t i = 0; i < ARRAY_LENGTH(draws); i++) {
		draw(draws[i].seed, draws[i].generation, draws[i].use, second);
		is_int(memcmp(first, second, sizeof first) == 0, draws[i].same,
		    "%s: %s", draws[i].what,
		    draws[i].same ? "the same" : "something else");
		is_int((int64_t)repeats(second), 0, "%s: no repetition", draws[i].what);
	}
}

static void
test_order(void)
{
	size_t falls = 0;

	draw("7", 0, CHANCE_SIDS, first);
	for (size_t i = 1; i < DRAWS; i++)
		falls += memcmp(first[i - 1], first[i], 16) >= 0;
	is_int((int64_t)falls, 0, "SIDs by a seed go up");
}

static void
test_independence(void)
{
	struct chance chance;
	unsigned char bytes[16];

	draw("7", 0, CHANCE_SIDS, first);
	chance_init(&chance, STR("7"), 0);
	chance_fill(&chance, CHANCE_REQUESTS, bytes);
	(void)chance_millionth(&chance, CHANCE_FAULTS);
	chance_fill_sid(&chance, bytes);
	ok(memcmp(bytes, first[0], 16) == 0,
	    "one use does not depend on the others");
}

static void
test_share(void)
{
	struct chance chance;
	unsigned hits = 0;

	chance_init(&chance, STR("share"), 0);
	for (size_t i = 0; i < 100000; i++) {
		uint32_t drawn = chance_millionth(&chance, CHANCE_FAULTS);
		if (drawn >= 1000000)
			ok(false, "a millionth is less than one");
		hits += drawn < 250000;
	}
	/* Four standard deviations: 548. The seed is always the same. */
	ok(hits > 24452 && hits < 25548, "a quarter hits %u of 100,000", hits);
}

static void
test_order_of_time(void)
{
	struct chance chance;
	unsigned char before[16], after[16];

	chance_init(&chance, STR_NONE, 0);
	chance_fill(&chance, CHANCE_SIDS, before);
	chance_fill(&chance, CHANCE_SIDS, after);
	ok(memcmp(before, after, 6) <= 0, "without a seed SIDs are in order of time");
}

int
main(void)
{
	test_draws();
	test_order();
	test_independence();
	test_share();
	test_order_of_time();
	return tap_done();
}
