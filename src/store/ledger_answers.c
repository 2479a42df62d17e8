/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "store/ledger_answers.h"

#include <stdio.h>

#include "store/ledger_inside.h"

/* Answers that one claim forgets: more than it adds, so that they end. */
#define PURGE_MOST 4
/* Processes that are looked at in one go. */
#define HOLDERS_MOST 64
#define SID_SIZE 64

/* A row, without its texts. */
struct row {
	bool is_there;
	int64_t holder; /* 0: it was given */
	int64_t claim;
	int64_t work[LEDGER_ANSWER_WORK]; /* numbers of entries; 0: none */
};

/* ---- statements */

static struct row
read_row(sqlite3_stmt *read)
{
	return (struct row){
	    .is_there = true,
	    .holder = sqlite3_column_int64(read, 3),
	    .claim = sqlite3_column_int64(read, 4),
	    .work = {sqlite3_column_int64(read, 5),
		sqlite3_column_int64(read, 6)},
	};
}

/* False: the arena is full. */
static bool
read_texts(sqlite3_stmt *read, struct arena *arena,
    struct ledger_answer *answer)
{
	answer->rule = arena_str(arena, ledger_column(read, 0));
	answer->instruction = arena_str(arena, ledger_column(read, 1));
	answer->json = arena_str(arena, ledger_column(read, 2));
	return !arena->overflow;
}

/* `arena` NULL: without the texts. */
static bool
find_row(struct ledger *ledger, struct str reservation, struct row *row,
    struct arena *arena, struct ledger_answer *answer, struct err *err)
{
	sqlite3_stmt *read = ledger_statement(ledger, LEDGER_ANSWER_READ, err);
	bool fits = true;

	*row = (struct row){0};
	if (read == NULL)
		return false;
	int code = ledger_bind(read, 1, reservation);
	if (code == SQLITE_OK)
		code = ledger_step(read);
	if (code == SQLITE_ROW) {
		*row = read_row(read);
		fits = arena == NULL || read_texts(read, arena, answer);
	} else if (code != SQLITE_DONE) {
		(void)ledger_failed(ledger, code, err);
		fits = false;
	}
	if (code == SQLITE_ROW && !fits)
		err_set(err, 0, "out of memory");
	ledger_end(read);
	return fits;
}

static int
bind_number(sqlite3_stmt *statement, int at, int64_t number)
{
	return number == 0 ? sqlite3_bind_null(statement, at)
			   : sqlite3_bind_int64(statement, at, number);
}

static int
bind_row(sqlite3_stmt *put, const struct ledger_answer_claim *claim,
    const struct row *row, int64_t now_ms)
{
	const struct str texts[] = {claim->answer.rule,
	    claim->answer.instruction, claim->answer.json};
	const int64_t numbers[] = {
	    row->holder, row->claim, row->work[0], row->work[1]};
	int code = ledger_bind(put, 1, claim->reservation);

	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(put, 2, now_ms);
	for (int i = 0; code == SQLITE_OK && i < (int)ARRAY_LENGTH(texts); i++)
		code = ledger_bind(put, 3 + i, texts[i]);
	for (int i = 0; code == SQLITE_OK && i < (int)ARRAY_LENGTH(numbers);
	     i++)
		code = bind_number(put, 6 + i, numbers[i]);
	return code;
}

static bool
put_row(struct ledger *ledger, const struct ledger_answer_claim *claim,
    const struct row *row, int64_t now_ms, struct err *err)
{
	sqlite3_stmt *put = ledger_statement(ledger, LEDGER_ANSWER_PUT, err);

	if (put == NULL)
		return false;
	int code = bind_row(put, claim, row, now_ms);
	if (code == SQLITE_OK)
		code = ledger_run(put);
	return code == SQLITE_OK || ledger_failed(ledger, code, err);
}

static bool
take_row(struct ledger *ledger, const struct ledger_answer_claim *claim,
    struct err *err)
{
	sqlite3_stmt *take = ledger_statement(ledger, LEDGER_ANSWER_TAKE, err);

	if (take == NULL)
		return false;
	int code = ledger_bind(take, 1, claim->reservation);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(take, 2, ledger->holder);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(take, 3, claim->number);
	if (code == SQLITE_OK)
		code = ledger_run(take);
	return code == SQLITE_OK || ledger_failed(ledger, code, err);
}

static bool
mark_given(struct ledger *ledger, struct str reservation, struct err *err)
{
	sqlite3_stmt *give = ledger_statement(ledger, LEDGER_ANSWER_GIVE, err);

	if (give == NULL)
		return false;
	int code = ledger_bind(give, 1, reservation);
	if (code == SQLITE_OK)
		code = ledger_run(give);
	return code == SQLITE_OK || ledger_failed(ledger, code, err);
}

static bool
purge(struct ledger *ledger, int64_t now_ms, struct err *err)
{
	sqlite3_stmt *old = ledger_statement(ledger, LEDGER_ANSWER_PURGE, err);

	if (old == NULL)
		return false;
	int code = sqlite3_bind_int64(old, 1, now_ms - LEDGER_ANSWER_KEEP_MS);
	if (code == SQLITE_OK)
		code = sqlite3_bind_int64(old, 2, PURGE_MOST);
	if (code == SQLITE_OK)
		code = ledger_run(old);
	return code == SQLITE_OK || ledger_failed(ledger, code, err);
}

/* ---- claims */

/* It stays where nobody takes it until the answer has left. */
static bool
add_work(struct ledger *ledger, const struct ledger_answer_claim *claim,
    int64_t now_ms, struct row *row, struct err *err)
{
	if (claim->work_count > LEDGER_ANSWER_WORK)
		return err_set(err, 0, "too much work for one answer");
	for (size_t i = 0; i < claim->work_count; i++) {
		struct outbox_order order = claim->work[i];
		order.due_ms = OUTBOX_NEVER;
		if (!ledger_outbox_add(
			ledger, &order, now_ms, &row->work[i], err))
			return false;
	}
	return true;
}

static bool
release_work(struct ledger *ledger, const struct row *row, int64_t now_ms,
    struct err *err)
{
	for (size_t i = 0; i < LEDGER_ANSWER_WORK; i++)
		if (row->work[i] != 0 &&
		    !ledger_outbox_release(ledger, row->work[i], now_ms, err))
			return false;
	return true;
}

static bool
withdraw_work(struct ledger *ledger, const struct row *row, struct err *err)
{
	for (size_t i = 0; i < LEDGER_ANSWER_WORK; i++)
		if (row->work[i] != 0 &&
		    !ledger_outbox_withdraw(ledger, row->work[i], err))
			return false;
	return true;
}

static bool
claim_new(struct ledger *ledger, const struct ledger_answer_claim *claim,
    int64_t now_ms, struct ledger_answer_kept *kept, struct err *err)
{
	struct row row = {.holder = ledger->holder, .claim = claim->number};

	kept->state = LEDGER_ANSWER_OURS;
	kept->is_new = true;
	kept->answer = claim->answer;
	return add_work(ledger, claim, now_ms, &row, err) &&
	    put_row(ledger, claim, &row, now_ms, err) &&
	    purge(ledger, now_ms, err);
}

bool
ledger_answer_claim(struct ledger *ledger,
    const struct ledger_answer_claim *claim, int64_t now_ms,
    struct arena *arena, struct ledger_answer_kept *kept, struct err *err)
{
	struct row row;
	bool lives;

	*kept = (struct ledger_answer_kept){.state = LEDGER_ANSWER_GIVEN};
	if (!ledger_need_holder(ledger, err) ||
	    !find_row(ledger, claim->reservation, &row, arena, &kept->answer,
		err))
		return false;
	if (!row.is_there)
		return claim_new(ledger, claim, now_ms, kept, err);
	if (row.holder == 0)
		return true;
	if (!ledger_holder_lives(ledger, row.holder, &lives, err))
		return false;
	kept->state = lives ? LEDGER_ANSWER_CLAIMED : LEDGER_ANSWER_OURS;
	return lives || take_row(ledger, claim, err);
}

static bool
is_ours(const struct ledger *ledger, const struct row *row, int64_t number)
{
	return row->is_there && row->holder != 0 &&
	    row->holder == ledger->holder && row->claim == number;
}

bool
ledger_answer_give(struct ledger *ledger, struct str reservation,
    int64_t number, int64_t now_ms, struct err *err)
{
	struct row row;

	if (!find_row(ledger, reservation, &row, NULL, NULL, err))
		return false;
	if (!is_ours(ledger, &row, number))
		return true;
	return release_work(ledger, &row, now_ms, err) &&
	    mark_given(ledger, reservation, err);
}

bool
ledger_answer_refuse(struct ledger *ledger,
    const struct ledger_answer_claim *claim, int64_t now_ms, struct err *err)
{
	const struct row given = {0};
	struct row row;

	if (!find_row(ledger, claim->reservation, &row, NULL, NULL, err))
		return false;
	if (row.is_there && !is_ours(ledger, &row, claim->number))
		return true;
	return withdraw_work(ledger, &row, err) &&
	    put_row(ledger, claim, &given, now_ms, err);
}

/* ---- what is left of processes that have ended */

struct holders {
	int64_t numbers[HOLDERS_MOST];
	size_t count;
};

static bool
read_holders(struct ledger *ledger, struct holders *holders, struct err *err)
{
	sqlite3_stmt *read =
	    ledger_statement(ledger, LEDGER_ANSWER_HOLDERS, err);
	int code;

	holders->count = 0;
	if (read == NULL)
		return false;
	while ((code = ledger_step(read)) == SQLITE_ROW &&
	    holders->count < HOLDERS_MOST)
		holders->numbers[holders->count++] =
		    sqlite3_column_int64(read, 0);
	bool is_good = code == SQLITE_ROW || code == SQLITE_DONE ||
	    ledger_failed(ledger, code, err);
	ledger_end(read);
	return is_good;
}

/* Leaves those that have ended. */
static bool
find_ended(struct ledger *ledger, struct holders *holders, struct err *err)
{
	size_t ended = 0;
	bool lives;

	if (!read_holders(ledger, holders, err))
		return false;
	for (size_t i = 0; i < holders->count; i++) {
		if (!ledger_holder_lives(
			ledger, holders->numbers[i], &lives, err))
			return false;
		if (!lives)
			holders->numbers[ended++] = holders->numbers[i];
	}
	holders->count = ended;
	return true;
}

bool
ledger_answers_are_left(
    struct ledger *ledger, bool *are_left, struct err *err)
{
	struct holders holders;
	bool is_good = find_ended(ledger, &holders, err);

	*are_left = is_good && holders.count > 0;
	return is_good;
}

/* One claim of the holder's; *sid is empty if he has none. */
static bool
find_held(struct ledger *ledger, int64_t holder, char sid[SID_SIZE],
    struct row *row, struct err *err)
{
	sqlite3_stmt *read = ledger_statement(ledger, LEDGER_ANSWER_HELD, err);

	sid[0] = '\0';
	*row = (struct row){0};
	if (read == NULL)
		return false;
	int code = sqlite3_bind_int64(read, 1, holder);
	if (code == SQLITE_OK)
		code = ledger_step(read);
	if (code == SQLITE_ROW) {
		(void)snprintf(sid, SID_SIZE, "%.*s",
		    STR_ARGS(ledger_column(read, 0)));
		row->work[0] = sqlite3_column_int64(read, 1);
		row->work[1] = sqlite3_column_int64(read, 2);
	}
	bool is_good = code == SQLITE_ROW || code == SQLITE_DONE ||
	    ledger_failed(ledger, code, err);
	ledger_end(read);
	return is_good;
}

static bool
settle_holder(struct ledger *ledger, int64_t holder, size_t most,
    int64_t now_ms, size_t *count, struct err *err)
{
	char sid[SID_SIZE];
	struct row row;

	while (*count < most) {
		if (!find_held(ledger, holder, sid, &row, err))
			return false;
		if (sid[0] == '\0')
			return true;
		if (!release_work(ledger, &row, now_ms, err) ||
		    !mark_given(ledger, str_from(sid), err))
			return false;
		++*count;
	}
	return true;
}

bool
ledger_answers_settle(struct ledger *ledger, size_t most, int64_t now_ms,
    size_t *count, struct err *err)
{
	struct holders holders;

	*count = 0;
	if (!find_ended(ledger, &holders, err))
		return false;
	for (size_t i = 0; i < holders.count; i++)
		if (!settle_holder(ledger, holders.numbers[i], most, now_ms,
			count, err))
			return false;
	return true;
}
