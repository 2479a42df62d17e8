/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/faults.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/log.h"
#include "http/request.h"
#include "router/record.h"

/* All texts of a rule. */
#define RULE_MEMORY ((size_t)16 << 10)
#define MILLIONTHS_OF_SHARE (1000000 / FAULT_SHARE_ALL)

const char *const fault_subject_names[] = {
	[FAULT_REQUEST] = "request",
	[FAULT_ASSIGNMENT_CALLBACK] = "assignment_callback",
	[FAULT_EVENT_CALLBACK] = "event_callback",
	[FAULT_VOICE] = "voice",
	[FAULT_STATUS_CALLBACK] = "status_callback",
	[FAULT_SUBJECTS] = NULL,
};

const char *const fault_action_names[] = {
	[FAULT_STATUS] = "status",
	[FAULT_DELAY] = "delay",
	[FAULT_CUT] = "cut",
	[FAULT_DROP] = "drop",
	[FAULT_DOUBLE] = "double",
	[FAULT_REORDER] = "reorder",
	[FAULT_WRONG_SIGNATURE] = "wrong_signature",
	[FAULT_ACTIONS] = NULL,
};

const char *const fault_method_names[] = {
	[FAULT_METHOD_ANY] = "any", [FAULT_METHOD_GET] = "GET",
	[FAULT_METHOD_POST] = "POST", [FAULT_METHOD_DELETE] = "DELETE",
	[FAULT_METHOD_OPTIONS] = "OPTIONS", NULL};

const char *const fault_keep_names[] = {
	[FAULT_KEEP_HALF] = "half", [FAULT_KEEP_NOTHING] = "nothing", NULL};

static const unsigned methods[] = {
	[FAULT_METHOD_ANY] = ~0U,
	[FAULT_METHOD_GET] = METHOD_GET | METHOD_HEAD,
	[FAULT_METHOD_POST] = METHOD_POST,
	[FAULT_METHOD_DELETE] = METHOD_DELETE,
	[FAULT_METHOD_OPTIONS] = METHOD_OPTIONS,
};

/* What a webhook must carry, of the rule's texts. */
static const struct {
	size_t member;
	const char *field;
	bool is_list;
} carried[] = {
	{offsetof(struct fault_rule, event_type), "EventType", true},
	{offsetof(struct fault_rule, workspace_sid), "WorkspaceSid", false},
	{offsetof(struct fault_rule, workflow_sid), "WorkflowSid", false},
	{offsetof(struct fault_rule, worker_sid), "WorkerSid", false},
	{offsetof(struct fault_rule, task_sid), "TaskSid", false},
};

static const struct str *
text_of(const struct fault_rule *rule, size_t member)
{
	return (const struct str *)(const void *)((const char *)rule + member);
}

/* ---- the list */

void
faults_init(struct faults *faults, struct event_base *loop, size_t most)
{
	*faults = (struct faults){.loop = loop, .most = most};
	TAILQ_INIT(&faults->list);
	TAILQ_INIT(&faults->holds);
	LIST_INIT(&faults->webhooks);
}

static bool
copy_texts(struct fault *fault)
{
	struct fault_rule *rule = &fault->rule;
	struct str *texts[] = {&rule->route, &rule->url, &rule->event_type,
		&rule->workspace_sid, &rule->workflow_sid, &rule->worker_sid,
		&rule->task_sid};

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		*texts[i] = arena_str(&fault->arena, *texts[i]);
	return !fault->arena.overflow;
}

static void
free_fault(struct fault *fault)
{
	arena_release(&fault->arena);
	free(fault);
}

struct fault *
faults_add(struct faults *faults, const struct fault_rule *rule)
{
	struct fault *fault = calloc(1, sizeof *fault);

	if (fault == NULL)
		return NULL;
	arena_init(&fault->arena, RULE_MEMORY);
	fault->rule = *rule;
	if (!copy_texts(fault)) {
		free_fault(fault);
		return NULL;
	}
	fault->id = ++faults->last;
	faults->count++;
	TAILQ_INSERT_TAIL(&faults->list, fault, entry);
	return fault;
}

struct fault *
faults_find(const struct faults *faults, uint64_t id)
{
	struct fault *fault;

	TAILQ_FOREACH(fault, &faults->list, entry)
		if (fault->id == id)
			return fault;
	return NULL;
}

void
faults_remove(struct faults *faults, struct fault *fault)
{
	faults_release(faults, fault->id);
	TAILQ_REMOVE(&faults->list, fault, entry);
	faults->count--;
	free_fault(fault);
}

void
faults_clear(struct faults *faults)
{
	while (!TAILQ_EMPTY(&faults->list))
		faults_remove(faults, TAILQ_FIRST(&faults->list));
}

bool
fault_is_spent(const struct fault *fault)
{
	return fault->rule.count > 0 && fault->hits >= fault->rule.count;
}

/* ---- which one */

bool
fault_route_matches(struct str pattern, struct str path)
{
	while (pattern.at != NULL) {
		struct str wanted = str_cut(&pattern, '/');
		if (pattern.at == NULL && str_is(wanted, "**"))
			return true;
		if (path.at == NULL)
			return false;
		struct str segment = str_cut(&path, '/');
		if (!str_is(wanted, "*") ? !str_equal(wanted, segment)
					 : segment.len == 0)
			return false;
	}
	return path.at == NULL;
}

static bool
is_carried(const struct fault_rule *rule, const struct form *form)
{
	for (size_t i = 0; i < ARRAY_LENGTH(carried); i++) {
		struct str wanted = *text_of(rule, carried[i].member);
		struct str value = form_get(form, carried[i].field);
		if (wanted.at == NULL)
			continue;
		if (value.at == NULL ||
		    !(carried[i].is_list ? record_filter_matches(wanted, value)
					 : str_equal(wanted, value)))
			return false;
	}
	return true;
}

static bool
is_about(const struct fault_rule *rule, const struct fault_case *what)
{
	if (rule->on != (int)what->on)
		return false;
	if (what->on == FAULT_REQUEST)
		return (methods[rule->method] & what->method) != 0 &&
		    fault_route_matches(rule->route, what->path);
	return (rule->url.at == NULL ||
		   str_has_prefix(what->url, rule->url)) &&
	    is_carried(rule, &what->form);
}

bool
faults_concern(const struct faults *faults, enum fault_subject on)
{
	const struct fault *fault;

	TAILQ_FOREACH(fault, &faults->list, entry)
		if (fault->rule.on == (int)on && !fault_is_spent(fault))
			return true;
	return false;
}

bool
faults_read_forms(const struct faults *faults, enum fault_subject on)
{
	const struct fault *fault;

	TAILQ_FOREACH(fault, &faults->list, entry)
		for (size_t i = 0; i < ARRAY_LENGTH(carried); i++)
			if (fault->rule.on == (int)on &&
			    !fault_is_spent(fault) &&
			    text_of(&fault->rule, carried[i].member)->at !=
				NULL)
				return true;
	return false;
}

static bool
is_drawn(const struct fault_rule *rule, struct chance *chance)
{
	return rule->share >= FAULT_SHARE_ALL ||
	    chance_millionth(chance, CHANCE_FAULTS) <
	    rule->share * MILLIONTHS_OF_SHARE;
}

static void
note(const struct fault *fault, struct str name)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_INFO, "fault");
	log_int(&line, "fault", (int64_t)fault->id);
	log_str(&line, "on", str_from(fault_subject_names[fault->rule.on]));
	log_str(
	    &line, "do", str_from(fault_action_names[fault->rule.action]));
	log_int(&line, "hits", fault->hits);
	log_str(&line, "id", name);
	log_end(&line);
}

/* One that holds something back until another one has passed lets the next one
 * be that other. */
static bool
is_waiting(const struct faults *faults, const struct fault *fault)
{
	return fault->rule.action == FAULT_REORDER &&
	    faults_held_by(faults, fault->id) > 0;
}

const struct fault *
faults_take(struct faults *faults, const struct fault_case *what,
    struct chance *chance)
{
	struct fault *fault;

	TAILQ_FOREACH(fault, &faults->list, entry) {
		if (fault_is_spent(fault) || is_waiting(faults, fault) ||
		    !is_about(&fault->rule, what))
			continue;
		fault->looked_at++;
		if (fault->looked_at <= fault->rule.skip ||
		    !is_drawn(&fault->rule, chance))
			continue;
		fault->hits++;
		note(fault, what->name);
		return fault;
	}
	return NULL;
}

/* ---- what is held */

void
faults_let_go(struct fault_hold *hold)
{
	if (hold->faults == NULL)
		return;
	TAILQ_REMOVE(&hold->faults->holds, hold, entry);
	hold->faults = NULL;
	event_free(hold->timer);
}

static void
on_timer(evutil_socket_t fd, short what, void *argument)
{
	struct fault_hold *hold = argument;

	(void)fd;
	(void)what;
	faults_let_go(hold);
	hold->release(hold);
}

bool
faults_hold(
    struct faults *faults, struct fault_hold *hold, uint64_t fault, int64_t ms)
{
	struct timeval wait = {ms / 1000, ms % 1000 * 1000};

	hold->timer = evtimer_new(faults->loop, on_timer, hold);
	if (hold->timer == NULL)
		return false;
	if (evtimer_add(hold->timer, &wait) != 0) {
		event_free(hold->timer);
		return false;
	}
	hold->faults = faults;
	hold->fault = fault;
	TAILQ_INSERT_TAIL(&faults->holds, hold, entry);
	return true;
}

void
faults_release(struct faults *faults, uint64_t fault)
{
	static const struct timeval at_once = {0, 0};
	struct fault_hold *hold;

	TAILQ_FOREACH(hold, &faults->holds, entry)
		if (fault == 0 || hold->fault == fault)
			(void)evtimer_add(hold->timer, &at_once);
}

size_t
faults_held_by(const struct faults *faults, uint64_t fault)
{
	const struct fault_hold *hold;
	size_t count = 0;

	TAILQ_FOREACH(hold, &faults->holds, entry)
		count += hold->fault == fault;
	return count;
}

size_t
faults_in_hand(const struct faults *faults)
{
	const struct fault_hold *hold;
	size_t count = faults->webhooks_apart;

	TAILQ_FOREACH(hold, &faults->holds, entry)
		count++;
	return count;
}
