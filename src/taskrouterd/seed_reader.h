/* SPDX-License-Identifier: MIT
 *
 * What the files that read seeds share. Private to them.
 */
#ifndef TASKROUTERD_SEED_READER_H
#define TASKROUTERD_SEED_READER_H

#include "base/arena.h"
#include "base/compat.h"
#include "codec/form.h"
#include "codec/json.h"
#include "router/engine.h"
#include "taskrouterd/seed_index.h"
#include "twilio/seed_form.h"

#define SEED_PATH_SIZE 512
#define SEED_MESSAGE_SIZE 2048
#define SEED_ERRORS_MOST 100 /* reported; more are not looked for */

struct seed_reader {
	struct arena *kept;    /* items and their index */
	struct arena *scratch; /* of one object; released after it */
	struct router *router;
	int64_t now;
	/* Applies an event to the router. */
	struct object *(*apply)(struct seed_reader *reader,
	    const struct router_event *event, struct refusal *refusal);
	void *context; /* of `apply` */
	struct pass *pass; /* of seed.c */
	/* Whether it only checks: a Workspace that is refused is made all the
	 * same, so that what is in it is checked, too. */
	bool is_trial;
	void (*report)(void *to, const char *message);
	void *to;
	size_t errors;
	char path[SEED_PATH_SIZE]; /* of what is being read */
	size_t path_length;
	/* Of the Workspace that is being read: */
	struct workspace *workspace;
	struct object *parent; /* the Worker whose channels are read, or NULL */
	struct json_object *channels; /* all of his */
	struct seed_index index;
};

/* ---- paths and messages: seed_message.c */

/* The path of what stands deeper; the length to give to seed_leave. */
size_t seed_enter(struct seed_reader *reader, const char *key);
size_t seed_enter_item(struct seed_reader *reader, size_t index);
void seed_leave(struct seed_reader *reader, size_t length);

/* `PATH: message`, of one line; always false. */
bool seed_error(struct seed_reader *reader, const char *format, ...)
    PRINTF_LIKE(2, 3);
/* The same of the property `key` of what is being read. */
bool seed_error_at(struct seed_reader *reader, const char *key,
    const char *format, ...) PRINTF_LIKE(3, 4);
/* `value` has another type than it should. */
bool seed_error_type(struct seed_reader *reader, const char *key,
    enum json_type expected, struct json_object *value);
/* The property that a refusal of REST parameters or by the router is about;
 * NULL: about the object. */
const struct seed_property *seed_refused(
    enum seed_kind kind, const struct refusal *refusal);
/* The refusal as a message, parameters called as the seed calls them. */
bool seed_error_refusal(struct seed_reader *reader, enum seed_kind kind,
    const struct refusal *refusal);
/* Whether so many messages were given that nothing more is looked at. */
bool seed_is_full(const struct seed_reader *reader);

/* ---- properties: seed_value.c */

/* Checks that an object of the kind has no unknown properties. */
void seed_check_keys(struct seed_reader *reader, enum seed_kind kind,
    struct json_object *object);

/* What a reference of the seed means. NULL: nothing that was made, and
 * whoever has to know has been told. */
struct seed_item *seed_resolve(struct seed_reader *reader, const char *key,
    unsigned kinds, struct str text);

/* The parameters of a create or update of an object of the kind, as a form in
 * the scratch memory. False: something is wrong with the object, or it refers
 * to what was refused. */
MUST_USE bool seed_make_form(struct seed_reader *reader, enum seed_kind kind,
    enum field_use use, struct json_object *object, struct form *form);

/* The router's kind. */
enum kind seed_router_kind(enum seed_kind kind);

/* ---- objects: seed_object.c */

/* Makes one object of the seed; NULL: refused, and reported. */
struct object *seed_make_object(struct seed_reader *reader,
    enum seed_kind kind, struct json_object *json);
/* Changes one, which was made or was there, to what `json` says. */
void seed_change_object(struct seed_reader *reader, enum seed_kind kind,
    struct object *object, struct json_object *json);
/* Whether it went. */
bool seed_delete_object(
    struct seed_reader *reader, enum seed_kind kind, struct object *object);

/* ---- what a new Workspace has by itself: seed_own.c */

/* Makes the seed's Activities or TaskChannels, of which those that the
 * Workspace has by itself are some. */
void seed_make_activities(
    struct seed_reader *reader, struct json_object *workspace);
void seed_make_channels(
    struct seed_reader *reader, struct json_object *workspace);

/* ---- Workspaces: seed_workspace.c */

/* The objects of `array`, the value of the property `key`: checks that it is
 * an array of objects, enters each, and calls `each`. */
void seed_each(struct seed_reader *reader, const char *key,
    struct json_object *array,
    void (*each)(struct seed_reader *reader, size_t index,
	struct json_object *object));
/* The seed's item of this kind and index in its array. */
struct seed_item *seed_item_of(
    struct seed_reader *reader, enum seed_kind kind, size_t index);
/* That no other object of the kind has its label. */
void seed_check_label(
    struct seed_reader *reader, enum seed_kind kind, size_t index);

/* Makes a Workspace and what is in it; NULL: refused. */
struct workspace *seed_make_workspace(
    struct seed_reader *reader, struct json_object *object);

#endif
