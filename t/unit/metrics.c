/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "metrics/metrics.h"
#include "tap.h"

static const char *const colours[] = {"red", "green", "blue"};
static const char *const sizes[] = {"s", "m"};

#define NONE \
	{ \
		NULL, NULL, 0 \
	}
#define COLOUR \
	{ \
		"colour", colours, ARRAY_LENGTH(colours) \
	}
#define SIZE \
	{ \
		"size", sizes, ARRAY_LENGTH(sizes) \
	}

/* Three names and "other". */
#define BY_RULE_NAME \
	{ \
		"rule", NULL, 4 \
	}

enum {
	PLAIN,
	BY_COLOUR,
	BY_BOTH,
	TIME,
	TIME_BY_COLOUR,
	BY_RULE,
	BY_RULE_AND_SIZE,
	TIME_BY_RULE,
};

static const struct metric table[] = {
	[PLAIN] = {"plain_total", "Plain.", METRIC_COUNTER, NONE, NONE},
	[BY_COLOUR] = {"colour_total", "One label.", METRIC_COUNTER, COLOUR,
	    NONE},
	[BY_BOTH] = {"both_total", "Two labels.", METRIC_COUNTER, COLOUR, SIZE},
	[TIME] = {"time_seconds", "Time.", METRIC_HISTOGRAM, NONE, NONE},
	[TIME_BY_COLOUR] = {"colour_seconds", "Time.", METRIC_HISTOGRAM, COLOUR,
	    NONE},
	[BY_RULE] = {"rule_total", "Named.", METRIC_COUNTER, BY_RULE_NAME,
	    NONE},
	[BY_RULE_AND_SIZE] = {"rule_size_total", "Named.", METRIC_COUNTER,
	    BY_RULE_NAME, SIZE},
	[TIME_BY_RULE] = {"rule_seconds", "Named.", METRIC_HISTOGRAM,
	    BY_RULE_NAME, NONE},
};

static char folder[64];
static char file[96];

static struct metrics *
open_metrics(const struct metric *rows, size_t count, const char *path)
{
	struct err err = {.at = 0};
	struct metrics *metrics = metrics_open(rows, count, path, &err);

	ok(metrics != NULL && err.text[0] == '\0', "opened%s", err.text);
	return metrics;
}

/* The whole text, NUL behind it; until the next call. */
static struct str
text_of(const struct metrics *metrics)
{
	static char text[16384];
	struct buf out;

	buf_init(&out, sizeof text);
	metrics_write(metrics, &out);
	(void)snprintf(text, sizeof text, "%.*s", STR_ARGS(buf_str(&out)));
	buf_release(&out);
	return str_from(text);
}

static void
has_line(const struct metrics *metrics, const char *line)
{
	char whole[256];

	(void)snprintf(whole, sizeof whole, "\n%s\n", line);
	ok(str_contains(text_of(metrics), whole), "%s", line);
}

static void
test_text(void)
{
	struct metrics *metrics =
	    open_metrics(table, ARRAY_LENGTH(table), NULL);

	struct str text = text_of(metrics);
	ok(str_has_prefix(text,
	       STR("# HELP plain_total Plain.\n# TYPE plain_total counter\n"
		   "plain_total 0\n# HELP colour_total One label.\n# TYPE "
		   "colour_total counter\n# HELP both_total")),
	    "what was never counted is left out, unless it has no label");
	ok(!str_contains(text, "colour_seconds_bucket"),
	    "histograms with a label too");
	metrics_add(metrics, PLAIN, 0, 0);
	metrics_add(metrics, PLAIN, 0, 0);
	metrics_add(metrics, BY_COLOUR, 2, 0);
	metrics_add(metrics, BY_BOTH, 0, 1);
	metrics_add(metrics, BY_BOTH, 2, 0);
	metrics_add(metrics, BY_BOTH, 2, 0);
	has_line(metrics, "plain_total 2");
	has_line(metrics, "colour_total{colour=\"blue\"} 1");
	has_line(metrics, "both_total{colour=\"red\",size=\"m\"} 1\n"
			  "both_total{colour=\"blue\",size=\"s\"} 2");
	char before[16384];
	(void)snprintf(
	    before, sizeof before, "%.*s", STR_ARGS(text_of(metrics)));
	metrics_add(metrics, PLAIN, 1, 0);
	metrics_add(metrics, PLAIN, 0, 1);
	metrics_add(metrics, BY_COLOUR, 3, 0);
	metrics_add(metrics, BY_BOTH, 0, 2);
	metrics_add(metrics, BY_BOTH, SIZE_MAX, 0);
	metrics_observe(metrics, TIME_BY_COLOUR, 3, 1);
	metrics_observe(metrics, TIME, 0, -1);
	is_str(text_of(metrics), before,
	    "a label's value that does not exist counts nothing");
	has_line(metrics, "time_seconds_count 0");
	metrics_close(metrics);
	metrics_close(NULL);
}

static void
test_histogram(void)
{
	static const int64_t durations[] = {0, 500, 501, 1000, 1001, 4999999,
	    10000000, 10000001, INT64_C(4000000000)};
	struct metrics *metrics =
	    open_metrics(table, ARRAY_LENGTH(table), NULL);

	for (size_t i = 0; i < ARRAY_LENGTH(durations); i++)
		metrics_observe(metrics, TIME, 0, durations[i]);
	metrics_observe(metrics, TIME_BY_COLOUR, 1, 1500000);
	has_line(metrics,
	    "# HELP time_seconds Time.\n# TYPE time_seconds histogram\n"
	    "time_seconds_bucket{le=\"0.0005\"} 2\n"
	    "time_seconds_bucket{le=\"0.001\"} 4\n"
	    "time_seconds_bucket{le=\"0.005\"} 5\n"
	    "time_seconds_bucket{le=\"0.01\"} 5\n"
	    "time_seconds_bucket{le=\"0.05\"} 5\n"
	    "time_seconds_bucket{le=\"0.1\"} 5\n"
	    "time_seconds_bucket{le=\"0.5\"} 5\n"
	    "time_seconds_bucket{le=\"1\"} 5\n"
	    "time_seconds_bucket{le=\"2.5\"} 5\n"
	    "time_seconds_bucket{le=\"5\"} 6\n"
	    "time_seconds_bucket{le=\"10\"} 7\n"
	    "time_seconds_bucket{le=\"+Inf\"} 9\n"
	    "time_seconds_sum 4025.003002\n"
	    "time_seconds_count 9");
	has_line(metrics, "colour_seconds_bucket{colour=\"green\",le=\"1\"} 0");
	has_line(metrics,
	    "colour_seconds_bucket{colour=\"green\",le=\"2.5\"} 1");
	has_line(metrics, "colour_seconds_sum{colour=\"green\"} 1.500000\n"
			  "colour_seconds_count{colour=\"green\"} 1");
	ok(!str_contains(text_of(metrics), "colour=\"red\""),
	    "a series without observations is left out");
	ok(str_has_suffix(text_of(metrics), STR("\n")), "ends in a line feed");
	metrics_close(metrics);
}

static void
count_name(struct metrics *metrics, const char *name)
{
	metrics_add(metrics, BY_RULE,
	    metrics_name(metrics, BY_RULE, str_from(name)), 0);
}

static void
test_names(void)
{
	struct metrics *metrics =
	    open_metrics(table, ARRAY_LENGTH(table), NULL);

	ok(!str_contains(text_of(metrics), "rule="), "no name yet");
	count_name(metrics, "spanish");
	count_name(metrics, "\"a\\b\"\n{},");
	count_name(metrics, "spanish");
	has_line(metrics, "rule_total{rule=\"spanish\"} 2");
	has_line(metrics, "rule_total{rule=\"\\\"a\\\\b\\\"\\n{},\"} 1");
	count_name(metrics, "other");
	count_name(metrics, "");
	has_line(metrics, "rule_total{rule=\"\"} 1");
	count_name(metrics, "one too many");
	count_name(metrics, "and another");
	has_line(metrics, "rule_total{rule=\"other\"} 3");
	count_name(metrics, "spanish");
	has_line(metrics, "rule_total{rule=\"spanish\"} 3");
	ok(metrics_name(metrics, BY_RULE, STR("late")) == 3,
	    "\"other\" is the last");
	metrics_add(metrics, BY_RULE, 4, 0);
	has_line(metrics, "rule_total{rule=\"other\"} 3");

	struct str long_name = STR("0123456789abcdef0123456789abcdef"
				   "0123456789abcdef0123456789abcde\xc3\xa9x");
	metrics_add(metrics, BY_RULE_AND_SIZE,
	    metrics_name(metrics, BY_RULE_AND_SIZE, long_name), 1);
	has_line(metrics, "rule_size_total{rule=\"0123456789abcdef0123456789"
			  "abcdef0123456789abcdef0123456789abcde\","
			  "size=\"m\"} 1");
	metrics_add(metrics, BY_RULE_AND_SIZE,
	    metrics_name(metrics, BY_RULE_AND_SIZE, str_slice(long_name, 0, 63)),
	    1);
	ok(str_contains(text_of(metrics), "abcde\",size=\"m\"} 2\n"),
	    "a longer name is cut between characters");
	metrics_observe(metrics, TIME_BY_RULE,
	    metrics_name(metrics, TIME_BY_RULE, STR("x")), 1500000);
	has_line(metrics, "rule_seconds_bucket{rule=\"x\",le=\"1\"} 0");
	has_line(metrics, "rule_seconds_sum{rule=\"x\"} 1.500000");
	ok(metrics_name(metrics, BY_COLOUR, STR("red")) == SIZE_MAX,
	    "no name for a label that has its values");
	metrics_close(metrics);
}

static void
test_gauge(void)
{
	static const struct {
		double value;
		const char *text;
	} rows[] = {
		{0, "0"}, {-1, "-1"}, {0.5, "0.5"}, {1234567890, "1234567890"},
		{9007199254740992.0, "9007199254740992"}, {12.25, "12.25"},
	};
	struct buf out;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		char text[128];

		buf_init(&out, 1000);
		metrics_write_gauge(&out, "depth", "How many.", rows[i].value);
		(void)snprintf(text, sizeof text, "# HELP depth How many.\n"
		    "# TYPE depth gauge\ndepth %s\n", rows[i].text);
		is_str(buf_str(&out), text, "a gauge of %s", rows[i].text);
		buf_release(&out);
	}
}

static void
test_two_mappings(void)
{
	struct metrics *one = open_metrics(table, ARRAY_LENGTH(table), file);
	struct metrics *two = open_metrics(table, ARRAY_LENGTH(table), file);
	struct stat status;

	metrics_add(one, PLAIN, 0, 0);
	metrics_add(two, PLAIN, 0, 0);
	metrics_observe(two, TIME, 0, 600);
	has_line(one, "plain_total 2");
	has_line(two, "plain_total 2");
	has_line(one, "time_seconds_sum 0.000600");
	metrics_close(one);
	metrics_close(two);
	one = open_metrics(table, ARRAY_LENGTH(table), file);
	has_line(one, "plain_total 2");
	metrics_close(one);
	ok(stat(file, &status) == 0 && (status.st_mode & 0777) == 0600,
	    "the file is its owner's alone");
}

static void
test_processes(void)
{
	enum { PROCESSES = 4, EACH = 5000 };
	pid_t children[PROCESSES];

	(void)unlink(file);
	(void)fflush(stdout);
	for (size_t i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] != 0)
			continue;
		struct err err;
		struct metrics *metrics =
		    metrics_open(table, ARRAY_LENGTH(table), file, &err);
		for (int n = 0; metrics != NULL && n < EACH; n++) {
			metrics_add(metrics, BY_BOTH, 1, 1);
			count_name(metrics, n % 2 == 0 ? "even" : "odd");
		}
		metrics_close(metrics);
		_exit(metrics == NULL);
	}
	for (size_t i = 0; i < PROCESSES; i++)
		(void)waitpid(children[i], NULL, 0);
	struct metrics *metrics =
	    open_metrics(table, ARRAY_LENGTH(table), file);
	has_line(metrics, "both_total{colour=\"green\",size=\"m\"} 20000");
	has_line(metrics, "rule_total{rule=\"even\"} 10000");
	has_line(metrics, "rule_total{rule=\"odd\"} 10000");
	metrics_close(metrics);
}

/* Each differs from `small` in one thing that decides what a number means. */
static const char *const other_colours[] = {"red", "green", "brown"};
static const struct metric small[] = {
	{"a_total", "A.", METRIC_COUNTER, COLOUR, NONE},
};
static const struct {
	const char *what;
	struct metric metric;
	bool kept;
} changes[] = {
	{"nothing", {"a_total", "A.", METRIC_COUNTER, COLOUR, NONE}, true},
	{"the help", {"a_total", "B.", METRIC_COUNTER, COLOUR, NONE}, true},
	{"the name", {"b_total", "A.", METRIC_COUNTER, COLOUR, NONE}, false},
	{"the kind", {"a_total", "A.", METRIC_HISTOGRAM, COLOUR, NONE}, false},
	{"a label's name",
	    {"a_total", "A.", METRIC_COUNTER,
		{"color", colours, ARRAY_LENGTH(colours)}, NONE},
	    false},
	{"a label's value",
	    {"a_total", "A.", METRIC_COUNTER,
		{"colour", other_colours, ARRAY_LENGTH(other_colours)}, NONE},
	    false},
	{"the number of values",
	    {"a_total", "A.", METRIC_COUNTER, {"colour", colours, 2}, NONE},
	    false},
	{"values that are named at run time",
	    {"a_total", "A.", METRIC_COUNTER, {"colour", NULL, 3}, NONE},
	    false},
	{"a second label",
	    {"a_total", "A.", METRIC_COUNTER, COLOUR, SIZE}, false},
};

static void
test_changed_table(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
		struct metrics *old, *new;

		(void)unlink(file);
		old = open_metrics(small, 1, file);
		metrics_add(old, 0, 0, 0);
		new = open_metrics(&changes[i].metric, 1, file);
		ok(str_contains(text_of(new), "} 1\n") == changes[i].kept,
		    "changed, %s: %s", changes[i].what,
		    changes[i].kept ? "goes on counting" : "begins anew");
		metrics_add(old, 0, 0, 0);
		has_line(old, "a_total{colour=\"red\"} 2");
		metrics_close(old);
		metrics_close(new);
	}
}

static void
write_file(const char *text)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	(void)!write(fd, text, strlen(text));
	(void)close(fd);
}

static bool
holds(const char *text)
{
	char found[64] = "";
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, found, sizeof found - 1);

	(void)close(fd);
	return length == (ssize_t)strlen(text) && strcmp(found, text) == 0;
}

static void
test_odd_files(void)
{
	char target[128];
	struct err err = {.at = 0};

	(void)unlink(file);
	write_file("not a file of metrics");
	struct metrics *metrics =
	    metrics_open(table, ARRAY_LENGTH(table), file, &err);
	ok(metrics != NULL && str_contains(str_from(err.text), file),
	    "a file of something else is not used: %s", err.text);
	has_line(metrics, "plain_total 0");
	metrics_add(metrics, PLAIN, 0, 0);
	has_line(metrics, "plain_total 1");
	ok(holds("not a file of metrics"), "and not touched");
	metrics_close(metrics);

	(void)unlink(file);
	(void)snprintf(target, sizeof target, "%s/target", folder);
	(void)!symlink(target, file);
	metrics = metrics_open(table, ARRAY_LENGTH(table), file, &err);
	ok(metrics != NULL && str_contains(str_from(err.text), file),
	    "a symbolic link is not followed: %s", err.text);
	ok(access(target, F_OK) != 0, "and nothing is made behind it");
	metrics_add(metrics, PLAIN, 0, 0);
	has_line(metrics, "plain_total 1");
	metrics_close(metrics);
	(void)unlink(file);

	err.text[0] = '\0';
	metrics = metrics_open(table, ARRAY_LENGTH(table), folder, &err);
	ok(metrics != NULL && err.text[0] != '\0',
	    "a folder: counted in memory, and said: %s", err.text);
	metrics_close(metrics);
	err.text[0] = '\0';
	(void)!mkfifo(file, 0600);
	metrics = metrics_open(table, ARRAY_LENGTH(table), file, &err);
	ok(metrics != NULL && err.text[0] != '\0',
	    "a pipe: counted in memory, and said: %s", err.text);
	metrics_close(metrics);
}

int
main(void)
{
	const char *temporary = getenv("TMPDIR");

	(void)snprintf(folder, sizeof folder, "%.40s/metrics-XXXXXX",
	    temporary == NULL ? "/tmp" : temporary);
	if (mkdtemp(folder) == NULL)
		return 1;
	(void)snprintf(file, sizeof file, "%s/file", folder);
	test_text();
	test_histogram();
	test_names();
	test_gauge();
	test_two_mappings();
	test_processes();
	test_changed_table();
	test_odd_files();
	(void)unlink(file);
	(void)rmdir(folder);
	return tap_done();
}
