/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/ledger_recovery.h"

#include <stdio.h>

#include "base/clock.h"
#include "store/ledger_outbox_inside.h"
#include "twilio/sid.h"

#define HOUR_MS ((int64_t)3600000)
/* So long it is remembered who was put back: the delay is an hour at most. */
#define REMEMBERED_MS (2 * HOUR_MS)

#define TIMEOUT STR("reservation.timeout")
#define CHANGE STR("worker.activity.update")
/* Among the budgets: until then nobody is put back. */
#define PAUSE STR("recovery")

const char *const recovery_result_names[RECOVERY_NAMES] = {
	[RECOVERY_NONE] = "none",
	[RECOVERY_PLANNED] = "planned",
	[RECOVERY_LIMITED] = "limited",
	[RECOVERY_PAUSED] = "paused",
	[RECOVERY_ALARM] = "alarm",
	[RECOVERY_WITHDRAWN] = "withdrawn",
};

/* One Event in hand, and the Worker it is about. */
struct planning {
	struct ledger *ledger;
	const struct taskrouter_event *event;
	const struct recovery_options *options;
	struct recovery_outcome *outcome;
	int64_t now_ms;
	int64_t at_ms; /* of the Event */
	struct str worker;
	struct err *err;
};

/* The Worker's last change of Activity. */
struct change {
	bool is_there;
	int64_t at_ms;
	int64_t before_ms; /* of the one before it; INT64_MIN: none is near */
	char key[128]; /* of its Event */
	char workspace[SID_LENGTH + 1];
	char activity[SID_LENGTH + 1];
	char previous[SID_LENGTH + 1];
};

static void
copy_text(struct str text, char *to, size_t size)
{
	(void)snprintf(to, size, "%.*s", STR_ARGS(text));
}

/* The one number of the one row; 0 without a row. */
static bool
ask(const struct planning *p, struct outbox_query *s, int64_t *value)
{
	*value = 0;
	if (outbox_query_next(s))
		*value = sqlite3_column_int64(s->statement, 0);
	return outbox_query_end(s, p->err);
}

/* ---- what happened */

static void
read_change(sqlite3_stmt *row, struct change *change)
{
	change->is_there = true;
	change->at_ms = sqlite3_column_int64(row, 0);
	copy_text(ledger_column(row, 1), change->key, sizeof change->key);
	copy_text(ledger_column(row, 2), change->workspace,
	    sizeof change->workspace);
	copy_text(
	    ledger_column(row, 3), change->activity, sizeof change->activity);
	copy_text(
	    ledger_column(row, 4), change->previous, sizeof change->previous);
}

/* The latest of those that are near enough to matter, or later. */
static bool
find_change(const struct planning *p, struct change *change)
{
	struct outbox_query s;

	*change = (struct change){.before_ms = INT64_MIN};
	outbox_query_begin(
	    &s, p->ledger, LEDGER_RECOVERY_FIND_CHANGES, p->err);
	outbox_query_text(&s, p->worker);
	outbox_query_number(&s, p->at_ms - RECOVERY_LATER_MS - RECOVERY_EARLIER_MS);
	while (outbox_query_next(&s))
		if (change->is_there)
			change->before_ms =
			    sqlite3_column_int64(s.statement, 0);
		else
			read_change(s.statement, change);
	return outbox_query_end(&s, p->err);
}

static int64_t
apart(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* When a Reservation of the Worker timed out next to the change; *is_there is
 * false if none did. */
static bool
find_timeout(const struct planning *p, const struct change *change,
    bool *is_there, int64_t *at_ms)
{
	struct outbox_query s;

	outbox_query_begin(&s, p->ledger, LEDGER_RECOVERY_FIND_TIMEOUT, p->err);
	outbox_query_text(&s, p->worker);
	outbox_query_number(&s, change->at_ms - RECOVERY_LATER_MS);
	outbox_query_number(&s, change->at_ms + RECOVERY_EARLIER_MS);
	outbox_query_number(&s, change->at_ms);
	*is_there = outbox_query_next(&s);
	if (*is_there)
		*at_ms = sqlite3_column_int64(s.statement, 0);
	return outbox_query_end(&s, p->err);
}

/* Of two changes that are near, the timeout made the one that is nearer. */
static bool
is_by_timeout(const struct change *change, int64_t timeout_ms)
{
	return change->at_ms - timeout_ms <= RECOVERY_LATER_MS &&
	    timeout_ms - change->at_ms <= RECOVERY_EARLIER_MS &&
	    (change->before_ms == INT64_MIN ||
		apart(change->at_ms, timeout_ms) <
		    apart(change->before_ms, timeout_ms));
}

static bool
was_decided(const struct planning *p, const struct change *change, bool *was)
{
	struct outbox_query s;
	int64_t found;

	outbox_query_begin(&s, p->ledger, LEDGER_RECOVERY_WAS_DECIDED, p->err);
	outbox_query_text(&s, str_from(change->key));
	if (!ask(p, &s, &found))
		return false;
	*was = found != 0;
	return true;
}

/* Whether the Worker is where he may be fetched from, and to where. */
static bool
can_go_back(const struct planning *p, const struct change *change)
{
	struct str from = str_from(change->activity);
	struct str wanted = p->options->timeout_activity_sid;
	struct str to = p->options->activity_sid.at != NULL
	    ? p->options->activity_sid
	    : str_from(change->previous);

	return sid_is(from, "WA") && sid_is(to, "WA") &&
	    sid_is(str_from(change->workspace), "WS") &&
	    !str_equal(from, to) &&
	    (wanted.at == NULL || str_equal(from, wanted));
}

/* ---- what is done about it */

static bool
withdraw(const struct planning *p, enum ledger_statement id, struct str worker)
{
	struct outbox_query s;
	int64_t changed = 0;

	outbox_query_begin(&s, p->ledger, id, p->err);
	outbox_query_number(&s, p->now_ms);
	if (worker.at != NULL)
		outbox_query_text(&s, worker);
	if (!outbox_query_run(&s, &changed, p->err))
		return false;
	p->outcome->withdrawn += changed;
	return true;
}

static bool
remember(const struct planning *p, const struct change *change, int64_t entry)
{
	struct outbox_query s;

	outbox_query_begin(&s, p->ledger, LEDGER_RECOVERY_FORGET, p->err);
	outbox_query_number(&s, p->now_ms - REMEMBERED_MS);
	outbox_query_number(&s, p->now_ms + REMEMBERED_MS);
	if (!outbox_query_run(&s, NULL, p->err))
		return false;
	outbox_query_begin(&s, p->ledger, LEDGER_RECOVERY_REMEMBER, p->err);
	outbox_query_text(&s, str_from(change->key));
	outbox_query_text(&s, p->worker);
	outbox_query_number(&s, p->now_ms);
	outbox_query_number(&s, entry);
	return outbox_query_run(&s, NULL, p->err);
}

/* Workers who were sent away within the time of a cascade, this one included. */
static bool
count_workers(const struct planning *p, int64_t *count)
{
	struct outbox_query s;

	outbox_query_begin(&s, p->ledger, LEDGER_RECOVERY_COUNT_WORKERS, p->err);
	outbox_query_number(&s, p->now_ms - RECOVERY_CASCADE_MS);
	outbox_query_text(&s, p->worker);
	if (!ask(p, &s, count))
		return false;
	(*count)++;
	return true;
}

static bool
count_recoveries(const struct planning *p, int64_t *count)
{
	struct outbox_query s;

	outbox_query_begin(&s, p->ledger, LEDGER_RECOVERY_COUNT, p->err);
	outbox_query_text(&s, p->worker);
	outbox_query_number(&s, p->now_ms - HOUR_MS);
	return ask(p, &s, count);
}

static bool
read_pause(const struct planning *p, int64_t *until_ms)
{
	struct outbox_query s;

	outbox_query_begin(&s, p->ledger, LEDGER_READ_BUDGET, p->err);
	outbox_query_text(&s, PAUSE);
	return ask(p, &s, until_ms);
}

/* Not one of them is put back: somebody should see what is going on first. */
static bool
raise_alarm(const struct planning *p, const struct change *change)
{
	struct outbox_query s;

	p->outcome->result = RECOVERY_ALARM;
	outbox_query_begin(&s, p->ledger, LEDGER_WRITE_BUDGET, p->err);
	outbox_query_text(&s, PAUSE);
	outbox_query_number(&s, p->now_ms + p->options->pause_ms);
	return outbox_query_run(&s, NULL, p->err) &&
	    withdraw(p, LEDGER_RECOVERY_WITHDRAW_ALL, STR_NONE) &&
	    remember(p, change, 0);
}

static bool
put_in(const struct planning *p, const struct change *change)
{
	const struct recovery_options *options = p->options;
	char path[128], form[64], extra[256], date[CLOCK_TEXT_SIZE];
	const char *to = options->activity_sid.at != NULL
	    ? options->activity_sid.at
	    : change->previous;
	int64_t entry;

	clock_format(change->at_ms, date);
	(void)snprintf(path, sizeof path, "/v1/Workspaces/%s/Workers/%.*s",
	    change->workspace, STR_ARGS(p->worker));
	(void)snprintf(
	    form, sizeof form, "ActivitySid=%.*s", SID_LENGTH, to);
	(void)snprintf(extra, sizeof extra, "{\"only_if\":{"
	    "\"activity_sid\":\"%s\",\"available\":false,"
	    "\"date_status_changed\":\"%s\"}}", change->activity, date);
	struct outbox_order order = {
		.kind = OUTBOX_RESTORE_WORKER,
		.path = str_from(path),
		.form = str_from(form),
		.extra = str_from(extra),
		.due_ms = p->now_ms + options->delay_ms,
	};
	p->outcome->result = RECOVERY_PLANNED;
	return ledger_outbox_add(
		   p->ledger, &order, p->now_ms, &entry, p->err) &&
	    remember(p, change, entry);
}

static bool
decide(const struct planning *p, const struct change *change)
{
	int64_t workers, recoveries, pause_ms;

	if (!count_workers(p, &workers) || !count_recoveries(p, &recoveries) ||
	    !read_pause(p, &pause_ms))
		return false;
	/* A pause that is longer than any: the clock was set back. */
	bool is_paused = pause_ms > p->now_ms &&
	    pause_ms <= p->now_ms + p->options->pause_ms;
	p->outcome->workers = workers;
	if (!is_paused && workers >= p->options->cascade)
		return raise_alarm(p, change);
	if (!is_paused && recoveries < p->options->per_hour)
		return put_in(p, change);
	p->outcome->result = is_paused ? RECOVERY_PAUSED : RECOVERY_LIMITED;
	return remember(p, change, 0);
}

/* ---- together */

static bool
plan(const struct planning *p, bool is_change)
{
	struct change change;
	bool is_decided, is_timeout = true;
	int64_t timeout_ms = p->at_ms;

	if (is_change &&
	    !withdraw(p, LEDGER_RECOVERY_WITHDRAW, p->worker))
		return false;
	if (!find_change(p, &change))
		return false;
	if (!change.is_there || !can_go_back(p, &change))
		return true;
	if (is_change &&
	    !find_timeout(p, &change, &is_timeout, &timeout_ms))
		return false;
	if (!is_timeout || !is_by_timeout(&change, timeout_ms))
		return true;
	if (!was_decided(p, &change, &is_decided))
		return false;
	return is_decided || decide(p, &change);
}

bool
ledger_plan_recovery(struct ledger *ledger,
    const struct taskrouter_event *event, int64_t now_ms,
    const struct recovery_options *options, struct recovery_outcome *outcome,
    struct err *err)
{
	struct str type = event->texts[EVENT_TYPE];
	bool is_change = str_equal(type, CHANGE);
	struct planning planning = {
		.ledger = ledger,
		.event = event,
		.options = options,
		.outcome = outcome,
		.now_ms = now_ms,
		.at_ms = event->at_ms >= 0 ? event->at_ms : now_ms,
		.worker = event->texts[EVENT_WORKER],
		.err = err,
	};

	*outcome = (struct recovery_outcome){RECOVERY_NONE, 0, 0};
	if (planning.worker.at == NULL ||
	    (!is_change && !str_equal(type, TIMEOUT)))
		return true;
	return plan(&planning, is_change);
}
