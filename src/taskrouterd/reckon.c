/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/reckon.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "store/store.h"

/* ---- subjects */

static int
compare_subjects(const void *a, const void *b)
{
	const struct subject *one = a, *other = b;

	return str_compare(one->sid, other->sid);
}

struct subject *
reckon_find(const struct reckoning *r, struct str sid)
{
	const struct subject key = {.sid = sid};

	if (r->subjects[0].sid.at == NULL)
		return &r->subjects[0];
	return sid.at == NULL ? NULL
			      : bsearch(&key, r->subjects, r->count,
				    sizeof key, compare_subjects);
}

static void
forget_repeated(struct reckoning *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->count; i++)
		if (i == 0 ||
		    !str_equal(r->subjects[kept - 1].sid, r->subjects[i].sid))
			r->subjects[kept++] = r->subjects[i];
	r->count = kept;
}

bool
reckon_subjects(struct reckoning *r, const struct str *sids, size_t count)
{
	r->subjects = arena_array(r->arena, count, sizeof r->subjects[0]);
	r->count = count;
	if (r->subjects == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct subject *subject = &r->subjects[i];
		subject->sid = sids[i];
		subject->object = router_find_in(r->router, r->workspace,
		    r->rules.of == TALLY_OF_WORKFLOW ? KIND_WORKFLOW
						     : KIND_TASK_QUEUE,
		    sids[i]);
		if (!staff_init(&subject->staff, r->arena, r->router,
			r->workspace))
			return false;
	}
	qsort(r->subjects, count, sizeof r->subjects[0], compare_subjects);
	forget_repeated(r);
	return true;
}

/* ---- now: Tasks */

static struct str
sid_of(const struct object *object)
{
	return object != NULL ? str_from(object->sid) : STR_NONE;
}

/* The subject that something in this TaskQueue and Workflow belongs to. */
static struct subject *
find_subject(const struct reckoning *r, struct str task_queue,
    struct str workflow)
{
	return reckon_find(
	    r, r->rules.of == TALLY_OF_WORKFLOW ? workflow : task_queue);
}

static bool
count_tasks(struct reckoning *r)
{
	const struct object *object =
	    router_next(r->router, r->workspace, KIND_TASK, 0);

	for (; object != NULL; object = router_after(object)) {
		const struct task *task = (const struct task *)object;
		if (r->task_channel != NULL &&
		    task->task_channel != r->task_channel)
			continue;
		struct subject *subject = find_subject(r,
		    task->task_queue != NULL ? sid_of(&task->task_queue->object)
					     : STR_NONE,
		    task->workflow != NULL ? sid_of(&task->workflow->object)
					   : STR_NONE);
		if (subject != NULL &&
		    !census_add(&subject->census, r->arena, task))
			return false;
	}
	return true;
}

/* ---- now: Workers */

/* Whether he may be given Tasks of the TaskChannel at all. */
static bool
is_on_channel(const struct reckoning *r, const struct worker *worker)
{
	const struct worker_channel *channel;

	if (r->task_channel == NULL)
		return true;
	LIST_FOREACH(channel, &worker->channels, of_worker)
		if (channel->task_channel == r->task_channel)
			return channel->available &&
			    channel->configured_capacity > 0;
	return false;
}

static bool
is_meant(const struct reckoning *r, const struct worker *worker)
{
	return (r->worker == NULL || r->worker == worker) &&
	    filters_hold(&r->filters, &worker->object);
}

struct counting {
	const struct reckoning *r;
	struct subject *subject;
};

static void
count_worker(void *context, const struct worker *worker)
{
	const struct counting *counting = context;

	if (is_on_channel(counting->r, worker) &&
	    is_meant(counting->r, worker))
		staff_add(&counting->subject->staff, worker->activity, 1);
}

/* Nobody has to be looked at: the router keeps count. */
static void
count_all_workers(struct staff *staff, const struct task_queue *queue)
{
	for (size_t i = 0; i < staff->count; i++) {
		const struct activity *activity = staff->activities[i];
		staff_add(staff, activity, queue != NULL
			? router_members_in(queue, activity)
			: activity->workers);
	}
}

static void
count_workers(const struct reckoning *r, struct subject *subject)
{
	struct counting counting = {r, subject};
	const struct task_queue *queue =
	    (const struct task_queue *)subject->object;
	const struct object *object =
	    router_next(r->router, r->workspace, KIND_WORKER, 0);

	if (subject->sid.at != NULL && queue == NULL)
		return;
	if (r->task_channel == NULL && r->worker == NULL &&
	    r->filters.count == 0) {
		count_all_workers(&subject->staff, queue);
		return;
	}
	if (queue != NULL) {
		router_each_member(queue, count_worker, &counting);
		return;
	}
	for (; object != NULL; object = router_after(object))
		count_worker(&counting, (const struct worker *)object);
}

bool
reckon_real_time(struct reckoning *r)
{
	if (r->rules.of != TALLY_OF_WORKERS && !count_tasks(r))
		return false;
	for (size_t i = 0; i < r->count; i++)
		if (r->rules.of != TALLY_OF_WORKFLOW)
			count_workers(r, &r->subjects[i]);
	return true;
}

/* ---- the past: times in Activities */

static void
add_stay(struct reckoning *r, struct str activity, int64_t begin, int64_t end)
{
	const struct staff *staff = &r->subjects[0].staff;

	for (size_t i = 0; i < staff->count; i++)
		if (str_is(activity, staff->activities[i]->object.sid))
			tally_duration_add_part(&r->stays[i], r->span.from,
			    r->span.to, begin, end);
}

/* One that a Worker's going ended. */
static void
add_ended_stay(struct reckoning *r, const struct store_moment *moment)
{
	if (moment->activity.at != NULL &&
	    moment->activity_time != ROUTER_NEVER)
		add_stay(r, moment->activity,
		    moment->date - moment->activity_time, moment->date);
}

/* Those that still last. */
static void
add_lasting_stays(struct reckoning *r)
{
	const struct object *object =
	    router_next(r->router, r->workspace, KIND_WORKER, 0);

	for (; object != NULL; object = router_after(object)) {
		const struct worker *worker = (const struct worker *)object;
		if (is_meant(r, worker))
			add_stay(r, str_from(worker->activity->object.sid),
			    worker->date_status_changed, r->now);
	}
}

/* ---- the past: Events */

/* Whether the Event is about a Worker whose numbers are wanted; of one who is
 * gone nothing but his SID is known. */
static bool
is_of_worker(const struct reckoning *r, struct str sid)
{
	const struct object *worker = sid.at == NULL
	    ? NULL
	    : router_find_in(r->router, r->workspace, KIND_WORKER, sid);

	if (worker == NULL)
		return sid.at != NULL && r->worker == NULL &&
		    r->filters.count == 0;
	return is_meant(r, (const struct worker *)worker);
}

static bool
take_moment(void *context, const struct store_moment *moment)
{
	struct reckoning *r = context;
	struct subject *subject;

	if (r->rules.of == TALLY_OF_WORKERS) {
		if (!is_of_worker(r, moment->worker))
			return true;
		add_ended_stay(r, moment);
	}
	subject = find_subject(r, moment->task_queue, moment->workflow);
	if (subject != NULL)
		tally_add(&subject->tally, &r->rules, moment);
	return true;
}

/* An Event from behind the span, which ended what had begun in it. */
static bool
take_later(void *context, const struct store_moment *moment)
{
	struct reckoning *r = context;

	if (is_of_worker(r, moment->worker))
		add_ended_stay(r, moment);
	return true;
}

static struct str
text_or_none(const char *sid)
{
	return sid[0] == '\0' ? STR_NONE : str_from(sid);
}

/* What happened in this turn, and is not stored yet. */
static void
take_records(struct reckoning *r, int64_t from, int64_t to,
    store_take_moment *take)
{
	const struct record *record;

	STAILQ_FOREACH(record, &router_effects(r->router)->records, entry) {
		const struct store_moment moment = {
			.number = record->number,
			.date = record->date,
			.type = str_from(record->type),
			.worker = text_or_none(record->worker),
			.workflow = text_or_none(record->workflow),
			.task_queue = text_or_none(record->task_queue),
			.task_channel = text_or_none(record->task_channel),
			.activity = text_or_none(record->activity),
			.task_age = record->task_age,
			.task_queue_time = record->task_queue_time,
			.activity_time = record->activity_time,
		};
		if (record->date >= from && record->date <= to &&
		    str_equal(str_from(record->workspace),
			str_from(r->workspace->object.sid)))
			(void)take(r, &moment);
	}
}

/* All Events of the Workspace, but for one TaskQueue, Workflow or Worker alone
 * only those that name it. */
static struct store_events_query
query_of(const struct reckoning *r)
{
	struct store_events_query query = {
		.workspace = str_from(r->workspace->object.sid),
		.from = r->span.from,
		.to = r->span.to,
		.most = SIZE_MAX,
	};

	if (r->worker != NULL)
		query.worker = str_from(r->worker->object.sid);
	else if (r->count == 1 && r->rules.of == TALLY_OF_WORKFLOW)
		query.workflow = r->subjects[0].sid;
	else if (r->count == 1)
		query.task_queue = r->subjects[0].sid;
	return query;
}

static bool
take_all_later(struct reckoning *r, struct err *err)
{
	static const struct str types[] = {
		{"worker.activity.update", 22}, {"worker.deleted", 14}};
	struct store_events_query query = query_of(r);

	if (r->span.to >= r->now)
		return true;
	query.from = r->span.to + 1;
	query.to = ROUTER_NEVER;
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		query.type = types[i];
		if (!store_moments(r->store, &query, take_later, r, err))
			return false;
	}
	take_records(r, query.from, INT64_MAX, take_later);
	return true;
}

static bool
make_room(struct reckoning *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct tally *tally = &r->subjects[i].tally;
		tally->splits = arena_array(r->arena, r->rules.threshold_count,
		    sizeof tally->splits[0]);
		if (tally->splits == NULL)
			return false;
	}
	r->stays = arena_array(
	    r->arena, r->subjects[0].staff.count, sizeof r->stays[0]);
	return r->stays != NULL;
}

bool
reckon_cumulative(struct reckoning *r, struct err *err)
{
	const struct store_events_query query = query_of(r);

	*err = (struct err){0};
	if (!make_room(r) ||
	    !store_moments(r->store, &query, take_moment, r, err))
		return false;
	take_records(r, r->span.from, r->span.to, take_moment);
	if (r->rules.of != TALLY_OF_WORKERS)
		return true;
	if (!take_all_later(r, err))
		return false;
	add_lasting_stays(r);
	return true;
}
