/* SPDX-License-Identifier: MIT
 *
 * taskrouter.fcgi as an application: what its endpoints share. An exchange
 * keeps the settings that it began with.
 */
#ifndef RESPONDER_RESPONDER_H
#define RESPONDER_RESPONDER_H

#include <sys/queue.h>

#include "base/compat.h"
#include "base/err.h"
#include "http/exchange.h"
#include "metrics/metrics.h"
#include "responder/settings.h"
#include "twilio/rest.h"

struct assignment_guards;
struct assignment_sweep;
struct event_base;
struct event_purge;
struct keeper;
struct outbox;

enum counter {
#define COUNTER(name, metric, help, kind, first, second) COUNTER_##name,
#include "responder/counters.h"
#undef COUNTER
	COUNTER_COUNT
};

/* Values of the label "operation". */
enum rest_operation {
	REST_CREATE_TASK,
	REST_ACCEPT_RESERVATION,
	REST_READ_RESERVATION,
	REST_UPDATE_RESERVATION,
	REST_LIST_TASKS,
	REST_READ_TASK,
	REST_UPDATE_TASK,
	REST_LIST_WORKERS,
	REST_READ_WORKER,
	REST_UPDATE_WORKER,
	REST_LIST_ACTIVITIES,
	REST_FIND_TASK,      /* by its idempotency_key */
	REST_READ_FOLLOW_UP, /* what a change of the outbox is about */
	REST_FOLLOW_UP,
};

/* Values of the label "result" of what the outbox does. */
enum outbox_result {
	OUTBOX_RESULT_QUEUED,
	OUTBOX_RESULT_DONE,
	OUTBOX_RESULT_LATE,   /* its object is gone, or needs it no more */
	OUTBOX_RESULT_AGAIN,
	OUTBOX_RESULT_FAILED,
};
#define OUTBOX_RESULTS (OUTBOX_RESULT_FAILED + 1)

/* "queued" */
const char *outbox_result_name(enum outbox_result result);

/* Values of the label "reason" of refused callbacks. */
enum refusal {
	REFUSED_SIGNATURE,
	REFUSED_ACCOUNT,
	REFUSED_WORKSPACE,
	REFUSED_UNCONFIGURED,
};

/* Values of the label "result" of event callbacks. */
enum event_outcome {
	EVENT_STORED,
	EVENT_REPEATED, /* it was there already */
	EVENT_REFUSED,
};

/* "create_task" */
const char *rest_operation_name(enum rest_operation operation);
/* "stored" */
const char *event_outcome_name(enum event_outcome outcome);

struct responder {
	struct application application; /* first: see responder_of */
	struct settings *settings;      /* of exchanges that begin now */
	struct metrics *metrics;
	struct event_base *loop;  /* NULL until it is needed (CGI) */
	struct rest_client *rest; /* NULL until it is needed */
	struct keeper *keeper;    /* NULL until it is needed */
	struct event_purge *purge; /* NULL: this program does not serve long */
	struct outbox *outbox;    /* NULL where nothing works it off (CGI) */
	LIST_HEAD(attempts, attempt) attempts; /* that have not been freed */
	struct assignment_guards *guards; /* NULL until they are needed */
	struct assignment_sweep *sweep; /* NULL: does not serve long */
	bool stopping;
	bool serves_once; /* as a CGI program */
};

/* Takes over `settings`. False: *err. */
MUST_USE bool responder_init(struct responder *responder,
    struct settings *settings, struct err *err);
void responder_release(struct responder *responder);

/* New settings for what begins from now on; takes them over. */
void responder_reload(struct responder *responder, struct settings *settings);

/* Makes the event loop and the REST client if they are not there yet. */
MUST_USE bool responder_need_loop(struct responder *responder, struct err *err);
MUST_USE bool responder_need_rest(struct responder *responder, struct err *err);

/* Starts the store's thread, if it does not run yet. False: *err says why, or
 * that no store is configured. */
MUST_USE bool responder_need_keeper(
    struct responder *responder, struct err *err);

/* Has the store opened, so that what is wrong with it is logged now. For
 * programs that serve long; does nothing where no store is configured. */
void responder_prepare_keeper(struct responder *responder);

/* Makes the REST client ready for its first call, so that the loop need not
 * wait for it then; what is wrong is logged. For programs that serve long. */
void responder_prepare_rest(struct responder *responder);

struct responder *responder_of(const struct exchange *exchange);
const struct settings *settings_of(const struct exchange *exchange);
void count_event(struct exchange *exchange, enum counter counter, size_t first,
    size_t second);
/* Of the rule that an assignment callback was answered by; cheap. */
void count_rule_hit(struct exchange *exchange, struct str name);

/* Guards (route.admit). With admit_operator a POST alone changes something,
 * with admit_operator_change any request does. */
bool admit_signed(struct exchange *exchange);
bool admit_operator(struct exchange *exchange);
bool admit_operator_change(struct exchange *exchange);
bool admit_operator_or_local(struct exchange *exchange);

/* Handlers (route.handle). */
#define ROUTE(name, path, methods, admit) \
	void handle_##name(struct exchange *);
#include "responder/routes.h"
#undef ROUTE

#endif
