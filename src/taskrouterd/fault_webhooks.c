/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/fault_webhooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/response.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/faults.h"

/* As for an application that does not take the connection.
 * Source: https://www.twilio.com/docs/api/errors/11205 */
#define ERROR_CONNECTION 11205
/* What the owner of an event callback is told that comes after the next one:
 * it sends that one when this one was answered. */
#define STATUS_TAKEN 204

/* A webhook in a fault's hands. */
struct faulty_webhook {
	struct fault_hold hold; /* first */
	LIST_ENTRY(faulty_webhook) entry;
	struct daemon *daemon;
	struct webhook_client *client;
	enum outgoing_kind kind;
	uint64_t fault; /* its id; 0: it passes one that is held back */
	struct webhook_request request; /* the owner's */
	/* Apart: it is sent on its own, as it was when the fault hit, and its
	 * owner is told nothing of it. */
	bool is_apart;
	struct arena arena; /* of the form */
	struct form form;
	struct faulty_webhook *second; /* apart, sent when this one was
					* answered; else NULL */
	char text[]; /* the request's url and token */
};

static enum fault_subject
subject_of(enum outgoing_kind kind)
{
	static const enum fault_subject subjects[OUTGOING_KINDS] = {
		[OUTGOING_ASSIGNMENT] = FAULT_ASSIGNMENT_CALLBACK,
		[OUTGOING_EVENT] = FAULT_EVENT_CALLBACK,
		[OUTGOING_VOICE] = FAULT_VOICE,
		[OUTGOING_STATUS] = FAULT_STATUS_CALLBACK,
	};

	return subjects[kind];
}

/* ---- what is in a fault's hands */

static void
forget(struct faulty_webhook *webhook)
{
	faults_let_go(&webhook->hold);
	LIST_REMOVE(webhook, entry);
	if (webhook->is_apart)
		webhook->daemon->faults.webhooks_apart--;
	arena_release(&webhook->arena);
	free(webhook);
}

static struct str
put(char *at, struct str s)
{
	if (s.len > 0)
		memcpy(at, s.at, s.len);
	return (struct str){at, s.len};
}

/* `like`: whose daemon, client, kind, fault and request it gets. NULL: there
 * is no memory. */
static struct faulty_webhook *
keep(const struct faulty_webhook *like)
{
	const struct webhook_request *request = &like->request;
	struct faulty_webhook *webhook = calloc(
	    1, sizeof *webhook + request->url.len + request->token.len);

	if (webhook == NULL)
		return NULL;
	webhook->daemon = like->daemon;
	webhook->client = like->client;
	webhook->kind = like->kind;
	webhook->fault = like->fault;
	webhook->request = *request;
	webhook->request.url = put(webhook->text, request->url);
	webhook->request.token =
	    put(webhook->text + request->url.len, request->token);
	arena_init(&webhook->arena, WEBHOOK_MEMORY);
	LIST_INSERT_HEAD(&like->daemon->faults.webhooks, webhook, entry);
	return webhook;
}

static void
tell(struct faulty_webhook *webhook, const struct webhook_result *result)
{
	struct webhook_request request = webhook->request;
	struct webhook_result told = *result;

	told.url = request.url;
	request.done(request.context, &told);
	forget(webhook);
}

static void
tell_failure(struct faulty_webhook *webhook, const char *why)
{
	struct webhook_result result = {
		.outcome = WEBHOOK_FAILED,
		.error = ERROR_CONNECTION,
		.attempts = 1,
	};

	(void)snprintf(result.reason, sizeof result.reason, "fault %ju %s",
	    (uintmax_t)webhook->fault, why);
	tell(webhook, &result);
}

/* The time has come to send what was held back. */
static void
on_send(struct fault_hold *hold)
{
	struct faulty_webhook *webhook = (struct faulty_webhook *)(void *)hold;

	if (webhook->daemon->stopping)
		tell(webhook,
		    &(struct webhook_result){.outcome = WEBHOOK_ABANDONED});
	else if (webhook_start(webhook->client, &webhook->request))
		forget(webhook);
	else
		tell_failure(webhook, "held it back, and there is no memory");
}

static void
on_drop(struct fault_hold *hold)
{
	tell_failure((struct faulty_webhook *)(void *)hold, "dropped it");
}

static void
on_taken(struct fault_hold *hold)
{
	tell((struct faulty_webhook *)(void *)hold,
	    &(struct webhook_result){
		.outcome = WEBHOOK_ANSWERED,
		.status = STATUS_TAKEN,
		.attempts = 1,
	    });
}

/* Calls release(hold) after so long. False: there is no memory. */
static bool
hold_back(const struct faulty_webhook *like, int64_t ms,
    void (*release)(struct fault_hold *hold))
{
	struct faulty_webhook *webhook = keep(like);

	if (webhook == NULL)
		return false;
	webhook->hold.release = release;
	if (faults_hold(
		&like->daemon->faults, &webhook->hold, like->fault, ms))
		return true;
	forget(webhook);
	return false;
}

/* ---- those that are sent apart */

static bool
compose_apart(void *context, struct arena *arena, struct form *form)
{
	const struct faulty_webhook *webhook = context;

	(void)arena;
	*form = webhook->form;
	return true;
}

static void
note_apart(
    const struct faulty_webhook *webhook, const struct webhook_result *result)
{
	const struct form *form = &webhook->form;
	const struct debugger_note note = {
		.workspace = form_get(form, "WorkspaceSid"),
		.workflow = form_get(form, "WorkflowSid"),
		.task = form_get(form, "TaskSid"),
		.worker = form_get(form, "WorkerSid"),
		.reservation = form_get(form, "ReservationSid"),
		.event = webhook->kind == OUTGOING_EVENT
		    ? form_get(form, "Sid")
		    : STR_NONE,
		.url = result->url,
	};
	char text[128];

	if (result->outcome == WEBHOOK_ABANDONED)
		return;
	if (result->outcome != WEBHOOK_ANSWERED || result->status / 100 != 2) {
		outgoing_note_failure(webhook->daemon, note, result);
		return;
	}
	(void)snprintf(text, sizeof text,
	    "fault %ju sent it apart: answered with HTTP %u",
	    (uintmax_t)webhook->fault, result->status);
	outgoing_note(webhook->daemon, note, result, 0, text);
}

static void
done_apart(void *context, const struct webhook_result *result)
{
	struct faulty_webhook *webhook = context;

	note_apart(webhook, result);
	forget(webhook);
}

static bool
copy_form(struct faulty_webhook *webhook, const struct form *form)
{
	struct arena *arena = &webhook->arena;
	struct form *copy = &webhook->form;

	copy->fields = arena_array(arena, form->count, sizeof *copy->fields);
	if (copy->fields == NULL)
		return false;
	for (; copy->count < form->count; copy->count++)
		copy->fields[copy->count] = (struct form_field){
			arena_str(arena, form->fields[copy->count].name),
			arena_str(arena, form->fields[copy->count].value),
		};
	return !arena->overflow;
}

/* Its text is copied: what it was composed of belongs to the owner. NULL:
 * there is no memory. */
static struct faulty_webhook *
keep_apart(const struct faulty_webhook *like)
{
	struct faulty_webhook *webhook = keep(like);

	if (webhook == NULL)
		return NULL;
	webhook->is_apart = true;
	like->daemon->faults.webhooks_apart++;
	webhook->request.compose = compose_apart;
	webhook->request.done = done_apart;
	webhook->request.context = webhook;
	if (copy_form(webhook, &like->form))
		return webhook;
	forget(webhook);
	return NULL;
}

static void
send_apart(struct faulty_webhook *webhook)
{
	if (webhook->daemon->stopping ||
	    !webhook_start(webhook->client, &webhook->request))
		forget(webhook);
}

static void
on_send_apart(struct fault_hold *hold)
{
	send_apart((struct faulty_webhook *)(void *)hold);
}

/* ---- those whose owner is told by way of us */

static bool
compose_for_owner(void *context, struct arena *arena, struct form *form)
{
	const struct webhook_request *request =
	    &((const struct faulty_webhook *)context)->request;

	return request->compose(request->context, arena, form);
}

static bool
start_for_owner(struct faulty_webhook *webhook,
    void (*done)(void *context, const struct webhook_result *result))
{
	struct webhook_request request = webhook->request;

	request.compose = compose_for_owner;
	request.done = done;
	request.context = webhook;
	return webhook_start(webhook->client, &request);
}

/* ---- what faults do; false: as webhook_start */

static bool
drop(const struct faulty_webhook *webhook, const struct fault_rule *rule)
{
	(void)rule;
	return hold_back(webhook, 0, on_drop);
}

static bool
delay(const struct faulty_webhook *webhook, const struct fault_rule *rule)
{
	return hold_back(webhook, rule->wait_ms, on_send);
}

/* Answered or not: the application may have seen it. */
static void
done_first(void *context, const struct webhook_result *result)
{
	struct faulty_webhook *webhook = context;
	struct webhook_request request = webhook->request;

	if (result->outcome == WEBHOOK_ABANDONED)
		forget(webhook->second);
	else
		send_apart(webhook->second);
	request.done(request.context, result);
	forget(webhook);
}

/* Without memory for a second one it is sent once. */
static bool
send_twice(const struct faulty_webhook *like, const struct fault_rule *rule)
{
	struct faulty_webhook *second = keep_apart(like);
	struct faulty_webhook *first = second != NULL ? keep(like) : NULL;

	(void)rule;
	if (first != NULL) {
		first->second = second;
		if (start_for_owner(first, done_first))
			return true;
		forget(first);
	}
	if (second != NULL)
		forget(second);
	return webhook_start(like->client, &like->request);
}

/* Where the owner sends the next one only after this one was answered it is
 * told that it was. */
static bool
reorder(const struct faulty_webhook *webhook, const struct fault_rule *rule)
{
	if (webhook->kind != OUTGOING_EVENT)
		return hold_back(webhook, rule->wait_ms, on_send);
	struct faulty_webhook *apart = keep_apart(webhook);
	if (apart == NULL)
		return false;
	apart->hold.release = on_send_apart;
	if (faults_hold(&webhook->daemon->faults, &apart->hold,
		webhook->fault, rule->wait_ms) &&
	    hold_back(webhook, 0, on_taken))
		return true;
	forget(apart);
	return false;
}

static bool
sign_wrongly(
    const struct faulty_webhook *webhook, const struct fault_rule *rule)
{
	struct webhook_request request = webhook->request;

	(void)rule;
	request.is_signed_wrongly = true;
	return webhook_start(webhook->client, &request);
}

static bool (*const deeds[FAULT_ACTIONS])(
    const struct faulty_webhook *webhook, const struct fault_rule *rule) = {
	[FAULT_DELAY] = delay,
	[FAULT_DROP] = drop,
	[FAULT_DOUBLE] = send_twice,
	[FAULT_REORDER] = reorder,
	[FAULT_WRONG_SIGNATURE] = sign_wrongly,
};

/* ---- those that pass */

/* The fault for which one of this kind waits until another one was sent; 0:
 * none does. */
static uint64_t
find_reordering(const struct faults *faults, enum outgoing_kind kind)
{
	const struct faulty_webhook *webhook;

	LIST_FOREACH(webhook, &faults->webhooks, entry) {
		const struct fault *fault =
		    faults_find(faults, webhook->fault);
		if (webhook->kind == kind && webhook->hold.faults != NULL &&
		    fault != NULL && fault->rule.action == FAULT_REORDER)
			return fault->id;
	}
	return 0;
}

static void
done_passing(void *context, const struct webhook_result *result)
{
	struct faulty_webhook *webhook = context;
	struct faults *faults = &webhook->daemon->faults;
	struct webhook_request request = webhook->request;
	uint64_t fault = find_reordering(faults, webhook->kind);

	if (fault != 0 && result->outcome != WEBHOOK_ABANDONED)
		faults_release(faults, fault);
	request.done(request.context, result);
	forget(webhook);
}

static bool
let_pass(const struct faulty_webhook *like)
{
	if (find_reordering(&like->daemon->faults, like->kind) == 0)
		return webhook_start(like->client, &like->request);
	struct faulty_webhook *webhook = keep(like);
	if (webhook == NULL)
		return false;
	if (start_for_owner(webhook, done_passing))
		return true;
	forget(webhook);
	return false;
}

/* ---- sending */

static const struct fault *
find_fault(struct faulty_webhook *webhook)
{
	struct daemon *daemon = webhook->daemon;
	const struct webhook_request *request = &webhook->request;
	const struct fault_case what = {
		.on = subject_of(webhook->kind),
		.name = request->token,
		.url = request->url,
		.form = webhook->form,
	};

	return faults_take(&daemon->faults, &what, &daemon->chance);
}

bool
fault_webhooks_send(struct daemon *daemon, struct webhook_client *client,
    enum outgoing_kind kind, const struct webhook_request *request)
{
	struct faulty_webhook webhook = {
		.daemon = daemon,
		.client = client,
		.kind = kind,
		.request = *request,
	};
	const struct fault *fault = NULL;

	if (!faults_concern(&daemon->faults, subject_of(kind)))
		return let_pass(&webhook);
	arena_init(&webhook.arena, WEBHOOK_MEMORY);
	/* One that is not to be sent any more is nothing for a fault. */
	if (request->compose(request->context, &webhook.arena, &webhook.form))
		fault = find_fault(&webhook);
	if (fault != NULL)
		webhook.fault = fault->id;
	bool good = fault == NULL
	    ? let_pass(&webhook)
	    : deeds[fault->rule.action](&webhook, &fault->rule);
	arena_release(&webhook.arena);
	return good;
}

void
fault_webhooks_forget(
    struct daemon *daemon, const struct webhook_client *client)
{
	struct faulty_webhook *webhook, *next;

	for (webhook = LIST_FIRST(&daemon->faults.webhooks); webhook != NULL;
	     webhook = next) {
		next = LIST_NEXT(webhook, entry);
		if (webhook->client == client)
			forget(webhook);
	}
}
