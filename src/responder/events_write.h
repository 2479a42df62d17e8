/* SPDX-License-Identifier: MIT
 *
 * A page of Events as JSON or CSV. Used on the keeper's thread, but for its
 * end.
 */
#ifndef RESPONDER_EVENTS_WRITE_H
#define RESPONDER_EVENTS_WRITE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/compat.h"
#include "store/ledger_events.h"

struct events_page {
	bool is_csv;
	struct buf body;
	size_t count;
};

/* Begins anew. */
void events_page_begin(struct events_page *page);
/* A JSON object as the REST API has them, with event_data as it is in the
 * store; or a record of RFC 4180. A field that a spreadsheet would take for a
 * formula (it begins with = + - @ or a tab) has an apostrophe in front there:
 * others chose its text. Telephone numbers are inside of event_data. */
void events_page_add(
    struct events_page *page, const struct ledger_event *event);
/* In JSON: the `meta`, with next_page_url, null where it is absent. */
void events_page_end(struct events_page *page, struct arena *arena,
    uint64_t page_size, struct str next_page_url);

#endif
