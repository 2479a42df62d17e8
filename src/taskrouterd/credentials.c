/* SPDX-License-Identifier: MIT
 *
 * Credentials for those who brought none, so that the first start needs
 * nothing: made up at random, and kept beside the store, because programs that
 * were given them are started again, too. The file is one that a shell reads
 * (`. FILE`), and systemd's EnvironmentFile=.
 */
#include "base/compat.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/wipe.h"
#include "taskrouterd/settings.h"
#include "twilio/sid.h"

#define SUFFIX ".credentials"
#define SID_NAME "TWILIO_ACCOUNT_SID="
#define TOKEN_NAME "TWILIO_AUTH_TOKEN="
#define FILE_MOST ((size_t)4096)
#define TOKEN_LENGTH 32 /* as Twilio's have */

struct credentials {
	struct str account_sid;
	struct str auth_token;
};

/* 32 digits behind the prefix. */
static struct str
random_digits(struct arena *arena, const char *prefix)
{
	unsigned char bytes[TOKEN_LENGTH / 2];
	char digits[TOKEN_LENGTH];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		return STR_NONE;
	for (size_t i = 0; i < sizeof digits; i++)
		digits[i] = "0123456789abcdef"[bytes[i / 2] >>
		    (i % 2 == 0 ? 4 : 0) & 15];
	struct str text = arena_format(
	    arena, "%s%.*s", prefix, TOKEN_LENGTH, digits);
	wipe(bytes, sizeof bytes);
	wipe(digits, sizeof digits);
	return text;
}

static bool
make_up(struct arena *arena, struct credentials *made, struct err *err)
{
	made->account_sid = random_digits(arena, "AC");
	made->auth_token = random_digits(arena, "");
	return (made->account_sid.at != NULL && made->auth_token.at != NULL) ||
	    err_set(err, 0, "credentials cannot be made up: %s",
		strerror(errno));
}

static bool
failed(struct err *err, const char *name)
{
	return err_set(err, 0, "%s: %s", name, strerror(errno));
}

static bool
check_mode(int fd, const char *name, struct err *err)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return failed(err, name);
	if (!S_ISREG(status.st_mode))
		return err_set(err, 0, "%s is not a regular file", name);
	if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return err_set(err, 0,
		    "%s may be read by others (its mode is %04o): chmod 600 it",
		    name, (unsigned)(status.st_mode & 07777));
	return true;
}

/* The two lines, in any order. */
static bool
read_lines(struct arena *arena, struct str text, struct credentials *found)
{
	while (text.at != NULL) {
		struct str line = str_trim(str_cut(&text, '\n'));
		struct str value = line, name = str_cut(&value, '=');
		if (str_is(name, "TWILIO_ACCOUNT_SID"))
			found->account_sid = arena_str(arena, value);
		else if (str_is(name, "TWILIO_AUTH_TOKEN"))
			found->auth_token = arena_str(arena, value);
	}
	return sid_is(found->account_sid, "AC") && found->auth_token.len > 0;
}

static bool
read_kept(int fd, const char *name, struct arena *arena,
    struct credentials *found, struct err *err)
{
	char text[FILE_MOST];

	if (!check_mode(fd, name, err))
		return false;
	ssize_t length = read(fd, text, sizeof text);
	if (length < 0)
		return failed(err, name);
	bool good = read_lines(
	    arena, (struct str){text, (size_t)length}, found);
	wipe(text, sizeof text);
	return good ||
	    err_set(err, 0, "%s: expected the lines " SID_NAME "AC... and "
		TOKEN_NAME "...: remove it, and others are made up", name);
}

static bool
write_all(int fd, struct str text)
{
	return write(fd, text.at, text.len) == (ssize_t)text.len &&
	    fsync(fd) == 0;
}

/* Under another name until it is whole: a process can be killed at any time. */
static bool
keep(const char *name, struct arena *arena, const struct credentials *made,
    struct err *err)
{
	struct str text = arena_format(arena,
	    SID_NAME "%.*s\n" TOKEN_NAME "%.*s\n",
	    STR_ARGS(made->account_sid), STR_ARGS(made->auth_token));
	struct str new_name = arena_format(arena, "%s.new", name);

	if (text.at == NULL || new_name.at == NULL)
		return err_set(err, 0, "out of memory");
	(void)unlink(new_name.at);
	int fd = open(
	    new_name.at, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(err, new_name.at);
	bool good = write_all(fd, text) && rename(new_name.at, name) == 0;
	if (!good) {
		failed(err, new_name.at);
		(void)unlink(new_name.at);
	}
	(void)close(fd);
	return good;
}

/* What is kept in the file; if it is not there, it is made. */
static bool
read_or_make(const char *name, struct arena *arena,
    struct credentials *found, struct err *err)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd >= 0) {
		bool good = read_kept(fd, name, arena, found, err);
		(void)close(fd);
		return good;
	}
	if (errno != ENOENT)
		return failed(err, name);
	if (!make_up(arena, found, err) || !keep(name, arena, found, err))
		return false;
	log_event(LOG_LEVEL_INFO, "credentials", "made up, and kept in %s",
	    name);
	return true;
}

static void
add_missing(struct settings *settings, const struct credentials *found)
{
	if (settings->account_sid.len == 0)
		settings->account_sid = found->account_sid;
	if (settings->auth_tokens.count > 0)
		return;
	settings->auth_tokens.items = arena_array(
	    &settings->arena, 1, sizeof *settings->auth_tokens.items);
	if (settings->auth_tokens.items != NULL)
		settings->auth_tokens.items[settings->auth_tokens.count++] =
		    found->auth_token;
}

bool
settings_make_credentials(struct settings *settings, struct err *err)
{
	struct arena *arena = &settings->arena;
	struct credentials found = {STR_NONE, STR_NONE};
	bool good;

	if (settings->has_own_credentials)
		return true;
	if (str_is(settings->store, ":memory:")) {
		good = make_up(arena, &found, err);
	} else {
		struct str name = arena_format(
		    arena, "%.*s" SUFFIX, STR_ARGS(settings->store));
		good = name.at != NULL &&
		    read_or_make(name.at, arena, &found, err);
	}
	if (good)
		add_missing(settings, &found);
	return good &&
	    (!arena->overflow || err_set(err, 0, "out of memory"));
}
