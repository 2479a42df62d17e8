/* SPDX-License-Identifier: MIT
 *
 * What the files of config/ share while a configuration is read. Nobody else
 * includes this.
 */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include <sys/stat.h>

#include "base/arena.h"
#include "base/compat.h"
#include "config/config.h"

#define CONFIG_FILE_MOST ((size_t)1048576) /* bytes of a configuration file */
#define CONFIG_VALUES_MOST ((size_t)65536) /* JSON values in it */
#define CONFIG_SECRET_FILE_MOST ((size_t)65536) /* bytes of a secret file */
#define CONFIG_TEXT_MOST ((size_t)4096) /* bytes of one string */
#define CONFIG_LIST_MOST ((int64_t)64)  /* items, where a row says nothing */
#define CONFIG_ERRORS_MOST ((size_t)100) /* reported; more are not */

/* Where the value of a key comes from. */
enum config_origin {
	CONFIG_FROM_PRESET,
	CONFIG_FROM_FILE,
	CONFIG_FROM_VARIABLE,      /* NAME */
	CONFIG_FROM_VARIABLE_FILE, /* NAME_FILE */
	CONFIG_FROM_OPTION,
};

struct config_state {
	enum config_origin origin;
	const struct config_option *option; /* CONFIG_FROM_OPTION */
	bool has_error;
};

struct config_reader {
	const struct config_key *keys;
	size_t count;
	struct config_source source;
	struct arena *arena;   /* what is read lives here */
	struct arena *scratch; /* dies, overwritten, with the reader */
	void *settings;
	struct config_state *states; /* one for each key */
	struct stat status;          /* of the configuration file */
	bool allows_readable; /* secrets in files that others may read */
	bool told_readable;   /* that the configuration file is such a file */
	size_t errors;
	void (*report)(void *to, bool warning, const char *message);
	void *to;
};

/* The key that `path` is, or is a part of; NULL if it is none. `auth_token`
 * for "auth_token_file", `accounts` for "accounts.AC….auth_token". */
const struct config_key *config_owner(
    const struct config_reader *reader, struct str path);

/* The state of a row of the reader's table. */
struct config_state *config_state_of(
    const struct config_reader *reader, const struct config_key *key);

/* An error about the whole file: `FILE: message`. */
void config_file_error(struct config_reader *reader, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* The member that `key` fills. */
void *config_member(
    const struct config_reader *reader, const struct config_key *key);

/* Fills the member of `key` from JSON; `path` is for messages. */
void config_read_value(struct config_reader *reader,
    const struct config_key *key, struct json_object *value);

/* Fills the member of `key` from text: a preset, an option, or a variable of
 * the environment, where items of a list are separated by blanks or commas. */
void config_read_text(struct config_reader *reader,
    const struct config_key *key, struct str text);

/* Fills the member of `key` from its preset. */
void config_read_preset(
    struct config_reader *reader, const struct config_key *key);

/* Checks one string that may be shown; every string goes through here. */
MUST_USE bool config_check_text(struct str text, struct err *err);

/* Checks what the row of a list says about number and items. */
bool config_check_list(struct config_reader *reader,
    const struct config_key *key, const char *path,
    const struct config_strings *list);

/* One secret out of the environment. */
bool config_read_secret_text(struct config_reader *reader, const char *path,
    struct str text, struct config_strings *out);

/* Reports, once, that the configuration file holds a secret and others may
 * read it. */
void config_check_exposure(struct config_reader *reader, const char *path);

/* "2.5" for 2500. */
#define CONFIG_SECONDS_SIZE 32
void config_format_seconds(
    int64_t milliseconds, char text[CONFIG_SECONDS_SIZE]);

#endif
