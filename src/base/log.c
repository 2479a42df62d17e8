/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* A pipe that poll() calls writable takes PIPE_BUF bytes without blocking,
 * so lines are collected in pieces of that size. */
#define PIECE_SIZE ((size_t)4096)
#define LINE_SIZE (CLOCK_TEXT_SIZE + sizeof((struct log_line *)0)->text + 1)
#define SYSLOG_PATH "/dev/log"
/* Stands at the end of a line that was too long; room for it is always left. */
#define CUT_MARK "..."
#define CUT_MARK_LENGTH (sizeof CUT_MARK - 1)

static const struct {
	const char *name;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR] = {"error", LOG_ERR},
	[LOG_LEVEL_WARNING] = {"warning", LOG_WARNING},
	[LOG_LEVEL_INFO] = {"info", LOG_INFO},
	[LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

static struct {
	enum log_target target;
	enum log_level least;
	bool journal;   /* stderr goes to journald */
	bool can_block; /* stderr is a pipe, a socket or a terminal */
	int syslog_fd;
	uint64_t lost;  /* lines that the target did not take */
	size_t lines;   /* in `piece` */
	size_t len;
	char piece[PIECE_SIZE];
} out = {.target = LOG_TO_STDERR, .least = LOG_LEVEL_INFO, .syslog_fd = -1};

/* journald writes "device:inode" of the stream into the environment, so that
 * a redirected stderr is told apart (systemd.exec(5), $JOURNAL_STREAM). */
static bool
stderr_is_journal(const struct stat *status)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[48];

	(void)snprintf(own, sizeof own, "%ju:%ju", (uintmax_t)status->st_dev,
	    (uintmax_t)status->st_ino);
	return stream != NULL && strcmp(stream, own) == 0;
}

static bool
stderr_is_null(const struct stat *status)
{
	struct stat null;

	return S_ISCHR(status->st_mode) && stat("/dev/null", &null) == 0 &&
	    status->st_rdev == null.st_rdev;
}

void
log_open(enum log_target target, enum log_level least)
{
	struct stat status;
	bool usable = fstat(STDERR_FILENO, &status) == 0;

	out.least = least;
	out.journal = target == LOG_TO_AUTO && usable &&
	    stderr_is_journal(&status);
	out.can_block = usable && !S_ISREG(status.st_mode);
	if (target == LOG_TO_AUTO)
		target = !usable || stderr_is_null(&status) ? LOG_TO_SYSLOG
							    : LOG_TO_STDERR;
	out.target = target;
}

/* syslog(3) may block on a full socket, which would stop every callback. */
static int
syslog_connect(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(
	    AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	memcpy(address.sun_path, SYSLOG_PATH, sizeof SYSLOG_PATH);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* RFC 3164 section 4.1, in the local form that syslog(3) uses too. */
static bool
syslog_send(const struct log_line *line)
{
	char text[sizeof line->text + 128], date[20];
	time_t now = time(NULL);
	struct tm local;

	if (out.syslog_fd < 0)
		out.syslog_fd = syslog_connect();
	(void)localtime_r(&now, &local);
	(void)strftime(date, sizeof date, "%b %e %H:%M:%S", &local);
	int length = snprintf(text, sizeof text, "<%d>%s taskrouter[%ld]: %.*s",
	    LOG_DAEMON | levels[line->level].priority, date, (long)getpid(),
	    (int)line->len, line->text);
	if (out.syslog_fd >= 0 &&
	    send(out.syslog_fd, text, (size_t)length, MSG_NOSIGNAL) >= 0)
		return true;
	if (out.syslog_fd >= 0 && errno != EAGAIN && errno != ENOBUFS) {
		(void)close(out.syslog_fd);
		out.syslog_fd = -1;
	}
	return false;
}

static bool
stderr_takes_more(void)
{
	struct pollfd p = {.fd = STDERR_FILENO, .events = POLLOUT};

	return !out.can_block || (poll(&p, 1, 0) == 1 && p.revents == POLLOUT);
}

/* The line as it stands on stderr; at most LINE_SIZE bytes. */
static size_t
write_line(char *to, const struct log_line *line)
{
	size_t front = CLOCK_TEXT_SIZE;

	if (out.journal) {
		front = (size_t)snprintf(to, CLOCK_TEXT_SIZE, "<%d>",
		    levels[line->level].priority);
	} else {
		clock_format(clock_wall_ms(), to);
		to[CLOCK_TEXT_SIZE - 1] = ' ';
	}
	memcpy(to + front, line->text, line->len);
	to[front + line->len] = '\n';
	return front + line->len + 1;
}

static bool
stderr_send(const struct log_line *line)
{
	char text[LINE_SIZE];
	size_t length = write_line(text, line);

	return stderr_takes_more() &&
	    write(STDERR_FILENO, text, length) == (ssize_t)length;
}

/* Until this line is taken itself, the number is kept. */
static void
report_lost(void)
{
	struct log_line line;

	if (out.lost == 0)
		return;
	log_begin(&line, LOG_LEVEL_WARNING, "log");
	log_str(&line, "message", STR("lines lost: the log could not take them"));
	log_int(&line, "lines", (int64_t)out.lost);
	if (out.target == LOG_TO_SYSLOG ? syslog_send(&line)
					: stderr_send(&line))
		out.lost = 0;
}

void
log_flush(void)
{
	int saved = errno;

	if (out.len == 0)
		return;
	report_lost();
	if (!stderr_takes_more() ||
	    write(STDERR_FILENO, out.piece, out.len) != (ssize_t)out.len)
		out.lost += out.lines;
	out.len = 0;
	out.lines = 0;
	errno = saved;
}

static void
collect(const struct log_line *line)
{
	if (out.len + CLOCK_TEXT_SIZE + line->len + 1 > sizeof out.piece)
		log_flush();
	out.len += write_line(out.piece + out.len, line);
	out.lines++;
}

/* All or nothing: a number or an escape that is half there would say
 * something else. */
static void
put(struct log_line *line, const char *bytes, size_t length)
{
	size_t room = sizeof line->text - CUT_MARK_LENGTH - line->len;

	if (length > room)
		line->cut = true;
	if (line->cut)
		return;
	memcpy(line->text + line->len, bytes, length);
	line->len += length;
}

static void
put_text(struct log_line *line, const char *text)
{
	put(line, text, strlen(text));
}

void
log_begin(struct log_line *line, enum log_level level, const char *event)
{
	line->level = level;
	line->len = 0;
	line->cut = false;
	put_text(line, levels[level].name);
	put_text(line, " ");
	put_text(line, event);
}

static void
put_key(struct log_line *line, const char *key)
{
	put_text(line, " ");
	put_text(line, key);
	put_text(line, "=");
}

enum looks {
	LOOKS_PLAIN,    /* goes into the line as it is */
	LOOKS_NUMBERED, /* may hold a telephone number */
	LOOKS_ODD,      /* needs quotes */
};

static enum looks
look_at(struct str value)
{
	enum looks looks = value.len == 0 ? LOOKS_ODD : LOOKS_PLAIN;

	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.at[i];
		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=')
			return LOOKS_ODD;
		if (c == '+' || c == '%')
			looks = LOOKS_NUMBERED;
	}
	return looks;
}

/* How many bytes at `from` are a telephone number in E.164 form; its digits
 * but the last two are worth hiding. */
static size_t
phone_length(struct str value, size_t from)
{
	struct str rest = str_slice(value, from, value.len);
	size_t plus = str_has_prefix(rest, STR("+")) ? 1
	    : str_equal_nocase(str_slice(rest, 0, 3), STR("%2b")) ? 3
								  : 0;
	size_t i = from + plus;

	if (plus == 0)
		return 0;
	while (i < value.len && ascii_is_digit((unsigned char)value.at[i]))
		i++;
	return i - from >= plus + 7 ? i - from : 0;
}

static void
put_byte(struct log_line *line, unsigned char c)
{
	char escaped[5];

	if (c == '"' || c == '\\')
		(void)snprintf(escaped, sizeof escaped, "\\%c", c);
	else if (c < ' ' || c >= 0x7f)
		(void)snprintf(escaped, sizeof escaped, "\\x%02x", c);
	else
		(void)snprintf(escaped, sizeof escaped, "%c", c);
	put_text(line, escaped);
}

static void
put_escaped(struct log_line *line, struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		size_t phone = phone_length(value, i);
		if (phone == 0) {
			put_byte(line, (unsigned char)value.at[i]);
			continue;
		}
		put(line, value.at + i, 3);
		put_text(line, "...");
		put(line, value.at + i + phone - 2, 2);
		i += phone - 1;
	}
}

void
log_str(struct log_line *line, const char *key, struct str value)
{
	if (value.at == NULL)
		return;
	enum looks looks = look_at(value);
	put_key(line, key);
	if (looks == LOOKS_PLAIN) {
		put(line, value.at, value.len);
		return;
	}
	if (looks == LOOKS_ODD)
		put_text(line, "\"");
	put_escaped(line, value);
	if (looks == LOOKS_ODD)
		put_text(line, "\"");
}

/* At least `width` digits. printf(3) would be a good part of a line's cost. */
static void
put_digits(struct log_line *line, uint64_t value, size_t width)
{
	char text[20];
	size_t at = sizeof text;

	while (value > 0 || sizeof text - at < width) {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	}
	put(line, text + at, sizeof text - at);
}

void
log_int(struct log_line *line, const char *key, int64_t value)
{
	put_key(line, key);
	if (value < 0)
		put_text(line, "-");
	put_digits(line,
	    value < 0 ? -(uint64_t)value : (uint64_t)value, 1);
}

void
log_ms(struct log_line *line, const char *key, int64_t us)
{
	uint64_t value = us < 0 ? 0 : (uint64_t)us;

	put_key(line, key);
	put_digits(line, value / 1000, 1);
	put_text(line, ".");
	put_digits(line, value % 1000, 3);
}

static void
emit(const struct log_line *line)
{
	if (out.target != LOG_TO_SYSLOG) {
		collect(line);
		return;
	}
	report_lost();
	if (!syslog_send(line))
		out.lost++;
}

void
log_end(struct log_line *line)
{
	if (line->level > out.least)
		return;
	if (line->cut) {
		memcpy(line->text + line->len, CUT_MARK, CUT_MARK_LENGTH);
		line->len += CUT_MARK_LENGTH;
	}
	emit(line);
	if (line->level <= LOG_LEVEL_WARNING)
		log_flush();
}

void
log_event(enum log_level level, const char *event, const char *format, ...)
{
	struct log_line line;
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	log_begin(&line, level, event);
	log_str(&line, "message", str_from(text));
	log_end(&line);
}
