/* SPDX-License-Identifier: MIT
 *
 * The form of seeds, taskrouter-seed(5): its properties as a table, and a
 * writer that makes a seed of objects as the REST API shows them. Names stand
 * in it where the API has SIDs.
 *
 * Of each Workspace, in this order:
 *   seed_form_note         each Activity, TaskChannel, Worker, TaskQueue and
 *                          Workflow
 *   seed_form_note_target  each RoutingTarget of a Task
 *   seed_form_begin        the Workspace
 *   seed_form_add          its objects: kinds in the order of enum seed_kind,
 *                          the objects of a kind in order of creation
 *   seed_form_end
 * Nothing is kept of an object but its SID and name, so that thousands can be
 * written one by one. The text depends on the objects' names, values and order
 * alone: neither on SIDs nor on dates, but for a Task's virtual_start_time.
 */
#ifndef TWILIO_SEED_FORM_H
#define TWILIO_SEED_FORM_H

#include "base/buf.h"
#include "base/compat.h"
#include "base/str.h"
#include "codec/json.h"

/* In the order in which a seed has them. */
enum seed_kind {
	SEED_WORKSPACE,
	SEED_ACTIVITY,
	SEED_TASK_CHANNEL,
	SEED_WORKER,
	SEED_CHANNEL, /* of a Worker: within the Worker's object */
	SEED_TASK_QUEUE,
	SEED_WORKFLOW,
	SEED_TASK,
	SEED_KINDS
};

struct seed_kind_row {
	const char *key;  /* of the array: "task_queues" */
	const char *noun; /* "TaskQueue" */
	/* The property that references hold, "friendly_name" or "unique_name";
	 * NULL: nothing refers to these. */
	const char *name;
};
extern const struct seed_kind_row seed_kind_rows[SEED_KINDS];

enum seed_type {
	SEED_VALUE,         /* as the API shows it */
	SEED_OBJECT,        /* a JSON object; in the API a text that holds one */
	SEED_CONFIGURATION, /* such an object, with names of TaskQueues */
	SEED_REFERENCE,     /* the name of an object of kind `refers` */
	SEED_TARGET,        /* of a Worker, TaskQueue or Workflow */
};

struct seed_property {
	enum seed_kind kind;
	const char *name;      /* in a seed: "activity_name" */
	const char *source;    /* in the API: "activity_sid"; NULL: not shown */
	const char *parameter; /* in the API's forms; NULL: found by it */
	enum seed_type type;
	enum seed_kind refers; /* SEED_REFERENCE */
	/* What it is when it is left out, as it would be written in a form;
	 * NULL: null, or something that depends on others. */
	const char *preset;
};

/* In the order of the kinds, and then as they are written. */
extern const struct seed_property seed_properties[];
extern const size_t seed_property_count;

/* Every object may have it besides: a label for references in the seed. */
#define SEED_LABEL "sid"

struct seed_form;

/* A writer into `out`, which must outlive it. NULL: no memory. */
struct seed_form *seed_form_open(struct buf *out);

void seed_form_note(struct seed_form *form, enum seed_kind kind,
    struct str sid, struct str name);
/* NULL texts and empty ones mean nothing. */
void seed_form_note_target(struct seed_form *form, struct str sid);

/* `object` is one as the API shows it, here and below. */
void seed_form_begin(struct seed_form *form, struct json_object *workspace);
/* `channels`: of a Worker, the array of its WorkerChannels, or NULL if all of
 * them have their presets; NULL for the other kinds. Passed over: Tasks that
 * are finished, and those that could never be routed, as the Worker whom they
 * were for is gone. */
void seed_form_add(struct seed_form *form, enum seed_kind kind,
    struct json_object *object, struct json_object *channels);
void seed_form_end(struct seed_form *form);

/* Completes the seed, and frees the writer (NULL is allowed). False: there was
 * no memory, or it does not fit into the buffer. */
MUST_USE bool seed_form_close(struct seed_form *form);

/* Frees a writer whose seed is given up. NULL is allowed. */
void seed_form_discard(struct seed_form *form);

#endif
