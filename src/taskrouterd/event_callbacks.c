/* SPDX-License-Identifier: MIT
 *
 * Source: https://www.twilio.com/docs/taskrouter/api/event/reference
 */
#include "base/compat.h"

#include "taskrouterd/event_callbacks.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/log.h"
#include "codec/json.h"
#include "router/record.h"
#include "router/tree.h"
#include "taskrouterd/daemon.h"
#include "taskrouterd/outgoing.h"

/* Events of one Workspace that are read at once. */
#define BATCH_EVENTS 64
#define BATCH_MEMORY ((size_t)1 << 20)
/* Events that the filter does not let pass, in one turn of the loop. */
#define PASSED_OVER_MOST 1000
/* Workspaces that are looked after in one turn of the loop. */
#define FEEDS_PER_TURN 16
/* What was delivered is noted so much later at the most. */
#define NOTE_MS 250
#define DATA_VALUES ((size_t)1000)
/* Of the connections that may be open at once. */
#define CONNECTIONS_SHARE 4

struct waiting_event {
	STAILQ_ENTRY(waiting_event) entry;
	struct str sid;
	uint64_t number;
	struct str data;
};

/* The Events of one Workspace on their way. */
struct feed {
	RB_ENTRY(feed) by_sid;
	STAILQ_ENTRY(feed) entry;
	struct event_callbacks *owner;
	char workspace[ROUTER_SID + 1];
	struct arena arena; /* of `batch` */
	STAILQ_HEAD(, waiting_event) batch; /* read and not yet delivered */
	uint64_t position;  /* delivered, or passed over, up to this number */
	bool is_queued;     /* in `queued` */
	bool is_sending;    /* the first one of `batch` */
};

RB_HEAD(feeds_by_sid, feed);

struct event_callbacks {
	struct daemon *daemon;
	struct webhook_client *client;
	struct feeds_by_sid feeds;
	STAILQ_HEAD(, feed) queued; /* to be looked after in the next turn */
	struct event *wake;
	struct event *note;         /* the time to note what was delivered */
	size_t in_hand;
	uint64_t sent, failed;
	bool stopping;
};

static int
compare(const struct feed *a, const struct feed *b)
{
	return memcmp(a->workspace, b->workspace, sizeof a->workspace);
}

RB_PROTOTYPE(feeds_by_sid, feed, by_sid, compare)
RB_GENERATE(feeds_by_sid, feed, by_sid, compare)

static struct workspace *
find_workspace(const struct feed *feed)
{
	const struct daemon *daemon = feed->owner->daemon;

	if (daemon->broken)
		return NULL;
	return (struct workspace *)(void *)router_find_in(daemon->router, NULL,
	    KIND_WORKSPACE, str_from(feed->workspace));
}

static void
queue(struct feed *feed)
{
	static const struct timeval at_once = {0, 0};
	struct event_callbacks *owner = feed->owner;

	if (feed->is_queued || feed->is_sending || owner->stopping)
		return;
	feed->is_queued = true;
	STAILQ_INSERT_TAIL(&owner->queued, feed, entry);
	(void)evtimer_add(owner->wake, &at_once);
}

static void
forget_batch(struct feed *feed)
{
	STAILQ_INIT(&feed->batch);
	arena_release(&feed->arena);
}

/* It is neither queued nor sending. */
static void
forget(struct feed *feed)
{
	(void)RB_REMOVE(feeds_by_sid, &feed->owner->feeds, feed);
	forget_batch(feed);
	free(feed);
}

/* ---- noting */

static void
note_feed(struct feed *feed)
{
	struct workspace *workspace = find_workspace(feed);

	if (workspace != NULL && workspace->delivered >= 0 &&
	    feed->position > (uint64_t)workspace->delivered)
		router_note_delivered(
		    feed->owner->daemon->router, workspace, feed->position);
}

static void
on_note(evutil_socket_t socket, short ready, void *context)
{
	struct event_callbacks *owner = context;
	struct feed *feed;

	(void)socket;
	(void)ready;
	RB_FOREACH(feed, feeds_by_sid, &owner->feeds)
		note_feed(feed);
}

static void
moved_on(struct feed *feed, uint64_t number)
{
	static const struct timeval later = {0, NOTE_MS * 1000};
	struct event_callbacks *owner = feed->owner;

	feed->position = number;
	if (owner->stopping)
		note_feed(feed); /* there may be no later */
	else if (!evtimer_pending(owner->note, NULL))
		(void)evtimer_add(owner->note, &later);
}

/* ---- reading */

struct reading {
	struct feed *feed;
	struct str filter;
	size_t count;   /* in the batch */
	size_t seen;
	uint64_t last;  /* passed over or in the batch */
	bool is_full;
};

/* False: no room is left for it. */
static bool
keep_event(struct reading *reading, const struct store_event *event)
{
	struct feed *feed = reading->feed;
	struct waiting_event *kept = arena_alloc(&feed->arena, sizeof *kept);

	if (kept == NULL)
		return false;
	kept->number = event->number;
	kept->sid = arena_str(&feed->arena, event->sid);
	kept->data = arena_str(&feed->arena, event->data);
	if (kept->sid.at == NULL || kept->data.at == NULL)
		return false;
	STAILQ_INSERT_TAIL(&feed->batch, kept, entry);
	reading->count++;
	return true;
}

static bool
take(void *context, const struct store_event *event)
{
	struct reading *reading = context;

	if (record_filter_matches(reading->filter, event->type) &&
	    !keep_event(reading, event)) {
		reading->is_full = true;
		/* One that alone is too large would stop all that follow. */
		if (reading->count == 0)
			reading->last = event->number;
		return false;
	}
	reading->last = event->number;
	reading->is_full = reading->count == BATCH_EVENTS ||
	    ++reading->seen == PASSED_OVER_MOST;
	return !reading->is_full;
}

/* Fills the batch. True: there may be more behind it. */
static bool
read_batch(struct feed *feed, const struct workspace *workspace)
{
	struct daemon *daemon = feed->owner->daemon;
	struct reading reading = {
		.feed = feed,
		.filter = workspace->events_filter,
		.last = feed->position,
	};
	const struct store_events_query query = {
		.workspace = str_from(feed->workspace),
		.from = ROUTER_NEVER,
		.to = ROUTER_NEVER,
		.after = feed->position,
		.most = SIZE_MAX,
	};
	struct err err;

	forget_batch(feed);
	if (!store_events(daemon->store, &query, take, &reading, &err)) {
		log_event(LOG_LEVEL_ERROR, "event_callbacks", "%s", err.text);
		forget_batch(feed);
		return false;
	}
	if (reading.count == 0 && reading.last > feed->position)
		moved_on(feed, reading.last);
	return reading.is_full;
}

/* ---- sending */

/* task_attributes: TaskAttributes */
static struct str
camel_case(struct arena *arena, struct str name)
{
	char *text = arena_alloc(arena, name.len + 1);
	size_t length = 0;

	if (text == NULL)
		return STR_NONE;
	for (size_t i = 0; i < name.len; i++) {
		bool begins = i == 0 || name.at[i - 1] == '_';
		char c = name.at[i];
		if (begins && c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if (c != '_')
			text[length++] = c;
	}
	return (struct str){text, length};
}

static bool
compose(void *context, struct arena *arena, struct form *form)
{
	const struct feed *feed = context;
	const struct waiting_event *event = STAILQ_FIRST(&feed->batch);
	struct json_member member = {0};
	struct json_object *data;
	struct err err;

	form->fields = arena_array(arena, FORM_FIELDS, sizeof *form->fields);
	if (form->fields == NULL ||
	    !json_parse(arena, event->data,
		(struct json_limits){.values = DATA_VALUES}, &data, &err))
		return false;
	while (json_next(data, &member) && form->count < FORM_FIELDS)
		form->fields[form->count++] = (struct form_field){
			camel_case(arena, member.key),
			json_text(member.value),
		};
	return !arena->overflow;
}

static void done(void *context, const struct webhook_result *result);

static bool
send_first(struct feed *feed, struct str url)
{
	const struct settings *settings = feed->owner->daemon->settings;
	char token[OUTGOING_TOKEN_SIZE];
	struct waiting_event *event = STAILQ_FIRST(&feed->batch);
	const struct webhook_request request = {
		.url = url,
		.token = outgoing_token(event->sid, token),
		.timeout_ms = settings->callback.event_timeout_ms,
		.answer_limit = (size_t)settings->callback.answer_limit,
		.compose = compose,
		.done = done,
		.context = feed,
	};

	if (!outgoing_send(feed->owner->daemon, feed->owner->client,
		OUTGOING_EVENT, &request))
		return false;
	feed->is_sending = true;
	feed->owner->in_hand++;
	return true;
}

/* What happens next to a feed that is not sending. */
static void
look_after(struct feed *feed)
{
	struct workspace *workspace = find_workspace(feed);
	struct event_callbacks *owner = feed->owner;

	if (workspace == NULL) {
		if (!owner->daemon->broken)
			forget(feed);
		return;
	}
	/* A Workspace that nobody listens to keeps its place until somebody
	 * does; the router then moves it to where Events are new. */
	if (workspace->event_callback_url.len == 0) {
		forget_batch(feed);
		return;
	}
	if ((uint64_t)workspace->delivered > feed->position) {
		feed->position = (uint64_t)workspace->delivered;
		forget_batch(feed);
	}
	bool more = false;
	if (STAILQ_EMPTY(&feed->batch))
		more = read_batch(feed, workspace);
	if (STAILQ_EMPTY(&feed->batch)) {
		if (more)
			queue(feed);
		return;
	}
	/* Without memory it is tried again when something wakes it. */
	(void)send_first(feed, workspace->event_callback_url);
}

static void
note_problems(struct feed *feed, const struct waiting_event *event,
    const struct webhook_result *result)
{
	struct event_callbacks *owner = feed->owner;
	const struct debugger_note note = {
		.workspace = str_from(feed->workspace),
		.event = event->sid,
		.url = result->url,
	};

	outgoing_note_overrides(owner->daemon, note, result);
	if (result->outcome == WEBHOOK_ANSWERED && result->status / 100 == 2)
		return;
	owner->failed++;
	outgoing_note_failure(owner->daemon, note, result);
}

static void
done(void *context, const struct webhook_result *result)
{
	struct feed *feed = context;
	struct waiting_event *event = STAILQ_FIRST(&feed->batch);

	feed->is_sending = false;
	feed->owner->in_hand--;
	if (result->outcome == WEBHOOK_ABANDONED && feed->owner->stopping)
		return; /* before it was sent */
	feed->owner->sent++;
	note_problems(feed, event, result);
	STAILQ_REMOVE_HEAD(&feed->batch, entry);
	moved_on(feed, event->number);
	if (!feed->owner->stopping)
		look_after(feed);
}

/* ---- waking */

static void
on_wake(evutil_socket_t socket, short ready, void *context)
{
	static const struct timeval at_once = {0, 0};
	struct event_callbacks *owner = context;

	(void)socket;
	(void)ready;
	for (unsigned i = 0; i < FEEDS_PER_TURN; i++) {
		struct feed *feed = STAILQ_FIRST(&owner->queued);
		if (feed == NULL)
			return;
		STAILQ_REMOVE_HEAD(&owner->queued, entry);
		feed->is_queued = false;
		if (!owner->stopping)
			look_after(feed);
	}
	(void)evtimer_add(owner->wake, &at_once);
}

static struct feed *
find_feed(struct event_callbacks *owner, struct str workspace)
{
	struct feed wanted = {.workspace = ""};

	if (workspace.len != ROUTER_SID)
		return NULL;
	memcpy(wanted.workspace, workspace.at, ROUTER_SID);
	struct feed *feed = RB_FIND(feeds_by_sid, &owner->feeds, &wanted);
	if (feed != NULL)
		return feed;
	feed = calloc(1, sizeof *feed);
	if (feed == NULL)
		return NULL;
	feed->owner = owner;
	memcpy(feed->workspace, wanted.workspace, sizeof feed->workspace);
	arena_init(&feed->arena, BATCH_MEMORY);
	STAILQ_INIT(&feed->batch);
	(void)RB_INSERT(feeds_by_sid, &owner->feeds, feed);
	return feed;
}

void
event_callbacks_wake(struct event_callbacks *owner, struct str workspace)
{
	struct feed *feed = find_feed(owner, workspace);

	/* Without memory the Events wait for the next ones. */
	if (feed != NULL)
		queue(feed);
}

/* ---- life */

struct event_callbacks *
event_callbacks_open(struct daemon *daemon, struct err *err)
{
	struct event_callbacks *owner = calloc(1, sizeof *owner);
	int64_t connections = daemon->settings->callback.connections;

	(void)err_set(err, 0, "no memory for event callbacks");
	if (owner == NULL)
		return NULL;
	owner->daemon = daemon;
	RB_INIT(&owner->feeds);
	STAILQ_INIT(&owner->queued);
	owner->wake = evtimer_new(daemon->loop, on_wake, owner);
	owner->note = evtimer_new(daemon->loop, on_note, owner);
	if (owner->wake != NULL && owner->note != NULL)
		owner->client = outgoing_open(
		    daemon, connections / CONNECTIONS_SHARE, err);
	if (owner->client != NULL)
		return owner;
	event_callbacks_close(owner);
	return NULL;
}

void
event_callbacks_close(struct event_callbacks *owner)
{
	struct feed *feed;

	if (owner == NULL)
		return;
	outgoing_close(owner->daemon, owner->client);
	while ((feed = RB_MIN(feeds_by_sid, &owner->feeds)) != NULL)
		forget(feed);
	if (owner->wake != NULL)
		event_free(owner->wake);
	if (owner->note != NULL)
		event_free(owner->note);
	free(owner);
}

void
event_callbacks_stop(struct event_callbacks *owner)
{
	owner->stopping = true;
	webhook_client_abandon(owner->client);
	on_note(-1, 0, owner);
}

size_t
event_callbacks_in_hand(const struct event_callbacks *owner)
{
	return owner->in_hand;
}

bool
event_callbacks_are_quiet(const struct event_callbacks *owner)
{
	return owner->in_hand == 0 && STAILQ_EMPTY(&owner->queued);
}

uint64_t
event_callbacks_sent(const struct event_callbacks *owner)
{
	return owner->sent;
}

uint64_t
event_callbacks_failed(const struct event_callbacks *owner)
{
	return owner->failed;
}
