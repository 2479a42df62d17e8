/* SPDX-License-Identifier: MIT
 *
 * taskrouterctl outbox: the calls that wait in the responder's store, or have
 * failed, as lines; and what an operator does about one.
 */
#include "base/compat.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/clock.h"
#include "ctl/commands.h"
#include "store/ledger.h"
#include "store/ledger_outbox.h"

/* Entries read at once. */
#define PAGE ((size_t)100)
#define PAGE_MEMORY ((size_t)64 << 20)

const struct command_option outbox_options[OUTBOX_OPTIONS] = {
	[OUTBOX_RETRY] = {0, "retry", "number",
	    "have this entry tried again, now"},
	[OUTBOX_DROP] = {0, "drop", "number", "forget this entry"},
};

static bool
read_number(const struct invocation *invocation, size_t option,
    int64_t *number, struct err *err)
{
	const char *text = invocation->values[option];
	uint64_t value = 0;

	*number = 0;
	if (text == NULL)
		return true;
	if (!str_to_uint(str_from(text), INT64_MAX, &value) || value == 0)
		return err_set(err, 0, "--%s: expected the number of an entry",
		    outbox_options[option].name);
	*number = (int64_t)value;
	return true;
}

bool
outbox_check(const struct invocation *invocation, struct err *err)
{
	int64_t unused;

	if (invocation->values[OUTBOX_RETRY] != NULL &&
	    invocation->values[OUTBOX_DROP] != NULL)
		return err_set(err, 0, "--retry and --drop exclude each other");
	return read_number(invocation, OUTBOX_RETRY, &unused, err) &&
	    read_number(invocation, OUTBOX_DROP, &unused, err);
}

/* ---- the list */

/* What a server said may hold anything. */
static void
print_text(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		(void)putchar((unsigned char)c < ' ' || c == 0x7f ? '?' : c);
	}
}

static void
print_entry(const struct outbox_entry *entry)
{
	char created[CLOCK_TEXT_SIZE];

	clock_format(entry->created_ms, created);
	printf("%" PRId64 "\t%s\t%s\t%s\t%" PRId64 "\t", entry->number,
	    outbox_kind_names[entry->order.kind],
	    outbox_state_names[entry->state], created, entry->attempts);
	print_text(entry->order.path);
	(void)putchar('\t');
	print_text(entry->error);
	(void)putchar('\n');
}

static bool
print_page(struct ledger *ledger, struct arena *arena, int64_t *last,
    size_t *count, struct err *err)
{
	struct outbox_entry entries[PAGE];

	if (!ledger_outbox_list(
		ledger, *last, PAGE, arena, entries, count, err))
		return false;
	if (*last == 0 && *count > 0)
		printf("number\tkind\tstate\tsince\tattempts\tpath\terror\n");
	for (size_t i = 0; i < *count; i++)
		print_entry(&entries[i]);
	if (*count > 0)
		*last = entries[*count - 1].number;
	return true;
}

static bool
print_all(struct ledger *ledger, struct err *err)
{
	struct arena arena;
	int64_t last = 0;
	size_t count = PAGE;
	bool is_good = true;

	arena_init(&arena, PAGE_MEMORY);
	while (is_good && count == PAGE) {
		is_good = print_page(ledger, &arena, &last, &count, err);
		arena_release(&arena);
	}
	return is_good;
}

/* ---- one entry */

typedef bool change_entry(struct ledger *ledger, int64_t number,
    int64_t now_ms, bool *is_known, struct err *err);

static bool
change(struct ledger *ledger, int64_t number, change_entry *how,
    struct err *err)
{
	bool is_known = false;

	if (!ledger_begin(ledger, err) ||
	    !how(ledger, number, clock_wall_ms(), &is_known, err) ||
	    !ledger_commit(ledger, err))
		return false;
	return is_known || err_set(err, 0, "there is no entry %" PRId64
	    " that waits or has failed, or it is under way", number);
}

static bool
act(struct ledger *ledger, const struct invocation *invocation,
    struct err *err)
{
	int64_t retried, dropped;

	if (!read_number(invocation, OUTBOX_RETRY, &retried, err) ||
	    !read_number(invocation, OUTBOX_DROP, &dropped, err))
		return false;
	if (retried > 0)
		return change(ledger, retried, ledger_outbox_retry, err);
	if (dropped > 0)
		return change(ledger, dropped, ledger_outbox_drop, err);
	return print_all(ledger, err);
}

/* Nothing waits where nothing was ever put in. */
static int
report_no_store(const struct invocation *invocation)
{
	if (invocation->values[OUTBOX_RETRY] == NULL &&
	    invocation->values[OUTBOX_DROP] == NULL)
		return EXIT_SUCCESS;
	command_complain("there is no such entry: %.200s is not there yet",
	    invocation->settings->store.file.at);
	return EXIT_FAILURE;
}

int
outbox_run(const struct invocation *invocation)
{
	const struct settings_store *store = &invocation->settings->store;
	struct ledger_options options = {
		.file = store->file.at,
		.size_most = store->size,
		.patience_ms = store->timeout_ms,
	};
	struct err err;

	if (store->file.at == NULL) {
		command_complain("store.file is not set: there is no outbox");
		return EX_CONFIG;
	}
	if (!has_store(store))
		return report_no_store(invocation);
	struct ledger *ledger = ledger_open(&options, &err);
	bool is_good = ledger != NULL && act(ledger, invocation, &err);
	if (!is_good)
		command_complain("%s", err.text);
	ledger_close(ledger);
	return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}
