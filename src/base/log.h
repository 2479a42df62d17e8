/* SPDX-License-Identifier: MIT
 *
 * Structured log lines: `time level event key=value …`. Values are escaped so
 * that a line stays a line whatever a client sent, and telephone numbers are
 * shortened. Lines are collected and written together when the loop has
 * finished a turn (log_flush); a target that cannot take them loses lines,
 * counted, rather than holding the program up.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/compat.h"
#include "base/str.h"

enum log_target {
	LOG_TO_AUTO,   /* see log_open */
	LOG_TO_STDERR, /* with the time in front */
	LOG_TO_SYSLOG,
};

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

/* Chooses where lines go; may be called again. LOG_TO_AUTO: stderr with
 * journald's priority prefixes where $JOURNAL_STREAM names stderr, syslog
 * where stderr is /dev/null or closed, else stderr. Lines below `least` are
 * dropped. */
void log_open(enum log_target target, enum log_level least);

/* Writes what was collected. Never blocks on a pipe, socket or terminal that
 * is full. */
void log_flush(void);

/* One line under construction; lives on the stack. */
struct log_line {
	enum log_level level;
	bool cut; /* what came did not fit; "..." shows it */
	size_t len;
	char text[2048];
};

void log_begin(struct log_line *line, enum log_level level, const char *event);
/* Absent values are left out. */
void log_str(struct log_line *line, const char *key, struct str value);
void log_int(struct log_line *line, const char *key, int64_t value);
/* Microseconds, written as milliseconds with three decimals. */
void log_ms(struct log_line *line, const char *key, int64_t us);
/* Collects the line; warnings and errors are flushed at once. */
void log_end(struct log_line *line);

/* A line of one message: `event message="…"`. */
void log_event(enum log_level level, const char *event, const char *format,
    ...) PRINTF_LIKE(3, 4);

#endif
