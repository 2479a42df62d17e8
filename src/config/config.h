/* SPDX-License-Identifier: MIT
 *
 * Reads a configuration: one table of keys, one JSON file with comments, the
 * environment and the command line on top, one struct filled. All errors are found in one pass and
 * reported with the path of their key; a struct is used only when there were
 * none. The table is also what the manual page's list of keys is made from.
 *
 * Knows nothing of what the keys mean: rows bring their own checks.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdio.h>

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "codec/json.h"

enum config_type {
	CONFIG_STRING,   /* struct str */
	CONFIG_BOOLEAN,  /* bool */
	CONFIG_INTEGER,  /* int64_t, least to most */
	CONFIG_SECONDS,  /* int64_t milliseconds; written as seconds, fractions
			  * allowed; least and most are milliseconds */
	CONFIG_CHOICE,   /* int: index into `choices` */
	CONFIG_STRINGS,  /* struct config_strings; one string or a list */
	CONFIG_SECRET,   /* struct config_strings; as CONFIG_STRINGS, masked
			  * when shown; `KEY_file` names a file of one secret
			  * a line; the environment has NAME and NAME_FILE */
	CONFIG_CUSTOM,   /* whatever `read` makes of the JSON value */
};

struct stat;

struct config_strings {
	struct str *items;
	size_t count;
};

struct config_reader; /* collects errors and warnings; holds the arena */

struct config_key {
	const char *path;  /* "rest.timeout"; "assignment.workflows" */
	enum config_type type;
	size_t offset;     /* of the member in the struct that is filled */
	const char *preset; /* the default as it would be written, or NULL */
	int64_t least, most; /* numbers: range; strings: length; lists: count */
	const char *const *choices; /* CONFIG_CHOICE, ends with NULL */
	const char *environment; /* variable that wins over the file, or NULL */
	/* Checks one string (every string of a list); NULL: any. False: *err
	 * says what was expected. */
	bool (*check)(struct str value, struct err *err);
	/* CONFIG_CUSTOM: reads `value` (of the key `path`) into `member`. */
	void (*read)(struct config_reader *reader, const char *path,
	    struct json_object *value, void *member);
	/* CONFIG_CUSTOM: the member as JSON that `read` would take, secrets
	 * as CONFIG_MASK; absent: nothing to show. NULL: never shown. */
	struct str (*show)(struct arena *arena, const void *member);
	const char *help; /* for the manual page, in mdoc-free plain text */
};

/* Checks for rows. The second is for files that are read later: that they
 * cannot be is found out now. */
bool config_check_absolute_path(struct str value, struct err *err);
bool config_check_readable_file(struct str value, struct err *err);

/* An error or warning about a key: `FILE: path: message`. `path` may be made
 * with config_path. */
void config_error(struct config_reader *reader, const char *path,
    const char *format, ...) PRINTF_LIKE(3, 4);
void config_warning(struct config_reader *reader, const char *path,
    const char *format, ...) PRINTF_LIKE(3, 4);

/* Whether an error was reported about the key `path`: a cross check of it
 * would only confuse. */
bool config_has_error(const struct config_reader *reader, const char *path);

/* Whether the key has a value of its own, and not its preset. */
bool config_is_set(const struct config_reader *reader, const char *path);

/* Lines that belong to the message before: a text with a caret below it. Each
 * is reported, with four blanks in front. */
void config_show_place(
    struct config_reader *reader, bool warning, struct str lines);

/* "parent.key"; lives as long as the reader. */
const char *config_path(
    struct config_reader *reader, const char *parent, struct str key);

/* The arena that everything read lives in; JSON values do not: they die, with
 * their text, when config_load returns. */
struct arena *config_arena(struct config_reader *reader);

/* Reports `key` as unknown below `parent` ("" at the top), with the nearest
 * name among `known` (ends with NULL) if one is near. */
void config_unknown(struct config_reader *reader, const char *parent,
    struct str key, const char *const *known);

/* The nearest of `known` to `word`, NULL if none is near enough to be what
 * somebody meant. */
const char *config_nearest(struct str word, const char *const *known);

/* What a secret is shown as, and what is refused as one. */
#define CONFIG_MASK "********"

/* Reads one secret or a list of them out of a configuration file, which then
 * must not be readable by others. */
bool config_read_secret(struct config_reader *reader, const char *path,
    struct json_object *value, struct config_strings *out);

/* Reads a file of secrets, one a line, blank lines left out, into `out`.
 * `path` is the key for messages; a relative name in a configuration file is
 * looked up in that file's directory. Refuses files that group or others may
 * read (unless allowed, or below $CREDENTIALS_DIRECTORY where systemd keeps
 * them), empty ones, and ones that are no regular file. */
bool config_read_secret_file(struct config_reader *reader, const char *path,
    struct str file, struct config_strings *out);

/* Reads the regular file `path` of at most `most` bytes into the arena. False:
 * *err says why, without its name. */
MUST_USE bool config_read_file(const char *path, size_t most,
    struct arena *arena, struct stat *status, struct str *text,
    struct err *err);

/* A value of the command line, which wins over the environment. */
struct config_option {
	const char *name;  /* for messages: "--auth-token-file" */
	const char *key;   /* path of a key: "auth_token" */
	const char *value;
	bool names_file;   /* CONFIG_SECRET: `value` is the name of a file */
};

struct config_source {
	const char *file; /* NULL: environment and presets only */
	const struct config_option *options; /* the last one of a key counts */
	size_t option_count;
	/* Top-level key of the boolean that lifts the check of file modes. */
	const char *allow_readable_key;
	/* Cross checks, and what follows from several keys; called when all is
	 * read, also when keys had errors, but not when the whole file could
	 * not be read. NULL: none. */
	void (*check)(struct config_reader *reader, void *settings);
};

/* Fills `settings` from presets, file, environment and command line,
 * everything in `arena`. An empty environment variable counts as not set; a
 * value that another one replaces is not looked at. Messages go to `report`
 * (called for each; `warning` or error) in the order of the file, then of the
 * table: `FILE: key.path: message`, lines that belong to one indented; where the value came from there
 * `command line: NAME: message`, and where it came from there or there is no
 * file `environment: NAME: message`. True if there was no error. */
MUST_USE bool config_load(const struct config_key *keys, size_t count,
    struct config_source source, struct arena *arena, void *settings,
    void (*report)(void *to, bool warning, const char *message), void *to);

/* Writes the settings as a configuration file, secrets masked; what is not set
 * is left out. Rows of one parent must stand together in the table. */
void config_show(const struct config_key *keys, size_t count,
    const void *settings, FILE *out);

/* Writes the table as an mdoc(7) list. */
void config_write_manual(
    const struct config_key *keys, size_t count, FILE *out);

/* Sentences for mdoc(7), and an argument of one of its macros. */
void config_write_sentences(FILE *out, const char *text);
void config_write_argument(FILE *out, const char *text);

#endif
