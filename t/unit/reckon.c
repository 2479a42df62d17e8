/* SPDX-License-Identifier: MIT
 *
 * Statistics gathered: what the turn has changed and not stored yet counts with
 * what the store has, and the store is asked for no more than is needed.
 */
#include "base/compat.h"

#include "account.h"
#include "store/store.h"
#include "taskrouterd/reckon.h"
#include "tap.h"

/* Nothing of the router is ever stored; the store has one old Event. */
static struct {
	struct store store;
	struct store_events_query query; /* the last one */
	unsigned queries;
	bool fails;
} host;

static bool
give_moments(struct store *store, const struct store_events_query *query,
    store_take_moment *take, void *context, struct err *err)
{
	const struct store_moment moment = {
		.type = STR("task.created"),
		.task_age = ROUTER_NEVER,
		.task_queue_time = ROUTER_NEVER,
		.activity_time = ROUTER_NEVER,
	};

	(void)store;
	host.query = *query;
	host.queries++;
	if (host.fails)
		return err_set(err, 0, "no reading");
	(void)take(context, &moment);
	return true;
}

static const struct store_driver driver = {.moments = give_moments};

static struct reckoning
reckoning_of(struct account *account, struct workspace *workspace,
    enum tally_of of)
{
	host.store.driver = &driver;
	host.queries = 0;
	return (struct reckoning){
		.arena = &account->arena,
		.router = account->router,
		.store = &host.store,
		.workspace = workspace,
		.now = account->now,
		.span = {account->now - 60000, account->now},
		.rules.of = of,
	};
}

static void
test_workspace(struct account *account, struct workspace *workspace)
{
	struct reckoning r =
	    reckoning_of(account, workspace, TALLY_OF_WORKSPACE);
	const struct str all = STR_NONE;
	struct err err;

	ok(reckon_subjects(&r, &all, 1) && reckon_real_time(&r) &&
		reckon_cumulative(&r, &err),
	    "statistics of a Workspace");
	const struct subject *subject = &r.subjects[0];
	is_int((int64_t)subject->tally.counts[TALLY_TASKS_CREATED], 2 + 1,
	    "what is to be stored counts, with what is");
	is_int((int64_t)subject->census.by_status[TASK_PENDING], 2, "as now");
	is_int((int64_t)host.queries, 1, "one query");
	ok(host.query.task_queue.at == NULL && host.query.workflow.at == NULL &&
		host.query.worker.at == NULL && host.query.type.at == NULL &&
		host.query.from == r.span.from && host.query.to == r.span.to,
	    "... for all Events of the span");
	r = reckoning_of(account, workspace, TALLY_OF_WORKSPACE);
	r.span.to = r.span.from = account->now - 60000;
	ok(reckon_subjects(&r, &all, 1) && reckon_cumulative(&r, &err) &&
		r.subjects[0].tally.counts[TALLY_TASKS_CREATED] == 1,
	    "what happened behind the span does not count");
}

static void
test_queues(struct account *account, struct workspace *workspace,
    const struct object *queue, const struct object *other)
{
	struct reckoning r =
	    reckoning_of(account, workspace, TALLY_OF_TASK_QUEUE);
	const struct str sids[] = {str_from(queue->sid), str_from(other->sid),
		str_from(queue->sid),
		STR("WQffffffffffffffffffffffffffffffff")};
	struct err err;

	ok(reckon_subjects(&r, sids, 4) && reckon_real_time(&r) &&
		reckon_cumulative(&r, &err),
	    "statistics of TaskQueues");
	is_int((int64_t)r.count, 3, "one that comes twice is one");
	ok(host.query.task_queue.at == NULL && host.queries == 1,
	    "one query for all of them");
	is_int((int64_t)reckon_find(&r, sids[0])
	           ->tally.counts[TALLY_TASKS_ENTERED_TASK_QUEUE],
	    2, "each has its own");
	is_int((int64_t)reckon_find(&r, sids[1])
	           ->tally.counts[TALLY_TASKS_ENTERED_TASK_QUEUE],
	    0, "... and not another's");
	is_int((int64_t)reckon_find(&r, sids[3])->staff.total, 0,
	    "one that is not there has zeros");
	is_int((int64_t)reckon_find(&r, sids[0])->staff.total, 1,
	    "... but not one that is");
	ok(reckon_find(&r, STR("WQ00000000000000000000000000000000")) == NULL &&
		reckon_find(&r, STR_NONE) == NULL,
	    "who was not asked for is not among them");
	r = reckoning_of(account, workspace, TALLY_OF_TASK_QUEUE);
	ok(reckon_subjects(&r, sids, 1) && reckon_cumulative(&r, &err) &&
		str_equal(host.query.task_queue, sids[0]),
	    "the Events of one alone are looked for");
}

static void
test_workers(struct account *account, struct workspace *workspace,
    const struct object *worker)
{
	struct reckoning r = reckoning_of(account, workspace, TALLY_OF_WORKERS);
	const struct str all = STR_NONE;
	struct err err;

	r.worker = (const struct worker *)worker;
	ok(reckon_subjects(&r, &all, 1) && reckon_cumulative(&r, &err) &&
		host.queries == 1 &&
		str_is(host.query.worker, worker->sid),
	    "the Events of one Worker alone are looked for");
	is_int(r.stays[0].total, 55000 + 2000,
	    "where he was, and is again: Offline");
	is_int(r.stays[1].total, 3000, "Available");
	r = reckoning_of(account, workspace, TALLY_OF_WORKERS);
	r.span.to -= 4000;
	ok(reckon_subjects(&r, &all, 1) && reckon_cumulative(&r, &err) &&
		host.queries == 3 && host.query.from == r.span.to + 1 &&
		str_is(host.query.type, "worker.deleted"),
	    "behind a span that has ended only what ended stays");
	is_int(r.stays[1].total, 1000, "... of which the part in it counts");
	is_int(r.stays[0].total, 55000, "... and not what has begun since");
}

static void
test_failure(struct account *account, struct workspace *workspace)
{
	struct reckoning r =
	    reckoning_of(account, workspace, TALLY_OF_WORKERS);
	const struct str all = STR_NONE;
	struct err err;

	host.fails = true;
	ok(reckon_subjects(&r, &all, 1) && !reckon_cumulative(&r, &err),
	    "the store fails");
	is_str(str_from(err.text), "no reading", "... and says why");
	host.fails = false;
}

int
main(void)
{
	struct account account;

	account_open(&account);
	struct workspace *workspace = (struct workspace *)account_create(
	    &account, KIND_WORKSPACE, NULL, "FriendlyName=w&Template=FIFO");
	const struct object *queue =
	    router_next(account.router, workspace, KIND_TASK_QUEUE, 0);
	const struct object *other = account_create(
	    &account, KIND_TASK_QUEUE, workspace, "FriendlyName=o");
	struct object *worker = account_create(
	    &account, KIND_WORKER, workspace, "FriendlyName=a");
	const char *available = account_activity(&account, workspace,
	    "Available")->object.sid;
	const char *offline = account_activity(&account, workspace,
	    "Offline")->object.sid;
	account.now += 100000;
	(void)account_update(&account, worker,
	    arena_format(&account.arena, "ActivitySid=%s", available).at);
	account.now += 3000;
	(void)account_update(&account, worker,
	    arena_format(&account.arena, "ActivitySid=%s", offline).at);
	(void)account_create(&account, KIND_TASK, workspace, "");
	(void)account_create(&account, KIND_TASK, workspace, "Priority=1");
	account.now += 2000;
	test_workspace(&account, workspace);
	test_queues(&account, workspace, queue, other);
	test_workers(&account, workspace, worker);
	test_failure(&account, workspace);
	account_close(&account);
	return tap_done();
}
