/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "tap.h"

#define FRONT_LENGTH CLOCK_TEXT_SIZE /* the time and a blank */

static int real_stderr;

/* Lets stderr be one end of a pipe; returns the other. */
static int
catch_stderr(void)
{
	int ends[2];

	if (pipe(ends) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 ||
	    dup2(ends[1], STDERR_FILENO) < 0)
		exit(EXIT_FAILURE);
	(void)close(ends[1]);
	return ends[0];
}

static void
restore_stderr(int pipe_end)
{
	(void)dup2(real_stderr, STDERR_FILENO);
	(void)close(pipe_end);
}

/* What has been written so far. */
static struct str
read_all(int fd)
{
	static char text[1 << 17];
	size_t length = 0;
	ssize_t count;

	while ((count = read(fd, text + length, sizeof text - length)) > 0)
		length += (size_t)count;
	return (struct str){text, length};
}

/* Fills a pipe to its last byte, but leaves it blocking. */
static void
fill_pipe(int fd)
{
	static const char bytes[4096];
	int flags = fcntl(fd, F_GETFL);

	(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	while (write(fd, bytes, sizeof bytes) > 0)
		continue;
	while (write(fd, bytes, 1) > 0)
		continue;
	(void)fcntl(fd, F_SETFL, flags);
}

static const struct {
	const char *what;
	struct str value;
	const char *shown; /* NULL: left out */
} values[] = {
	{"a word", {"accept", 6}, "accept"},
	{"absent", {NULL, 0}, NULL},
	{"empty", {"", 0}, "\"\""},
	{"a blank", {"a b", 3}, "\"a b\""},
	{"an equals sign", {"a=b", 3}, "\"a=b\""},
	{"a quotation mark", {"a\"b", 3}, "\"a\\\"b\""},
	{"a backslash", {"a\\b", 3}, "\"a\\\\b\""},
	{"a line feed", {"a\nINFO b", 8}, "\"a\\x0aINFO b\""},
	{"a carriage return", {"a\rb", 3}, "\"a\\x0db\""},
	{"a NUL", {"a\0b", 3}, "\"a\\x00b\""},
	{"an escape sequence", {"\x1b[2J", 4}, "\"\\x1b[2J\""},
	{"DEL", {"\x7f", 1}, "\"\\x7f\""},
	{"UTF-8", {"\xc3\xa4", 2}, "\"\\xc3\\xa4\""},
	{"no UTF-8", {"\xff", 1}, "\"\\xff\""},
	{"a telephone number", {"+15005550006", 12}, "+15...06"},
	{"a telephone number in a URL", {"From%2B15005550006", 18},
	    "From%2B...06"},
	{"a percent sign and few digits", {"%2B150", 6}, "%2B150"},
	{"the shortest that is hidden", {"+1234567", 8}, "+12...67"},
	{"too short to be one", {"+123456", 7}, "+123456"},
	{"a number without plus", {"15005550006", 11}, "15005550006"},
	{"a plus alone", {"+", 1}, "+"},
	{"two plus signs", {"++15005550006", 13}, "++15...06"},
	{"within text", {"to +15005550006.", 16}, "\"to +15...06.\""},
	{"two numbers", {"+15005550006,+442071838750", 26},
	    "+15...06,+44...50"},
	{"of a client", {"client:anna", 11}, "client:anna"},
	{"of SIP", {"sip:+15005550006@h", 18}, "sip:+15...06@h"},
};

static void
test_values(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
		struct log_line line;
		char expected[128];

		log_begin(&line, LOG_LEVEL_INFO, "test");
		log_str(&line, "k", values[i].value);
		log_int(&line, "n", -5);
		if (values[i].shown == NULL)
			(void)snprintf(expected, sizeof expected,
			    "info test n=-5");
		else
			(void)snprintf(expected, sizeof expected,
			    "info test k=%s n=-5", values[i].shown);
		is_str((struct str){line.text, line.len}, expected, "value: %s",
		    values[i].what);
	}
}

static void
test_numbers(void)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_ERROR, "e");
	log_int(&line, "least", INT64_MIN);
	log_int(&line, "most", INT64_MAX);
	log_ms(&line, "ms", 1234567);
	log_ms(&line, "short", 42);
	log_ms(&line, "none", 0);
	is_str((struct str){line.text, line.len},
	    "error e least=-9223372036854775808 most=9223372036854775807 "
	    "ms=1234.567 short=0.042 none=0.000",
	    "numbers and durations");
}

/* What a line is cut at must not look like another value. */
static void
test_cut(void)
{
	static const struct {
		const char *what;
		char byte;
		size_t count;
		bool cut;
	} rows[] = {
		{"much too long", 'x', 5000, true},
		{"much too long, escaped", '\n', 5000, true},
		{"fits", 'x', 1900, false},
	};
	static char text[5000];

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		int fd = catch_stderr();
		struct log_line line;

		memset(text, rows[i].byte, rows[i].count);
		log_begin(&line, LOG_LEVEL_ERROR, "test");
		log_str(&line, "k", (struct str){text, rows[i].count});
		log_int(&line, "status", 200);
		log_end(&line);
		struct str got = read_all(fd);
		restore_stderr(fd);
		ok(got.len <= FRONT_LENGTH + sizeof line.text + 1,
		    "long line, %s: within its bounds", rows[i].what);
		ok(str_has_suffix(got, rows[i].cut ? STR("...\n")
						   : STR(" status=200\n")),
		    "long line, %s: %s", rows[i].what,
		    rows[i].cut ? "the cut is marked" : "not cut");
		ok(str_contains(got, "status") == !rows[i].cut,
		    "long line, %s: nothing behind the cut", rows[i].what);
		struct str body = str_slice(got, 0, got.len - 4);
		ok(rows[i].byte != '\n' || str_has_suffix(body, STR("\\x0a")),
		    "long line, %s: no half escape", rows[i].what);
	}
}

/* However long the number before it: never a part of a number. */
static void
test_cut_number(void)
{
	static char text[2048];
	unsigned wrong = 0;

	memset(text, 'x', sizeof text);
	for (size_t length = 1900; length < sizeof text; length++) {
		struct log_line line;

		log_begin(&line, LOG_LEVEL_INFO, "test");
		log_str(&line, "k", (struct str){text, length});
		log_int(&line, "n", 1234567890);
		struct str got = {line.text, line.len};
		wrong += str_contains(got, "1234567890") == line.cut ||
		    (!str_contains(got, "1234567890") &&
			str_contains(got, "1"));
	}
	is_int(wrong, 0, "a number is there whole or not at all");
}

static void
test_stderr(void)
{
	int fd = catch_stderr();
	char date[CLOCK_TEXT_SIZE];
	int64_t seconds;

	log_open(LOG_TO_STDERR, LOG_LEVEL_INFO);
	log_event(LOG_LEVEL_INFO, "one", "%d", 1);
	is_int((int64_t)read_all(fd).len, 0,
	    "what is no warning waits for the end of the turn");
	log_event(LOG_LEVEL_DEBUG, "two", "x");
	log_flush();
	struct str got = read_all(fd);
	is_str(str_slice(got, FRONT_LENGTH, got.len),
	    "info one message=1\n", "a line behind its time; no debug line");
	memcpy(date, got.at, FRONT_LENGTH - 1);
	ok(clock_parse(date, FRONT_LENGTH - 1, &seconds) &&
		seconds - clock_wall_ms() / 1000 <= 1,
	    "the time is now");
	log_flush();
	is_int((int64_t)read_all(fd).len, 0, "nothing twice");
	log_event(LOG_LEVEL_WARNING, "three", "x");
	got = read_all(fd);
	is_str(str_slice(got, FRONT_LENGTH, got.len),
	    "warning three message=x\n", "a warning at once");
	for (int i = 0; i < 200; i++)
		log_event(LOG_LEVEL_INFO, "many", "%d", i);
	log_flush();
	got = read_all(fd);
	unsigned lines = 0;
	for (size_t i = 0; i < got.len; i++)
		lines += got.at[i] == '\n';
	is_int(lines, 200, "more lines than one write takes: none is lost");
	ok(str_has_suffix(got, STR(" info many message=199\n")),
	    "and the last is the last");
	restore_stderr(fd);
}

static void
test_journal(void)
{
	static const struct {
		enum log_level level;
		const char *line;
	} rows[] = {
		{LOG_LEVEL_ERROR, "<3>error e message=x\n"},
		{LOG_LEVEL_WARNING, "<4>warning e message=x\n"},
		{LOG_LEVEL_INFO, "<6>info e message=x\n"},
		{LOG_LEVEL_DEBUG, "<7>debug e message=x\n"},
	};
	int fd = catch_stderr();
	struct stat status;
	char stream[64];

	(void)fstat(STDERR_FILENO, &status);
	(void)snprintf(stream, sizeof stream, "%ju:%ju",
	    (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
	(void)setenv("JOURNAL_STREAM", stream, 1);
	log_open(LOG_TO_AUTO, LOG_LEVEL_DEBUG);
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		log_event(rows[i].level, "e", "x");
		log_flush();
		is_str(read_all(fd), rows[i].line, "journal: priority of row "
		    "%zu, and no time", i);
	}
	log_open(LOG_TO_STDERR, LOG_LEVEL_INFO);
	log_event(LOG_LEVEL_WARNING, "e", "x");
	ok(read_all(fd).at[0] == '2', "journal: not if stderr was asked for");
	(void)setenv("JOURNAL_STREAM", "1:2", 1);
	log_open(LOG_TO_AUTO, LOG_LEVEL_INFO);
	log_event(LOG_LEVEL_WARNING, "e", "x");
	ok(read_all(fd).at[0] == '2', "journal: not if stderr is another one");
	(void)unsetenv("JOURNAL_STREAM");
	restore_stderr(fd);
}

static void
test_full(void)
{
	int fd = catch_stderr();
	struct str got;

	log_open(LOG_TO_STDERR, LOG_LEVEL_INFO);
	fill_pipe(STDERR_FILENO);
	(void)alarm(10); /* a write that blocks ends the program */
	for (int i = 0; i < 300; i++)
		log_event(LOG_LEVEL_INFO, "flood", "line %d", i);
	log_event(LOG_LEVEL_WARNING, "flood", "the last one");
	(void)alarm(0);
	ok(true, "a full pipe holds nobody up");
	(void)read_all(fd);
	log_event(LOG_LEVEL_WARNING, "after", "room again");
	got = read_all(fd);
	ok(str_contains(got, " warning log message=\"lines lost: the log could "
			     "not take them\" lines=301\n"),
	    "full: what was lost is said, all of it");
	ok(str_has_suffix(got, STR("warning after message=\"room again\"\n")),
	    "full: then it goes on");
	ok(!str_contains(got, "flood"), "full: what was lost does not come");
	log_event(LOG_LEVEL_WARNING, "after", "more");
	ok(!str_contains(read_all(fd), "lost"), "full: said once");
	restore_stderr(fd);
}

/* As under plain spawn-fcgi. Nothing is sent to a syslog that is there. */
static void
test_syslog_chosen(void)
{
	int fd, null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (access("/dev/log", F_OK) == 0) {
		ok(true, "null # SKIP would write to this machine's syslog");
		return;
	}
	(void)dup2(null, STDERR_FILENO);
	log_open(LOG_TO_AUTO, LOG_LEVEL_INFO);
	for (int i = 0; i < 3; i++)
		log_event(LOG_LEVEL_INFO, "test", "nobody takes this");
	(void)dup2(real_stderr, STDERR_FILENO);
	(void)close(null);
	fd = catch_stderr();
	log_open(LOG_TO_AUTO, LOG_LEVEL_INFO);
	log_event(LOG_LEVEL_WARNING, "test", "seen");
	ok(str_contains(read_all(fd), "lines=3\n"),
	    "stderr is /dev/null: syslog is asked, and what it does not take "
	    "is counted");
	restore_stderr(fd);
}

int
main(void)
{
	real_stderr = dup(STDERR_FILENO);
	(void)unsetenv("JOURNAL_STREAM");
	test_values();
	test_numbers();
	test_cut_number();
	log_open(LOG_TO_STDERR, LOG_LEVEL_INFO);
	test_cut();
	test_stderr();
	test_journal();
	test_full();
	test_syslog_chosen();
	return tap_done();
}
