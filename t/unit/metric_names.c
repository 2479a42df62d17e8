/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "metrics/names.h"
#include "tap.h"

enum { PLACES = 2047 };

/* As a file that processes share. */
static cell *
shared(size_t count)
{
	void *cells = mmap(NULL, count * NAMES_CELLS * sizeof(cell),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return cells == MAP_FAILED ? NULL : cells;
}

static void
unshare_names(cell *places, size_t count)
{
	(void)munmap((void *)(uintptr_t)places,
	    count * NAMES_CELLS * sizeof(cell));
}

static struct str
numbered(char text[32], int number)
{
	(void)snprintf(text, 32, "a rule with number %d", number);
	return str_from(text);
}

static bool
keeps(const cell *places, size_t place, const char *name)
{
	char text[METRIC_NAME_LENGTH];

	return str_is(names_at(places, PLACES, place, text), name);
}

static void
test_many(void)
{
	enum { MANY = 1000 };
	cell *places = shared(PLACES);
	static bool taken[PLACES];
	size_t places_of[MANY];
	char name[32];
	int twice = 0, moved = 0, wrong = 0;

	for (int i = 0; i < MANY; i++) {
		places_of[i] = names_place(places, PLACES, numbered(name, i));
		twice += places_of[i] >= PLACES || taken[places_of[i]];
		if (places_of[i] < PLACES)
			taken[places_of[i]] = true;
	}
	is_int(twice, 0, "each of 1000 names has a place of its own");
	for (int i = 0; i < MANY; i++) {
		struct str text = numbered(name, i);
		moved += names_place(places, PLACES, text) != places_of[i];
		wrong += !keeps(places, places_of[i], name);
	}
	is_int(moved, 0, "and the same one each time");
	is_int(wrong, 0, "which tells its name");
	unshare_names(places, PLACES);
}

static void
test_full(void)
{
	cell *places = shared(3);
	size_t first = names_place(places, 3, STR("first"));
	char text[METRIC_NAME_LENGTH];

	(void)names_place(places, 3, STR("second"));
	ok(names_place(places, 3, STR("other")) == 3, "\"other\" is the last");
	ok(names_place(places, 3, STR("third")) < 3, "and takes no place");
	ok(names_place(places, 3, STR("fourth")) == 3,
	    "no place left: \"other\"");
	ok(names_place(places, 3, STR("first")) == first,
	    "a name that has its place keeps it");
	is_str(names_at(places, 3, 3, text), "other", "the name of the last");
	ok(names_place(places, 0, STR("first")) == 0, "no places at all");
	unshare_names(places, 3);
}

/* A process that is killed leaves a name half written. */
static void
test_half_written(void)
{
	static const char whole[] = "spanish callers at night";
	cell *places = shared(PLACES);
	size_t place = names_place(places, PLACES, STR("spanish callers at night"));
	cell *half = &places[place * NAMES_CELLS];

	for (size_t from = 1; from < NAMES_CELLS; from++) {
		for (size_t i = from; i < NAMES_CELLS; i++)
			atomic_store(&half[i], 0);
		ok(names_place(places, PLACES, str_from(whole)) == place &&
			keeps(places, place, whole),
		    "its owner's next call completes it, from cell %zu", from);
	}
	/* One more place, so that both names would like the same. */
	cell *one = shared(1);
	(void)names_place(one, 1, STR("spanish callers"));
	for (size_t i = 1; i < NAMES_CELLS; i++)
		atomic_store(&one[i], 0);
	ok(names_place(one, 1, STR("english")) == 1, "is not another name's");
	ok(names_place(one, 1, STR("spanish customers")) == 0,
	    "but may become one that begins alike");
	ok(names_place(one, 1, STR("spanish callers")) == 1,
	    "and is then no longer the first one's");
	unshare_names(one, 1);
	unshare_names(places, PLACES);
}

#define SIXTEEN "0123456789abcdef"
#define CONTINUATION "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
#define TEXT(literal) {literal, sizeof(literal) - 1}

static const struct {
	const char *what;
	struct str name;
	const char *kept;
} odd[] = {
	{"empty", TEXT(""), ""},
	{"a NUL", TEXT("a\0b"), "a?b"},
	{"bytes of no UTF-8", TEXT("\xff\xfe"), "?\xfe"},
	{"eight NULs", TEXT("\0\0\0\0\0\0\0\0"), "????????"},
	{"as long as may be", TEXT(SIXTEEN SIXTEEN SIXTEEN SIXTEEN),
	    SIXTEEN SIXTEEN SIXTEEN SIXTEEN},
	{"longer", TEXT(SIXTEEN SIXTEEN SIXTEEN "X" SIXTEEN),
	    SIXTEEN SIXTEEN SIXTEEN "X0123456789abcde"},
	{"longer, cut before a character of two bytes",
	    TEXT("Y" SIXTEEN SIXTEEN SIXTEEN "0123456789abcd\xc3\xa9"),
	    "Y" SIXTEEN SIXTEEN SIXTEEN "0123456789abcd"},
	{"longer, all continuation bytes",
	    TEXT(CONTINUATION CONTINUATION CONTINUATION CONTINUATION
		CONTINUATION), ""},
};

static void
test_odd(void)
{
	cell *places = shared(PLACES);

	for (size_t i = 0; i < ARRAY_LENGTH(odd); i++) {
		size_t place = names_place(places, PLACES, odd[i].name);
		ok(place < PLACES && keeps(places, place, odd[i].kept),
		    "%s", odd[i].what);
	}
	unshare_names(places, PLACES);
}

/* Several processes name the same things in the same few places at once, in
 * different order; some of them are killed. */
enum { PROCESSES = 3, KILLED = 1, NAMES = 40, ROUNDS = 2000 };

struct race {
	_Atomic unsigned arrived;
	cell places[ROUNDS][NAMES * NAMES_CELLS];
	size_t told[PROCESSES][ROUNDS][NAMES];
};

static void
run(struct race *race, unsigned self)
{
	char name[32];

	for (unsigned round = 0; round < ROUNDS; round++) {
		(void)atomic_fetch_add(&race->arrived, 1);
		while (atomic_load(&race->arrived) < (round + 1) * PROCESSES)
			(void)sched_yield();
		for (unsigned n = 0; n < NAMES; n++) {
			unsigned i = (n * 7 + self * 13) % NAMES;
			race->told[self][round][i] =
			    names_place(race->places[round], NAMES,
				numbered(name, (int)i));
		}
	}
}

static int
disagreements(struct race *race, unsigned round)
{
	bool taken[NAMES] = {false};
	char name[32], text[METRIC_NAME_LENGTH];
	int count = 0;

	for (unsigned i = 0; i < NAMES; i++) {
		struct str own = numbered(name, (int)i);
		size_t place = names_place(race->places[round], NAMES, own);
		for (unsigned process = 0; process < PROCESSES; process++)
			count += race->told[process][round][i] != place;
		count += place >= NAMES || taken[place] ||
		    !str_equal(names_at(race->places[round], NAMES, place, text),
			own);
		if (place < NAMES)
			taken[place] = true;
	}
	return count;
}

static void
test_race(void)
{
	struct race *race = mmap(NULL, sizeof *race, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t children[PROCESSES];
	int count = 0;

	(void)fflush(stdout);
	for (unsigned child = 0; child < PROCESSES; child++) {
		children[child] = fork();
		if (children[child] != 0)
			continue;
		run(race, child);
		if (child < KILLED)
			(void)raise(SIGKILL);
		_exit(0);
	}
	for (unsigned child = 0; child < PROCESSES; child++)
		(void)waitpid(children[child], NULL, 0);
	for (unsigned round = 0; round < ROUNDS; round++)
		count += disagreements(race, round);
	is_int(count, 0, "processes at once agree about every name");
	(void)munmap(race, sizeof *race);
}

int
main(void)
{
	test_many();
	test_full();
	test_half_written();
	test_odd();
	test_race();
	return tap_done();
}
