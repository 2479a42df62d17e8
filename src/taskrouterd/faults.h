/* SPDX-License-Identifier: MIT
 *
 * Faults on purpose: a list of rules that say which requests and which
 * webhooks go wrong, and how. What they do to requests is in fault_requests.h,
 * to webhooks in fault_webhooks.h; how they are set in fault_controls.h.
 */
#ifndef TASKROUTERD_FAULTS_H
#define TASKROUTERD_FAULTS_H

#include <sys/queue.h>

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "codec/form.h"
#include "taskrouterd/chance.h"

struct event;
struct event_base;

/* What a fault is about. */
enum fault_subject {
	FAULT_REQUEST, /* to the REST API */
	/* Webhooks, as enum outgoing_kind has them: */
	FAULT_ASSIGNMENT_CALLBACK,
	FAULT_EVENT_CALLBACK,
	FAULT_VOICE,
	FAULT_STATUS_CALLBACK,
	FAULT_SUBJECTS,
};

enum fault_action {
	FAULT_STATUS, /* an error is answered */
	FAULT_DELAY,
	FAULT_CUT, /* the answer breaks off */
	FAULT_DROP,
	FAULT_DOUBLE,
	FAULT_REORDER,
	FAULT_WRONG_SIGNATURE,
	FAULT_ACTIONS,
};

enum fault_method {
	FAULT_METHOD_ANY,
	FAULT_METHOD_GET, /* HEAD, too */
	FAULT_METHOD_POST,
	FAULT_METHOD_DELETE,
	FAULT_METHOD_OPTIONS,
};

enum fault_keep { FAULT_KEEP_HALF, FAULT_KEEP_NOTHING };

#define FAULT_SHARE_ALL 1000

/* A text that is absent lets everything pass. */
struct fault_rule {
	int on;     /* enum fault_subject */
	int action; /* enum fault_action */
	/* Which requests: */
	int method;       /* enum fault_method */
	struct str route; /* pattern of a path: fault_route_matches */
	/* Which webhooks: */
	struct str url;        /* what it begins with */
	struct str event_type; /* names as in a Workspace's EventsFilter */
	struct str workspace_sid, workflow_sid, worker_sid, task_sid;
	/* How often: */
	int64_t share; /* of FAULT_SHARE_ALL */
	int64_t count; /* hits; 0: without end */
	int64_t skip;  /* that pass first */
	/* How: */
	int64_t status;      /* HTTP */
	int64_t retry_after; /* seconds; negative: no header */
	int64_t wait_ms;
	int keep;      /* enum fault_keep */
	bool executed; /* before the fault shows */
};

struct fault {
	TAILQ_ENTRY(fault) entry;
	struct arena arena; /* of the rule's texts */
	uint64_t id;
	struct fault_rule rule;
	int64_t looked_at; /* what the rule is about, while it was not spent */
	int64_t hits;
};

/* Something that a fault holds back. */
struct fault_hold {
	TAILQ_ENTRY(fault_hold) entry;
	struct faults *faults; /* NULL: it is not held */
	struct event *timer;
	uint64_t fault; /* its id */
	/* From the loop, when it is held no longer. */
	void (*release)(struct fault_hold *hold);
};

struct faulty_webhook; /* taskrouterd/fault_webhooks.c */

struct faults {
	struct event_base *loop;
	TAILQ_HEAD(, fault) list; /* oldest first */
	size_t count;
	size_t most;
	uint64_t last; /* id */
	TAILQ_HEAD(, fault_hold) holds;
	LIST_HEAD(, faulty_webhook) webhooks;
	size_t webhooks_apart; /* under way, of which nobody else knows */
};

/* What may be hit. */
struct fault_case {
	enum fault_subject on;
	struct str name; /* in the log */
	/* FAULT_REQUEST: */
	unsigned method; /* one of METHOD_… */
	struct str path; /* raw */
	/* Webhooks: */
	struct str url;
	struct form form; /* needed where faults_read_forms */
};

/* `most`: how many there may be. */
void faults_init(struct faults *faults, struct event_base *loop, size_t most);

/* Copies the rule. NULL: there is no memory; there must be room. */
struct fault *faults_add(struct faults *faults, const struct fault_rule *rule);
/* NULL: there is none. */
struct fault *faults_find(const struct faults *faults, uint64_t id);
/* What it holds goes on at once. */
void faults_remove(struct faults *faults, struct fault *fault);
/* Removes all; the last thing, too, when nothing is held any more. */
void faults_clear(struct faults *faults);

bool fault_is_spent(const struct fault *fault);

/* Whether there is one about this that is not spent. */
bool faults_concern(const struct faults *faults, enum fault_subject on);
/* Whether one of them goes by what a webhook carries. */
bool faults_read_forms(const struct faults *faults, enum fault_subject on);

/* The first one that hits, counted and logged; NULL: none does. Good until
 * the list changes. */
const struct fault *faults_take(struct faults *faults,
    const struct fault_case *what, struct chance *chance);

/* "/v1/Workspaces/" "*" "/Tasks": "*" stands for any one segment, a last "**"
 * for all that follow, also for none. */
bool fault_route_matches(struct str pattern, struct str path);

/* Holds back for so long; `hold` must stay where it is. False: there is no
 * memory. */
MUST_USE bool faults_hold(struct faults *faults, struct fault_hold *hold,
    uint64_t fault, int64_t ms);
/* It is held no longer, and will not be released. */
void faults_let_go(struct fault_hold *hold);
/* What this one holds goes on in the next turn of the loop; 0: what any one
 * does. */
void faults_release(struct faults *faults, uint64_t fault);
size_t faults_held_by(const struct faults *faults, uint64_t fault);

/* What is held, and webhooks under way that nobody else knows of. */
size_t faults_in_hand(const struct faults *faults);

/* "assignment_callback", "wrong_signature", "GET", "nothing"; NULL ends each
 * list. */
extern const char *const fault_subject_names[];
extern const char *const fault_action_names[];
extern const char *const fault_method_names[];
extern const char *const fault_keep_names[];

#endif
